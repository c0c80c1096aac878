"""Exact answers where all that takes part is a table of labels, or linear and Gaussian."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isnan

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.gaussian import Instance, Interval, LinearNetwork, Mixture, prepare
from scm_compiler.inference.real.asking import Reader, Scene
from scm_compiler.inference.real.codes.reals import NothingFits
from scm_compiler.inference.real.units import Held, Range, Variable
from scm_compiler.ir import Graph
from scm_compiler.model.mechanism import Mechanism, Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.syntax import query_tree as tree

Event = tuple[Variable, Range | frozenset[int]]
"""A variable, and where it is."""


class NotGaussianError(Exception):
    """It has no closed form here."""


def closed(graph: Graph, mechanism: Mechanism) -> bool:
    """Whether a mechanism is a table of labels, or linear and Gaussian."""
    if isinstance(mechanism, Tabular):
        return set(mechanism.parents) <= graph.domains.keys()
    return isinstance(mechanism, Linear)


@dataclass(frozen=True)
class Evidence:
    """What is seen, as a linear network takes it.

    Attributes:
        held: What is held in all worlds.
        given: Values that are known.
        sets: Labels that have one of some values.
        spans: Real nodes that lie between two ends.
    """

    held: Mapping[str, float]
    given: Mapping[Instance, float]
    sets: Mapping[Instance, frozenset[int]]
    spans: Mapping[Instance, Range]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A model whose real nodes are linear and Gaussian, where they take part."""

    graph: Graph
    mechanisms: Mapping[str, Mechanism]

    @cached_property
    def _network(self) -> LinearNetwork:
        own = {n: m for n, m in self.mechanisms.items() if closed(self.graph, m)}
        tables = {n: m.rows for n, m in own.items() if isinstance(m, Tabular)}
        linear = {n: m for n, m in own.items() if isinstance(m, Linear)}
        return LinearNetwork(self.graph, tables, linear)

    def number(self, written: tree.Number) -> float:
        """The answer to a question that is no sum and no ratio.

        Raises:
            NotGaussianError: If it has no closed form here.
            ScmError: E431 or E574 if the evidence cannot be.
        """
        reader = Reader(self.graph)
        if isinstance(written, tree.Sum | tree.Ratio):
            raise NotGaussianError
        given = written.given
        if isinstance(written, tree.Effect):
            given = reader.evidence(written)
        seen = _evidence(reader.scene(written.do, given))
        match written:
            case tree.Probability(targets):
                return self._probability(seen, [*_events(reader, targets)])
            case tree.Expectation(target, variance=variance):
                return self._moments(seen, reader.variable(target))[variance]
            case tree.Density(target, value):
                at = reader.number(target.node, value, inside=False)
                return self._density(seen, reader.variable(target), at)
            case tree.Quantile(target, level):
                return self._quantile(seen, reader.variable(target), float(level.text))
            case tree.Effect():
                one, zero = reader.sides(written)
                return self._moments(seen, one)[0] - self._moments(seen, zero)[0]
        raise NotGaussianError

    def _law(self, seen: Evidence, *targets: Instance) -> Mixture:
        """The law of some variables and of all that is seen in ranges."""
        every = tuple(dict.fromkeys((*targets, *seen.sets, *seen.spans)))
        if self._network.lacks((*every, *seen.given)):
            raise NotGaussianError
        question = prepare(self._network, every, seen.given)
        if question.beyond is not None:
            raise NotGaussianError
        law = question.mixture()
        try:
            return law.where(seen.sets) if seen.sets else law
        except ValueError:
            raise refuse(NothingFits()) from None

    def _probability(self, seen: Evidence, events: Sequence[Event]) -> float:
        spans, sets = dict(seen.spans), dict[Instance, frozenset[int]]()
        for variable, where in events:
            instance = _instance(variable, seen.held)
            if isinstance(where, Range):
                spans[instance] = spans.get(instance, Range()).meet(where)
            else:
                sets[instance] = sets.get(instance, where) & where
        law = self._law(seen, *spans, *sets)
        return _chance(law, sets, spans) / self._sure(law, seen)

    def _sure(self, law: Mixture, seen: Evidence) -> float:
        chance = _chance(law, {}, seen.spans)
        if not chance > 0:
            raise refuse(NothingFits())
        return chance

    def _moments(self, seen: Evidence, variable: Variable) -> tuple[float, float]:
        """The mean and the variance of a node."""
        target = _instance(variable, seen.held)
        law = self._law(seen, target)
        if variable.node in self.graph.domains:
            whole, values = self._sure(law, seen), self.graph.domains[variable.node].values
            chances = [
                _chance(law, {target: frozenset({rank})}, seen.spans) / whole
                for rank in range(len(values))
            ]
            numbers = np.array([float(value) for value in values])
            mean = float(numbers @ chances)
            return mean, float((numbers - mean) ** 2 @ chances)
        if len(seen.spans) > 1:
            raise NotGaussianError
        within = [(each, _interval(span)) for each, span in seen.spans.items()]
        self._sure(law, seen)
        means, covariance = law.moments(*within)
        rank = law.real.index(target)
        return float(means[rank]), float(covariance[rank, rank])

    def _density(self, seen: Evidence, variable: Variable, at: float) -> float:
        target = _instance(variable, seen.held)
        law = self._law(seen, target)
        density, whole = law.density({target: at}), self._sure(law, seen)
        if not isfinite(density):
            raise NotGaussianError
        if not density or not seen.spans:
            return density
        if target in seen.spans and not seen.spans[target].holds(np.array([at])).all():
            return 0.0
        there = Evidence(seen.held, {**seen.given, target: at}, seen.sets, seen.spans)
        return density * _chance(self._law(there), {}, seen.spans) / whole

    def _quantile(self, seen: Evidence, variable: Variable, level: float) -> float:
        target = _instance(variable, seen.held)
        if not seen.spans.keys() <= {target}:
            raise NotGaussianError
        law = self._law(seen, target)
        below = 0.0
        if target in seen.spans:
            below = law.cdf(target, seen.spans[target].low)
            level *= self._sure(law, seen)
        return law.quantile(target, below + level)


def _instance(variable: Variable, held: Mapping[str, float]) -> Instance:
    return Instance.of(variable.node, {**held, **_constants(variable.world)})


def _constants(held: Sequence[Held]) -> dict[str, float]:
    """What is held, if all of it is held at constants."""
    if any(each.value is None for each in held):
        raise NotGaussianError
    return {each.node: float(each.value or 0) for each in held}


def _evidence(scene: Scene) -> Evidence:
    if scene.seen.other:
        raise NotGaussianError
    held = _constants(scene.held)
    given: dict[Instance, float] = {}
    sets: dict[Instance, frozenset[int]] = {}
    spans: dict[Instance, Range] = {}
    for name, likely in scene.seen.labels.items():
        allowed = np.flatnonzero(likely)
        if not set(likely.tolist()) <= {0.0, 1.0}:
            raise NotGaussianError
        if len(allowed) == 1:
            given[Instance.of(name, held)] = float(allowed[0])
        else:
            sets[Instance.of(name, held)] = frozenset(allowed.tolist())
    for name, span in scene.seen.ranges.items():
        if span.point is None:
            spans[Instance.of(name, held)] = span
        else:
            given[Instance.of(name, held)] = span.point
    return Evidence(held, given, sets, spans)


def _events(reader: Reader, targets: Sequence[tree.Proposition]) -> Iterator[Event]:
    """Events of single variables, all of which have to hold."""
    for target in targets:
        if isinstance(target, tree.Either) and len(target.cases) == 1:
            yield from _events(reader, target.cases[0])
        elif isinstance(target, tree.Event | tree.Compared):
            where = reader.where(target)
            if isinstance(where, Range) and isnan(where.low):
                raise NotGaussianError
            yield reader.variable(target.variable), where
        else:
            raise NotGaussianError


def _chance(
    law: Mixture, sets: Mapping[Instance, frozenset[int]], spans: Mapping[Instance, Range]
) -> float:
    found = law.probability(sets, {each: _interval(span) for each, span in spans.items()})
    if found is None:
        raise NotGaussianError
    return found


def _interval(span: Range) -> Interval:
    return Interval(span.low, span.high, span.from_low, span.to_high)
