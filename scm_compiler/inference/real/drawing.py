"""Estimates from weighted units, in batches, until they are worth enough or time is up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, repeat
from math import inf, sqrt
from time import perf_counter

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.real.asking import Asked, Scene, Test
from scm_compiler.inference.real.codes.reals import NothingFits
from scm_compiler.inference.real.units import Array, Draw, Range, Variable, ordered
from scm_compiler.ir import Graph
from scm_compiler.model.mechanism import Mechanism

BATCH = 2**13
"""Units that are drawn at once."""

FEWEST, MOST = 4, 256
"""Batches, whatever they are worth."""

BRIEF, ENOUGH = 2**11, 1000
"""Units of the only batch, if they are worth so many, where little is wanted."""

SECONDS = 20.0
"""After so long no further batch is drawn."""


@dataclass(frozen=True)
class Estimate:
    """A number that was estimated from weighted units.

    Attributes:
        value: The number.
        error: Its standard error.
        draws: How many units were drawn.
        worth: How many independent ones they are worth.
        shares: (draws,) what each unit adds to its distance from the mean; None if unknown.
    """

    value: float
    error: float
    draws: int
    worth: float
    shares: Array | None = None


@dataclass(frozen=True, eq=False)
class Weighted:
    """Units of a scene: the weight of each, and the logs' common offset.

    Attributes:
        weights: (B,) the largest of which is 1.
        offset: The log of what they were divided by.
        columns: What was asked of each.
    """

    weights: Array
    offset: float
    columns: tuple[Array, ...]

    @property
    def worth(self) -> float:
        """How many independent units they are worth (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())


@dataclass(frozen=True, eq=False)
class Sampler:
    """Draws units of a model with real nodes.

    Attributes:
        graph: The graph.
        mechanisms: Of its labels and real nodes.
        seed: Of all that is drawn.
        samples: How many independent units the draws should be worth.
        brief: Whether little is wanted.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    seed: int = 0
    samples: int = 10_000
    brief: bool = False

    def batches(self, scene: Scene) -> Iterator[Draw]:
        """Units of a scene, batch by batch."""
        random = np.random.default_rng(self.seed)
        for size in chain([BRIEF] if self.brief else [], repeat(BATCH)):
            yield Draw(
                self.graph, self.mechanisms, scene.held, scene.seen, scene.needed, random, size
            )

    def weighted(self, scene: Scene, *tests: Test) -> Weighted:
        """Enough units of a scene, and what some tests say of them.

        Raises:
            ScmError: E574 if nothing fits the evidence.
        """
        fewest, wanted = (1, min(ENOUGH, self.samples)) if self.brief else (FEWEST, self.samples)
        started, logs, columns = perf_counter(), [], []
        for count, draw in enumerate(self.batches(scene), 1):
            logs.append(draw.logs)
            columns.append([test(draw) for test in tests])
            if count < fewest:
                continue
            if count >= MOST or perf_counter() - started > SECONDS:
                break
            if _worth(np.concatenate(logs)) >= wanted:
                break
        every = np.concatenate(logs)
        offset = every.max()
        if not np.isfinite(offset):
            raise refuse(NothingFits())
        weights = np.exp(every - offset)
        found = tuple(map(np.concatenate, zip(*columns, strict=True)))
        return Weighted(weights, float(offset), found)

    def estimate(self, asked: Asked) -> Estimate:
        """One number.

        Raises:
            ScmError: E574 if nothing fits the evidence.
        """
        if asked.kind == "density":
            return self._density(asked)
        units = self.weighted(asked.scene, asked.test)
        (values,) = units.columns
        share = units.weights / units.weights.sum()
        draws, worth = len(values), units.worth
        if asked.kind == "quantile":
            return Estimate(*weighted_quantile(values, share, asked.level, worth), draws, worth)
        mean = float(share @ values)
        if asked.kind == "variance":
            values = np.zeros(draws) if _alike(values) else (values - mean) ** 2
            mean = float(share @ values)
        shares = share * (values - mean)
        if asked.kind == "chance" and _left_open(asked.scene) and _alike(values):
            return Estimate(mean, chance_error(values, share, worth), draws, worth)
        return Estimate(mean, _norm(shares), draws, worth, shares)

    def _density(self, asked: Asked) -> Estimate:
        """A density: the mean of P(number | parents), or that of all evidence by that without."""
        assert asked.point is not None
        name, number = asked.point
        scene = asked.scene
        ranges = scene.seen.ranges
        if name in ranges and not ranges[name].holds(np.array([number])).all():
            return Estimate(0.0, 0.0, 0, inf)
        if name in {held.node for held in scene.held}:
            raise refuse(NothingFits())
        own = {**self.graph.parents, **{held.node: held.reads for held in scene.held}}
        seen = [*scene.seen.labels, *ranges, *scene.needed]
        if name not in ordered(own, seen):  # of what weighs the units nothing depends on it
            needed = (*scene.needed, *self.mechanisms[name].parents)
            read = replace(scene, needed=needed)
            above = self.weighted(
                read, lambda draw: _log_prob(draw, self.mechanisms[name], number)
            )
            (logs,) = above.columns
            share = above.weights / above.weights.sum()
            values = np.exp(logs)
            mean = float(share @ values)
            error = sqrt(float(share**2 @ (values - mean) ** 2))
            return Estimate(mean, error, len(values), above.worth)
        at = {**ranges, name: Range(number, number)}
        below = self.weighted(replace(scene, seen=replace(scene.seen, ranges=at)))
        whole = self.weighted(scene)
        ratio = float(np.exp(below.offset - whole.offset))
        top, bottom = below.weights.mean() * ratio, whole.weights.mean()
        errors = [float(u.weights.std() / u.weights.mean()) for u in (below, whole)]
        count = min(len(below.weights), len(whole.weights))
        error = top / bottom * sqrt(sum(e**2 for e in errors) / count)
        worth = min(below.worth, whole.worth)
        return Estimate(float(top / bottom), float(error), count, worth)


def settled(scene: Scene) -> set[str]:
    """The nodes that are held at a constant, and those that are seen at one value."""
    labels, ranges = scene.seen.labels, scene.seen.ranges
    seen = {name for name, likely in labels.items() if np.count_nonzero(likely) == 1}
    seen |= {name for name, span in ranges.items() if span.point is not None}
    return seen.union(held.node for held in scene.held if held.rule is None)


def _norm(shares: Array) -> float:
    """The length of a vector, whose squares may be beyond what is computed with."""
    most = float(np.abs(shares).max())
    return most * float(np.linalg.norm(shares / most)) if 0 < most < inf else most


def _left_open(scene: Scene) -> bool:
    """Whether the question or the evidence reads a node that is not settled."""
    return not settled(scene).issuperset(scene.needed)


def _alike(hits: Array) -> bool:
    """Whether none or all of the units meet an event."""
    return bool((hits == hits[0]).all())


def _log_prob(draw: Draw, mechanism: Mechanism, number: float) -> Array:
    """The log of a number's density given its parents in each unit."""
    world = {parent: draw.value(Variable(parent)) for parent in mechanism.parents}
    return mechanism.log_prob(np.full(draw.count, number), world)


def _worth(logs: Array) -> float:
    most = logs.max()
    if not np.isfinite(most):
        return 0.0
    weights = np.exp(logs - most)
    return float(weights.sum() ** 2 / (weights**2).sum())


def chance_error(hits: Array, share: Array, worth: float) -> float:
    """The error of a probability whose event some units meet.

    Where none or all of them meet it, it is that of a probability of (hits + 1) / (worth + 2).
    """
    chance = float(share @ hits)
    if not _alike(hits):
        return sqrt(float(share**2 @ (hits - chance) ** 2))
    left = (worth * chance + 1) / (worth + 2)
    return sqrt(left * (1 - left) / worth)


def weighted_quantile(
    values: Array, share: Array, level: float, worth: float
) -> tuple[float, float]:
    """A weighted quantile, and its error as Woodruff (1952) has it."""
    order = np.argsort(values, kind="stable")
    ranked, passed = values[order], share[order].cumsum()

    def at(share_below: float) -> float:
        rank = int(np.searchsorted(passed, share_below))
        return float(ranked[min(rank, len(ranked) - 1)])

    step = sqrt(level * (1 - level) / worth)
    low, high = at(max(0.0, level - step)), at(min(1.0, level + step))
    return at(level), (high - low) / 2
