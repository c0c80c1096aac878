"""Long CSV files, a megabyte at once: fields are found and told apart by numpy.

It reads what is plain: no line breaks, separators or quotes inside of quotes. From the first part
of a file that is not, the strict reader goes on (csv_file.py); what it finds is the same.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from scm_compiler.runtime.data.findings import Numbers
from scm_compiler.runtime.data.reading import Block, Reader, Texts
from scm_compiler.runtime.data.sheet import LONGEST_LINE

SIZE = 2**20
"""Bytes that are read at once."""

ENCODINGS = frozenset({"utf-8", "iso8859-1", "cp1252", "ascii"})
"""In which a separator is one byte, and no part of another letter."""

MOST_FIELD = 2**17
"""No field of a plain part is longer; the strict reader has the same limit."""

_NEWLINE, _QUOTE, _BLANK = b'\n" '
_PAD = 8
_DISTINCT = 32
_WORDS = 32
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)

Bytes = NDArray[np.uint8]


class Chunks:
    """The bytes of a stream, in parts that end where a line does.

    Args:
        stream: The bytes.

    Attributes:
        rest: What was read beyond the last part.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.rest = b""

    def __iter__(self) -> Iterator[bytes]:
        """Each part; one that is longer than any line if there is no line that ends."""
        while read := self._stream.read(SIZE):
            whole, self.rest = self.rest + read, b""
            end = whole.rfind(b"\n") + 1
            if end or len(whole) > LONGEST_LINE:
                whole, self.rest = whole[: end or None], whole[end:] if end else b""
                yield whole
            else:
                self.rest = whole
        whole, self.rest = self.rest, b""
        if whole:
            yield whole


@dataclass(frozen=True)
class Part:
    """Whole lines of a table.

    Attributes:
        data: The bytes, with some zeros at the end.
        length: How many there are without these.
        marks: Where fields end: at a separator, or the end of a line.
        ends: The ranks of the marks that end a line.
        encoding: How bytes are letters.
        quoted: Whether there are quotation marks.
    """

    data: Bytes
    length: int
    marks: Numbers
    ends: Numbers
    encoding: str
    quoted: bool

    @cached_property
    def fields(self) -> Numbers:
        """How many fields each line has; 0 of a blank one."""
        counts = np.diff(self.ends, prepend=-1)
        lengths = np.diff(self.marks[self.ends], prepend=-1)
        return np.where(lengths == 1, 0, counts)

    @cached_property
    def _words(self) -> NDArray[np.uint64]:
        """The eight bytes from each place on."""
        return np.ndarray((self.length,), "<u8", buffer=self.data, strides=(1,))

    def column(self, lines: Numbers | None, place: int, width: int) -> Texts:
        """The texts of a column in lines of this width; in all, if None."""
        return self.texts(*self.bounds(lines, place, width))

    def bounds(self, lines: Numbers | None, place: int, width: int) -> tuple[Numbers, Numbers]:
        """Where the fields of a column begin and end in lines of this width; in all, if None."""
        if lines is None:
            table = self.marks.reshape(-1, width)
            before = table[:, place - 1] if place else np.append(-1, table[:-1, -1])
            start, end = before + 1, table[:, place]
        else:
            mark = self.ends[lines] - width + 1 + place
            end = self.marks[mark]
            start = np.where(mark > 0, self.marks[mark - 1] + 1, 0)
        if self.quoted:
            marked = self.data[start] == _QUOTE
            start, end = start + marked, end - marked
        return start, end

    def texts(self, start: Numbers, end: Numbers) -> Texts:
        """The distinct texts of fields, and which of them each is."""
        lengths = end - start
        longest = int(lengths.max(initial=0))
        if longest == 1 and lengths.all():
            return _letters(self.data[start], self.encoding)
        ids = _distinct(self._word(start, lengths, 0))
        for word in range(1, -(-longest // 8)):
            more = _distinct(self._word(start, lengths, word))
            ids = _distinct(ids * (int(more.max(initial=0)) + 1) + more)
        first = np.zeros(int(ids.max(initial=-1)) + 1, dtype=np.int64)
        first[ids[::-1]] = np.arange(len(ids))[::-1]
        names = [self._text(int(start[rank]), int(end[rank])) for rank in first]
        return Texts(names, ids)

    def _word(self, start: Numbers, lengths: Numbers, number: int) -> NDArray[np.uint64]:
        """Eight bytes of each field, zeros beyond its end."""
        left = np.clip(lengths - 8 * number, 0, 8)
        place = np.minimum(start + 8 * number, self.length - 1)
        return np.asarray(self._words[place] & _MASKS[left])

    def _text(self, start: int, end: int) -> str:
        text = self.data[start:end].tobytes().decode(self.encoding)
        quoted = self.quoted and start and self.data[start - 1] == _QUOTE
        return text if quoted else text.lstrip(" ")


@dataclass(frozen=True)
class Letters:
    """Whole lines of a table whose fields are all of one byte.

    Attributes:
        table: The fields (lines, fields of each).
        encoding: How bytes are letters.
    """

    table: Bytes
    encoding: str

    @property
    def fields(self) -> Numbers:
        """How many fields each line has."""
        return np.full(len(self.table), self.table.shape[1])

    def column(self, lines: Numbers | None, place: int, width: int) -> Texts:
        """The texts of a column; `lines` are none where lines of another width are asked for."""
        if lines is not None:
            return Texts([], np.zeros(len(lines), dtype=np.int64))
        return _letters(np.ascontiguousarray(self.table[:, place]), self.encoding)


def _letters(letters: Bytes, encoding: str) -> Texts:
    """The distinct texts of fields of one byte, and which of them each is."""
    least, most = letters.min(initial=255), letters.max(initial=0)
    last = letters == most
    if least < most and bool((last | (letters == least)).all()):  # two: the quick way
        held, places = np.array([least, most]), last.astype(np.int64)
    else:
        held = np.flatnonzero(np.bincount(letters))
        numbers = np.zeros(256, dtype=np.int64)
        numbers[held] = np.arange(len(held))
        places = numbers[letters]
    names = [bytes([letter]).decode(encoding).lstrip(" ") for letter in held.tolist()]
    return Texts(names, places)


def _distinct(values: NDArray[np.uint64] | Numbers) -> Numbers:
    """A number for each distinct value, from 0: quick where these are few."""
    found = np.full(len(values), -1, dtype=np.int64)
    place = 0
    for number in range(_DISTINCT):
        place += int(np.argmax(found[place:] < 0)) if len(found) else 0
        if not len(found) or found[place] >= 0:
            return found
        found[values == values[place]] = number
    if (found < 0).any():
        return np.unique(values, return_inverse=True)[1].reshape(-1)
    return found


def plain_part(content: bytes, delimiter: str, encoding: str) -> Part | Letters | None:
    """Whole lines, taken apart; None if they are not plain."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    if b"\r" in content or b"\0" in content or not _is_text(content, encoding):
        return None
    if not content.endswith(b"\n"):
        content += b"\n"
    letters = None if b'"' in content else _single(content, delimiter)
    if letters is not None:
        return Letters(letters, encoding)
    data = np.frombuffer(content + bytes(_PAD), dtype=np.uint8)
    length = len(content)
    ended = data[:length] == _NEWLINE
    marks = np.flatnonzero(ended | (data[:length] == ord(delimiter)))
    ends = np.flatnonzero(ended[marks])
    quoted = b'"' in content
    part = Part(data, length, marks, ends, encoding, quoted)
    lengths = np.diff(marks, prepend=-1)
    if lengths.max() > MOST_FIELD or (quoted and not _is_plainly_quoted(part, lengths)):
        return None
    return None if np.diff(marks[ends], prepend=-1).max() >= LONGEST_LINE else part


def _single(content: bytes, delimiter: str) -> Bytes | None:
    """The fields (lines, fields) of text whose fields are all of one byte; None of other text."""
    width = content.find(b"\n") + 1
    if width % 2 or len(content) % width:
        return None
    data = np.frombuffer(content, dtype=np.uint8)
    line = bytes(1) + (delimiter.encode() + bytes(1)) * (width // 2 - 1) + b"\n"
    signs = np.frombuffer(line * (len(data) // width), dtype=np.uint8)
    marks = np.count_nonzero(data == ord(delimiter)) + np.count_nonzero(data == _NEWLINE)
    if np.count_nonzero(data == signs) != len(data) // 2 or marks != len(data) // 2:
        return None
    return data.reshape(-1, width)[:, ::2]


def _is_text(content: bytes, encoding: str) -> bool:
    if content.isascii():
        return True
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_plainly_quoted(part: Part, lengths: Numbers) -> bool:
    """Whether quotes stand in pairs around whole fields, and nowhere else."""
    starts = part.marks - lengths + 1
    around = (part.data[starts] == _QUOTE) & (part.data[part.marks - 1] == _QUOTE) & (lengths > 2)
    return 2 * int(around.sum()) == int((part.data == _QUOTE).sum())


@dataclass
class Lines:
    """How far a file was read.

    Attributes:
        before: The lines before its header, which messages do not count.
        read: The lines that were read, the header's among them.
    """

    before: int
    read: int


def block(reader: Reader, part: Part | Letters, lines: Lines) -> Block:
    """The rows of a part; those of another width are noted and left out."""
    width, fields = reader.findings.width, part.fields
    rows = np.cumsum(fields > 0) + reader.findings.rows
    numbers = np.arange(len(fields)) + lines.read + 1
    ragged = np.flatnonzero((fields != width) & (fields > 0))
    if len(ragged):
        first = int(ragged[0])
        place = int(rows[first]), int(numbers[first])
        reader.findings.ragged.add(len(ragged), place, str(int(fields[first])))
    good = np.flatnonzero(fields == width)
    whole = len(good) == len(fields)
    reader.findings.rows += int((fields > 0).sum())
    lines.read += len(fields)

    def texts(place: int | None) -> Texts | None:
        if place is None:
            return None
        return part.column(None if whole else good, place, width)

    held = [texts(place) for place in reader.places]
    return Block(
        [
            text.placed(column.coding)
            for text, column in zip(held, reader.columns, strict=True)
            if text is not None
        ],
        texts(reader.count_place),
        texts(reader.weight_place),
        rows[good],
        numbers[good],
    )


class Rest(io.RawIOBase):
    """What is left of a stream, some of which was read already."""

    def __init__(self, begun: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._begun, self._stream = begun, stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer."""
        read = self._begun[: len(buffer)] or self._stream.read(len(buffer))
        self._begun = self._begun[len(buffer) :]
        buffer[: len(read)] = read
        return len(read)


def header_end(content: bytes, encoding: str) -> tuple[int, int] | None:
    """Where the first row begins, and the lines before the header's; None if that is not plain."""
    begin, before = (3 if content.startswith(b"\xef\xbb\xbf") else 0), 0
    while True:
        end = content.find(b"\n", begin)
        line = content[begin : end if end >= 0 else None].removesuffix(b"\r")
        if b"\r" in line or line.count(b'"') % 2:
            return None
        if line.decode(encoding, "replace").strip():
            return (end + 1 if end >= 0 else len(content)), before
        if end < 0:
            return None
        begin, before = end + 1, before + 1
