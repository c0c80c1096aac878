"""How a query would be answered, without answering it."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.codes.counterfactuals import WorldsTooLarge
from scm_compiler.inference.codes.weighting import TakesTooLong
from scm_compiler.inference.contraction import Plan
from scm_compiler.inference.counterfactual import plan_worlds
from scm_compiler.inference.counterfactual.joint import Joint
from scm_compiler.inference.engine import LIMIT, MOST_COST, MOST_RUNS
from scm_compiler.inference.evaluation import chain, condition_of, terms
from scm_compiler.inference.lookup import lookup_plan
from scm_compiler.inference.refusals import pointing_at, refuse_unanswerable
from scm_compiler.inference.shape import (
    Condition,
    compile_shape,
    label_sizes,
    plan_over,
    refuse_confounded,
)
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.notebook import printed
from scm_compiler.passes import flatten, fold
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import worded


@dataclass(frozen=True)
class Part:
    """One contraction of a plan.

    Attributes:
        asks: What it computes, such as `P(Male | do(Mustache))`.
        cut: The edges that `do` removes, as written.
        rests_on: The labels whose tables are used.
        barren: Labels left out because nothing asked for depends on them.
        separated: Labels left out because the evidence cuts them off.
        order: The variables summed out, in order.
        rule: The greedy rule that gave the order: the cheapest of those that were tried.
        cost: Multiplications.
        largest: Numbers in the largest table.
        peak: Numbers held at once.
        again: Numbers in the table that answers all questions of this shape, once it is asked
            again; None if there is none.
        run: The labels whose mechanism has no table, and is run.
        fits: Whether an exact answer keeps within memory and time.
    """

    asks: str
    cut: tuple[str, ...]
    rests_on: tuple[str, ...]
    barren: tuple[str, ...]
    separated: tuple[str, ...]
    order: tuple[str, ...]
    rule: str
    cost: float
    largest: float
    peak: float
    again: int | None = None
    run: tuple[str, ...] = ()
    fits: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "asks": self.asks,
            "cut": list(self.cut),
            "rests_on": list(self.rests_on),
            "barren": list(self.barren),
            "separated": list(self.separated),
            "order": list(self.order),
            "rule": self.rule,
            "cost": self.cost,
            "largest": self.largest,
            "peak": self.peak,
            "again": self.again,
            "run": list(self.run),
            "fits": self.fits,
        }

    def __str__(self) -> str:
        lines = [
            ("cut by do", self.cut),
            ("rests on", self.rests_on),
            ("barren", self.barren),
            ("separated", self.separated),
            ("summed out", self.order),
        ]
        if self.run:
            lines.append(("run", self.run))
        shown = [f"  {name:<11}{_listed(items)}" for name, items in lines]
        order = f"  {'order by':<11}{self.rule}" if len(self.order) > 1 else ""
        size = f"{self.cost:.3g} multiplications, largest table {self.largest:.3g}"
        cost = f"  {'cost':<11}{size}, {self.peak:.3g} numbers at once"
        again = (
            f"  {'again':<11}a row of one table of {self.again:,} numbers" if self.again else ""
        )
        return "\n".join([self.asks, *shown, *filter(None, [order, cost, again])])


@dataclass(frozen=True, repr=False)
class Explanation:
    """The plan of a query.

    Attributes:
        query: Its text.
        rung: The rung that it really stands on.
        identified: Whether the graph determines the answer from the model's tables.
        method: `exact`, or `weighted` where no exact answer keeps within memory and time.
        parts: One for each contraction.
        grounds: By what it is identified, or why it is not.
    """

    query: str
    rung: int
    identified: bool
    method: str
    parts: tuple[Part, ...]
    grounds: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, in the form that `--json` prints."""
        return {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "grounds": self.grounds,
            "method": self.method,
            "head": False,
            "plan": [part.to_dict() for part in self.parts],
        }

    def __str__(self) -> str:
        found = "identified" if self.identified else "not identified"
        method = "exact contraction" if self.method == "exact" else self._beyond
        head = f"rung {self.rung} ({RUNGS[self.rung]}), {found}, {method}, no image head needed"
        grounds = [f"{found} by {self.grounds}" if self.identified else f"{found}: {self.grounds}"]
        return "\n".join([head, *grounds[: bool(self.grounds)], self.query, *map(str, self.parts)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return printed(str(self))

    @property
    def _beyond(self) -> str:
        """What is done instead of an exact answer, and why."""
        peak = math.log2(max(part.peak for part in self.parts))
        cost = math.log2(max(part.cost for part in self.parts))
        if peak > math.log2(LIMIT):
            why = f"would hold 2^{peak:.0f} numbers at once; the limit is 2^{math.log2(LIMIT):.0f}"
        elif cost > math.log2(MOST_COST):
            limit = math.log2(MOST_COST)
            why = f"would take 2^{cost:.0f} multiplications; the limit is 2^{limit:.0f}"
        else:
            why = "would run a mechanism on more than "
            why += f"2^{math.log2(MOST_RUNS):.0f} configurations"
        return f"likelihood weighting (an exact answer {why})"


def explain(
    query: ir.Query,
    graph: Graph,
    *,
    run: Collection[str] = (),
    estimated: bool = False,
    text: str | None = None,
) -> Explanation:
    """Plan a query.

    Args:
        query: A resolved query.
        graph: The graph of the model's tables.
        run: The labels that have no table there (`Tables.networks`).
        estimated: Whether tables there were estimated from draws (`Tables.draws`): such are not
            drawn from again where an exact answer does not fit.
        text: The query as the user wrote it.

    Raises:
        ScmError: E432 if it rests on a hidden common cause; for a counterfactual also E454,
            and E431 if its evidence contradicts itself.
    """
    with pointing_at(text):
        found = _explain(query, _Model(graph, frozenset(run)), text)
        if estimated and found.method != "exact":
            raise refuse(_beyond(found))
        return found


def _beyond(found: Explanation) -> Diagnostic:
    """Why no exact answer fits: E433, E437, or E450 of several worlds."""
    part = next(part for part in found.parts if not part.fits)
    if part.peak <= LIMIT:
        return TakesTooLong(cost=math.log2(part.cost), limit=math.log2(MOST_COST))
    cells, limit = math.log2(part.peak), math.log2(LIMIT)
    return WorldsTooLarge(cells, limit) if found.rung == 3 else TooLarge(cells, limit)


@dataclass(frozen=True)
class _Model:
    """A graph and the labels that have no table."""

    graph: Graph
    run: frozenset[str]

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The number of values of each label."""
        return label_sizes(self.graph)

    def fits(self, way: Plan, nodes: Collection[str], fixed: Collection[str]) -> bool:
        """Whether a contraction keeps within memory and time."""
        if way.peak > LIMIT or way.cost > MOST_COST:
            return False
        free = ([n for n in self.graph.parents[o] if n not in fixed] for o in self.run & {*nodes})
        return all(math.prod(float(self.sizes[n]) for n in names) <= MOST_RUNS for names in free)


def _explain(query: ir.Query, model: _Model, text: str | None) -> Explanation:
    flat = flatten(query, model.graph)
    if rung(flat) == 3:
        return _worlds(flat, model, text)
    refuse_unanswerable(flat, model.graph)
    if isinstance(flat, ir.Regime):
        parts = [_regime(condition_of(flat.do, flat.given), model)]
    else:
        parts = [
            _part(targets, condition, model)
            for _, term in terms(flat, model.graph)
            for targets, condition in chain(term)
            if targets
        ]
    return Explanation(
        query=worded(text, query, model.graph),
        rung=rung(flat),
        identified=True,
        method=_method(parts),
        parts=tuple(parts),
        grounds=_grounds(rung(flat), model.graph),
    )


def _method(parts: Sequence[Part]) -> str:
    return "exact" if all(part.fits for part in parts) else "weighted"


def _grounds(level: int, graph: Graph) -> str:
    if level == 1:
        return "observation: nothing is held"
    if fold(graph).confounders:
        return "truncated factorisation: it rests on no hidden common cause"
    return "truncated factorisation: the graph has no hidden common causes"


def _worlds(query: ir.Query, model: _Model, text: str | None) -> Explanation:
    """The plan of a counterfactual: the evidence, then the targets with it."""
    networks = plan_worlds(query, model.graph)
    parts = tuple(_network(asks, joint, model) for asks, joint in networks)
    tied = dict.fromkeys(name for _, joint in networks for name in joint.worlds.tied)
    shared = f"the worlds share the noise of {_listed(tuple(tied))}, which a noise model settles"
    return Explanation(
        query=worded(text, query, model.graph),
        rung=3,
        identified=not tied,
        method=_method(parts),
        parts=parts,
        grounds=shared if tied else "the tables: no noise is shared by several worlds",
    )


def _network(asks: str, joint: Joint, model: _Model) -> Part:
    names, way = joint.worlds.names, joint.way
    present = joint.worlds.nodes
    barren = (node.name for node in model.graph.labels if node.name not in present)
    run = tuple(name for name in present if name in model.run)
    return Part(
        asks=asks,
        cut=(),
        rests_on=names,
        barren=tuple(barren),
        separated=(),
        order=tuple(names[int(number)] for number in way.order),
        rule=way.rule,
        cost=way.cost,
        largest=way.largest,
        peak=way.peak,
        run=run,
        fits=not run and model.fits(way, (), ()),
    )


def _part(targets: tuple[str, ...], condition: Condition, model: _Model) -> Part:
    program = compile_shape(model.graph, targets, condition, model.sizes)
    requisite = program.requisite
    nodes = requisite.nodes
    again = None
    if model.run.isdisjoint(nodes):
        again = lookup_plan(model.graph, model.sizes, nodes, condition.fixed, targets)
    table = again and math.prod(model.sizes[name] for name in (*again[0], *targets))
    asks = f"P({', '.join(targets)}{_condition(condition)})"
    groups = (nodes, requisite.barren, requisite.separated)
    return replace(_described(asks, condition, model, program.plan, groups), again=table)


def _regime(condition: Condition, model: _Model) -> Part:
    """One sweep for every label; where that does not fit, the largest of one label at a time."""
    names = tuple(name for name in model.sizes if name not in condition.do)
    refuse_confounded(model.graph, names)
    way = plan_over(model.graph, names, condition, model.sizes, ())
    if way.held <= LIMIT and way.cost <= MOST_COST:
        asks = f"P(every label{_condition(condition)}), one sweep forward and one back"
        return _described(asks, condition, model, way, (names, (), ()))
    unknown = [name for name in names if name not in condition.fixed]
    parts = [_part((name,), condition, model) for name in unknown]
    worst = max(parts, key=lambda part: (not part.fits, part.cost))
    return replace(worst, asks=f"{worst.asks}, the most costly of {len(parts)} labels")


_Groups = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _described(asks: str, condition: Condition, model: _Model, way: Plan, groups: _Groups) -> Part:
    cut = (edge for edge in model.graph.edges if edge.target in condition.do)
    rests_on, barren, separated = (
        tuple(name for name in group if name not in condition.do) for group in groups
    )
    return Part(
        asks=asks,
        cut=tuple(f"{edge.source} -> {edge.target}" for edge in cut),
        rests_on=rests_on,
        barren=barren,
        separated=separated,
        order=way.order,
        rule=way.rule,
        cost=way.cost,
        largest=way.largest,
        peak=way.peak,
        run=tuple(name for name in rests_on if name in model.run),
        fits=model.fits(way, rests_on, condition.fixed),
    )


def _condition(condition: Condition) -> str:
    parts = [f"do({', '.join(condition.do)})"] if condition.do else []
    parts += condition.given
    return f" | {', '.join(parts)}" if parts else ""


def _listed(items: tuple[str, ...]) -> str:
    if not items:
        return "none"
    shown = ", ".join(items[:12])
    return shown if len(items) <= 12 else f"{shown} and {len(items) - 12} more"
