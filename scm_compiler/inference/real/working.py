"""Works out the numbers of a question: exactly where that can be, else from weighted units."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from math import inf, prod, sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.derived import DividesByZero
from scm_compiler.inference.drawing import Z
from scm_compiler.inference.number import DrawingInterval, Number
from scm_compiler.inference.real.asking import Reader
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
from scm_compiler.inference.real.local import wald
from scm_compiler.inference.real.openings import filled, opened
from scm_compiler.inference.real.reading import free_targets, numbers_of, real_target
from scm_compiler.inference.real.units import Variable
from scm_compiler.inference.table import Row, Table, most_probable
from scm_compiler.ir import Finite, Graph, Node, Real
from scm_compiler.ir.query import Kind
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import print_query, print_variable, quoted

ROUNDING = 1e-9
"""An error below this share of a number is rounding."""

CELLS = 256
"""A table of more is drawn, though each of them has a closed form."""

QUARTILES = ((0.25, "lower quartile"), (0.5, "median"), (0.75, "upper quartile"))

Do = tuple[tree.Action, ...]
Given = tuple[tree.Proposition, ...]


class Work:
    """Works out the numbers of a question.

    Args:
        graph: The graph.
        sampler: Draws units.
        exactly: Whether what has a closed form is taken from it.
        drawing: Whether the rest may be drawn.
        deciles: The values of real nodes that stand without one.
    """

    def __init__(
        self,
        graph: Graph,
        sampler: Sampler,
        *,
        exactly: bool,
        drawing: bool = True,
        deciles: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.graph, self.sampler, self.drawing = graph, sampler, drawing
        self.deciles = deciles or {}
        self._exact = Gaussian(graph, sampler.mechanisms) if exactly else None
        self.draws, self.worth = 0, float("inf")

    def value(self, written: tree.Query) -> Number | Table:  # noqa: PLR0911  (a form each)
        """The answer."""
        if curves_of(written):
            return self._curve(written)
        if opened(written):
            return self._each(written)
        match written:
            case tree.Regime():
                return self._regime(written)
            case tree.Best(targets, do, given):
                asked = tree.Probability(targets, do, given)
                return most_probable(self._table(asked, free_targets(asked)), 0)
            case tree.Probability() if (target := real_target(written, self.graph)) is not None:
                rows = self._spread(target, written.do, written.given)
                return Table((target.node.text,), tuple(rows))
            case tree.Probability() if free_targets(written):
                return self._table(written, free_targets(written))
            case tree.LocalEffect():
                return self._number(wald(written))
        return self._number(written)

    def _each(self, written: tree.Query) -> Table:
        """The answer at every value of the nodes that stand without one."""
        variables = opened(written)
        places = [self._places(variable.node.text) for variable in variables]
        rows: list[Row] = []
        more: tuple[str, ...] = ()
        for values in product(*places):
            at_these = filled(written, dict(zip(variables, values, strict=True)))
            found = self.value(at_these)
            if isinstance(found, Table):
                more = found.variables
                rows += [Row((*values, *row.values), row.probability) for row in found.rows]
            else:
                rows.append(Row(values, found))
        return Table((*map(print_variable, variables), *more), tuple(rows))

    def _places(self, name: str) -> tuple[str, ...]:
        domain = self.graph.by_name[name].domain
        return domain.values if isinstance(domain, Finite) else self.deciles[name]

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
                if not bottom.value:
                    raise refuse(DividesByZero(print_query(written)))
                ratio = top.value / bottom.value
                parts = [(1 / bottom.value, top), (-ratio / bottom.value, bottom)]
                return _combined(ratio, parts)
        try:
            return Estimate(self._closed(written), 0.0, 0, float("inf"))
        except NotGaussianError:
            self._require_drawing()
        if isinstance(written, tree.Density) and written.target.world:
            way = (
                "ask for a range of it, such as `P(1.9 < Y[X=1] <= 2.1)`, and divide by its width"
            )
            raise refuse(NotWithReals("a density in another world that has to be drawn", way))
        (asked,) = numbers_of(Reader(self.graph), written)
        found = self.sampler.estimate(asked)
        self.drew(found.draws, found.worth)
        return found

    def _closed(self, written: tree.Number) -> float:
        """A number from its closed form.

        Raises:
            NotGaussianError: If it has none, or is to be drawn.
        """
        if self._exact is None:
            raise NotGaussianError
        return self._exact.number(written)

    def _require_drawing(self) -> None:
        if not self.drawing:
            way = (
                "leave `--method` out: a closed form takes linear Gaussian real nodes "
                "(`--option real=linear`), tables, and one range at most"
            )
            raise refuse(NotWithReals("`--method exact` of this question", way))

    def drew(self, draws: int, worth: float) -> None:
        """Note how many units a number took; of an answer of several the most, worth the least."""
        self.draws, self.worth = max(self.draws, draws), min(self.worth, worth)

    def _table(self, written: tree.Probability, free: list[tree.Event]) -> Table:
        """The joint table of the labels that stand without a value."""
        try:
            return self._closed_table(written, free)
        except NotGaussianError:
            self._require_drawing()
        reader = Reader(self.graph)
        variables = [reader.variable(event.variable) for event in free]
        closed = [target for target in written.targets if target not in free]
        tests = [reader.event(target) for target in closed]
        more = [variable for names, _ in tests for variable in names]
        scene = reader.scene(written.do, written.given, *variables, *more)
        sizes = [len(self._values(event)) for event in free]
        units = self.sampler.weighted(
            scene,
            *((lambda draw, v=v: draw.value(v).astype(np.float64)) for v in variables),
            lambda draw: np.prod([np.ones(draw.count), *(test(draw) for _, test in tests)], 0),
        )
        *columns, holds = units.columns
        share = units.weights / units.weights.sum()
        self.drew(len(share), units.worth)
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

    def _closed_table(self, written: tree.Probability, free: list[tree.Event]) -> Table:
        values = [self._values(event) for event in free]
        if prod(map(len, values)) > CELLS:
            raise NotGaussianError
        rows = []
        for cell in product(*values):
            words = dict(zip(free, map(tree.Word, cell), strict=True))
            targets = (
                replace(each, value=words[each]) if each in free else each
                for each in written.targets
            )
            chance = self._closed(replace(written, targets=tuple(targets)))
            rows.append(Row(cell, _told(chance, 0.0, "probability")))
        return Table(tuple(event.variable.node.text for event in free), tuple(rows))

    def _values(self, event: tree.Event) -> tuple[str, ...]:
        node = event.variable.node.text
        domain = self.graph.by_name[node].domain
        if not isinstance(domain, Finite):
            raise refuse(NoEvent(quoted(node)))
        return domain.values

    def _spread(self, target: tree.Variable, do: Do, given: Given) -> list[Row]:
        """The mean, the deviation and the quartiles of a real node."""
        try:
            return self._closed_spread(target, do, given)
        except NotGaussianError:
            self._require_drawing()
        reader = Reader(self.graph)
        variable = reader.variable(target)
        units = self.sampler.weighted(
            reader.scene(do, given, variable), lambda draw: draw.value(variable)
        )
        self.drew(len(units.weights), units.worth)
        return _summary(units.columns[0], units.weights / units.weights.sum(), units.worth)

    def _closed_spread(self, target: tree.Variable, do: Do, given: Given) -> list[Row]:
        mean = self._closed(tree.Expectation(target, do, given))
        variance = self._closed(tree.Expectation(target, do, given, variance=True))
        rows = [Row(("mean",), _told(mean, 0.0))]
        rows.append(Row(("deviation",), _told(sqrt(max(variance, 0.0)), 0.0)))
        for level, called in QUARTILES:
            word = tree.Word(str(level))
            number = self._closed(tree.Quantile(target, word, do, given)) if variance else mean
            rows.append(Row((called,), _told(number, 0.0, "quantile")))
        return rows

    def _regime(self, written: tree.Regime) -> Table:
        """Every label's probabilities; mean, deviation and quartiles of every real node."""
        nodes = [node for node in self.graph.tabular if node.kind != HIDDEN]
        found: dict[str, Sequence[Row]] = {}
        for node in nodes:
            with suppress(NotGaussianError):
                found[node.name] = self._closed_rows(node, written)
        if rest := [node for node in nodes if node.name not in found]:
            self._require_drawing()
            found |= self._drawn_rows(rest, written)
        rows = (
            Row((it.name, *row.values), row.probability) for it in nodes for row in found[it.name]
        )
        return Table(("node", "value"), tuple(rows))

    def _closed_rows(self, node: Node, written: tree.Regime) -> Sequence[Row]:
        target = tree.Variable(tree.Word(node.name))
        if isinstance(node.domain, Real):
            return self._closed_spread(target, written.do, written.given)
        event = tree.Event(target)
        asked = tree.Probability((event,), written.do, written.given)
        return self._closed_table(asked, [event]).rows

    def _drawn_rows(self, nodes: list[Node], written: tree.Regime) -> dict[str, Sequence[Row]]:
        """What units say of each node, all from the same draws."""
        (asked,) = numbers_of(Reader(self.graph), written)
        units = self.sampler.weighted(
            asked.scene,
            *(
                (lambda draw, n=node.name: draw.value(Variable(n)).astype(np.float64))
                for node in nodes
            ),
        )
        share, worth = units.weights / units.weights.sum(), units.worth
        self.drew(len(share), worth)
        sure = settled(asked.scene)
        found: dict[str, Sequence[Row]] = {}
        for node, column in zip(nodes, units.columns, strict=True):
            if isinstance(node.domain, Finite):
                found[node.name] = _shares(node.domain, column, share, worth, node.name in sure)
            else:
                found[node.name] = _summary(column, share, worth)
        return found


def _shares(
    domain: Finite, column: np.ndarray, share: np.ndarray, worth: float, sure: bool
) -> list[Row]:
    """The probability of each value of a label."""
    rows = []
    for rank, value in enumerate(domain.values):
        hits = (column == rank).astype(np.float64)
        error = 0.0 if sure else chance_error(hits, share, worth)
        rows.append(Row((value,), _told(float(share @ hits), error, "probability")))
    return rows


def _summary(column: np.ndarray, share: np.ndarray, worth: float) -> list[Row]:
    """The mean, the deviation and the quartiles of a real node."""
    if not np.ptp(column):
        share, column = np.ones(1), column[:1]
    mean = _mean(column, share)
    square = _mean((column - mean.value) ** 2, share)
    deviation = sqrt(square.value)
    error = (square.std_error or 0.0) / (2 * deviation) if deviation else 0.0
    found = [Row(("mean",), mean), Row(("deviation",), _told(deviation, error))]
    for level, called in QUARTILES:
        number = _told(*weighted_quantile(column, share, level, worth), "quantile")
        found.append(Row((called,), number))
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
