"""The data of labels and real nodes, column by column."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.assembly import Amounts, evened, filled
from scm_compiler.runtime.data.codes.columns import (
    CountIsALabel,
    DuplicateColumn,
    ExtraColumns,
    MissingColumn,
)
from scm_compiler.runtime.data.codes.gaps import RowsDropped
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.codes.rows import NoRows
from scm_compiler.runtime.data.codes.weights import RowsWeighted
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.numbers import Numbers, RealColumn, faults_of
from scm_compiler.runtime.data.options import PLAIN, Reading
from scm_compiler.runtime.data.reading import CHUNK, Reader, amount_columns, header_faults
from scm_compiler.runtime.data.sheet import Row, Sheet
from scm_compiler.runtime.data.table import Cells, LabelTable, tabulate

Column = NDArray[np.int64] | Numbers
Counts = NDArray[Any]
"""How often rows occur, int64; float64 where they have weights."""


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
        """The number of rows of data: the sum of the counts, to the nearest whole one."""
        return round(float(self.counts.sum()))

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of names, columns and counts: what identifies the data, not their file."""
        digest = hashlib.sha256(json.dumps(list(self.columns)).encode())
        for column in (*self.columns.values(), self.counts):
            kind = "<f8" if column.dtype.kind == "f" else "<i8"
            digest.update(np.ascontiguousarray(column, dtype=kind).tobytes())
        return digest.hexdigest()

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The least and the greatest number of each column of numbers."""
        numbers = ((name, c) for name, c in self.columns.items() if c.dtype.kind == "f")
        return {name: (float(column.min()), float(column.max())) for name, column in numbers}

    def labels(self, graph: Graph) -> LabelTable:
        """The counts of the labels' distinct rows.

        Args:
            graph: Whose data these are.
        """
        cells = _stacked([self.columns[node.name] for node in graph.labels], len(self.counts))
        return tabulate(graph, cells, self.counts, self.origin, self.notes)


@dataclass(frozen=True, eq=False)
class MixedRows:
    """Rows as they were read, in any order.

    Attributes:
        cells: (rows, V) the labels' value indices; -1 is a gap.
        reals: The real nodes' columns; NaN is a gap.
        amounts: How much there is of each row; see `assembly.Amounts`.
    """

    cells: Cells
    reals: Sequence[RealColumn]
    amounts: Amounts


def table_from(
    graph: Graph,
    rows: MixedRows,
    origin: str,
    reading: Reading,
    notes: tuple[Diagnostic, ...] = (),
) -> Table:
    """The table of rows without faults: gaps are dealt with as was asked, weights evened out.

    Raises:
        ScmError: As `assembly.assemble`; E625 if gaps are to be summed over.
    """
    numbers = {column.node.name: column.numbers for column in rows.reals}
    cells, amounts, told = rows.cells, rows.amounts, list(notes)
    whole = np.logical_and.reduce([(cells >= 0).all(1), *(~np.isnan(n) for n in numbers.values())])
    gaps = int((~whole).sum())
    wrong = needs_complete_rows(graph)
    if gaps and reading.missing == "em" and wrong is not None:
        raise refuse(wrong, source=Source(origin, ""), exit_code=2)
    if gaps and reading.missing == "category":
        cells = filled(graph, cells, origin)
    elif gaps:
        cells, amounts = cells[whole], amounts[whole]
        numbers = {name: column[whole] for name, column in numbers.items()}
        told.append(RowsDropped(gaps, len(whole), em=wrong is None))
    counts, effective = evened(amounts)
    if not counts.sum():
        raise refuse(NoRows(path=origin), source=Source(origin, ""), exit_code=2)
    if effective is not None:
        told.append(RowsWeighted(len(cells), effective))
    columns = dict(zip((node.name for node in graph.labels), cells.T, strict=True))
    return table_of(graph, {**columns, **numbers}, counts, origin, tuple(told))


def reweighted_rows(table: Table, random: "np.random.Generator") -> Table:
    """The table with other weights of its rows: a Bayesian bootstrap (Rubin 1981)."""
    weights = random.standard_gamma(table.counts)
    counts = weights * (table.rows / weights.sum())
    kept = counts > 0
    columns = {name: column[kept] for name, column in table.columns.items()}
    return Table(columns, counts[kept], f"{table.origin}, reweighted")


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


def read_table(graph: Graph, sheet: Sheet, origin: str, reading: Reading = PLAIN) -> Table:
    """The rows of a sheet, over the graph's labels and real nodes.

    Args:
        graph: Whose nodes the columns are matched with, by name.
        sheet: The text.
        origin: What to call the data.
        reading: What becomes of gaps, and how binary columns are coded.

    Raises:
        ScmError: With exit code 2 and every finding: those of `read_sheet`, and E616 to E619 of
            the numbers, one a column and kind; E625 for gaps that are to be summed over.
    """
    rows = _rows_of(graph, sheet, reading)
    used = {*(node.name for node in graph.tabular), *amount_columns(sheet)}
    extra = tuple(name for name in sheet.header if name not in used)
    notes = (ExtraColumns(names=extra),) if extra and sheet.tells_extra else ()
    called = origin if len(rows.cells) else str(sheet.path)
    return table_from(graph, rows, called, reading, notes)


def read_ordered(graph: Graph, sheet: Sheet) -> Column:
    """The value indices (rows, V) of every row of a sheet, in its order; with reals, in float64.

    Args:
        graph: Whose labels and real nodes the columns are matched with, by name.
        sheet: The text.

    Raises:
        ScmError: As `read_table`; a sheet without rows gives none.
    """
    rows = _rows_of(graph, sheet, PLAIN, ways=False)
    labels = dict(zip((node.name for node in graph.labels), rows.cells.T, strict=True))
    numbers = {column.node.name: column.numbers for column in rows.reals}
    held = {**labels, **numbers}
    return _stacked([held[node.name] for node in graph.tabular], len(rows.cells))


def _rows_of(graph: Graph, sheet: Sheet, reading: Reading, *, ways: bool = True) -> MixedRows:
    """The rows of a sheet; `ways` says whether `?missing=` is a way out of gaps.

    Raises:
        ScmError: As `read_table`.
    """
    asked = amount_columns(sheet)
    wrong = [*header_faults(graph, sheet.header, asked), *real_faults(graph, sheet.header, asked)]
    _refuse(wrong, sheet)
    passing = _Numbers(graph, sheet)
    reader = Reader(graph, replace(sheet, rows=passing.rows()), reading)
    parts = list(reader.parts())
    found = reader.findings.refused(gaps=reading.missing == "refuse", ways=ways)
    _refuse([*found, *faults_of(passing.columns, reading.missing)], sheet)
    none = np.zeros((0, len(graph.labels)), dtype=np.int64)
    cells = np.concatenate([none, *(cells for cells, _ in parts)])
    amounts = np.concatenate([a for _, a in parts]) if parts else np.zeros(0, dtype=np.int64)
    return MixedRows(cells, passing.columns, amounts)


def _refuse(found: Sequence[Diagnostic], sheet: Sheet) -> None:
    """Refuse the sheet if anything is wrong with it."""
    if found:
        raise refuse(*found, source=Source(str(sheet.path), ""), exit_code=2)


def real_faults(
    graph: Graph, header: tuple[str, ...], amounts: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """What is wrong with columns that should name each real node once; see `header_faults`."""
    for node in graph.reals:
        if node.name in amounts:
            yield CountIsALabel(name=node.name, what=amounts[node.name])
        elif header.count(node.name) > 1:
            yield DuplicateColumn(name=node.name)
        elif node.name not in header:
            yield MissingColumn(name=node.name, columns=header, what="real node")


class _Numbers:
    """Takes the numbers of a sheet's rows while these pass by.

    Attributes:
        columns: The columns of the real nodes.
    """

    def __init__(self, graph: Graph, sheet: Sheet) -> None:
        self.sheet = sheet
        self.columns = [RealColumn(node) for node in graph.reals]
        self._row = 0

    def rows(self) -> Iterator[Row]:
        """The rows as they are."""
        while part := list(islice(self.sheet.rows, CHUNK)):
            self._take(part)
            self._row += len(part)
            yield from part

    def _take(self, part: list[Row]) -> None:
        """Take the numbers of some rows; those of another width are refused elsewhere."""
        width, first = len(self.sheet.header), self._row + 1
        whole = [(first + rank, *row) for rank, row in enumerate(part) if len(row[1]) == width]
        for column in self.columns:
            place = self.sheet.header.index(column.node.name)
            column.add([fields[place] for _, _, fields in whole], _places(whole, place))


def _places(rows: list[tuple[int, int, list[str]]], column: int) -> Callable[[int], Place]:
    """The places of a column's cells in some rows, by rank."""

    def place(rank: int) -> Place:
        row, line, fields = rows[rank]
        return Place(row, line, fields[column])

    return place


def _stacked(columns: list[Column], rows: int) -> NDArray[Any]:
    """Columns (rows,) side by side."""
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0), dtype=np.int64)
