"""Maximum likelihood where causes are hidden: the tables of one district, jointly.

The likelihood of a row is a sum over the states of the hidden causes, so that the tables of a
district (labels tied by `<->`) are fitted together, by expectation maximisation (Dempster, Laird
and Rubin 1977). Squared extrapolation makes it some ten times quicker (Varadhan and Roland 2008,
scheme S3); a step that would lower the likelihood is not taken.
"""

from dataclasses import dataclass
from functools import cached_property
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.admg import arrows
from scm_compiler.identify.law import law_graph
from scm_compiler.inference.contraction import Array, Contraction, adjoints, contract, plan
from scm_compiler.ir import Graph
from scm_compiler.model.tables import table_shape
from scm_compiler.passes import unfold
from scm_compiler.runtime.controller.codes.districts import DistrictTooLarge
from scm_compiler.runtime.data.shares import closed_form
from scm_compiler.runtime.data.table import LabelTable, gathered

LIMIT = 2**25
"""The most numbers in a table of the likelihood's sum over hidden states, for all rows."""

LAW_LIMIT = 2**24
"""The most numbers in a table P(label | its Markov blanket)."""

TOLERANCE, PATIENCE = 1e-10, 10
"""The likelihood has settled after so many steps that gain less than so many nats a row."""

_SAFE = 1e-200  # of the likelihood of a row; beyond it the sums lose parts of themselves

Rows = dict[str, Array]


@dataclass(frozen=True)
class Member:
    """A label of a district.

    Attributes:
        name: The label.
        hidden: Its hidden causes.
        shape: Of its table: the parents, the hidden causes, the label itself.
        codes: (R,) the place of each row's parents and value among all combinations of them.
    """

    name: str
    hidden: tuple[str, ...]
    shape: tuple[int, ...]
    codes: NDArray[np.int64]

    @cached_property
    def _groups(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The rows in the order of their codes, and where each code starts in it."""
        order = np.argsort(self.codes, kind="stable")
        starts = np.flatnonzero(np.diff(self.codes[order], prepend=-1))
        return order, starts

    def cut(self, table: Array) -> Array:
        """The table at each row's values: (R, states of each hidden cause)."""
        first = len(self.shape) - len(self.hidden) - 1
        moved = np.moveaxis(table, -1, first)
        return np.asarray(moved.reshape(-1, *moved.shape[first + 1 :])[self.codes])

    def gather(self, expected: Array) -> Array:
        """What belongs to each entry of the table, summed over the rows."""
        first = len(self.shape) - len(self.hidden) - 1
        inner = self.shape[first:-1]
        found = np.zeros((prod(self.shape[:first]) * self.shape[-1], prod(inner)))
        order, starts = self._groups
        rows = expected.reshape(len(self.codes), -1)[order]
        found[self.codes[order[starts]]] = np.add.reduceat(rows, starts, axis=0)
        moved = found.reshape(*self.shape[:first], self.shape[-1], *inner)
        return np.asarray(np.moveaxis(moved, first, -1))


@dataclass(frozen=True)
class District:
    """The labels of one district, and the rows of data that its tables are fitted to.

    Attributes:
        members: The labels.
        shares: (R,) the share of the data that each distinct row of the members and their
            parents has.
        states: How many joint states the hidden causes have.
        way: How the hidden causes are summed out.
        best: The log-likelihood of the law that answers, in nats a row: no hidden states can do
            better.
    """

    members: tuple[Member, ...]
    shares: Array
    states: int
    way: Contraction
    best: float

    def step(self, tables: Rows) -> tuple[Rows, float]:
        """Expectation and maximisation; also the log-likelihood before, in nats a row.

        A likelihood that is too small for floating point counts as minus infinity.
        """
        cuts = [member.cut(tables[member.name]) for member in self.members]
        total = contract(self.way, cuts)
        chances = total.values * np.exp(total.log_scale)
        slopes = adjoints(self.way, cuts) if chances.min() > _SAFE else None
        if slopes is None:
            return tables, -np.inf
        weights = self.shares / chances
        found = {}
        for member, cut, slope in zip(self.members, cuts, slopes, strict=True):
            post = cut * slope * weights.reshape(-1, *(1 for _ in member.hidden))
            counts = member.gather(post)
            rows = counts.sum(-1, keepdims=True)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[member.name] = np.where(rows > 0, counts / rows, tables[member.name])
        return found, float(self.shares @ np.log(chances / self.states))

    def leap(self, tables: Rows) -> tuple[Rows, float]:
        """Two steps, and on along their curve if that is better; the log-likelihood before."""
        once, before = self.step(tables)
        twice, between = self.step(once)
        further = ahead(tables, once, twice)
        if further is None:
            return twice, before
        beyond, there = self.step(further)
        return (beyond if there >= between else twice), before


class Districts:
    """The districts of a graph, and their tables on the way to the maximum.

    Args:
        graph: The validated graph.
        table: The data.
        states: The most states of a hidden cause; fewer where a district would be too large.
        most_rows: The most settings of a label's parents and hidden causes.
        seed: Of the tables that are started from.

    Attributes:
        states: The number of states of a hidden cause.
        tables: The tables, P(label | parents, hidden causes).

    Raises:
        ScmError: E620 if a district is too large.
    """

    def __init__(
        self, graph: Graph, table: LabelTable, states: int, most_rows: int, seed: int
    ) -> None:
        self._parts = _districts(graph)
        _refuse_large_laws(graph, self._parts)
        self.states = _fitting(graph, table, self._parts, states, most_rows)
        self._districts = [_district(graph, table, part, self.states) for part in self._parts]
        random = np.random.default_rng(seed)
        self.tables: Rows = {
            member.name: random.dirichlet(np.ones(member.shape[-1]), size=member.shape[:-1])
            for district in self._districts
            for member in district.members
        }
        self._gap, self._waited = np.inf, 0

    @property
    def settled(self) -> bool:
        """Whether the likelihood has stopped to rise; so it has where nothing is hidden."""
        return self._waited >= PATIENCE or not self._districts

    def step(self) -> float:
        """Step once in every district.

        Returns:
            How far the log-likelihood was, before the step, from that of the law that answers, in
            nats a row: the divergence of the hidden-state model from that law.
        """
        gap = 0.0
        for district in self._districts:
            fitted, before = district.leap({m.name: self.tables[m.name] for m in district.members})
            self.tables = self.tables | fitted
            gap += district.best - before
        self._waited = self._waited + 1 if self._gap - gap < TOLERANCE else 0
        self._gap = gap
        return max(gap, 0.0)

    def state(self) -> Rows:
        """Copies of all that is needed to go on."""
        return copied(self.tables, self._gap, self._waited)

    def restore(self, state: Rows) -> None:
        """Go on from what `state` gave; ValueError if a table is none, or a count of steps."""
        self.tables, self._gap, self._waited = restored(state, PATIENCE)


def copied(tables: Rows, reached: float, waited: int) -> Rows:
    """Copies of tables with, under no name, what a fit reached and how long it has not risen."""
    return {name: rows.copy() for name, rows in tables.items()} | {"": np.array([reached, waited])}


def restored(state: Rows, patience: int) -> tuple[Rows, float, int]:
    """What `copied` gave.

    Raises:
        ValueError: If a table is none, or a count of steps.
    """
    reached, waited = (float(number) for number in state[""])
    tables = {name: rows.copy() for name, rows in state.items() if name}
    if not 0 <= waited <= patience:
        raise ValueError(f"the likelihood has not risen for {waited:g} steps")
    for name, rows in tables.items():
        if not np.allclose(rows.sum(-1), 1.0, atol=1e-6) or rows.min() < 0:
            raise ValueError(f"the table of {name} is not a distribution")
    return tables, reached, int(waited)


def ahead(first: Rows, second: Rows, third: Rows) -> Rows | None:
    """The point to which two steps lead on; None where they lead nowhere any more."""
    steps = {name: second[name] - first[name] for name in second}
    bends = {name: third[name] - second[name] - steps[name] for name in second}
    length, bend = (
        np.sqrt(sum(float(np.square(part).sum()) for part in parts.values()))
        for parts in (steps, bends)
    )
    if bend < 1e-14 or length < 1e-14:
        return None
    reach = max(1.0, length / bend)
    found = {}
    for name, step in steps.items():
        point = first[name] + 2 * reach * step + reach**2 * bends[name]
        point = np.maximum(point, 0.0)
        rows = point.sum(-1, keepdims=True)
        found[name] = np.where(rows > 0, point / np.where(rows > 0, rows, 1), third[name])
    return found


def _districts(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """The districts of several labels, each in the order of declaration."""
    within = arrows(graph)
    found = within.districts(node.name for node in graph.labels)
    return tuple(
        tuple(sorted(part, key=graph.order.__getitem__)) for part in found if len(part) > 1
    )


def _refuse_large_laws(graph: Graph, parts: tuple[tuple[str, ...], ...]) -> None:
    law = law_graph(graph) if parts else graph
    for part in parts:
        for name in part:
            numbers = prod(table_shape(law, name))
            if numbers > LAW_LIMIT:
                what = f"P({name} | {len(law.parents[name])} labels)"
                raise refuse(DistrictTooLarge(part, what, log2(numbers), log2(LAW_LIMIT)))


def _fitting(
    graph: Graph,
    table: LabelTable,
    parts: tuple[tuple[str, ...], ...],
    states: int,
    most_rows: int,
) -> int:
    """The most states for which all tables of all districts are small enough."""
    for tried in range(states, 1, -1):
        worst = [_too_large(graph, table, part, tried, most_rows) for part in parts]
        if not any(worst):
            return tried
    raise refuse(next(found for found in worst if found))


def _too_large(
    graph: Graph, table: LabelTable, part: tuple[str, ...], states: int, most_rows: int
) -> DistrictTooLarge | None:
    whole, _ = unfold(graph, states)
    for name in part:
        rows = prod(table_shape(whole, name)[:-1])
        if rows > most_rows:
            what = f"the table of `{name}`, its hidden causes among the parents,"
            return DistrictTooLarge(part, what, log2(rows), log2(most_rows))
    way = _way(graph, part, states)
    numbers = way.largest * len(_rows(graph, table, part)[1])
    if numbers > LIMIT:
        return DistrictTooLarge(part, "the sum over hidden states", log2(numbers), log2(LIMIT))
    return None


def _way(graph: Graph, part: tuple[str, ...], states: int) -> Contraction:
    whole, hidden = unfold(graph, states)
    scopes = [tuple(p for p in whole.parents[name] if p in hidden) for name in part]
    return plan(scopes, dict.fromkeys(hidden, states), ())


def _rows(
    graph: Graph, table: LabelTable, part: tuple[str, ...]
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.int64]]:
    """The distinct rows of a district and its parents, a column a label, and their counts."""
    near = set(part).union(*(graph.parents[name] for name in part))
    names = [name for name in table.labels if name in near]
    columns = [table.labels.index(name) for name in names]
    sizes = tuple(table.sizes[column] for column in columns)
    cells, counts = gathered(table.cells[:, columns], table.counts, sizes)
    return {name: cells[:, rank] for rank, name in enumerate(names)}, counts


def _district(graph: Graph, table: LabelTable, part: tuple[str, ...], states: int) -> District:
    whole, hidden = unfold(graph, states)
    columns, counts = _rows(graph, table, part)
    members = []
    for name in part:
        shape = table_shape(whole, name)
        mine = tuple(parent for parent in whole.parents[name] if parent in hidden)
        scope = (*graph.parents[name], name)
        sizes = (*shape[: len(scope) - 1], shape[-1])
        index = tuple(columns[other] for other in scope)
        codes = np.ravel_multi_index(index, sizes)
        members.append(Member(name, mine, shape, codes.astype(np.int64)))
    shares = counts / counts.sum()
    way = _way(graph, part, states)
    causes = {cause for member in members for cause in member.hidden}
    best = _log_likelihood(graph, table, part)
    return District(tuple(members), shares, states ** len(causes), way, best)


def _log_likelihood(graph: Graph, table: LabelTable, part: tuple[str, ...]) -> float:
    """Of the shares of the data given each label's Markov blanket, in nats a row."""
    law = law_graph(graph)
    total = 0.0
    for name in part:
        rows = closed_form(law, table, name)
        counts = table.counts_of([*law.parents[name], name])
        seen = counts > 0
        total += float(counts[seen] @ np.log(rows[seen]))
    return total / table.rows
