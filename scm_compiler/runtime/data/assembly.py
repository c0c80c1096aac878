"""From coded rows to a label table: gaps are dealt with as was asked, and weights evened out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.gaps import NoGapValue, RowsDropped
from scm_compiler.runtime.data.codes.rows import NoRows
from scm_compiler.runtime.data.codes.weights import RowsWeighted
from scm_compiler.runtime.data.coding import MISSING, gap_value
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.options import Reading
from scm_compiler.runtime.data.table import Cells, LabelTable, gathered, tabulate

Amounts = NDArray[Any]
"""How often each row occurs, (rows,) or (rows, 1); of rows with weights (rows, 2) what they weigh,
and the squares of it."""


@dataclass(frozen=True)
class Rows:
    """Coded rows, in which -1 is a gap.

    Attributes:
        cells: (rows, V) value indices.
        amounts: How much of each there is.
        read: How many rows were read, however often they occur.
        gaps: How many of these have gaps.
    """

    cells: Cells
    amounts: Amounts
    read: int
    gaps: int


def amounts_of(counts: NDArray[np.int64], weights: NDArray[np.float64] | None) -> Amounts:
    """How much there is of rows that occur so often, and weigh so much each time."""
    if weights is None:
        return counts
    return np.stack([counts * weights, counts * weights**2], axis=1)


class Gathering:
    """Rows as they come, of which only distinct ones are kept.

    Args:
        sizes: The number of values of each label.
    """

    def __init__(self, sizes: tuple[int, ...], *, weighted: bool = False) -> None:
        self._sizes = tuple(size + 1 for size in sizes)
        shape = (0, 2) if weighted else (0,)
        self._cells = np.zeros((0, len(sizes)), dtype=np.int64)
        self._amounts: Amounts = np.zeros(shape, dtype=np.float64 if weighted else np.int64)
        self._pending: list[tuple[Cells, Amounts]] = []

    def add(self, cells: Cells, amounts: Amounts) -> None:
        """Take in rows."""
        self._pending.append(gathered(cells + 1, amounts, self._sizes))
        if sum(len(found) for found, _ in self._pending) > len(self._cells):
            self._merge()

    def rows(self) -> tuple[Cells, Amounts]:
        """The distinct rows, and how much there is of each."""
        self._merge()
        return self._cells - 1, self._amounts

    def _merge(self) -> None:
        parts = [(self._cells, self._amounts), *self._pending]
        cells = np.concatenate([part for part, _ in parts])
        amounts = np.concatenate([part for _, part in parts])
        self._cells, self._amounts = gathered(cells, amounts, self._sizes)
        self._pending = []


def assemble(
    graph: Graph,
    rows: Rows,
    origin: str,
    reading: Reading,
    notes: Sequence[Diagnostic] = (),
) -> LabelTable:
    """The label table of rows whose cells are values or gaps.

    Args:
        graph: Whose labels the columns are.
        rows: The rows.
        origin: Where they come from.
        reading: What becomes of gaps.
        notes: What was noticed while reading.

    Raises:
        ScmError: E609 if no row is left, E624 if a label with gaps declares no value for them;
            with exit code 2.
    """
    told = list(notes)
    cells, amounts = rows.cells, rows.amounts
    if rows.gaps and reading.missing == "drop":
        whole = (cells >= 0).all(1)
        cells, amounts = cells[whole], amounts[whole]
        told.append(RowsDropped(rows.gaps, rows.read, em=needs_complete_rows(graph) is None))
    if rows.gaps and reading.missing == "category":
        cells = filled(graph, cells, origin)
    counts, effective = evened(amounts)
    if not counts.sum():
        raise refuse(NoRows(path=origin), source=Source(origin, ""), exit_code=2)
    if effective is not None:
        left = rows.read - (rows.gaps if reading.missing == "drop" else 0)
        told.append(RowsWeighted(left, effective))
    return tabulate(graph, cells, counts, origin, tuple(told))


def filled(graph: Graph, cells: Cells, origin: str) -> Cells:
    """The rows with the value for it in each gap."""
    domains = list(graph.domains.items())
    values = [gap_value(domain) for _, domain in domains]
    holes = (cells == MISSING).any(0)
    lacking = [
        NoGapValue(name, domain.values)
        for (name, domain), value, hole in zip(domains, values, holes, strict=True)
        if hole and value is None
    ]
    if lacking:
        raise refuse(*lacking, source=Source(origin, ""), exit_code=2)
    own = np.array([0 if value is None else value for value in values], dtype=np.int64)
    return np.where(cells == MISSING, own, cells)


def evened(amounts: Amounts) -> tuple[Amounts, float | None]:
    """The counts of even rows that the rows are worth (Kish 1965), and how many, if weighted."""
    if amounts.ndim == 1:
        return amounts, None
    total, squares = (float(part) for part in amounts.sum(0))
    if not squares:
        return amounts[:, 0], None
    effective = total**2 / squares
    counts = amounts[:, 0] * (effective / total)
    whole = np.rint(counts)
    if np.allclose(counts, whole, rtol=1e-9, atol=1e-9):  # all weigh the same
        return whole.astype(np.int64), None
    return counts, effective
