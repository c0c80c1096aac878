"""What the columns of real nodes hold: their range, and what looks like no measurement."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Report
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.numbers import Constant, FewNumbers, Heaped
from scm_compiler.runtime.data.columns import Counts, Table
from scm_compiler.runtime.data.numbers import Numbers, spelt
from scm_compiler.runtime.data.positivity import Positivity, covered
from scm_compiler.runtime.data.sources import load_table

HEAP = 0.1
"""A number that holds more than this share of the rows is a heap."""

FEW = 10
"""So many different numbers are few, where each comes twice or more on average."""

MOST_HEAPS = 3


@dataclass(frozen=True)
class Range:
    """What the column of a real node holds.

    Attributes:
        name: The node.
        rows: The number of rows.
        least: The smallest number.
        median: Half of the rows have no larger one.
        most: The largest number.
        different: How many different numbers there are.
    """

    name: str
    rows: int
    least: float
    median: float
    most: float
    different: int


def check_table(
    graph: Graph, spec: str
) -> tuple[Report, tuple[Positivity, ...], tuple[Range, ...]]:
    """Read the data of a graph with real nodes, and see what they lack.

    Args:
        graph: The validated graph.
        spec: The data; see `load_table`.

    Returns:
        What was noticed; how the data cover the labels among each label's parents; and the range
        of each real node.

    Raises:
        ScmError: If the data cannot be used.
    """
    table = load_table(spec, graph)
    report, coverage = covered(graph, table.labels(graph))
    found = [_seen(node.name, table) for node in graph.reals]
    warnings = [warning for _, some in found for warning in some]
    ranges = tuple(one for one, _ in found)
    return Report(None, (*report.diagnostics, *warnings)), coverage, ranges


def _seen(name: str, table: Table) -> tuple[Range, list[Diagnostic]]:
    """The range of a column, and what is odd about it."""
    numbers: Numbers = table.columns[name].astype(np.float64, copy=False)
    values, inverse = np.unique(numbers, return_inverse=True)
    counts = np.zeros(len(values), dtype=table.counts.dtype)
    np.add.at(counts, inverse.reshape(-1), table.counts)
    middle = np.searchsorted(counts.cumsum(), (counts.sum() + 1) // 2)
    ends = (float(values[0]), float(values[middle]), float(values[-1]))
    found = Range(name, table.rows, *ends, len(values))
    return found, list(_odd(name, values, counts))


def _odd(name: str, values: Numbers, counts: Counts) -> Iterator[Diagnostic]:
    """One warning at most: of a column that is constant, of few numbers, or heaped."""
    rows = round(float(counts.sum()))
    heaps = np.flatnonzero((counts > HEAP * rows) & (counts > 1))
    if len(values) == 1:
        yield Constant(name, spelt(values[0]), rows)
    elif len(values) <= FEW and rows >= 2 * len(values):
        yield FewNumbers(name, tuple(map(spelt, values.tolist())), rows)
    elif len(heaps):
        first = heaps[np.argsort(-counts[heaps], kind="stable")][:MOST_HEAPS]
        told = tuple((spelt(values[rank]), int(counts[rank])) for rank in first)
        yield Heaped(name, told, rows)
