"""Units drawn from a model with real nodes, weighted by how well evidence fits them.

A node whose value is seen is not drawn: the unit weighs what the value's probability or density
is given its parents. A node that is seen in a range is drawn inside it, and weighs the range's
probability. Each node's noise is kept, so that a unit has values in other worlds, too: that is
abduction, and of a continuous node it is exact.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir import Graph, Real
from scm_compiler.model.mechanism import Chances, Column, Mechanism, Noise, World

Array = NDArray[np.float64]

FAINTEST = -745.0
"""The log of a density that is 0 in float64: evidence of that never happens."""


class RealMechanism(Mechanism, Protocol):
    """The mechanism of a real node."""

    def noise_of(self, uniform: Array) -> Noise:
        """The noise that uniform numbers (B, 1) are."""

    def cdf(self, value: Column, world: World) -> Array:
        """P(node <= value | parents)."""


@dataclass(frozen=True)
class Range:
    """Real numbers between two ends, which are among them or not."""

    low: float = -inf
    high: float = inf
    from_low: bool = True
    to_high: bool = True

    def meet(self, other: "Range") -> "Range":
        """The numbers in both."""
        low = max((self.low, not self.from_low), (other.low, not other.from_low))
        high = min((self.high, self.to_high), (other.high, other.to_high))
        return Range(low[0], high[0], not low[1], high[1])

    def holds(self, column: Column) -> NDArray[np.bool_]:
        """Which numbers are inside."""
        above = column >= self.low if self.from_low else column > self.low
        below = column <= self.high if self.to_high else column < self.high
        return np.asarray(above & below)

    @property
    def point(self) -> float | None:
        """The only number, if it is one alone."""
        return self.low if self.low == self.high and self.from_low and self.to_high else None

    def chance(self, mechanism: Mechanism, world: World, count: int) -> tuple[Array, Array]:
        """F below it and F at its upper end, given the parents."""
        law = cast("RealMechanism", mechanism)
        low = np.nextafter(self.low, -inf) if self.from_low else self.low
        high = self.high if self.to_high else np.nextafter(self.high, -inf)
        below, above = np.zeros(count), np.ones(count)
        if low > -inf:
            below = np.asarray(law.cdf(np.full(count, low), world))
        if high < inf:
            above = np.asarray(law.cdf(np.full(count, high), world))
        return below, np.maximum(above, below)


@dataclass(frozen=True)
class Held:
    """What an intervention makes of a node.

    Attributes:
        node: The node.
        text: As it is written, to tell worlds apart.
        value: A constant; None of a rule.
        rule: What it is held at in a world, from the values of `reads`.
        reads: The nodes that the rule reads; the node itself for what it would have been.
        elsewhere: Whether the rule reads another world.
    """

    node: str
    text: str
    value: float | int | None = None
    rule: Callable[[Callable[[str], Column], "Draw"], Column] | None = field(
        default=None, compare=False
    )
    reads: tuple[str, ...] = ()
    elsewhere: bool = False

    @property
    def natural(self) -> bool:
        """Whether it rests on what the node would have been."""
        return self.node in self.reads


World_ = tuple[Held, ...]


@dataclass(frozen=True)
class Variable:
    """A node in a world of its own; none is the world that all units live in."""

    node: str
    world: World_ = ()


Weights = Mapping[str, Array]
"""Of each label that is seen, how likely the evidence is at each of its values."""


@dataclass(frozen=True)
class Seen:
    """What is seen in the units' own world.

    Attributes:
        labels: How likely what is seen is at each value.
        ranges: Between which numbers a real node lies; a point is a density.
        other: Further conditions, which a unit meets or not.
    """

    labels: Weights = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    other: tuple[Callable[["Draw"], Array], ...] = ()


class Draw:
    """Some units.

    Args:
        graph: The graph.
        mechanisms: Of its nodes.
        held: What holds in the units' own world, and in all others that do not say otherwise.
        seen: The evidence.
        needed: The nodes that are asked for.
        random: What they are drawn with.
        count: How many.

    Attributes:
        logs: (B,) the logs of the weights.
        own: The values in the units' own world.
        noise: Each node's noise.
    """

    def __init__(
        self,
        graph: Graph,
        mechanisms: Mapping[str, Mechanism],
        held: World_,
        seen: Seen,
        needed: Iterable[str],
        random: "np.random.Generator",
        count: int,
    ) -> None:
        self.graph, self.mechanisms, self.count = graph, mechanisms, count
        self.held = {each.node: each for each in held}
        self._rules: dict[str, Column] = {}
        self._rolls: dict[str, Column] = {}
        self.seen, self._random = seen, random
        self.logs = np.zeros(count)
        self.own: dict[str, Column] = {}
        self.noise: dict[str, Noise] = {}
        self._worlds: dict[tuple[tuple[str, str], ...], dict[str, Column]] = {}
        wanted = {*needed, *seen.labels, *seen.ranges}
        self._parents = mutilated(graph, self.held)
        for name in ordered(self._parents, sorted(wanted)):
            self._make(name)
        for condition in seen.other:
            with np.errstate(divide="ignore"):
                self.logs = self.logs + np.log(condition(self))

    def value(self, variable: Variable) -> Column:
        """The values of a node in a world (B,)."""
        if not variable.world:
            if variable.node in self.held:
                return self._held(variable.node)
            return self.own[variable.node]
        key = tuple(sorted((held.node, held.text) for held in variable.world))
        known = self._worlds.setdefault(key, {})
        held = {**self.held, **{each.node: each for each in variable.world}}
        parents = mutilated(self.graph, held)
        other = {each.node for each in variable.world}
        for name in ordered(parents, [variable.node]):
            other |= {name} if other.intersection(parents[name]) else set()
            if name not in known:
                same = name not in other and (name in self.own or name in self.held)
                known[name] = (
                    self.value(Variable(name)) if same else self._elsewhere(name, held, known)
                )
        return known[variable.node]

    def _elsewhere(
        self, name: str, held: Mapping[str, Held], known: Mapping[str, Column]
    ) -> Column:
        action = held.get(name)
        if action is None:
            return self._free(name, known)
        return self._acted(
            action, lambda node: self._free(node, known) if node == name else known[node]
        )

    def _free(self, name: str, world: World) -> Column:
        """What a node's own mechanism makes of a world."""
        return np.asarray(self.mechanisms[name].sample(world, self.noise[name]))

    def rolled(self, name: str, roll: Callable[["np.random.Generator", int], Column]) -> Column:
        """The values of a node that is held at random, drawn once for all worlds."""
        if name not in self._rolls:
            self._rolls[name] = roll(self._random, self.count)
        return self._rolls[name]

    def _held(self, name: str) -> Column:
        action = self.held[name]
        if name not in self._rules:
            self._rules[name] = self._acted(
                action,
                lambda node: self.own[node] if node == name else self.value(Variable(node)),
            )
        return self._rules[name]

    def _acted(self, action: Held, read: Callable[[str], Column]) -> Column:
        if action.rule is not None:
            return action.rule(read, self)
        real = isinstance(self.graph.by_name[action.node].domain, Real)
        return np.full(self.count, action.value, np.float64 if real else np.int64)

    def _make(self, name: str) -> None:
        """Draw a node's value and noise, or look at what it is held at."""
        held = self.held.get(name)
        mechanism = self.mechanisms[name]
        if held is None or held.natural:
            world = {parent: self.value(Variable(parent)) for parent in mechanism.parents}
            uniform = self._random.random((self.count, mechanism.width))
        if held is not None:  # its evidence is of the value that it is held at
            if held.natural:
                self.own[name], self.noise[name] = self._plain(mechanism, world, uniform)
            if name in self.seen.ranges or name in self.seen.labels:
                self._check_held(name)
        elif isinstance(mechanism, Chances):
            self._label(name, mechanism, world, uniform)
        else:
            self._real(name, mechanism, world, uniform)

    def _plain(self, mechanism: Mechanism, world: World, uniform: Array) -> tuple[Column, Noise]:
        if isinstance(mechanism, Chances):
            noise: Noise = uniform[:, 0]
        else:
            noise = cast("RealMechanism", mechanism).noise_of(uniform)
        return np.asarray(mechanism.sample(world, noise)), noise

    def _check_held(self, name: str) -> None:
        column = self._held(name)
        if name in self.seen.ranges:
            fits = self.seen.ranges[name].holds(column).astype(np.float64)
        else:
            fits = self.seen.labels[name][column]
        with np.errstate(divide="ignore"):
            self.logs = self.logs + np.log(fits)

    def _label(self, name: str, mechanism: Chances, world: World, uniform: Array) -> None:
        likely = self.seen.labels.get(name)
        if likely is None:
            self.own[name], self.noise[name] = self._plain(mechanism, world, uniform)
            return
        chances = np.broadcast_to(mechanism.chances(world), (self.count, mechanism.domain.size))
        joint = chances * likely
        total = joint.sum(-1)
        with np.errstate(divide="ignore"):
            self.logs = self.logs + np.log(total)
        marks = joint.cumsum(-1) / np.where(total > 0, total, 1.0)[:, None]
        rolled = self._random.random(self.count)
        value = np.minimum((marks <= rolled[:, None]).sum(-1), len(likely) - 1)
        first = int(np.flatnonzero(likely)[0]) if likely.any() else 0
        value = np.where(total > 0, value, first).astype(np.int64)
        safe = np.take_along_axis(chances, value[:, None], -1)[:, 0] > 0
        self.own[name] = value
        noise = uniform[:, 0].copy()
        if safe.any():
            inside = {parent: np.asarray(column)[safe] for parent, column in world.items()}
            noise[safe] = mechanism.abduct(value[safe], inside, uniform[safe])
        self.noise[name] = noise

    def _real(self, name: str, mechanism: Mechanism, world: World, uniform: Array) -> None:
        span = self.seen.ranges.get(name)
        if span is None:
            self.own[name], self.noise[name] = self._plain(mechanism, world, uniform)
            return
        if span.point is not None:
            value = np.full(self.count, span.point)
            logs = mechanism.log_prob(value, world)
            self.logs = self.logs + np.where(logs < FAINTEST, -np.inf, logs)
            self.own[name] = value
            self.noise[name] = mechanism.abduct(value, world, uniform)
            return
        below, above = span.chance(mechanism, world, self.count)
        with np.errstate(divide="ignore"):
            self.logs = self.logs + np.log(above - below)
        inside = below + (above - below) * uniform[:, 0]
        noise = cast("RealMechanism", mechanism).noise_of(inside[:, None])
        self.own[name] = np.asarray(mechanism.sample(world, noise))
        self.noise[name] = noise


def ordered(parents: Mapping[str, tuple[str, ...]], names: Iterable[str]) -> list[str]:
    """Nodes and all their causes, each after its own."""
    found: dict[str, None] = {}
    waiting = [(name, False) for name in reversed(list(names))]
    while waiting:
        name, ready = waiting.pop()
        if name in found:
            continue
        if ready:
            found[name] = None
            continue
        waiting.append((name, True))
        waiting += [(parent, False) for parent in parents[name] if parent not in found]
    return list(found)


def mutilated(graph: Graph, held: Mapping[str, Held]) -> dict[str, tuple[str, ...]]:
    """What each node reads where some are held."""
    found = dict(graph.parents)
    for name, action in held.items():
        own = graph.parents[name] if action.natural else ()
        found[name] = (*own, *(read for read in action.reads if read != name))
    return found
