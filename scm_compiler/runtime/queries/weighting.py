"""Likelihood weighting: answers where no exact one fits, with their error and what they are worth.

Units are drawn along the graph, each label from its distribution given its parents. A label that
was seen is not drawn: it is put at its value, and the unit counts with the probability that it
had for it (Fung and Chang 1989). So no unit is rejected; but where the evidence is unlikely from
above, few units carry all the weight: the effective sample size (sum w)^2 / sum w^2 shows it.

The questions of a difference use the same random numbers, so that their errors cancel in part; the
standard error is that of the difference, from each unit's influence on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.weighting import FewEffective, OnlyThreshold
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.tables import Tables
from scm_compiler.passes.twin import Held, Input, unite
from scm_compiler.runtime.queries.answers import Bounds
from scm_compiler.runtime.queries.contraction import Array
from scm_compiler.runtime.queries.counterfactual.evaluation import (
    Question,
    contradiction,
    questions,
)
from scm_compiler.runtime.queries.counterfactual.responses import Responses
from scm_compiler.runtime.queries.engine import label_sizes
from scm_compiler.runtime.queries.evaluation import Numbers
from scm_compiler.runtime.queries.units import Units

LEAST_EFFECTIVE = 100.0
"""An estimate that is worth fewer draws than this is not given."""

MOST_DRAWS = 1_000_000
_MOST_DRAWN = 2**27  # values drawn for one question in all: large graphs get fewer draws
_MOST_KEPT = 2**24  # numbers kept, some for each unit
_CHUNK = 2**20  # values drawn at once


@dataclass(frozen=True)
class Weighted:
    """An answer by likelihood weighting.

    Attributes:
        numbers: The estimates.
        errors: Their standard errors.
        draws: The units drawn.
        effective: How many independent draws the weighted ones are worth: the fewest of any part.
        noise_model: What was assumed of noise that several worlds share; None if none do.
        bounds: Of each number where a noise model was assumed: no more than that it is one.
    """

    numbers: Numbers
    errors: Numbers
    draws: int
    effective: float
    noise_model: str | None
    bounds: Mapping[str, tuple[Bounds, ...]]


def weigh(
    query: ir.Query,
    model: Tables,
    seed: int,
    wanted: int,
    noise_model: str | Responses | None = None,
) -> Weighted:
    """Answer a query of any rung by likelihood weighting.

    Args:
        query: A flattened query that rests on no hidden common cause.
        model: The tables.
        seed: Of the random numbers.
        wanted: The effective sample size to reach, if a million draws reach it.
        noise_model: Where several worlds share noise: `threshold`, or None for the same.

    Raises:
        ScmError: E431 if the evidence contradicts itself, E436 if the draws are worth too little,
            E439 if another noise model is asked for.
    """
    jointly = not isinstance(query, ir.Regime)
    samplers = [
        (sign, Sampler(question, model, jointly=jointly))
        for sign, question in asked(query, model.graph)
    ]
    coupled = any(sampler.worlds.coupled for _, sampler in samplers)
    if coupled and noise_model not in (None, "threshold"):
        raise refuse(OnlyThreshold(asked=getattr(noise_model, "name", str(noise_model))))
    draws = _draw_enough([sampler for _, sampler in samplers], seed, wanted)
    effective = min(sampler.effective for _, sampler in samplers)
    if effective < min(LEAST_EFFECTIVE, wanted):
        raise refuse(FewEffective(effective=effective, draws=draws, least=LEAST_EFFECTIVE))
    if isinstance(query, ir.Regime):
        (_, sampler), *_ = samplers
        found = {name: sampler.marginal(rank) for rank, name in enumerate(sampler.sizes)}
    else:
        found = {"": _sum([(sign, sampler.joint()) for sign, sampler in samplers])}
    numbers = {name: estimate.value for name, estimate in found.items()}
    errors = {name: estimate.error for name, estimate in found.items()}
    spans = {name: _widest(query, model.graph, part.size) for name, part in numbers.items()}
    return Weighted(
        numbers,
        errors,
        draws,
        effective,
        "threshold" if coupled else None,
        spans if coupled else {},
    )


def _widest(query: ir.Query, graph: Graph, count: int) -> tuple[Bounds, ...]:
    """What any number of this kind can be."""
    low = high = 0.0
    for sign, question in asked(query, graph):
        ends = sorted(sign * end for end in _range(question.weights or (0.0, 1.0)))
        low, high = low + ends[0], high + ends[1]
    return (Bounds(low, high, sharp=False),) * count


def _range(weights: Sequence[float]) -> tuple[float, float]:
    return min(weights), max(weights)


def asked(query: ir.Query, graph: Graph) -> list[tuple[float, Question]]:
    """The questions of a query; one that shows every label if it is a regime."""
    if not isinstance(query, ir.Regime):
        return questions(query, graph)
    targets = tuple(ir.Event(ir.Variable(node.name)) for node in graph.labels)
    return [(1.0, Question(targets, query.given, query.do))]


def _draw_enough(samplers: Sequence["Sampler"], seed: int, wanted: int) -> int:
    """Draw alike for all questions until each has the wanted effective sample size."""
    most = min(MOST_DRAWS, *(sampler.most for sampler in samplers))
    randoms = [np.random.default_rng(seed) for _ in samplers]
    draws = 0
    while draws < most and min(sampler.effective for sampler in samplers) < wanted:
        count = min(most - draws, wanted, *(sampler.chunk for sampler in samplers))
        for sampler, random in zip(samplers, randoms, strict=True):
            sampler.draw(count, random)
        draws += count
    return draws


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


def _sum(signed: Sequence[tuple[float, Estimate]]) -> Estimate:
    """A signed sum of estimates from the same random numbers."""
    value, influence, least = np.zeros(()), np.zeros(()), np.zeros(())
    for sign, part in signed:
        value, least = value + sign * part.value, least + part.least
        influence = influence + sign * part.influence
    return Estimate(value, influence, least)


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

    def joint(self) -> Estimate:
        """The table over the free targets, or the expectation."""
        events = self.question.targets
        free = [rank for rank, event in enumerate(events) if event.value is None]
        hits = np.ones((sum(map(len, self._logs)), *[1] * len(free)))
        for rank, event in enumerate(events):
            table = self._column(rank)
            shape = [len(hits), *[1] * len(free)]
            if event.value is None:
                shape[1 + free.index(rank)] = table.shape[1]
                hits = hits * table.reshape(shape)
            else:
                hits = hits * table[:, event.value].reshape(shape)
        if self.question.weights is not None:
            hits = np.asarray(hits @ np.array(self.question.weights))
        return self._mean(hits, certain=all(isinstance(p, Held) for p in self.worlds.shown))

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
