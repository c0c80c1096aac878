"""The labels' data as counts of distinct rows."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.ir import Graph

Cells = NDArray[np.int64]

Counts = NDArray[Any]
"""How often rows occur, int64; float64 where they have weights."""

_DENSE = 2**16
"""Combinations of values up to which each has a place of its own while rows are counted."""

MISSING = -1
"""In a cell: a value that is not known."""


@dataclass(frozen=True, eq=False)
class LabelTable:
    """How often each combination of label values occurs.

    The 202,599 rows of the nine CelebA labels of Causal Graph 1 are 217 such cells.

    Attributes:
        labels: The names, in the graph's order of declaration: the columns of `cells`.
        sizes: The number of values of each label.
        cells: (cells, V) distinct rows of value indices, in lexicographic order; -1 is a gap.
        counts: (cells,) how often each occurs; all positive. Of rows with weights, to how
            many even ones each amounts.
        origin: Where the data came from, for people.
        notes: What was noticed while reading, such as columns left out.

    Raises:
        ValueError: If the shapes do not fit, or a cell or a count is out of range.
    """

    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    cells: Cells
    counts: Counts
    origin: str
    notes: tuple[Diagnostic, ...] = field(default=())

    def __post_init__(self) -> None:
        shape = (len(self.counts), len(self.labels))
        if self.cells.shape != shape or len(self.sizes) != len(self.labels):
            raise ValueError(f"the cells have shape {self.cells.shape}, not {shape}")
        inside = (self.cells >= MISSING).all() and (self.cells < np.array(self.sizes)).all()
        most = float(self.counts.sum(dtype=np.float64))
        if not inside or (self.counts <= 0).any() or most >= 2**62:
            raise ValueError("a cell or a count is out of range")

    @cached_property
    def rows(self) -> int:
        """The number of rows of data: the sum of the counts, to the nearest whole one."""
        return round(float(self.counts.sum()))

    @cached_property
    def gaps(self) -> int:
        """How many rows have gaps."""
        holes = (self.cells < 0).any(1)
        return round(float(self.counts[holes].sum()))

    @cached_property
    def complete(self) -> "LabelTable":
        """The rows without gaps."""
        if not self.gaps:
            return self
        whole = (self.cells >= 0).all(1)
        return replace(self, cells=self.cells[whole], counts=self.counts[whole])

    def seen(self, names: Sequence[str]) -> tuple[Cells, Counts]:
        """Some labels' columns (rows, names), and the counts, of rows without gaps there."""
        cells = self.cells[:, [self.labels.index(name) for name in names]]
        whole = (cells >= 0).all(1)
        return (cells, self.counts) if whole.all() else (cells[whole], self.counts[whole])

    @property
    def possible(self) -> int:
        """The number of combinations that the labels' values allow, seen or not."""
        return prod(self.sizes)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of labels, cells and counts: what identifies the data, not their file."""
        digest = hashlib.sha256(json.dumps([self.labels, self.sizes]).encode())
        digest.update(np.ascontiguousarray(self.cells, dtype="<i8").tobytes())
        kind = "<i8" if self.counts.dtype == np.int64 else "<f8"
        digest.update(np.ascontiguousarray(self.counts, dtype=kind).tobytes())
        return digest.hexdigest()

    def counts_of(self, names: Sequence[str]) -> Counts:
        """The counts of some labels' combinations, as an array with one axis a name.

        Args:
            names: Labels of this table, each once; their sizes must allow a dense array. A row in
                which one of them is a gap does not count.
        """
        shape = tuple(self.sizes[self.labels.index(name)] for name in names)
        cells, amounts = self.seen(names)
        counts = np.zeros(prod(shape), dtype=amounts.dtype)
        np.add.at(counts, flat_index(cells, shape), amounts)
        return counts.reshape(shape)


def reweighted(table: LabelTable, random: "np.random.Generator") -> LabelTable:
    """The table with other weights of its rows: a Bayesian bootstrap (Rubin 1981).

    Each row weighs an exponential amount, so that a cell of n rows weighs a gamma amount of shape
    n; as there are to be as many rows as before, each cell's weight is randomly rounded to whole
    ones.
    """
    weights = random.standard_gamma(table.counts)
    exact = weights * (table.rows / weights.sum())
    counts = np.floor(exact + random.random(len(exact))).astype(np.int64)
    kept = counts > 0
    origin = f"{table.origin}, reweighted"
    return LabelTable(table.labels, table.sizes, table.cells[kept], counts[kept], origin)


def tabulate(
    graph: Graph,
    cells: Cells,
    counts: Counts,
    origin: str,
    notes: tuple[Diagnostic, ...] = (),
) -> LabelTable:
    """The table of rows that may repeat; rows of count zero are left out.

    Args:
        graph: Whose labels are the columns.
        cells: (rows, V) value indices in the order of declaration.
        counts: (rows,) how often each row occurs.
        origin: Where the data came from.
        notes: What was noticed while reading.
    """
    sizes = tuple(graph.sizes.values())
    kept = counts > 0
    distinct, sums = gathered(cells[kept] + 1, counts[kept], tuple(size + 1 for size in sizes))
    names = tuple(node.name for node in graph.labels)
    return LabelTable(names, sizes, distinct - 1, sums, origin, notes)


def gathered(cells: Cells, counts: Counts, sizes: tuple[int, ...]) -> tuple[Cells, Counts]:
    """The distinct rows in lexicographic order, and the sum of the counts of each."""
    if prod(sizes) <= _DENSE:
        index = flat_index(cells, sizes)
        codes = np.flatnonzero(np.bincount(index.astype(np.intp), minlength=1))
        dense = np.zeros((prod(sizes), *counts.shape[1:]), dtype=counts.dtype)
        np.add.at(dense, index, counts)
        return np.stack(np.unravel_index(codes, sizes), 1) if sizes else cells[:1], dense[codes]
    if prod(sizes) < 2**62:
        codes, inverse = np.unique(flat_index(cells, sizes), return_inverse=True)
        distinct = np.stack(np.unravel_index(codes, sizes), 1) if sizes else cells[:1]
    else:
        distinct, inverse = np.unique(cells, axis=0, return_inverse=True)
    sums = np.zeros((len(distinct), *counts.shape[1:]), dtype=counts.dtype)
    np.add.at(sums, inverse.reshape(-1), counts)
    return distinct.astype(np.int64), sums


def flat_index(cells: Cells, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The place of each row (rows, K) in an array of this shape, in C order: (rows,)."""
    index = np.zeros(len(cells), dtype=np.int64)
    for column, size in enumerate(shape):
        index = index * size + cells[:, column]
    return index
