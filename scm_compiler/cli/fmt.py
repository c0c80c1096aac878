"""`scmc fmt FILE…`: rewrite programs in canonical form."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scm_compiler.cli.exits import OK, REFUSED

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console


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
        from difflib import unified_diff  # noqa: PLC0415  (asked for by few)

        old = self.before.decode("utf-8-sig").splitlines(keepends=True)
        new = self.after.splitlines(keepends=True)
        return "".join(unified_diff(old, new, self.name, f"{self.name} (formatted)"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a .scm file; - reads standard input"
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if it would")
    parser.add_argument(
        "--diff", action="store_true", help="print what would change; exit 1 if anything would"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Format each file and return the exit code: the highest of all."""
    from scm_compiler.diagnostics import ScmError, render_json  # noqa: PLC0415

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
        files.append(_entry(program))
    console.document({"ok": code == OK, "files": files, "diagnostics": diagnostics})
    return code


def _read(name: str) -> Formatted:
    """Read and format one program; ScmError if it cannot be read or has syntax errors."""
    from scm_compiler.diagnostics import Sink  # noqa: PLC0415
    from scm_compiler.shipped import find_program  # noqa: PLC0415
    from scm_compiler.syntax.parser import parse  # noqa: PLC0415
    from scm_compiler.syntax.printer import print_file  # noqa: PLC0415
    from scm_compiler.syntax.source import decode, read_content  # noqa: PLC0415

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
    from scm_compiler.files import is_stream, write_whole, writing  # noqa: PLC0415
    from scm_compiler.syntax.source import STANDARD_INPUT  # noqa: PLC0415

    if program.path == STANDARD_INPUT:
        if not console.json:
            sys.stdout.write(program.after)
    elif program.changed:
        with writing(program.path):
            if is_stream(program.path):
                raise OSError(errno.ESPIPE, "it is no file that could be rewritten")
            write_whole(program.path, program.after)
        console.note(f"{program.name}: rewritten")


def _entry(program: Formatted) -> dict[str, Any]:
    return {"file": program.name, "changed": program.changed, "text": program.after}
