"""Exact answers where all that takes part is a table or linear and Gaussian.

Given the labels the real nodes are jointly normal (Lauritzen 1992), so that every sum over the
labels' configurations is one of normal densities and distribution functions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import erfc, exp, inf, isinf, pi, prod, sqrt

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.real.asking import Reader, Scene
from scm_compiler.inference.real.codes.reals import NothingFits
from scm_compiler.inference.real.units import Array, Held, Range, Variable, mutilated, ordered
from scm_compiler.ir import Finite, Graph
from scm_compiler.model.mechanism import Mechanism, Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.syntax import query_tree as tree

MOST = 4096
"""Configurations of labels that are summed over."""

HALVINGS = 200


class NotGaussianError(Exception):
    """It has no closed form here."""


@dataclass(frozen=True, eq=False)
class Part:
    """The law of the real nodes for one configuration of the labels, with its weight.

    Attributes:
        weight: The probability of the configuration, times the density of what is seen.
        labels: The configuration.
        means: (R,) of the real nodes, given what is seen.
        spread: (R, R) their covariances.
    """

    weight: float
    labels: Mapping[str, int]
    means: Array
    spread: Array


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A model whose real nodes are linear and Gaussian."""

    graph: Graph
    mechanisms: Mapping[str, Mechanism]

    def number(self, written: tree.Number) -> float:
        """The answer to a question that is no sum and no ratio.

        Raises:
            NotGaussianError: If it has no closed form here.
            ScmError: E574 if the evidence has no density.
        """
        reader = Reader(self.graph)
        match written:
            case tree.Probability(targets, do, given):
                scene = reader.scene(do, given)
                joint = reader.scene(do, (*given, *_single(targets)))
                return self._whole(joint) / self._total(scene)
            case tree.Expectation(target, do, given, variance):
                scene = reader.scene(do, given, reader.variable(target))
                mean, square = self._moments(scene, target.node.text)
                return square - mean**2 if variance else mean
            case tree.Density(target, value, do, given):
                scene = reader.scene(do, given)
                at = reader.number(target.node, value, inside=False)
                return self._whole(_with(scene, target, Range(at, at))) / self._total(scene)
            case tree.Quantile(target, level, do, given):
                return self._quantile(reader.scene(do, given), target, float(level.text))
            case tree.Effect(cause, outcome) if not written.given:
                if written.name != "ATE":
                    raise NotGaussianError
                values = reader.compared_values(written)
                scene = reader.scene(written.do, (), Variable(outcome.text))
                one, zero = (
                    replace(scene, held=(*scene.held, Held(cause.text, repr(value), value)))
                    for value in values
                )
                return self._moments(one, outcome.text)[0] - self._moments(zero, outcome.text)[0]
        raise NotGaussianError

    def _total(self, scene: Scene) -> float:
        found = self._whole(scene)
        if not found > 0:
            raise refuse(NothingFits())
        return found

    def _whole(self, scene: Scene) -> float:
        """The density of what is seen, times the probability of its range."""
        return sum(weight for weight, *_ in self._parts(scene))

    def _moments(self, scene: Scene, name: str) -> tuple[float, float]:
        """The mean of a node, and of its square."""
        total, domain = self._total(scene), self.graph.by_name[name].domain
        first = second = 0.0
        for weight, part, names, (away, narrower, range_of) in self._parts(scene):
            if isinstance(domain, Finite):
                mean, variance = float(domain.values[part.labels[name]]), 0.0
            else:
                rank = names.index(name)
                mean, variance = float(part.means[rank]), float(part.spread[rank, rank])
                if range_of is not None and part.spread[range_of, range_of] > 0:
                    share = part.spread[rank, range_of] / part.spread[range_of, range_of]
                    mean += float(share * away)
                    variance -= float(share**2 * narrower)
            first += weight * mean
            second += weight * (variance + mean**2)
        return first / total, second / total

    def _quantile(self, scene: Scene, target: tree.Variable, level: float) -> float:
        total = self._total(scene)
        low, high = -1.0, 1.0

        def below(number: float) -> float:
            return self._whole(_with(scene, target, Range(high=number))) / total

        while below(low) > level:
            low *= 2
        while below(high) < level:
            high *= 2
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if below(middle) < level else (low, middle)
        return (low + high) / 2

    def _parts(
        self, scene: Scene
    ) -> Iterator[tuple[float, Part, list[str], tuple[float, float, int | None]]]:
        """Each part of the mixture; its weight, and how a range moves and narrows its node."""
        held = {each.node: each for each in scene.held}
        seen = scene.seen
        if scene.rung == 3 or seen.other or any(h.rule for h in scene.held):
            raise NotGaussianError
        if not held.keys().isdisjoint({*seen.labels, *seen.ranges}):
            raise NotGaussianError
        wanted = sorted({*scene.needed, *seen.labels, *seen.ranges})
        nodes = ordered(mutilated(self.graph, held), wanted)
        for name in nodes:
            if name not in held and not self._fits(name):
                raise NotGaussianError
        names = [name for name in nodes if name not in self.graph.domains]
        points = {n: r.point for n, r in seen.ranges.items() if r.point is not None}
        ranges = {n: r for n, r in seen.ranges.items() if r.point is None}
        if len(ranges) > 1:
            raise NotGaussianError
        for part in self._given_labels(nodes, names, held, scene):
            part = _seen(part, names, points)  # noqa: PLW2901
            moved: tuple[float, float, int | None] = (0.0, 0.0, None)
            weight = part.weight
            for name, span in ranges.items():
                rank = names.index(name)
                chance, away, narrower = _truncated(
                    part.means[rank], part.spread[rank, rank], span
                )
                weight, moved = weight * chance, (away, narrower, rank)
            yield weight, part, names, moved

    def _fits(self, name: str) -> bool:
        return closed(self.graph, self.mechanisms[name])

    def _given_labels(
        self, nodes: Sequence[str], names: list[str], held: Mapping[str, Held], scene: Scene
    ) -> Iterator[Part]:
        """The law of the real nodes, before any is seen, for each configuration of the labels."""
        labels = [name for name in nodes if name in self.graph.domains]
        ways = [
            [int(held[name].value or 0)] if name in held else range(self.graph.domain(name).size)
            for name in labels
        ]
        if prod(map(len, ways)) > MOST:
            raise NotGaussianError
        for cell in product(*ways):
            at = dict(zip(labels, cell, strict=True))
            weight = 1.0
            for name in labels:
                if name not in held:
                    mechanism = self.mechanisms[name]
                    assert isinstance(mechanism, Tabular)
                    row = tuple(at[parent] for parent in mechanism.parents)
                    weight *= float(mechanism.rows[(*row, at[name])])
                likely = scene.seen.labels.get(name)
                weight *= 1.0 if likely is None else float(likely[at[name]])
            if weight:
                yield self._law(weight, at, names, held)

    def _law(
        self, weight: float, at: Mapping[str, int], names: list[str], held: Mapping[str, Held]
    ) -> Part:
        means, spread = np.zeros(len(names)), np.zeros((len(names), len(names)))
        for rank, name in enumerate(names):
            if name in held:
                means[rank] = float(held[name].value or 0.0)
                continue
            law = self.mechanisms[name]
            assert isinstance(law, Linear)
            row = 0
            for parent, domain in law.inputs.items():
                if isinstance(domain, Finite):
                    row = row * domain.size + at[parent]
            constant, *slopes = law.coefficients[row].tolist()
            line = np.zeros(len(names))
            for parent, slope in zip(law.real, slopes, strict=True):
                line[names.index(parent)] = slope
            means[rank] = constant + line @ means
            across = spread @ line
            spread[rank], spread[:, rank] = across, across
            spread[rank, rank] = line @ across + law.deviations[row] ** 2
        return Part(weight, at, means, spread)


def closed(graph: Graph, mechanism: Mechanism) -> bool:
    """Whether a mechanism is a table of labels, or linear and Gaussian."""
    if isinstance(mechanism, Tabular):
        return set(mechanism.parents) <= graph.domains.keys()
    return isinstance(mechanism, Linear)


def _single(targets: Sequence[tree.Proposition]) -> Iterator[tree.Proposition]:
    """Targets, each of which has to hold."""
    for target in targets:
        if isinstance(target, tree.Likely) or (
            isinstance(target, tree.Event) and target.value is None
        ):
            raise NotGaussianError
        if isinstance(target, tree.Compared) and target.relation in ("in", "!="):
            yield tree.Either(((target,),), target.span)
        else:
            yield target


def _with(scene: Scene, target: tree.Variable, span: Range) -> Scene:
    """The scene with a further range of a node."""
    if target.world:
        raise NotGaussianError
    name, ranges = target.node.text, scene.seen.ranges
    both = ranges.get(name, Range()).meet(span)
    if both.low > both.high:
        raise NotGaussianError
    return replace(scene, seen=replace(scene.seen, ranges={**ranges, name: both}))


def _seen(part: Part, names: list[str], points: Mapping[str, float]) -> Part:
    """The part given the numbers of some nodes."""
    if not points:
        return part
    at = [names.index(name) for name in points]
    inverse = np.linalg.inv(part.spread[np.ix_(at, at)])
    off = np.array(list(points.values())) - part.means[at]
    across = part.spread[:, at] @ inverse
    density = exp(-float(off @ inverse @ off) / 2) * sqrt(max(0.0, float(np.linalg.det(inverse))))
    return Part(
        part.weight * density / (2 * pi) ** (len(at) / 2),
        part.labels,
        part.means + across @ off,
        part.spread - across @ part.spread[at],
    )


def _truncated(mean: float, variance: float, span: Range) -> tuple[float, float, float]:
    """A range's probability, how far its mean lies off, and how much variance it takes away."""
    deviation = sqrt(variance)
    if deviation <= 0:
        return float(span.holds(np.array([mean]))[0]), 0.0, 0.0
    low, high = ((end - mean) / deviation for end in (span.low, span.high))
    if not low < high:
        return 0.0, 0.0, 0.0
    tails = (low, high) if low > 0 else (-high, -low)  # tails are told apart where they are small
    chance = (_above(tails[0]) - _above(tails[1])) / 2
    if not chance > 0:
        return 0.0, 0.0, 0.0
    first, last = _bell(low), _bell(high)
    shift = (first - last) / chance
    ends = (0.0 if isinf(low) else low * first) - (0.0 if isinf(high) else high * last)
    return chance, deviation * shift, variance * (shift**2 - ends / chance)


def _above(number: float) -> float:
    return 0.0 if number == inf else 2.0 if number == -inf else erfc(number / sqrt(2))


def _bell(number: float) -> float:
    return 0.0 if isinf(number) else exp(-(number**2) / 2) / sqrt(2 * pi)
