"""How a query would be answered, without answering it."""

import math
from dataclasses import dataclass
from typing import Any

from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes import flatten
from scm_compiler.passes.worlds import rung
from scm_compiler.runtime.queries.answers import RUNGS
from scm_compiler.runtime.queries.contraction import Plan
from scm_compiler.runtime.queries.counterfactual import plan_worlds
from scm_compiler.runtime.queries.counterfactual.joint import Joint
from scm_compiler.runtime.queries.engine import (
    LIMIT,
    Condition,
    compile_shape,
    label_sizes,
    plan_over,
    refuse_confounded,
)
from scm_compiler.runtime.queries.evaluation import chain, condition_of, terms
from scm_compiler.runtime.queries.refusals import pointing_at, refuse_unanswerable
from scm_compiler.semantics.query import phrase


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
        cost: Multiplications.
        largest: Numbers in the largest table.
    """

    asks: str
    cut: tuple[str, ...]
    rests_on: tuple[str, ...]
    barren: tuple[str, ...]
    separated: tuple[str, ...]
    order: tuple[str, ...]
    cost: float
    largest: float

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "asks": self.asks,
            "cut": list(self.cut),
            "rests_on": list(self.rests_on),
            "barren": list(self.barren),
            "separated": list(self.separated),
            "order": list(self.order),
            "cost": self.cost,
            "largest": self.largest,
        }

    def __str__(self) -> str:
        lines = [
            ("cut by do", self.cut),
            ("rests on", self.rests_on),
            ("barren", self.barren),
            ("separated", self.separated),
            ("summed out", self.order),
        ]
        shown = [f"  {name:<11}{_listed(items)}" for name, items in lines]
        size = f"  {'cost':<11}{self.cost:.3g} multiplications, largest table {self.largest:.3g}"
        return "\n".join([self.asks, *shown, size])


@dataclass(frozen=True)
class Explanation:
    """The plan of a query.

    Attributes:
        query: Its text.
        rung: The rung that it really stands on.
        identified: Whether the graph determines the answer from the model's tables.
        method: `exact`, or `sample` where no exact answer fits in memory.
        parts: One for each contraction.
    """

    query: str
    rung: int
    identified: bool
    method: str
    parts: tuple[Part, ...]

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, in the form that `--json` prints."""
        return {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "method": self.method,
            "head": False,
            "plan": [part.to_dict() for part in self.parts],
        }

    def __str__(self) -> str:
        found = "identified" if self.identified else "not identified"
        width = math.log2(max((part.largest for part in self.parts), default=1.0))
        method = (
            "exact contraction"
            if self.method == "exact"
            else f"rejection sampling (an exact answer needs a table of 2^{width:.0f} numbers)"
        )
        head = f"rung {self.rung} ({RUNGS[self.rung]}), {found}, {method}, no image head needed"
        return "\n".join([head, self.query, *map(str, self.parts)])


def explain(query: ir.Query, graph: Graph, *, text: str | None = None) -> Explanation:
    """Plan a query.

    Args:
        query: A resolved query.
        graph: The graph of the model's tables.
        text: The query as the user wrote it.

    Raises:
        ScmError: E432 if it rests on a hidden common cause; for a counterfactual also E450, E451,
            E454, and E431 if its evidence contradicts itself.
    """
    with pointing_at(text):
        return _explain(query, graph, text)


def _explain(query: ir.Query, graph: Graph, text: str | None) -> Explanation:
    flat = flatten(query, graph)
    if rung(flat) == 3:
        return _worlds(flat, graph, text)
    refuse_unanswerable(flat, graph)
    if isinstance(flat, ir.Regime):
        parts = [_regime(condition_of(flat.do, flat.given), graph)]
    else:
        parts = [
            _part(targets, condition, graph)
            for _, term in terms(flat, graph)
            for targets, condition in chain(term)
            if targets
        ]
    fits = all(part.largest <= LIMIT for part in parts)
    return Explanation(
        query=text or phrase(query, graph),
        rung=rung(flat),
        identified=True,
        method="exact" if fits else "sample",
        parts=tuple(parts),
    )


def _worlds(query: ir.Query, graph: Graph, text: str | None) -> Explanation:
    """The plan of a counterfactual: the evidence, then the targets with it."""
    networks = plan_worlds(query, graph)
    return Explanation(
        query=text or phrase(query, graph),
        rung=3,
        identified=not any(joint.worlds.coupled for _, joint in networks),
        method="exact",
        parts=tuple(_network(asks, joint, graph) for asks, joint in networks),
    )


def _network(asks: str, joint: Joint, graph: Graph) -> Part:
    names = joint.worlds.names
    barren = (node.name for node in graph.labels if node.name not in joint.worlds.nodes)
    return Part(
        asks=asks,
        cut=(),
        rests_on=names,
        barren=tuple(barren),
        separated=(),
        order=tuple(names[int(number)] for number in joint.plan.order),
        cost=joint.plan.cost,
        largest=joint.plan.largest,
    )


def _part(targets: tuple[str, ...], condition: Condition, graph: Graph) -> Part:
    program = compile_shape(graph, targets, condition, label_sizes(graph))
    requisite = program.requisite
    return _described(
        f"P({', '.join(targets)}{_condition(condition)})",
        condition,
        graph,
        program.plan,
        (requisite.nodes, requisite.barren, requisite.separated),
    )


def _regime(condition: Condition, graph: Graph) -> Part:
    sizes = label_sizes(graph)
    names = tuple(name for name in sizes if name not in condition.do)
    refuse_confounded(graph, names)
    way = plan_over(graph, names, condition, sizes, ())
    asks = f"P(every label{_condition(condition)}), one sweep forward and one back"
    return _described(asks, condition, graph, way, (names, (), ()))


def _described(
    asks: str,
    condition: Condition,
    graph: Graph,
    way: Plan,
    groups: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> Part:
    cut = (edge for edge in graph.edges if edge.target in condition.do)
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
        cost=way.cost,
        largest=way.largest,
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
