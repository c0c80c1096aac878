"""Works out the numbers of a question: exactly where that can be, else from weighted units."""

from collections.abc import Mapping
from math import inf, sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.drawing import Z
from scm_compiler.inference.number import DrawingInterval, Number
from scm_compiler.inference.real.asking import Asked, Reader
from scm_compiler.inference.real.codes.reals import NoEvent, NotWithReals
from scm_compiler.inference.real.curves import at, curves_of, points
from scm_compiler.inference.real.drawing import (
    Estimate,
    Sampler,
    chance_error,
    settled,
    weighted_quantile,
)
from scm_compiler.inference.real.gaussian import Gaussian, NotGaussianError
from scm_compiler.inference.real.units import Variable
from scm_compiler.inference.table import Row, Table, most_probable
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir.query import Kind
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.semantics.codes.questions import NothingToChoose
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

ROUNDING = 1e-9
"""An error below this share of a number is rounding."""


class Work:
    """Works out the numbers of a question."""

    def __init__(self, graph: Graph, sampler: Sampler, *, exactly: bool) -> None:
        self.graph, self.sampler = graph, sampler
        self._exact = Gaussian(graph, sampler.mechanisms) if exactly else None
        self.draws, self.worth = 0, float("inf")

    def value(self, written: tree.Query) -> Number | Table:
        """The answer."""
        if curves_of(written):
            return self._curve(written)
        if isinstance(written, tree.Regime):
            return self._regime(written)
        if isinstance(written, tree.Best):
            free = [t for t in written.targets if isinstance(t, tree.Event) and t.value is None]
            asked = tree.Probability(written.targets, written.do, written.given)
            return most_probable(self._table(asked, free), 0)
        if isinstance(written, tree.Probability):
            free = [t for t in written.targets if isinstance(t, tree.Event) and t.value is None]
            if free:
                return self._table(written, free)
        assert not isinstance(written, tree.LocalEffect)
        return self._number(written)

    def _curve(self, written: tree.Query) -> Table:
        """A number at each point, all from the same draws of noise."""
        each = points(Reader(self.graph), written)
        rows = []
        for value in each:
            number = self.value(at(written, value))
            assert isinstance(number, Number)
            rows.append(Row((value,), number))
        return Table((curves_of(written)[0].node.text,), tuple(rows))

    def _number(self, written: tree.Number) -> Number:
        found = self._estimate(written)
        return _told(found.value, found.error, _kind(written))

    def _estimate(self, written: tree.Number) -> Estimate:
        match written:
            case tree.Sum(terms):
                parts = [(1.0 if plus else -1.0, self._estimate(term)) for plus, term in terms]
                return _combined(sum(sign * part.value for sign, part in parts), parts)
            case tree.Ratio(above, below):
                top, bottom = self._estimate(above), self._estimate(below)
                ratio = top.value / bottom.value
                parts = [(1 / bottom.value, top), (-ratio / bottom.value, bottom)]
                return _combined(ratio, parts)
        if self._exact is not None:
            try:
                return Estimate(self._exact.number(written), 0.0, 0, float("inf"))
            except NotGaussianError:
                pass
        (asked,) = numbers_of(Reader(self.graph), written)
        return self._noted(self.sampler.estimate(asked))

    def _noted(self, found: Estimate) -> Estimate:
        self.draws = max(self.draws, found.draws)
        self.worth = min(self.worth, found.worth)
        return found

    def _table(self, written: tree.Probability, free: list[tree.Event]) -> Table:
        """The joint table of the labels that stand without a value."""
        reader = Reader(self.graph)
        variables = [reader.variable(event.variable) for event in free]
        closed = [target for target in written.targets if target not in free]
        tests = [reader.event(target) for target in closed]
        more = [variable for names, _ in tests for variable in names]
        scene = reader.scene(written.do, written.given, *variables, *more)
        sizes = []
        for variable in variables:
            domain = self.graph.by_name[variable.node].domain
            if not isinstance(domain, Finite):
                raise refuse(NoEvent(quoted(variable.node)))
            sizes.append(domain.size)
        units = self.sampler.weighted(
            scene,
            *((lambda draw, v=v: draw.value(v).astype(np.float64)) for v in variables),
            lambda draw: np.prod([np.ones(draw.count), *(test(draw) for _, test in tests)], 0),
        )
        *columns, holds = units.columns
        share = units.weights / units.weights.sum()
        self.draws, self.worth = len(share), units.worth
        certain = settled(scene).issuperset(v.node for v in (*variables, *more))
        rows = []
        for cell in np.ndindex(*sizes):
            inside = np.logical_and.reduce([c == v for c, v in zip(columns, cell, strict=True)])
            hits = inside * holds
            chance = float(share @ hits)
            error = 0.0 if certain else chance_error(hits, share, units.worth)
            names = tuple(
                self.graph.domains[variable.node].values[value]
                for variable, value in zip(variables, cell, strict=True)
            )
            rows.append(Row(names, _told(chance, error, "probability")))
        return Table(tuple(variable.node for variable in variables), tuple(rows))

    def _regime(self, written: tree.Regime) -> Table:
        """Every label's probabilities; mean, deviation and quartiles of every real node."""
        (asked,) = numbers_of(Reader(self.graph), written)
        nodes = [node for node in self.graph.tabular if node.kind != HIDDEN]
        units = self.sampler.weighted(
            asked.scene,
            *(
                (lambda draw, n=node.name: draw.value(Variable(n)).astype(np.float64))
                for node in nodes
            ),
        )
        share, worth = units.weights / units.weights.sum(), units.worth
        self.draws, self.worth = len(share), worth
        sure = settled(asked.scene)
        rows: list[Row] = []
        for node, column in zip(nodes, units.columns, strict=True):
            if isinstance(node.domain, Real):
                rows += _summary(node.name, column, share, worth)
            elif isinstance(node.domain, Finite):
                for rank, value in enumerate(node.domain.values):
                    hits = (column == rank).astype(np.float64)
                    error = 0.0 if node.name in sure else chance_error(hits, share, worth)
                    number = _told(float(share @ hits), error, "probability")
                    rows.append(Row((node.name, value), number))
        return Table(("node", "value"), tuple(rows))


def numbers_of(reader: Reader, written: tree.Query) -> list[Asked]:  # noqa: C901, PLR0911  (a form each)
    """The numbers that a question asks for."""
    match written:
        case tree.Sum(terms):
            return [one for _, term in terms for one in numbers_of(reader, term)]
        case tree.Ratio(above, below):
            return [*numbers_of(reader, above), *numbers_of(reader, below)]
        case tree.Probability():
            return [_filled(reader, written)]
        case tree.Best(targets, do, given, span):
            if all(isinstance(t, tree.Event) and t.value is not None for t in targets):
                reader.found.append(NothingToChoose(span=span))
            return [_filled(reader, tree.Probability(targets, do, given, span))]
        case tree.Expectation():
            return [reader.expectation(written)]
        case tree.Quantile():
            return [reader.quantile(written)]
        case tree.Density():
            return [reader.density(written)]
        case tree.Effect():
            return [reader.effect(written)]
        case tree.Regime(do, given):
            every = (Variable(n.name) for n in reader.graph.tabular if n.kind != HIDDEN)
            scene = reader.scene(do, given, *every)
            return [Asked(scene, "mean", lambda draw: np.ones(draw.count))]
    reader.found.append(NotWithReals("`LATE`", span=written.span))
    return []


def first_of(reader: Reader, written: tree.Query) -> tree.Query:
    """A question at the first point of its curve, if it has one."""
    if not curves_of(written):
        return written
    found = points(reader, written)
    return at(written, found[0] if found else curves_of(written)[0].low.text)


def _filled(reader: Reader, written: tree.Probability) -> Asked:
    """A probability, of whose open targets the first values are taken."""
    targets: list[tree.Proposition] = []
    for target in written.targets:
        if isinstance(target, tree.Event) and target.value is None:
            node = reader.graph.by_name.get(target.variable.node.text)
            if node is not None and isinstance(node.domain, Finite):
                word = tree.Word(node.domain.values[0], target.span)
                targets.append(tree.Event(target.variable, word, target.span))
                continue
        targets.append(target)
    return reader.probability(tree.Probability(tuple(targets), written.do, written.given))


def _summary(name: str, column: np.ndarray, share: np.ndarray, worth: float) -> list[Row]:
    """The mean, the deviation and the quartiles of a real node."""
    mean = _mean(column, share)
    square = _mean((column - mean.value) ** 2, share)
    deviation = sqrt(square.value)
    error = square.error / (2 * deviation) if deviation else 0.0
    found = [Row((name, "mean"), mean), Row((name, "deviation"), _told(deviation, error))]
    for level, called in ((0.25, "lower quartile"), (0.5, "median"), (0.75, "upper quartile")):
        found.append(Row((name, called), _told(*weighted_quantile(column, share, level, worth))))
    return found


def _mean(values: np.ndarray, share: np.ndarray) -> Number:
    mean = float(share @ values)
    return _told(mean, sqrt(float(share**2 @ (values - mean) ** 2)))


def _combined(value: float, parts: list[tuple[float, Estimate]]) -> Estimate:
    """A number made of others, each of which counts by a factor.

    Units of the same place in the draws have the same noise, so that what they add to the numbers
    is taken together: the error of a difference is that of the units' differences.
    """
    together = np.zeros(max(part.draws for _, part in parts))
    rest = 0.0
    for factor, part in parts:
        if part.shares is None:
            rest += (factor * part.error) ** 2
        else:
            together[: len(part.shares)] += factor * part.shares
    error = sqrt(float(together @ together) + rest)
    draws, worth = len(together), min(part.worth for _, part in parts)
    return Estimate(value, error, draws, worth, None if rest else together)


def _told(value: float, error: float, kind: Kind = "expectation") -> Number:
    """A number with what drawing leaves open."""
    if error <= ROUNDING * abs(value):
        return Number(value, 0.0, kind)
    low, high = (0.0, 1.0) if kind == "probability" else (-inf, inf)
    drawn = DrawingInterval(max(low, value - Z * error), min(high, value + Z * error))
    return Number(value, error, kind, drawing_interval=drawn)


def _kind_of_mean(written: tree.Query) -> Kind:
    return (
        "variance" if isinstance(written, tree.Expectation) and written.variance else "expectation"
    )


def _kind(written: tree.Number) -> Kind:
    if isinstance(written, tree.Sum):
        return "sum" if all(plus for plus, _ in written.terms) else "difference"
    found: Kind = _KINDS[type(written)](written)
    return found


_KINDS: Mapping[type, Any] = {
    tree.Probability: lambda written: "probability",
    tree.Expectation: _kind_of_mean,
    tree.Quantile: lambda written: "quantile",
    tree.Density: lambda written: "density",
    tree.Effect: lambda written: "difference",
    tree.Ratio: lambda written: "ratio",
}
