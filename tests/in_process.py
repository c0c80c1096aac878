"""Runs a command of a document without starting a process, where no shell is needed.

`scmc` is called here. The text of a block of Python is run in a copy of this process.
"""

import os
import re
import shlex
import sys
import tempfile
import warnings
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

from scm_compiler.cli.main import main
from tests.copies import Copy
from tests.shown import PYTHON, ROOT, SITE, in_shell, run

APART = {"scmc", "printf", "cat"}
"""They leave no more behind than files."""
_PIPED = re.compile(
    r"(?P<first>.*?)(?: 2>(?P<errors>&1|/dev/null)(?: \| (?P<rest>.*))?)?", re.DOTALL
)


def execute(command, folder):
    """What a command prints, on either stream, and its exit status."""
    if (folder / SITE).exists():  # a package of its own
        return in_shell(command, folder)
    done = [_one(part, folder) for part in _parts(command)]
    return "\n".join(said for said, _ in done if said), done[-1][1]


def _parts(command):
    """The commands that may be run one after the other, each in a shell of its own."""
    parts = command.split("; ")
    try:
        apart = {shlex.split(part)[0] for part in parts} <= APART
    except ValueError:  # the sign stands within quotes
        apart = False
    return parts if apart else [command]


def _one(command, folder):
    piped = _PIPED.fullmatch(command)
    words = _plain(piped["first"].replace("$PROJECT", str(ROOT)))
    if words is not None and words[:-1] == PYTHON:
        ended = Copy(partial(_interpret, words[-1]), folder, seconds=600).ended()
        return f"{ended.out}{ended.err}".rstrip(), ended.code
    if words is None or words[0] != "scmc":
        return in_shell(command, folder)
    shown, status = _called(words[1:], folder, quiet=piped["errors"] == "/dev/null")
    rest = piped["rest"]
    return run(["bash", "-c", rest], folder, f"{shown}\n") if rest else (shown, status)


def _plain(command):
    """The words of a command, or None where it asks more of a shell."""
    signs = shlex.shlex(command, posix=True, punctuation_chars=True)
    signs.commenters = ""
    plain = "$" not in command and not any(set(sign) <= set("();<>|&") for sign in signs)
    return shlex.split(command) if plain else None


def _interpret(text):
    warnings.simplefilter("error")
    sys.path.insert(0, "")
    exec(compile(text, "<string>", "exec"), {"__name__": "__main__"})


def _called(words, folder, *, quiet):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed, ExitStack() as places:
        places.enter_context(chdir(folder))
        errors = places.enter_context(Path(os.devnull).open("w")) if quiet else printed
        with _printing_to(printed, errors):
            try:
                status = main(words)
            except SystemExit as end:
                status = end.code
        printed.seek(0)
        return printed.read().rstrip(), status


@contextmanager
def _printing_to(*files):
    """Send both streams to files, those of processes that are started as well."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    try:
        for (number, _), file in zip(kept, files, strict=True):
            os.dup2(file.fileno(), number)
        with redirect_stdout(files[0]), redirect_stderr(files[1]):
            yield
        for file in files:
            file.flush()
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
