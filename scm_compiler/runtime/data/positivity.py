"""Positivity: the parent configurations that the data never show (Pearl 2009, section 3.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import prod

import numpy as np

from scm_compiler.diagnostics import Report
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.data import NeverSeen
from scm_compiler.runtime.data.sources import load_labels
from scm_compiler.runtime.data.table import LabelTable, flat_index

MOST_EXAMPLES = 8


@dataclass(frozen=True)
class Positivity:
    """How well the data cover the parents of one label.

    Attributes:
        name: The label.
        parents: The labels among its parents, in the order of declaration.
        configurations: How many combinations of the parents' values there are.
        unseen: How many of them never occur in the data.
        fewest: The least number of rows in a combination that does occur.
        examples: The first combinations that never occur, as the values' names.
    """

    name: str
    parents: tuple[str, ...]
    configurations: int
    unseen: int
    fewest: int
    examples: tuple[tuple[str, ...], ...]


def check_data(graph: Graph, spec: str) -> tuple[Report, tuple[Positivity, ...]]:
    """Read the data and see which parent configurations they never show.

    Args:
        graph: The validated graph.
        spec: The data; see `load_labels`.

    Returns:
        What was noticed (columns left out, a warning for each label with configurations never
        seen), and the table of all labels that have parents.

    Raises:
        ScmError: If the data cannot be used.
    """
    return covered(graph, load_labels(spec, graph))


def covered(graph: Graph, table: LabelTable) -> tuple[Report, tuple[Positivity, ...]]:
    """What was noticed of a table, and how it covers the parents of each label."""
    rows = positivity(graph, table)
    warnings = tuple(_warning(row) for row in rows if row.unseen)
    return Report(None, (*table.notes, *warnings)), rows


def positivity(graph: Graph, table: LabelTable) -> tuple[Positivity, ...]:
    """The coverage of every label that has labels as parents; real ones have no configurations."""
    parents = (
        (node.name, tuple(p for p in graph.parents[node.name] if p in graph.domains))
        for node in graph.labels
    )
    return tuple(_coverage(graph, table, name, some) for name, some in parents if some)


def _coverage(graph: Graph, table: LabelTable, name: str, parents: tuple[str, ...]) -> Positivity:
    shape = tuple(table.sizes[table.labels.index(parent)] for parent in parents)
    cells, counts = table.seen(parents)
    if prod(shape) < 2**62:
        codes, inverse = np.unique(flat_index(cells, shape), return_inverse=True)
        examples = tuple(islice(_missing(graph, parents, shape, codes.tolist()), MOST_EXAMPLES))
    else:
        distinct = np.unique(cells, axis=0, return_inverse=True)
        codes, inverse, examples = distinct[0], distinct[1].reshape(-1), ()
    rows = np.bincount(inverse, weights=counts)
    unseen = prod(shape) - len(codes)
    return Positivity(
        name, parents, prod(shape), unseen, int(rows.min()) if len(rows) else 0, examples
    )


def _missing(
    graph: Graph, parents: tuple[str, ...], shape: tuple[int, ...], seen: list[int]
) -> Iterator[tuple[str, ...]]:
    """The combinations that are not in `seen` (sorted), first ones first."""
    known = iter(seen)
    following = next(known, None)
    for code in range(prod(shape)):
        if code == following:
            following = next(known, None)
            continue
        values = [int(value) for value in np.unravel_index(code, shape)]
        yield tuple(graph.domains[p].values[v] for p, v in zip(parents, values, strict=True))


def _warning(row: Positivity) -> NeverSeen:
    settings = "; ".join(
        ", ".join(f"{name}={value}" for name, value in zip(row.parents, values, strict=True))
        for values in row.examples[:3]
    )
    left = row.unseen - min(3, len(row.examples))
    example = f"{settings}; and {left:,} more" if left and settings else settings
    return NeverSeen(
        name=row.name, unseen=row.unseen, configurations=row.configurations, example=example
    )
