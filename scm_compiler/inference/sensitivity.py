"""How strong a hidden common cause must be to overturn an effect's sign.

An effect that is adjusted for what is measured is right if nothing hidden causes both cause and
outcome. Two measures say how much hidden would be too much.

The E-value (VanderWeele and Ding 2017, "Sensitivity analysis in observational research:
introducing the E-value") is the risk ratio by which a hidden common cause must go with the cause
and with the outcome, each beyond what is adjusted for, to explain all of the effect away.

The tipping point is how far apart the outcome's probability must be between those with one value
of the cause and those with another, were the cause the same for both. By
P(Y[x]=y) = P(y | x) P(x) + P(Y[x]=y | not x) P(not x), at each value of what is adjusted for, a
distance of d takes at most d from the effect, which is zero at d = |effect| then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.adjustment import adjustment_sets
from scm_compiler.identify.evaluation import Joint, evaluate
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.inference.codes.sensitivity import NoSensitivity
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.intervals import GIVEN, UNKNOWN
from scm_compiler.inference.number import Interval
from scm_compiler.inference.observation import Names, replicates_on
from scm_compiler.inference.plan import LEVEL
from scm_compiler.inference.posteriors import engine_of
from scm_compiler.inference.precision import REPLICATES, from_rows, known_from_rows
from scm_compiler.inference.refusals import pointing_at
from scm_compiler.inference.task import Setting
from scm_compiler.ir import Confounder, Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Given, Tables
from scm_compiler.notebook import printed
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import phrase, worded


@dataclass(frozen=True, repr=False)
class Sensitivity:
    """How strong a hidden common cause must be to overturn an effect.

    Attributes:
        query: The effect's text.
        cause: The label that is held.
        outcome: The label that is asked.
        sides: The probabilities whose difference it is, as queries with their numbers.
        adjusted: What is adjusted for.
        dropped: Whether the graph has a hidden common cause of the two, which is not believed
            here: the effect is what it would be without.
        intervals: What the rows of data leave open: of each side, of the `difference` and of the
            `risk_ratio`; empty where that is not known or asked for.
        note: Why there are none, where they were asked for.
    """

    query: str
    cause: str
    outcome: str
    sides: tuple[tuple[str, float], tuple[str, float]]
    adjusted: Names
    dropped: bool
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    note: str = ""

    @property
    def difference(self) -> float:
        """The effect: the first probability minus the second."""
        (_, left), (_, right) = self.sides
        return left - right

    @property
    def risk_ratio(self) -> float:
        """The first probability divided by the second."""
        (_, left), (_, right) = self.sides
        return left / right if right else inf if left else 1.0

    @property
    def e_value(self) -> float:
        """The E-value of the risk ratio; 1 where there is no effect.

        >>> sides = (("P(Y=1 | do(X=1))", 0.39), ("P(Y=1 | do(X=0))", 0.1))
        >>> round(Sensitivity("ATE(X -> Y)", "X", "Y", sides, (), False).e_value, 2)
        7.26
        """
        return _e_value(self.risk_ratio)

    @property
    def least_e_value(self) -> float | None:
        """The E-value of the end of the risk ratio's interval that is next to 1; None of none.

        It is 1 where the interval holds 1: the rows of data alone leave open that there is no
        effect.
        """
        if "risk_ratio" not in self.intervals:
            return None
        span = self.intervals["risk_ratio"]
        return _e_value(min(max(1.0, span.low), span.high))

    @property
    def tipping_point(self) -> float:
        """The distance of the outcome's probabilities, at equal cause, that makes it zero."""
        return abs(self.difference)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, in the form that `--json` prints; null where it is infinite."""

        def finite(number: float) -> float | None:
            return None if number == inf else number

        return {
            "query": self.query,
            "ok": True,
            "difference": self.difference,
            "sides": dict(self.sides),
            "risk_ratio": finite(self.risk_ratio),
            "e_value": finite(self.e_value),
            "tipping_point": self.tipping_point,
            "adjusted": list(self.adjusted),
            "without_hidden_cause": self.dropped,
            **self._firm,
        }

    @property
    def _firm(self) -> dict[str, Any]:
        if not self.intervals:
            return {"interval_note": self.note} if self.note else {}
        spans = {name: span.to_dict() for name, span in self.intervals.items()}
        return {"intervals": spans, "least_e_value": self.least_e_value}

    def __str__(self) -> str:
        lines = [*self.sides, ("risk ratio", self.risk_ratio), ("E-value", self.e_value)]
        lines.append(("tipping point", self.tipping_point))
        width = max(len(name) for name, _ in lines)
        ends = {name.replace("_", " "): f"  {span.ends}" for name, span in self.intervals.items()}
        if self.least_e_value is not None:
            ends["E-value"] = f"  {self.least_e_value:.5g} for the interval"
        shown = [f"  {name:<{width}}  {number:.5g}{ends.get(name, '')}" for name, number in lines]
        without = f", without `{self.cause} <-> {self.outcome}`" if self.dropped else ""
        by = f"adjusted for {', '.join(self.adjusted) or 'nothing'}{without}"
        firm = [str(span) for name, span in self.intervals.items() if name == "difference"]
        head = ", ".join([f"{self.query} = {self.difference:.5f}", *firm, by])
        return "\n".join([head, *shown, *self._meaning, *filter(None, [self.note])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return printed(str(self))

    @property
    def _meaning(self) -> tuple[str, ...]:
        if not self.difference:
            return ("there is no effect to overturn",)
        beyond = f" beyond {', '.join(self.adjusted)}" if self.adjusted else ""
        pair, shown = f"{self.cause} and {self.outcome}", f"{self.e_value:.3g}"
        ratio = "an infinite risk ratio" if self.e_value == inf else f"a risk ratio of {shown}"
        return (
            f"a hidden common cause that goes with {pair} each by {ratio}{beyond} could explain "
            "all of it; one that is weaker with both could not",
            f"so could one that makes {self.outcome} differ by {self.tipping_point:.3g} between "
            f"those whose {self.cause} differs even if {self.cause} were set to the same for all",
        )


def _e_value(ratio: float) -> float:
    above = ratio if ratio >= 1 else 1 / ratio if ratio else inf
    return above if above == inf else above + sqrt(above * (above - 1))


def sensitivity(
    query: ir.Query,
    model: Tables | Setting,
    *,
    text: str | None = None,
    level: float | None = LEVEL,
) -> Sensitivity:
    """How strong a hidden common cause must be to overturn an effect.

    Args:
        query: `ATE(X -> Y)`, or a difference of P(Y=y | do(X=x)) at two values of X, both with
            the same evidence.
        model: The tables, or what is known of the model.
        text: The query as the user wrote it.
        level: Of the intervals; None for none.

    Raises:
        ScmError: E534 if it is not such an effect, if it does not rest on there being no hidden
            common cause, or if adjusting for what is measured does not give it.
    """
    setting = model if isinstance(model, Setting) else Setting.of(model)
    with pointing_at(text):
        graph = setting.declared
        effect = _effect(flatten(query, setting.graph), graph)
        if effect is None:
            raise refuse(NoSensitivity("it is no effect of one label on one value of another"))
        return _measured(effect, setting, worded(text, query, graph), level)


@dataclass(frozen=True)
class _Effect:
    """P(outcome = value | do(cause = first), seen) minus the same at the second."""

    cause: str
    outcome: str
    value: int
    first: int
    second: int
    seen: tuple[ir.Event, ...] = ()

    def side(self, held: int) -> ir.Probability:
        """One of the two probabilities."""
        target = (ir.Event(ir.Variable(self.outcome), self.value),)
        return ir.Probability(target, (ir.Setting(self.cause, held),), self.seen)

    def numbers(self, formula: Identified, source: Joint) -> tuple[float, float]:
        """Both probabilities, from an observational distribution."""
        table = evaluate(formula, source).values
        known = tuple(event.value for event in self.seen)
        one, other = (table[(held, *known, self.value)] for held in (self.first, self.second))
        return float(one), float(other)


def _effect(query: ir.Query, graph: Graph) -> _Effect | None:
    match query:
        case ir.Derived(rows=(((), ir.Sum(((1.0, left), (-1.0, right)))),)):
            return _difference(_probability(left, graph), _probability(right, graph))
        case _:
            return None


def _probability(side: ir.Quantity, graph: Graph) -> ir.Quantity:
    """The mean of a label whose values are 0 and 1 as the probability of 1."""
    if not isinstance(side, ir.Expectation):
        return side
    domain = graph.domain(side.target.node)
    if set(domain.values) != {"0", "1"}:
        return side
    return ir.Probability((ir.Event(side.target, domain.index("1")),), side.do, side.given)


def _difference(left: ir.Quantity, right: ir.Quantity) -> _Effect | None:
    match left, right:
        case (
            ir.Probability(
                (ir.Event(ir.Variable(outcome, ()), int(value)),),
                (ir.Setting(cause, int(first)),),
                seen,
            ),
            ir.Probability(_, (ir.Setting(_, int(second)),)),
        ) if cause != outcome:
            found = _Effect(cause, outcome, value, first, second, seen)
            return found if right == found.side(second) else None
        case _:
            return None


@dataclass(frozen=True)
class Adjusted:
    """How an effect follows by adjusting for what is measured.

    Attributes:
        formula: The formula, without a hidden common cause of the two.
        names: What is adjusted for.
        dropped: Whether the graph has such a cause.
    """

    formula: Identified
    names: Names
    dropped: bool


def adjusted(graph: Graph, cause: str, outcome: str, seen: Names = ()) -> Adjusted:
    """How adjusting gives an effect that a hidden common cause of the two would change.

    Raises:
        ScmError: E534 if it would change nothing, or if adjusting does not give it.
    """
    others = tuple(c for c in graph.confounders if {c.left, c.right} != {cause, outcome})
    without = replace(graph, confounders=others, asserts=(), claims=())
    tied = _tied(without, cause, outcome)
    if isinstance(identify(tied, (outcome,), (cause,), seen), Identified):
        raise refuse(
            NoSensitivity(
                f"it is the same whatever hidden causes {cause} and {outcome} have",
                "no `<->` of the two changes it, however strong: see `--identify`",
            )
        )
    found = identify(without, (outcome,), (cause,), seen)
    sets = adjustment_sets(without, cause, outcome, limit=1)
    if isinstance(found, NotIdentified) or not sets:
        raise refuse(
            NoSensitivity(
                f"without a hidden cause of {cause} and {outcome} it is not the "
                "result of adjusting for what is measured",
                "other hidden causes are in the way: see `--identify`",
            )
        )
    return Adjusted(found, sets[0], len(others) < len(graph.confounders))


def _measured(effect: _Effect, setting: Setting, text: str, level: float | None) -> Sensitivity:
    graph = setting.declared
    seen = tuple(event.variable.node for event in effect.seen)
    way = adjusted(graph, effect.cause, effect.outcome, seen)
    found = way.formula
    numbers = effect.numbers(found, setting.source)
    if any(number != number for number in numbers):  # noqa: PLR0124  (NaN: it divides by zero)
        raise refuse(NoSensitivity("its formula asks for what no row shows"))
    one, other = (
        (phrase(effect.side(held), graph), number)
        for held, number in zip((effect.first, effect.second), numbers, strict=True)
    )
    intervals = _intervals(effect, found, setting, (one, other), level)
    note = ""
    if level is not None and setting.model is not None and not intervals:
        note = GIVEN if isinstance(setting.model.known, Given) else UNKNOWN
    return Sensitivity(
        query=text,
        cause=effect.cause,
        outcome=effect.outcome,
        sides=(one, other),
        adjusted=tuple(dict.fromkeys((*seen, *way.names))),
        dropped=way.dropped,
        intervals=intervals,
        note=note,
    )


def _intervals(
    effect: _Effect,
    formula: Identified,
    setting: Setting,
    sides: tuple[tuple[str, float], tuple[str, float]],
    level: float | None,
) -> Mapping[str, Interval]:
    """What the rows of data leave open: the quantiles on tables drawn from what they leave."""
    tables = setting.model and setting.tables("law" if setting.observed else "own")
    if level is None or tables is None or not known_from_rows(effect.side(0), tables):
        return {}
    drawn = replicates_on(engine_of(tables), from_rows(tables, REPLICATES, 0))
    pairs = np.array([effect.numbers(formula, each) for each in drawn])

    def told(values: Array, point: float) -> Interval:
        low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
        return Interval(min(low, point), max(high, point), level, tables.rows)

    (first, left), (second, right) = sides
    found = {first: told(pairs[:, 0], left), second: told(pairs[:, 1], right)}
    found["difference"] = told(pairs[:, 0] - pairs[:, 1], left - right)
    if right and pairs[:, 1].all():
        found["risk_ratio"] = told(pairs[:, 0] / pairs[:, 1], left / right)
    return found


def _tied(graph: Graph, cause: str, outcome: str) -> Graph:
    """The graph with a hidden common cause of the two."""
    left, right = sorted((cause, outcome), key=graph.order.__getitem__)
    return replace(graph, confounders=(*graph.confounders, Confounder(left, right)))
