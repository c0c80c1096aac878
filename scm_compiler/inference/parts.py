"""The parts of a plan, as `scmc query --explain` shows it."""

import math
from dataclasses import dataclass, replace
from typing import Any

from scm_compiler.inference.counterfactual.joint import Joint
from scm_compiler.inference.lookup import lookup_plan
from scm_compiler.inference.shape import Condition, Known, Shapes


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
        shown = [f"  {name:<11}{listed(items)}" for name, items in lines]
        order = f"  {'order by':<11}{self.rule}" if len(self.order) > 1 else ""
        size = f"{self.cost:.3g} multiplications, largest table {self.largest:.3g}"
        cost = f"  {'cost':<11}{size}, {self.peak:.3g} numbers at once"
        again = (
            f"  {'again':<11}a row of one table of {self.again:,} numbers" if self.again else ""
        )
        return "\n".join([self.asks, *shown, *filter(None, [order, cost, again])])


@dataclass(frozen=True)
class Programme:
    """The response types of one district, as a plan shows them.

    Attributes:
        labels: The district.
        types: How many response types it has.
        constraints: How many numbers of the observational distribution restrict these.
    """

    labels: tuple[str, ...]
    types: int
    constraints: int

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "labels": list(self.labels),
            "types": self.types,
            "constraints": self.constraints,
        }

    def __str__(self) -> str:
        return (
            f"  {'bounded by':<11}{self.types:,} response types of {', '.join(self.labels)}, "
            f"{self.constraints:,} constraints"
        )


def posterior_part(targets: tuple[str, ...], condition: Condition, shapes: Shapes) -> Part:
    """P(targets | condition) on some tables."""
    known = shapes.shape(targets, condition)
    asks = f"P({', '.join(targets)}{_condition(condition)})"
    part = _described(asks, condition, shapes, known)
    nodes = known.program.requisite.nodes
    if not shapes.networks.isdisjoint(nodes):
        return part
    again = lookup_plan(shapes.graph, shapes.sizes, nodes, condition.fixed, targets)
    table = again and math.prod(shapes.sizes[name] for name in (*again[0], *targets))
    return replace(part, again=table)


def regime_part(condition: Condition, shapes: Shapes) -> Part:
    """One sweep for every label; where that does not fit, the largest of one label at a time."""
    if shapes.sweep(condition) is not None:
        asks = f"P(every label{_condition(condition)}), one sweep forward and one back"
        return _described(asks, condition, shapes, shapes.swept(condition))
    unknown = [name for name in shapes.sizes if name not in condition.fixed]
    if not unknown:
        nothing = posterior_part((), condition, shapes)
        return replace(nothing, asks=f"nothing: every label is known{_condition(condition)}")
    parts = [posterior_part((name,), condition, shapes) for name in unknown]
    worst = max(parts, key=lambda part: (not part.fits, part.cost))
    return replace(worst, asks=f"{worst.asks}, the most costly of {len(parts)} labels")


def worlds_part(asks: str, joint: Joint, networks: frozenset[str]) -> Part:
    """P(everything that is known) in a network of worlds.

    Args:
        asks: What it is for.
        joint: The network.
        networks: The labels that have no table.
    """
    names, way, present = joint.worlds.names, joint.way, joint.worlds.nodes
    run = tuple(name for name in present if name in networks)
    return Part(
        asks=asks,
        cut=(),
        rests_on=names,
        barren=tuple(node.name for node in joint.graph.labels if node.name not in present),
        separated=(),
        order=tuple(names[int(number)] for number in way.order),
        rule=way.rule,
        cost=way.cost,
        largest=way.largest,
        peak=way.peak,
        run=run,
        fits=not run and joint.beyond is None,
    )


def _described(asks: str, condition: Condition, shapes: Shapes, known: Known) -> Part:
    way, requisite = known.program.plan, known.program.requisite
    cut = (edge for edge in shapes.graph.edges if edge.target in condition.do)
    rests_on, barren, separated = (
        tuple(name for name in group if name not in condition.do)
        for group in (requisite.nodes, requisite.barren, requisite.separated)
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
        run=tuple(name for name in rests_on if name in shapes.networks),
        fits=known.beyond is None,
    )


def _condition(condition: Condition) -> str:
    parts = [f"do({', '.join(condition.do)})"] if condition.do else []
    parts += condition.given
    return f" | {', '.join(parts)}" if parts else ""


def listed(items: tuple[str, ...]) -> str:
    """Names in a line, the first of many."""
    if not items:
        return "none"
    shown = ", ".join(items[:12])
    return shown if len(items) <= 12 else f"{shown} and {len(items) - 12} more"
