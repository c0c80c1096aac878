"""`csv:FILE`: a table with one column a label, and one row an observation."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.ir import Graph
from scm_compiler.runtime.data.columns import Table, read_table
from scm_compiler.runtime.data.reading import read_sheet
from scm_compiler.runtime.data.sheet import Row, Sheet, existing_file, no_table, text_lines
from scm_compiler.runtime.data.table import LabelTable

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t"
COUNT = "?count="
"""What stands between a path and the column of the counts."""


def read_csv(place: str, graph: Graph) -> LabelTable:
    """The labels of a CSV file.

    The separator is a comma, a semicolon or a tab, whichever gives the header most of the labels.
    Fields may be quoted, lines may end in CR LF, and a byte-order mark is fine.

    Args:
        place: The path; `PATH?count=NAME` where the column NAME says how often each row occurs.
        graph: Whose labels are read.

    Raises:
        ScmError: With exit code 2 and every finding of the table; see `read_sheet`.
    """
    path, _, count = place.partition(COUNT)
    sheet = csv_sheet(Path(path), [node.name for node in graph.labels], count or None)
    return read_sheet(graph, sheet, f"csv:{place}")


def read_csv_table(place: str, graph: Graph) -> Table:
    """The labels and the numbers of a CSV file; see `read_csv`.

    Raises:
        ScmError: With exit code 2 and every finding of the table; see `read_table`.
    """
    path, _, count = place.partition(COUNT)
    sheet = csv_sheet(Path(path), [node.name for node in graph.tabular], count or None)
    return read_table(graph, sheet, f"csv:{place}")


def csv_sheet(path: Path, names: Iterable[str], count_column: str | None = None) -> Sheet:
    """The sheet of a CSV file; `names` are the columns by which the separator is told."""
    lines = text_lines(existing_file(path))
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise no_table(path, "it is empty")
    wanted = {*names, count_column}
    delimiter = max(DELIMITERS, key=lambda mark: _fit(first, mark, wanted))
    rows = _rows(chain([first], lines), delimiter, path)
    header = tuple(_called(field, wanted) for field in next(rows)[1])
    return Sheet(path, header, _without_blanks(rows, len(header)), count_column)


def _reader(lines: Iterable[str], delimiter: str) -> "Reader":
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


def _rows(lines: Iterable[str], delimiter: str, path: Path) -> Iterator[Row]:
    reader = _reader(lines, delimiter)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error as error:
        raise no_table(path, f"line {reader.line_num}: {error}") from error


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
