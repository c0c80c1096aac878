"""A sheet: named columns and rows of text, as a source gives them, read with bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scm_compiler.diagnostics import ScmError, Source, closest, refuse
from scm_compiler.files import is_stream
from scm_compiler.runtime.data.codes.data import DataNotFound, NotATable

LONGEST_LINE = 4_000_000
"""In characters. A file whose lines are longer is no table, and would fill the memory."""

Row = tuple[int, list[str]]
"""The number of a row's last line in its file, from 1, and the row's fields."""


@dataclass(frozen=True)
class Sheet:
    """The text of a table, row by row.

    Attributes:
        path: The file, for messages.
        header: The names of the columns.
        rows: The rows; read once, as they are asked for.
        count_column: The column that says how often each row occurs, if any.
        tells_extra: Whether columns that no label needs are worth a note.
    """

    path: Path
    header: tuple[str, ...]
    rows: Iterator[Row]
    count_column: str | None = None
    tells_extra: bool = True


def existing_file(path: Path) -> Path:
    """The path, if there is a file.

    Raises:
        ScmError: E602 if not, E603 if the system cannot tell, or it is a pipe or a device, which
            could be read only once.
    """
    try:
        if path.is_file():
            return path
    except OSError as error:  # such as a name that is too long to be one
        raise no_table(path, error.strerror or str(error)) from error
    if is_stream(path):
        raise no_table(path, "it is no file")
    raise refuse(DataNotFound(path=str(path), near=_near(path)), exit_code=2)


def no_table(path: Path, reason: str) -> ScmError:
    """The refusal of a file that is not a table."""
    found = NotATable(path=str(path), reason=reason)
    return refuse(found, source=Source(str(path), ""), exit_code=2)


def text_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file with their ends, with or without a byte-order mark.

    Raises:
        ScmError: E603 if the file cannot be read, is not UTF-8 or has a line without end.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _bounded(stream, path)
    except UnicodeDecodeError as error:
        wrong = error.object[error.start]
        reason = f"it holds the byte 0x{wrong:02x}, which is not UTF-8 text"
        raise no_table(path, reason) from error
    except OSError as error:
        raise no_table(path, error.strerror or str(error)) from error


def _bounded(stream: IO[str], path: Path) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise no_table(path, f"line {number} is longer than {LONGEST_LINE:,} characters")
        if "\0" in line:
            raise no_table(path, f"line {number} holds a zero byte")
        yield line


def _near(path: Path) -> str | None:
    """A file in the same folder with a similar name, as it would be typed."""
    try:
        others = {other.name: other for other in path.parent.iterdir() if other.is_file()}
    except OSError:
        return None
    near = closest(path.name, sorted(others))
    return str(others[near]) if near else None
