"""A sheet: named columns and rows of text, as a source gives them, read with bounds."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, BinaryIO, cast

from scm_compiler.diagnostics import ScmError, Source, closest, refuse
from scm_compiler.files import is_stream
from scm_compiler.runtime.data.codes.data import DataNotFound, NotATable

LONGEST_LINE = 4_000_000
"""In characters. A file whose lines are longer is no table, and would fill the memory."""

FORMS = {
    (0, b"PAR1"): "a Parquet file",
    (8, b"DUCK"): "a DuckDB database",
    (0, b"SQLite format 3\0"): "an SQLite database",
    (0, b"PK\3\4"): "a zip file, as spreadsheets are",
    (0, b"\xd0\xcf\x11\xe0"): "a spreadsheet",
    (0, b"\x1f\x8b"): "packed by gzip",
}
"""What other files are, by the place and the bytes that tell."""

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
        weight_column: The column that says how much each row weighs, if any.
        delimiter: What stands between the fields of a line.
        tells_extra: Whether columns that no label needs are worth a note.
    """

    path: Path
    header: tuple[str, ...]
    rows: Iterator[Row]
    count_column: str | None = None
    weight_column: str | None = None
    delimiter: str = ","
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


def text_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a file with their ends, with or without a byte-order mark; unpacked if packed.

    Args:
        path: The file; gzip where its name ends in `.gz`.
        encoding: How its bytes are letters.

    Raises:
        ScmError: E603 if the file cannot be read, holds other bytes or has a line without end.
    """
    known = "utf-8-sig" if is_utf8(encoding) else encoding
    with (
        reading_text(path, encoding),
        opened(path) as held,
        TextIOWrapper(held, encoding=known, newline="") as stream,
    ):
        yield from bounded(stream, path)


@contextmanager
def reading_text(path: Path, encoding: str) -> Iterator[None]:
    """Say what is wrong with the bytes of a file; see `text_lines`."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise not_text(path, error.object[error.start], encoding) from error
    except UnicodeError as error:  # UTF-16 without its mark
        raise no_table(path, str(error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise no_table(path, unreadable(error)) from error


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked if its name ends in `.gz`."""
    return cast("BinaryIO", gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def unreadable(error: Exception) -> str:
    """Why a file cannot be read."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"it cannot be unpacked: {error}"


def is_utf8(encoding: str) -> bool:
    """Whether an encoding is UTF-8 by any of its names."""
    return codecs.lookup(encoding).name == "utf-8"


def not_text(path: Path, byte: int, encoding: str) -> ScmError:
    """The refusal of a file that holds a byte that is no text."""
    name = "UTF-8" if is_utf8(encoding) else encoding
    return no_table(
        path, _form(path) or f"it holds the byte 0x{byte:02x}, which is not {name} text"
    )


def _form(path: Path) -> str | None:
    """What a file is that is no text, if its first bytes tell."""
    with suppress(OSError), path.open("rb") as stream:
        start = stream.read(16)
        found = (form for (at, told), form in FORMS.items() if start[at:].startswith(told))
        return next((f"it is {form}" for form in found), None)
    return None


def bounded(stream: IO[str], path: Path, before: int = 0) -> Iterator[str]:
    """The lines of a stream, none of which fills the memory.

    Args:
        stream: The text.
        path: Its file, for messages.
        before: The lines of the file that come before it.

    Raises:
        ScmError: E603 if a line is too long or holds a zero byte.
    """
    number = before
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise no_table(path, f"line {number} is longer than {LONGEST_LINE:,} characters")
        if "\0" in line:
            raise no_table(path, _form(path) or f"line {number} holds a zero byte")
        yield line


def _near(path: Path) -> str | None:
    """A file in the same folder with a similar name, as it would be typed."""
    try:
        others = {other.name: other for other in path.parent.iterdir() if other.is_file()}
    except OSError:
        return None
    near = closest(path.name, sorted(others))
    return str(others[near]) if near else None
