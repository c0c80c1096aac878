"""The data of labels and real nodes, column by column."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, ScmError, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.columns import (
    CountIsALabel,
    DuplicateColumn,
    ExtraColumns,
    MissingColumn,
)
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.codes.rows import NoRows
from scm_compiler.runtime.data.numbers import Numbers, RealColumn, faults_of
from scm_compiler.runtime.data.reading import CHUNK, read_ordered
from scm_compiler.runtime.data.sheet import Row, Sheet
from scm_compiler.runtime.data.table import Cells, LabelTable, tabulate

Column = NDArray[np.int64] | Numbers
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """How often each row of values occurs.

    Attributes:
        columns: For each label and real node, in the order of declaration, the (rows,) indices of
            the label's values, or numbers. No two rows are equal, and they are sorted: the labels
            before the real nodes, each in the order of declaration.
        counts: (rows,) how often each occurs; all positive.
        origin: Where the data came from, for people.
        notes: What was noticed while reading, such as columns left out.
    """

    columns: Mapping[str, Column]
    counts: Counts
    origin: str
    notes: tuple[Diagnostic, ...] = field(default=())

    @property
    def rows(self) -> int:
        """The number of rows of data: the sum of the counts."""
        return int(self.counts.sum())

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of names, columns and counts: what identifies the data, not their file."""
        digest = hashlib.sha256(json.dumps(list(self.columns)).encode())
        for column in (*self.columns.values(), self.counts):
            kind = "<f8" if column.dtype.kind == "f" else "<i8"
            digest.update(np.ascontiguousarray(column, dtype=kind).tobytes())
        return digest.hexdigest()

    def labels(self, graph: Graph) -> LabelTable:
        """The counts of the labels' distinct rows.

        Args:
            graph: Whose data these are.
        """
        cells = _stacked([self.columns[node.name] for node in graph.labels], len(self.counts))
        return tabulate(graph, cells, self.counts, self.origin, self.notes)


def table_of(
    graph: Graph,
    columns: Mapping[str, Column],
    counts: Counts,
    origin: str,
    notes: tuple[Diagnostic, ...] = (),
) -> Table:
    """The table of rows that may repeat, in any order; rows of count zero are left out."""
    kept = counts > 0
    keys = [columns[node.name][kept] for node in (*graph.labels, *graph.reals)]
    counts = counts[kept]
    order = np.lexsort(keys[::-1])
    ranked = [key[order] for key in keys]
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in ranked])
    firsts = np.flatnonzero(new)
    sums = np.add.reduceat(counts[order], firsts) if len(firsts) else counts
    names = [node.name for node in (*graph.labels, *graph.reals)]
    held = {name: key[firsts] for name, key in zip(names, ranked, strict=True)}
    return Table({n.name: held[n.name] for n in graph.tabular}, sums, origin, notes)


def of_labels(table: LabelTable) -> Table:
    """The table of a graph without real nodes."""
    columns = dict(zip(table.labels, table.cells.T, strict=True))
    return Table(columns, table.counts, table.origin, table.notes)


def read_table(graph: Graph, sheet: Sheet, origin: str) -> Table:
    """The rows of a sheet, over the graph's labels and real nodes.

    Args:
        graph: Whose nodes the columns are matched with, by name.
        sheet: The text.
        origin: What to call the data.

    Raises:
        ScmError: With exit code 2 and every finding: those of `read_sheet`, and E616 to E619 of
            the numbers, one a column and kind.
    """
    reader = _Reader(graph, sheet)
    reader.require(real_faults(graph, sheet.header, sheet.count_column))
    found: list[Diagnostic] = []
    cells = np.zeros((0, 0), dtype=np.int64)
    try:
        cells = read_ordered(graph, replace(sheet, rows=reader.rows()))
    except ScmError as error:
        found += error.diagnostics
    reader.require([*found, *faults_of(reader.columns)])
    counts = reader.counts
    if not counts.sum():
        reader.require([NoRows(path=str(sheet.path))])
    columns = dict(zip((node.name for node in graph.labels), cells.T, strict=True))
    numbers = {column.node.name: column.numbers for column in reader.columns}
    extra = reader.extra if sheet.tells_extra else ()
    notes = (ExtraColumns(names=extra),) if extra else ()
    return table_of(graph, {**columns, **numbers}, counts, origin, notes)


def real_faults(
    graph: Graph, header: tuple[str, ...], count: str | None = None
) -> list[Diagnostic]:
    """What is wrong with columns that should name each real node once; see `header_faults`."""
    found: list[Diagnostic] = []
    for node in graph.reals:
        if node.name == count:
            found.append(CountIsALabel(name=node.name))
        elif header.count(node.name) > 1:
            found.append(DuplicateColumn(name=node.name))
        elif node.name not in header:
            found.append(MissingColumn(name=node.name, columns=header, what="real node"))
    return found


class _Reader:
    """Takes the numbers of a sheet's rows while these pass by.

    Attributes:
        columns: The columns of the real nodes.
    """

    def __init__(self, graph: Graph, sheet: Sheet) -> None:
        self.graph, self.sheet = graph, sheet
        self.columns = [RealColumn(node) for node in graph.reals]
        self._row = 0
        self._counts: list[Counts] = []

    def require(self, found: list[Diagnostic]) -> None:
        """Refuse the sheet if anything is wrong with it."""
        if found:
            raise refuse(*found, source=Source(str(self.sheet.path), ""), exit_code=2)

    def rows(self) -> Iterator[Row]:
        """The rows as they are."""
        while part := list(islice(self.sheet.rows, CHUNK)):
            self._take(part)
            self._row += len(part)
            yield from part

    @property
    def counts(self) -> Counts:
        """How often each row occurs."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self._counts])

    @property
    def extra(self) -> tuple[str, ...]:
        """The columns that nothing uses."""
        used = {node.name for node in self.graph.tabular} | {self.sheet.count_column}
        return tuple(name for name in self.sheet.header if name not in used)

    def _take(self, part: list[Row]) -> None:
        """Take the numbers of some rows; those of another width are refused elsewhere."""
        width, first = len(self.sheet.header), self._row + 1
        whole = [(first + rank, *row) for rank, row in enumerate(part) if len(row[1]) == width]
        for column in self.columns:
            place = self.sheet.header.index(column.node.name)
            column.add([fields[place] for _, _, fields in whole], _places(whole, place))
        counts = np.ones(len(whole), dtype=np.int64)
        if self.sheet.count_column is not None:
            place = self.sheet.header.index(self.sheet.count_column)
            counts[:] = [_count(fields[place]) for _, _, fields in whole]
        self._counts.append(counts)


def _places(rows: list[tuple[int, int, list[str]]], column: int) -> Callable[[int], Place]:
    """The places of a column's cells in some rows, by rank."""

    def place(rank: int) -> Place:
        row, line, fields = rows[rank]
        return Place(row, line, fields[column])

    return place


def _count(text: str) -> int:
    """How often a row occurs; where it is no count, the labels' reader refuses the row."""
    return int(text) if text.strip().isdecimal() and len(text) < 19 else 0


def _stacked(columns: list[Column], rows: int) -> Cells:
    """Columns (rows,) side by side."""
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0), dtype=np.int64)
