"""Units drawn for one question, their weights, and what they say of its targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.evaluation import Question, contradiction
from scm_compiler.inference.drawing import (
    ADDED,
    UNIT,
    Added,
    Ends,
    Range,
    Side,
    around,
    least_variance,
)
from scm_compiler.inference.units import Units
from scm_compiler.model.tables import Tables
from scm_compiler.passes.twin import Held, Input, unite

_MOST_DRAWN = 2**27  # values drawn for one question in all: large graphs get fewer draws
_MOST_KEPT = 2**24  # numbers kept, some for each unit
_CHUNK = 2**20  # values drawn at once
_LARGE = 50.0  # of the logarithm of a weight; beyond it the interval is everything


@dataclass(frozen=True)
class Mean:
    """A mean over units.

    Attributes:
        value: The numbers.
        influence: How each unit moves them, (B, …): their error is that of its mean.
        least: The variance that is left where all units said the same.
    """

    value: Array
    influence: Array
    least: Array

    @property
    def variance(self) -> Array:
        """As the units show it."""
        return np.asarray(np.square(self.influence).mean(0) / len(self.influence))

    @property
    def error(self) -> Array:
        """The standard error."""
        return np.asarray(np.sqrt(np.maximum(self.variance, self.least)))


@dataclass(frozen=True)
class Estimate(Mean):
    """A weighted mean of what is between known ends.

    Attributes:
        ends: Its interval.
        floor: What it leaves open where all units say the same.
    """

    ends: Ends
    floor: Array

    def side(self, sign: float) -> Side:
        """It as a part of a sum."""
        return Side(sign, self.value, self.variance, self.ends, self.floor)


class Sampler:
    """Draws units for one question, and keeps their weights and what they say of its targets.

    Args:
        question: The question.
        model: The tables.
        jointly: Whether the targets are asked for together, or each alone.

    Raises:
        ScmError: E431 if the evidence contradicts itself.
    """

    def __init__(self, question: Question, model: Tables, *, jointly: bool) -> None:
        self.question, self.model, self.jointly = question, model, jointly
        self.sizes = model.graph.sizes
        targets = tuple(event.variable for event in question.targets)
        worlds = unite(model.graph, question.given, question.do, targets)
        if worlds is None:
            raise contradiction(question, model.graph)
        self.worlds = worlds
        self._logs: list[Array] = []
        self._tables: list[tuple[Array, ...]] = []
        self._ends: list[tuple[Array, Array]] = []

    @cached_property
    def most(self) -> int:
        """The most units whose values and tables are held."""
        kept = sum(self.sizes[event.variable.node] for event in self.question.targets)
        sizes = [self.sizes[variable.node] for variable in self.question.free]
        cells = prod(sizes) if self.jointly else 0
        return max(1, min(_MOST_DRAWN // self._width, _MOST_KEPT // (kept + cells)))

    @property
    def chunk(self) -> int:
        """Units that are drawn at once."""
        return max(1, _CHUNK // self._width)

    @property
    def _width(self) -> int:
        return max(1, len(self.worlds.copies))

    def draw(self, count: int, random: "np.random.Generator") -> None:
        """Draw further units."""
        units = Units(self.model, self.worlds, count, random)
        for place in self._order:
            units.take(place)
        self._logs.append(units.log_weights)
        self._tables.append(
            tuple(
                self._table(units, place, event.variable.node)
                for event, place in zip(self.question.targets, self.worlds.shown, strict=True)
            )
        )
        if self.pair is not None:
            self._ends.append(self._extremes(units, *self.pair))

    def draw_all(self, count: int, random: "np.random.Generator") -> None:
        """Draw so many further units, in pieces."""
        while count > 0:
            taken = min(count, self.chunk)
            self.draw(taken, random)
            count -= taken

    @cached_property
    def pair(self) -> tuple[int, int] | None:
        """The only two copies that share noise, if one was seen and the other is just a target.

        Given all else in a unit only the node's own noise is left, and what it can do is known.
        """
        if [len(group) for group in self.worlds.coupled] != [2]:
            return None
        (group,) = self.worlds.coupled
        seen = [place for place in group if place in self.worlds.known]
        read = {place for copy in self.worlds.copies for place in copy.inputs}
        aimed = [p for p in group if list(self.worlds.shown).count(p) == 1 and p not in read]
        if len(seen) != 1 or len(aimed) != 1 or seen == aimed:
            return None
        return seen[0], aimed[0]

    def _extremes(self, units: Units, seen: int, aimed: int) -> tuple[Array, Array]:
        """The least and the most that P(target | the seen copy) can be in each unit: (B, size).

        Of two copies with margins p and q the common probability is between max(0, p + q - 1) and
        min(p, q) (Fréchet). Where both have the same inputs they are one variable.
        """
        value = self.worlds.known[seen]
        p, q = units.table(seen)[:, value, None], units.table(aimed)
        with np.errstate(invalid="ignore", divide="ignore"):
            low = np.where(p > 0, np.maximum(0.0, p + q - 1) / p, 0.0)
            high = np.where(p > 0, np.minimum(p, q) / p, 1.0)
        alike = np.full(units.count, fill_value=True)
        copies = (self.worlds.copies[seen], self.worlds.copies[aimed])
        for one, other in zip(*(copy.inputs for copy in copies), strict=True):
            alike &= self._input(units, one) == self._input(units, other)
        point = np.eye(q.shape[1])[value]
        low, high = (np.where(alike[:, None], point, end) for end in (low, high))
        return low, high

    def _input(self, units: Units, place: Input) -> "np.int64 | np.ndarray[Any, Any]":
        return np.int64(place.value) if isinstance(place, Held) else units.values[place]

    @cached_property
    def _order(self) -> list[int]:
        """The copies to draw: first what was seen and what is above it, to abduct from it."""
        above: set[int] = set()
        for place in reversed(range(len(self.worlds.copies))):
            if place in above or place in self.worlds.known:
                above |= {place, *self._inputs(place)}
        rest = set(range(len(self.worlds.copies))) - above - self._summed
        return [*sorted(above), *sorted(rest)]

    @cached_property
    def _summed(self) -> set[int]:
        """The targets that are not drawn but summed: nothing reads them or shares their noise."""
        read = {place for copy in self.worlds.copies for place in copy.inputs}
        tied = {place for group in self.worlds.coupled for place in group}
        shown = [place for place in self.worlds.shown if isinstance(place, int)]
        once = {place for place in shown if shown.count(place) == 1}
        return once - read - tied - self.worlds.known.keys()

    def _inputs(self, place: int) -> list[int]:
        return [other for other in self.worlds.copies[place].inputs if isinstance(other, int)]

    def _table(self, units: "Units", place: Input, node: str) -> Array:
        """What each unit says of one target: its distribution, or a one at its value."""
        if isinstance(place, int) and place in self._summed:
            return units.table(place)
        values = place.value if isinstance(place, Held) else units.values[place]
        points = np.eye(self.sizes[node])[values]
        return np.broadcast_to(points, (units.count, self.sizes[node]))

    @property
    def weights(self) -> Array:
        """The weights (B,) up to a factor."""
        logs = np.concatenate(self._logs) if self._logs else np.zeros(0)
        peak = logs.max(initial=-np.inf)
        return np.asarray(np.exp(logs - peak)) if np.isfinite(peak) else np.zeros(len(logs))

    @property
    def effective(self) -> float:
        """What the units so far are worth: (sum w)^2 / sum w^2."""
        weights = self.weights
        squares = float(np.square(weights).sum())
        return float(weights.sum()) ** 2 / squares if squares else 0.0

    @property
    def mass(self) -> Mean:
        """The probability of the evidence: the mean of the weights."""
        weights = np.exp(np.concatenate(self._logs))
        mean = weights.mean()
        return Mean(np.asarray(mean), weights - mean, np.zeros(()))

    def joint(self) -> Estimate:
        """The table over the free targets, or the expectation."""
        if self.question.weights is None:
            return self.cells()
        weights = np.array(self.question.weights)
        said = self._possible(0) @ weights
        return self._mean(self._hits() @ weights, (said.min(0), said.max(0)))

    def cells(self) -> Estimate:
        """The table over the free targets, also where their expectation is asked."""
        return self._mean(self._hits(), self._reach)

    def ends(self) -> tuple[Estimate, Estimate]:
        """The least and the most of each cell whatever the noise model; there must be a `pair`."""
        assert self.pair is not None
        rank = self.worlds.shown.index(self.pair[1])
        low, high = (np.concatenate(side) for side in zip(*self._ends, strict=True))
        least, most = (self._mean(self._hits({rank: end}), UNIT) for end in (low, high))
        return least, most

    @property
    def _reach(self) -> Range:
        """The least and the most that a unit can say of each cell."""
        every = [self._possible(rank) for rank in range(len(self.question.targets))]
        low, high = ([end(table)[None] for table in every] for end in (_least, _most))
        return self._product(low)[0], self._product(high)[0]

    def _possible(self, rank: int) -> Array:
        """The distributions that a unit can say one target has: one a line."""
        place = self.worlds.shown[rank]
        if isinstance(place, Held) or place in self.worlds.known:
            return self._column(rank)[:1]
        copy = self.worlds.copies[place]
        if place not in self._summed:
            return np.eye(self.sizes[copy.node])
        if not self._inputs(place):
            return self._column(rank)[:1]
        return self._table_of(place)

    def _table_of(self, place: int) -> Array:
        """A copy's distributions at every value of what is not held: one a line."""
        copy = self.worlds.copies[place]
        size = self.sizes[copy.node]
        table = self.model.mechanisms[copy.node].table()
        if table is None:
            return np.eye(size)
        at = tuple(self._fixed(i) for i in copy.inputs)
        return np.asarray(table[at]).reshape(-1, size)

    def _fixed(self, place: Input) -> int | slice:
        """An input's value where all units have the same."""
        value = place.value if isinstance(place, Held) else self.worlds.known.get(place)
        return slice(None) if value is None else value

    @cached_property
    def _log_heaviest(self) -> float:
        """What no unit's weight exceeds: a product of the most in each table that weighs."""
        tied = {place for group in self.worlds.coupled for place in group}
        tables = {place: value for place, value in self.worlds.known.items() if place not in tied}
        most = [self._table_of(place)[:, value].max() for place, value in tables.items()]
        with np.errstate(divide="ignore"):
            return float(np.log(most).sum())

    def _hits(self, instead: Mapping[int, Array] | None = None) -> Array:
        """What each unit says of each cell; of some targets something else instead."""
        ranks = range(len(self.question.targets))
        said = instead or {}
        return self._product([said[r] if r in said else self._column(r) for r in ranks])

    def _product(self, tables: Sequence[Array]) -> Array:
        """The cells (B, …) of what is said of each target (B, size)."""
        events = self.question.targets
        free = [rank for rank, event in enumerate(events) if event.value is None]
        hits = np.ones((len(tables[0]), *[1] * len(free)))
        for rank, (event, table) in enumerate(zip(events, tables, strict=True)):
            shape = [len(hits), *[1] * len(free)]
            if event.value is None:
                shape[1 + free.index(rank)] = table.shape[1]
                hits = hits * table.reshape(shape)
            else:
                hits = hits * table[:, event.value].reshape(shape)
        return hits

    def marginal(self, rank: int) -> Estimate:
        """The table of one target alone."""
        possible = self._possible(rank)
        return self._mean(self._column(rank), (_least(possible), _most(possible)))

    def _column(self, rank: int) -> Array:
        return np.concatenate([tables[rank] for tables in self._tables])

    def _mean(self, hits: Array, reach: Range) -> Estimate:
        weights, worth = self.weights, self.effective
        alike = (hits == hits[0]).all(0)
        mean = np.tensordot(weights, hits, 1) / weights.sum()
        value = np.where(alike, hits[0], mean)  # what all units say is not rounded
        scaled = (weights / weights.mean()).reshape(-1, *[1] * (hits.ndim - 1))
        width = reach[1] - reach[0]
        influence = scaled * (hits - value)
        variance = np.square(influence).mean(0) / len(hits)
        added = self._added((hits.mean(0) - reach[0], value - reach[0], width), worth)
        return Estimate(
            value,
            influence,
            width**2 * least_variance(worth),
            around(value, variance, np.asarray(worth), reach, added),
            ADDED * width / worth,
        )

    def _added(self, above: tuple[Array, Array, Array], worth: float) -> Added:
        """What the units that are added weigh: as those do that say the like, on average.

        Half a unit as heavy as can be is among these. The weights' spread counts as it does for
        the worth of all.

        Args:
            above: How far the mean without weights, the mean, and the most are above the least.
            worth: Of all units.
        """
        weights = self.weights
        count, mean = len(weights), weights.mean()
        logs = np.concatenate(self._logs)
        heaviest = np.exp(np.minimum(self._log_heaviest - logs.max() - np.log(mean), _LARGE))
        plain, weighted, width = above
        ends = []
        for units, weight in ((width - plain, width - weighted), (plain, weighted)):
            share = np.where(width > 0, width, 1.0)
            number, mass = count * units / share, count * weight / share
            ends.append((mass + heaviest / 2) / (number + 0.5) / worth)
        return Added(*ends)


def _least(tables: Array) -> Array:
    return np.asarray(tables.min(0))


def _most(tables: Array) -> Array:
    return np.asarray(tables.max(0))
