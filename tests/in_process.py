"""Runs a command of a document without starting a process, where no shell is needed."""

import os
import shlex
import tempfile
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout

from scm_compiler.cli.main import main
from tests.shown import SITE, in_shell, run


def execute(command, folder):
    """What a command prints, on either stream, and its exit status."""
    first, _, rest = command.partition(" 2>&1 | ")
    words = _of_scmc(first)
    if words is None or (folder / SITE).exists():  # a package of its own
        return in_shell(command, folder)
    said, status = _called(words, folder)
    return run(["bash", "-c", rest], folder, f"{said}\n") if rest else (said, status)


def _of_scmc(command):
    """The words after `scmc`, or None where the line asks more of a shell."""
    signs = shlex.shlex(command, posix=True, punctuation_chars=True)
    signs.commenters = ""
    plain = "$" not in command and not any(set(sign) <= set("();<>|&") for sign in signs)
    words = shlex.split(command)
    return words[1:] if plain and words[0] == "scmc" else None


def _called(words, folder):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed, chdir(folder):
        with _printing_to(printed):
            try:
                status = main(words)
            except SystemExit as end:
                status = end.code
        printed.seek(0)
        return printed.read().rstrip(), status


@contextmanager
def _printing_to(file):
    """Send both streams to a file, those of processes that are started as well."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    try:
        for number, _ in kept:
            os.dup2(file.fileno(), number)
        with redirect_stdout(file), redirect_stderr(file):
            yield
        file.flush()
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
