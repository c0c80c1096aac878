"""Units drawn for one question, their weights, and what they say of its targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.evaluation import Question, contradiction
from scm_compiler.inference.shape import label_sizes
from scm_compiler.inference.units import Units
from scm_compiler.model.tables import Tables
from scm_compiler.passes.twin import Held, Input, unite

_MOST_DRAWN = 2**27  # values drawn for one question in all: large graphs get fewer draws
_MOST_KEPT = 2**24  # numbers kept, some for each unit
_CHUNK = 2**20  # values drawn at once


@dataclass(frozen=True)
class Estimate:
    """A weighted mean.

    Attributes:
        value: The numbers.
        influence: How each unit moves them, (B, …): their error is that of its mean.
        least: The variance that is left where all units said the same.
    """

    value: Array
    influence: Array
    least: Array

    @property
    def error(self) -> Array:
        """The standard error."""
        square = np.square(self.influence).mean(0) / len(self.influence)
        return np.asarray(np.sqrt(np.maximum(square, self.least)))


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
        self.sizes = label_sizes(model.graph)
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

    def draw(self, count: int, random: np.random.Generator) -> None:
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

    def draw_all(self, count: int, random: np.random.Generator) -> None:
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
    def mass(self) -> Estimate:
        """The probability of the evidence: the mean of the weights."""
        weights = np.exp(np.concatenate(self._logs))
        mean = weights.mean()
        return Estimate(np.asarray(mean), weights - mean, np.zeros(()))

    def joint(self) -> Estimate:
        """The table over the free targets, or the expectation."""
        hits = self._hits()
        if self.question.weights is not None:
            hits = np.asarray(hits @ np.array(self.question.weights))
        return self._mean(hits, certain=self._certain)

    def cells(self) -> Estimate:
        """The table over the free targets, also where their expectation is asked."""
        return self._mean(self._hits(), certain=self._certain)

    def ends(self) -> tuple[Estimate, Estimate]:
        """The least and the most of each cell whatever the noise model; there must be a `pair`."""
        assert self.pair is not None
        rank = self.worlds.shown.index(self.pair[1])
        low, high = (np.concatenate(side) for side in zip(*self._ends, strict=True))
        least, most = (self._mean(self._hits({rank: end}), certain=False) for end in (low, high))
        return least, most

    @property
    def _certain(self) -> bool:
        return all(isinstance(place, Held) for place in self.worlds.shown)

    def _hits(self, instead: Mapping[int, Array] | None = None) -> Array:
        """What each unit says of each cell; of some targets something else instead."""
        events = self.question.targets
        free = [rank for rank, event in enumerate(events) if event.value is None]
        hits = np.ones((sum(map(len, self._logs)), *[1] * len(free)))
        for rank, event in enumerate(events):
            table = (instead or {}).get(rank)
            table = self._column(rank) if table is None else table
            shape = [len(hits), *[1] * len(free)]
            if event.value is None:
                shape[1 + free.index(rank)] = table.shape[1]
                hits = hits * table.reshape(shape)
            else:
                hits = hits * table[:, event.value].reshape(shape)
        return hits

    def marginal(self, rank: int) -> Estimate:
        """The table of one target alone."""
        place = self.worlds.shown[rank]
        known = isinstance(place, Held) or place in self.worlds.known
        return self._mean(self._column(rank), certain=known)

    def _column(self, rank: int) -> Array:
        return np.concatenate([tables[rank] for tables in self._tables])

    def _mean(self, hits: Array, *, certain: bool) -> Estimate:
        weights = self.weights
        alike = (hits == hits[0]).all(0)
        mean = np.tensordot(weights, hits, 1) / weights.sum()
        value = np.where(alike, hits[0], mean)  # what all units say is not rounded
        scaled = (weights / weights.mean()).reshape(-1, *[1] * (hits.ndim - 1))
        # Of a proportion that was 0 or 1 in all units: its variance by Jeffreys' estimate.
        unsure = alike & ((value == 0) | (value == 1)) & (not certain)
        smooth = 0.5 / (self.effective + 1)
        least = np.where(unsure, smooth * (1 - smooth) / self.effective, 0.0)
        return Estimate(value, scaled * (hits - value), least)
