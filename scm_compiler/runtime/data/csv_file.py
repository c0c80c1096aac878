"""`csv:FILE`: a table with one column a label, and one row an observation."""

import csv
from codecs import lookup
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from io import BufferedReader, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.assembly import Gathering
from scm_compiler.runtime.data.codes.columns import ExtraColumns, LooksCounted
from scm_compiler.runtime.data.columns import Table, read_table
from scm_compiler.runtime.data.options import PLAIN, Reading, divide, parse
from scm_compiler.runtime.data.quick import (
    ENCODINGS,
    Chunks,
    Lines,
    Rest,
    block,
    header_end,
    plain_part,
)
from scm_compiler.runtime.data.reading import Coded, Reader, called_count, count_of
from scm_compiler.runtime.data.sheet import (
    Row,
    Sheet,
    bounded,
    existing_file,
    no_table,
    opened,
    reading_text,
    text_lines,
)
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.telling import told

if TYPE_CHECKING:
    from _csv import Reader as RowReader

Notes = tuple[Diagnostic, ...]

DELIMITERS = ",;\t"


def read_csv(place: str, graph: Graph) -> LabelTable:
    """The labels of a CSV file.

    The separator is a comma, a semicolon or a tab, whichever gives the header most of the labels.
    Fields may be quoted, lines may end in CR LF, and a byte-order mark is fine. A file whose name
    ends in `.gz` is unpacked.

    Args:
        place: The path, and what is said of it behind `?`; see `options.Reading`.
        graph: Whose labels are read.

    Raises:
        ScmError: With exit code 2 and every finding of the table; see `read_sheet`.
    """
    path, reading = parse(place)
    sheet = csv_sheet(Path(path), [node.name for node in graph.labels], reading)
    reader = Reader(graph, sheet, reading)
    gathering = Gathering(reader.sizes, weighted=reading.weight is not None)
    for cells, amounts in _parts(reader):
        gathering.add(cells, amounts)
    table = reader.table(graph, gathering, f"csv:{place}")
    return replace(table, notes=_warned(table.notes, place, graph))


def read_csv_table(place: str, graph: Graph) -> Table:
    """The labels and the numbers of a CSV file; see `read_csv`.

    Raises:
        ScmError: With exit code 2 and every finding of the table; see `read_table`.
    """
    path, reading = parse(place)
    sheet = csv_sheet(Path(path), [node.name for node in graph.tabular], reading)
    table = read_table(graph, sheet, f"csv:{place}", reading)
    return replace(table, notes=_warned(table.notes, place, graph))


def usual_count(place: str, names: Collection[str]) -> str | None:
    """The column by which a CSV file's rows seem to be counted, where it is not said which is.

    It is called as such columns are, and all that it holds are whole numbers from 0 on.

    Args:
        place: As of `read_csv`.
        names: The columns that are nodes.

    Raises:
        ScmError: With exit code 2: E602 or E603 if there is no table.
    """
    path, reading = parse(place)
    sheet = csv_sheet(Path(path), names, reading)
    free = {*sheet.header} - {*names}
    name = called_count(free, reading)
    if name is None or len(free | {*names}) < 2:
        return None
    at = sheet.header.index(name)
    cells = (fields[at] for _, fields in sheet.rows if at < len(fields))
    return name if all(count_of(cell) is not None for cell in cells) else None


def _warned(notes: Notes, place: str, graph: Graph) -> Notes:
    """What was noticed, with a warning in place of the note where counts seem to be left out."""
    extra = next((note for note in notes if isinstance(note, ExtraColumns)), None)
    if extra is None:
        return notes
    name = usual_count(place, [node.name for node in graph.tabular])
    if name is None:
        return notes
    rest = tuple(one for one in extra.names if one != name)
    told = [*([ExtraColumns(rest)] if rest else []), LooksCounted(name, said(place, name))]
    return (*told, *(note for note in notes if note is not extra))


def said(spec: str, count: str) -> str:
    """A SPEC or a place that says which column its rows are counted by.

    >>> said("people.csv?missing=drop", "freq")
    'people.csv?missing=drop&count=freq'
    """
    path, written = divide(spec)
    return f"{path}?{'&'.join(filter(None, (written, f'count={count}')))}"


def _parts(reader: Reader) -> Iterator[Coded]:
    """The rows of a sheet: as far as they are plain by the quick way, then strictly."""
    path, encoding = reader.sheet.path, lookup(reader.reading.encoding).name
    if encoding not in ENCODINGS:
        yield from reader.parts()
        return
    with reading_text(path, encoding), opened(path) as stream:
        chunks, lines = Chunks(stream), None
        for content in chunks:
            if lines is None:
                begin = header_end(content, encoding)
                if begin is None:
                    break
                content, lines = content[begin[0] :], Lines(begin[1], 1)  # noqa: PLW2901
                if not content:
                    continue
            part = plain_part(content, reader.sheet.delimiter, encoding)
            if part is None or (len(reader.sheet.header) == 1 and not part.fields.all()):
                left = cast("BinaryIO", BufferedReader(Rest(content + chunks.rest, stream)))
                reader.sheet = _from_here(reader.sheet, left, encoding, lines)
                break
            yield reader.coded(block(reader, part, lines))
            told()(f"rows of {path}", reader.findings.rows, 0)
        else:
            return
        yield from reader.parts()


def _from_here(sheet: Sheet, left: BinaryIO, encoding: str, lines: Lines) -> Sheet:
    """What is left of a sheet, with the numbers of its lines."""
    stream = TextIOWrapper(left, encoding=encoding, newline="")
    rest = bounded(stream, sheet.path, lines.before + lines.read)
    rows = _rows(rest, sheet.delimiter, sheet.path, lines.read)
    return replace(sheet, rows=_without_blanks(rows, len(sheet.header)))


def csv_sheet(path: Path, names: Iterable[str], reading: Reading = PLAIN) -> Sheet:
    """The sheet of a CSV file; `names` are the columns by which the separator is told."""
    lines = text_lines(existing_file(path), reading.encoding)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise no_table(path, "it is empty")
    wanted = {*names, reading.count, reading.weight}
    delimiter = max(DELIMITERS, key=lambda mark: _fit(first, mark, wanted))
    rows = _rows(chain([first], lines), delimiter, path)
    header = tuple(_called(field, wanted) for field in next(rows)[1])
    blankless = _without_blanks(rows, len(header))
    return Sheet(path, header, blankless, reading.count, reading.weight, delimiter)


def _reader(lines: Iterable[str], delimiter: str) -> "RowReader":
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _fit(line: str, delimiter: str, wanted: set[str | None]) -> tuple[int, int]:
    """How many of the wanted columns, and of columns at all, the header has so."""
    try:
        fields = next(_reader([line], delimiter))
    except csv.Error:
        return (0, 0)
    return (len(wanted & {_called(field, wanted) for field in fields}), len(fields))


def _called(field: str, wanted: set[str | None]) -> str:
    """The column of a field of the header: blanks around it count where a label has them."""
    return field if field in wanted else field.strip()


def _rows(lines: Iterable[str], delimiter: str, path: Path, before: int = 0) -> Iterator[Row]:
    reader = _reader(lines, delimiter)
    try:
        for fields in reader:
            yield before + reader.line_num, fields
    except csv.Error as error:
        raise no_table(path, f"line {before + reader.line_num}: {error}") from error


def _without_blanks(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """The rows without blank lines; in a table of one column only those at the end are blank."""
    held: list[Row] = []
    for line, fields in rows:
        if fields:
            yield from held
            held.clear()
            yield line, fields
        elif width == 1:
            held.append((line, [""]))
