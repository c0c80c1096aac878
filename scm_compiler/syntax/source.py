"""Reading the text of a program: bounded, UTF-8, any ends of lines."""

import sys
from pathlib import Path

from scm_compiler.diagnostics import Source, refuse
from scm_compiler.syntax.codes.files import FileTooLarge, NotUtf8, Unreadable

LARGEST_FILE = 8 * 2**20
STANDARD_INPUT = Path("-")


def read_source(path: Path) -> Source:
    """The text of a program, UTF-8 with or without a byte-order mark; `-` is standard input.

    Raises:
        ScmError: If it cannot be read, is too large (decided before it is read) or not UTF-8.
    """
    return decode(*read_content(path))


def read_content(path: Path) -> tuple[str, bytes]:
    """The name of a program and its bytes, at most one more than the limit.

    Raises:
        ScmError: If it cannot be read.
    """
    if path == STANDARD_INPUT:
        return "<stdin>", sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        with path.open("rb") as stream:
            return str(path), stream.read(LARGEST_FILE + 1)
    except OSError as error:
        found = Unreadable(str(path), error.strerror or str(error))
        raise refuse(found, exit_code=2) from error


def decode(name: str, content: bytes) -> Source:
    """The text of the bytes of a program.

    Raises:
        ScmError: If they are too many or not UTF-8.
    """
    if len(content) > LARGEST_FILE:
        raise refuse(FileTooLarge(LARGEST_FILE), source=Source(name, ""))
    try:
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        offset = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        line = content.count(b"\n", 0, offset) + 1
        found = NotUtf8(content[offset], offset, line)
        raise refuse(found, source=Source(name, "")) from error
