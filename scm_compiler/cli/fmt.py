"""`scmc fmt FILE…`: rewrite programs in canonical form."""

import argparse
import errno
import sys
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK, REFUSED
from scm_compiler.compiler import STANDARD_INPUT, decode, read_content
from scm_compiler.diagnostics import ScmError, Sink, render_json
from scm_compiler.files import is_stream, write_whole, writing
from scm_compiler.shipped import find_program
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file


@dataclass(frozen=True, slots=True)
class Formatted:
    """A program before and after.

    Attributes:
        path: Where it was read.
        name: What it is called in messages.
        before: The bytes as they were.
        after: The canonical text.
    """

    path: Path
    name: str
    before: bytes
    after: str

    @property
    def changed(self) -> bool:
        """Whether the file is not in canonical form."""
        return self.before != self.after.encode()

    @property
    def diff(self) -> str:
        """What would change, as a unified diff."""
        old = self.before.decode("utf-8-sig").splitlines(keepends=True)
        new = self.after.splitlines(keepends=True)
        return "".join(unified_diff(old, new, self.name, f"{self.name} (formatted)"))


def run(args: argparse.Namespace, console: Console) -> int:
    """Format each file and return the exit code: the highest of all."""
    code, diagnostics, files = OK, [], []
    for name in args.files:
        try:
            program = _read(name)
            if args.check or args.diff:
                code = max(code, REFUSED if program.changed else OK)
                _tell(program, args.diff, console)
            else:
                _write(program, console)
        except ScmError as error:
            code = max(code, error.exit_code)
            for report in error.reports:
                console.show(report)
                diagnostics.extend(render_json(report))
            continue
        files.append({"file": program.name, "changed": program.changed, "text": program.after})
    console.document({"ok": code == OK, "files": files, "diagnostics": diagnostics})
    return code


def _read(name: str) -> Formatted:
    """Read and format one program; ScmError if it cannot be read or has syntax errors."""
    path = find_program(name)
    shown, content = read_content(path)
    source = decode(shown, content)
    sink = Sink(source)
    program = parse(source, sink)
    sink.check()
    return Formatted(path, shown, content, print_file(program))


def _tell(program: Formatted, diff: bool, console: Console) -> None:
    if program.changed and diff:
        console.result(program.diff.rstrip("\n"))
    elif program.changed:
        console.result(f"{program.name}: not in canonical form")


def _write(program: Formatted, console: Console) -> None:
    """Put the canonical text in the file's place; standard input goes to standard output."""
    if program.path == STANDARD_INPUT:
        if not console.json:
            sys.stdout.write(program.after)
    elif program.changed:
        with writing(program.path):
            if is_stream(program.path):
                raise OSError(errno.ESPIPE, "it is no file that could be rewritten")
            write_whole(program.path, program.after)
        console.note(f"{program.name}: rewritten")
