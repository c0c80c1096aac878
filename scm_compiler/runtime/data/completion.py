"""What rows with gaps say of tables: expected counts, and counts with the gaps drawn.

In a row, labels that are missing hang together where a table holds two of them; what is seen cuts
them apart. So the rows are taken to pieces: all rows in which the same labels are missing
together, with the same tables about them, are one component, and in it only distinct values of
what these tables hold besides count. A missing label below which nothing is seen says nothing, and
is left out. The sum over what is missing is exact (inference/contraction.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.contraction import (
    Array,
    Contraction,
    adjoints,
    operands,
    plan,
)
from scm_compiler.ir import Graph
from scm_compiler.model.tables import table_shape
from scm_compiler.runtime.data.codes.gaps import TooManyMissing
from scm_compiler.runtime.data.table import Counts, LabelTable, flat_index, gathered

LIMIT = 2**22
"""The most numbers in a table of the sum over what is missing in one row."""

ROOM = 2**24
"""The most numbers in such tables of all rows that are worked on at once."""

Tables = dict[str, Array]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A table in which labels of a component are missing.

    Attributes:
        name: The label that it is of.
        shape: Its shape: the parents, the label itself.
        seen: The axes of what is seen.
        free: The axes of what is missing.
        codes: (R,) the place of each row's seen values among all combinations of them.
    """

    name: str
    shape: tuple[int, ...]
    seen: tuple[int, ...]
    free: tuple[int, ...]
    codes: NDArray[np.int64]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Of the missing labels."""
        return tuple(self.shape[axis] for axis in self.free)

    @cached_property
    def _seen(self) -> int:
        return prod(self.shape[axis] for axis in self.seen)

    def cut(self, table: Array) -> Array:
        """The table at what is seen: (R, an axis a missing label); (B R, …) of B tables."""
        batch = table.ndim - len(self.shape)
        order = [*range(batch), *(batch + axis for axis in (*self.seen, *self.free))]
        flat = table.transpose(order).reshape(*table.shape[:batch], self._seen, *self.sizes)
        return np.take(flat, self.codes, axis=batch).reshape(-1, *self.sizes)

    def gather(self, amounts: Array, batch: int = 1) -> Array:
        """What belongs to each entry of the table: of amounts (B R, an axis a missing label)."""
        width = prod(self.sizes)
        rows = np.arange(batch)[:, None] * self._seen + self.codes
        places = rows.reshape(-1, 1) * width + np.arange(width)
        return self.placed(places.reshape(-1), amounts.reshape(-1), batch)

    def placed(self, places: NDArray[np.int64], amounts: Array, batch: int) -> Array:
        """Amounts put in their places among the seen and the missing values of B tables."""
        size = batch * prod(self.shape)
        found = np.bincount(places, weights=amounts, minlength=size)
        axes = (*self.seen, *self.free)
        moved = found.reshape(batch, *(self.shape[axis] for axis in axes))
        back = [1 + axes.index(axis) for axis in range(len(axes))]
        return np.asarray(moved.transpose(0, *back))

    def places(
        self, rows: NDArray[np.int64], values: Mapping[int, NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        """Where the values of missing labels, by axis, stand in rows of B tables."""
        table, row = np.divmod(rows, len(self.codes))
        place = table * self._seen + self.codes[row]
        for axis in self.free:
            place = place * self.shape[axis] + values[axis]
        return place


@dataclass(frozen=True)
class Component:
    """Labels that are missing together, and the rows in which they are.

    Attributes:
        scopes: Of each member the missing labels.
        members: The tables that hold them.
        counts: (R,) how often each row occurs.
        way: How what is missing is summed out.
    """

    scopes: tuple[Names, ...]
    members: tuple[Member, ...]
    counts: Counts
    way: Contraction

    def expected(self, tables: Mapping[str, Array]) -> tuple[dict[str, Array], float] | None:
        """The expected counts of each table, and the log-likelihood of the rows.

        None where the likelihood of a row is too small for floating point.
        """
        cuts = [member.cut(tables[member.name]) for member in self.members]
        slopes = adjoints(self.way, cuts)
        if slopes is None:
            return None
        first = cuts[0] * slopes[0]
        chances = first.reshape(len(self.counts), -1).sum(1)
        weights = self.counts / chances
        found = {}
        for member, cut, slope in zip(self.members, cuts, slopes, strict=True):
            amounts = cut * slope * weights.reshape(-1, *(1 for _ in member.free))
            found[member.name] = member.gather(amounts)[0]
        return found, float(self.counts @ np.log(chances))

    def filled(
        self, tables: Mapping[str, Array], batch: int, random: "np.random.Generator"
    ) -> dict[str, Array]:
        """Counts of each of B tables, with the gaps drawn from what these tables say of them."""
        cuts = [member.cut(tables[member.name]) for member in self.members]
        made = operands(self.way, cuts)
        left = np.floor(self.counts + random.random(len(self.counts))).astype(np.int64)
        amounts = np.tile(left, batch)
        rows = np.flatnonzero(amounts)
        amounts = amounts[rows]
        values: dict[str, NDArray[np.int64]] = {}
        for step in reversed(self.way.steps):
            joint = dict.fromkeys((*step.left_scope, *step.right_scope))
            for name in [n for n in joint if n not in step.scope]:
                chances = _at(made[step.left], step.left_scope, name, rows, values)
                if step.right is not None:
                    chances = chances * _at(made[step.right], step.right_scope, name, rows, values)
                split = random.multinomial(amounts, _shares(chances))
                kept, value = np.nonzero(split)
                rows, amounts = rows[kept], split[kept, value]
                values = {other: known[kept] for other, known in values.items()} | {name: value}
        return {
            member.name: member.placed(
                member.places(
                    rows,
                    {a: values[n] for a, n in zip(member.free, scope, strict=True)},
                ),
                amounts.astype(np.float64),
                batch,
            )
            for member, scope in zip(self.members, self.scopes, strict=True)
        }


def _at(
    table: Array,
    scope: Names,
    name: str,
    rows: NDArray[np.int64],
    values: Mapping[str, NDArray[np.int64]],
) -> Array:
    """A table (B R, scope…) at the values that rows have: (rows, one label), or (rows, 1)."""
    known = tuple(values[other] for other in scope if other != name)
    if name not in scope:
        return np.asarray(table[(rows, *known)])[:, None]
    return np.asarray(np.moveaxis(table, 1 + scope.index(name), -1)[(rows, *known)])


def _shares(chances: Array) -> Array:
    total = chances.sum(1, keepdims=True)
    even = np.full_like(chances, 1 / chances.shape[1])
    return np.where(total > 0, chances / np.where(total > 0, total, 1), even)


def components(graph: Graph, table: LabelTable) -> list[Component]:
    """The rows with gaps, taken to pieces.

    Args:
        graph: Without hidden common causes.
        table: The data.

    Raises:
        ScmError: E626 if too much is missing together.
    """
    found: dict[tuple[Names, Names], list[NDArray[np.int64]]] = {}
    patterns, inverse = np.unique(table.cells < 0, axis=0, return_inverse=True)
    for rank, pattern in enumerate(patterns):
        if pattern.any():
            rows = np.flatnonzero(inverse.reshape(-1) == rank)
            missing = {n for n, hole in zip(table.labels, pattern, strict=True) if hole}
            for key in _together(graph, missing):
                found.setdefault(key, []).append(rows)
    return [
        one
        for key, rows in found.items()
        for one in _made(graph, table, *key, np.concatenate(rows))
    ]


def _together(graph: Graph, missing: set[str]) -> Iterator[tuple[Names, Names]]:
    """Labels that are missing together, and the labels whose tables hold them."""
    order = [node.name for node in graph.labels]
    told = {name for name in order if name not in missing}
    for name in reversed(graph.topological):  # what is seen below them tells of labels
        if name in told:
            told.update(graph.parents[name])
    left = {name: name for name in order if name in missing and name in told}
    families = {
        name: [n for n in (*graph.parents[name], name) if n in left]
        for name in order
        if name in told
    }
    for scope in families.values():
        for other in scope[1:]:
            first, second = left[scope[0]], left[other]
            left = {n: first if root == second else root for n, root in left.items()}
    for root in dict.fromkeys(left.values()):
        group = tuple(name for name in order if left.get(name) == root)
        yield group, tuple(name for name, scope in families.items() if {*scope} & {*group})


def _made(
    graph: Graph, table: LabelTable, missing: Names, about: Names, rows: NDArray[np.intp]
) -> Iterator[Component]:
    """The component of these rows, in parts where it would be large."""
    near = [
        name
        for name in table.labels
        if name not in missing and any(name in (*graph.parents[o], o) for o in about)
    ]
    columns = [table.labels.index(name) for name in near]
    sizes = tuple(table.sizes[column] for column in columns)
    cells, counts = gathered(table.cells[rows][:, columns], table.counts[rows], sizes)
    scopes = tuple(
        tuple(n for n in (*graph.parents[name], name) if n in missing) for name in about
    )
    way = plan(scopes, {name: graph.sizes[name] for name in missing}, ())
    if way.largest > LIMIT:
        raise refuse(TooManyMissing(missing, int(counts.sum()), log2(way.largest), log2(LIMIT)))
    most = max(1, int(ROOM // way.held))
    for start in range(0, len(counts), most):
        part = {name: cells[start : start + most, rank] for rank, name in enumerate(near)}
        length = len(counts[start : start + most])
        members = tuple(_member(graph, name, missing, part, length) for name in about)
        yield Component(scopes, members, counts[start : start + most], way)


def _member(
    graph: Graph,
    name: str,
    missing: Sequence[str],
    part: Mapping[str, NDArray[np.int64]],
    length: int,
) -> Member:
    scope, shape = (*graph.parents[name], name), table_shape(graph, name)
    seen = tuple(axis for axis, other in enumerate(scope) if other not in missing)
    free = tuple(axis for axis, other in enumerate(scope) if other in missing)
    codes = np.zeros(length, dtype=np.int64)
    if seen:
        held = np.stack([part[scope[axis]] for axis in seen], axis=1)
        codes = flat_index(held, tuple(shape[axis] for axis in seen))
    return Member(name, shape, seen, free, codes)


def seen_counts(graph: Graph, table: LabelTable) -> dict[str, Array]:
    """Of each label's table, how many rows without gaps in it belong to each entry."""
    return {
        node.name: np.asarray(
            table.counts_of((*graph.parents[node.name], node.name)), dtype=np.float64
        )
        for node in graph.labels
    }


def expected(
    parts: Sequence[Component], seen: Mapping[str, Array], tables: Mapping[str, Array]
) -> tuple[dict[str, Array], float] | None:
    """The expected counts of each table, and the log-likelihood of all rows.

    None where the likelihood of a row is too small for floating point.
    """
    counts, total = dict(seen), 0.0
    for name, rows in seen.items():
        held = rows > 0
        with np.errstate(divide="ignore"):
            total += float(rows[held] @ np.log(tables[name][held]))
    for part in parts:
        found = part.expected(tables)
        if found is None:
            return None
        for name, amounts in found[0].items():
            counts[name] = counts[name] + amounts
        total += found[1]
    return counts, total


def shares(counts: Array, before: Array) -> Array:
    """The shares of counts, along the last axis; as before where there are none."""
    rows = counts.sum(-1, keepdims=True)
    return np.asarray(np.where(rows > 0, counts / np.where(rows > 0, rows, 1), before))
