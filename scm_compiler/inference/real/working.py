"""Works out the numbers of a question: exactly where that can be, else from weighted units."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.drawing import Z
from scm_compiler.inference.number import DrawingInterval, Number
from scm_compiler.inference.real.asking import Asked, Reader
from scm_compiler.inference.real.codes.reals import NoEvent, NotWithReals
from scm_compiler.inference.real.curves import at, curves_of, points
from scm_compiler.inference.real.drawing import Estimate, Sampler, weighted_quantile
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
        match written:
            case tree.Sum(terms):
                parts = [(1 if plus else -1, self._number(term)) for plus, term in terms]
                total = sum(sign * part.value for sign, part in parts)
                error = sqrt(sum(part.error**2 for _, part in parts))
                minus = any(sign < 0 for sign, _ in parts)
                return _told(total, error, "difference" if minus else "sum")
            case tree.Ratio(above, below):
                top, bottom = self._number(above), self._number(below)
                ratio = top.value / bottom.value
                spread = [n.error / n.value if n.value else 0.0 for n in (top, bottom)]
                return _told(ratio, abs(ratio) * sqrt(sum(s**2 for s in spread)), "ratio")
        if self._exact is not None:
            try:
                return Number(self._exact.number(written), 0.0, _KINDS[type(written)](written))
            except NotGaussianError:
                pass
        (asked,) = numbers_of(Reader(self.graph), written)
        found = self._noted(self.sampler.estimate(asked))
        return _told(found.value, found.error, _KINDS[type(written)](written))

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
        rows = []
        for cell in np.ndindex(*sizes):
            inside = np.logical_and.reduce([c == v for c, v in zip(columns, cell, strict=True)])
            hits = inside * holds
            chance = float(share @ hits)
            error = sqrt(float(share**2 @ (hits - chance) ** 2))
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
        rows: list[Row] = []
        for node, column in zip(nodes, units.columns, strict=True):
            if isinstance(node.domain, Real):
                rows += _summary(node.name, column, share, worth)
            elif isinstance(node.domain, Finite):
                for rank, value in enumerate(node.domain.values):
                    hits = (column == rank).astype(np.float64)
                    rows.append(Row((node.name, value), _mean(hits, share, "probability")))
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


def _mean(values: np.ndarray, share: np.ndarray, kind: Kind = "expectation") -> Number:
    mean = float(share @ values)
    return _told(mean, sqrt(float(share**2 @ (values - mean) ** 2)), kind)


def _told(value: float, error: float, kind: Kind = "expectation") -> Number:
    """A number with what drawing leaves open."""
    if error <= ROUNDING * abs(value):
        return Number(value, 0.0, kind)
    drawn = DrawingInterval(value - Z * error, value + Z * error)
    return Number(value, error, kind, drawing_interval=drawn)


def _kind_of_mean(written: tree.Query) -> Kind:
    return (
        "variance" if isinstance(written, tree.Expectation) and written.variance else "expectation"
    )


_KINDS: Mapping[type, Any] = {
    tree.Probability: lambda written: "probability",
    tree.Expectation: _kind_of_mean,
    tree.Quantile: lambda written: "quantile",
    tree.Density: lambda written: "density",
    tree.Effect: lambda written: "difference",
}
