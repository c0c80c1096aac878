"""A plan as `scmc query --explain` shows it."""

from typing import TYPE_CHECKING, Any

from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.result import described
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.parts import listed

if TYPE_CHECKING:
    from scm_compiler.inference.plan import Plan

DRAWING = {"weighted": "likelihood weighting", "sample": "rejection sampling"}
"""The engines that draw, and what they do."""


def as_dict(plan: "Plan") -> dict[str, Any]:
    """The plan as plain data."""
    shown: dict[str, Any] = {
        "query": plan.query,
        "ok": True,
        "rung": plan.rung,
        "identified": plan.identified,
        "grounds": plan.grounds,
        "method": plan.method,
        "head": False,
        "plan": [part.to_dict() for part in plan.parts],
    }
    if plan.by_formula:
        shown["estimands"] = [described(one) for one in plan.found]
        shown["widest"] = plan.widest
    if plan.means:
        shown["means"] = plan.means
    return shown | ({"formulas": list(plan.derived)} if plan.derived else {})


def as_text(plan: "Plan") -> str:
    """The plan as lines of text."""
    said = "identified" if plan.identified else "not identified"
    rung_, parts = f"rung {plan.rung} ({RUNGS[plan.rung]})", plan.parts
    asked = [plan.query, *([f"which is {plan.means}"] if plan.means else [])]
    if plan.by_formula:
        by = f" by {plan.grounds}" if plan.grounds else ""
        head = f"{rung_}, {said}{by}, {_how(plan)}, no image head needed"
        return "\n".join([head, *asked, *map(str, (*plan.derived, *plan.found, *parts))])
    grounds = f"{said} by {plan.grounds}" if plan.identified else f"{said}: {plan.grounds}"
    head = f"{rung_}, {said}, {_how(plan)}, no image head needed"
    return "\n".join([head, grounds, *asked, *map(str, parts)])


def grounds_of(plan: "Plan") -> str:
    """By what it is identified, or why it is not."""
    if plan.by_formula:
        return ", ".join(dict.fromkeys(map(criterion, plan.found)))
    if plan.rung == 3:
        shared = f"the worlds share the noise of {listed(plan.tied)}"
        if plan.tied:
            return f"{shared}, which a noise model settles"
        return "the tables: no noise is shared by several worlds"
    if plan.rung == 1:
        return "observation: nothing is held"
    if plan.task.setting.declared.confounders:
        return "truncated factorisation: it rests on no hidden common cause"
    return "truncated factorisation: the graph has no hidden common causes"


def _how(plan: "Plan") -> str:
    if plan.engine not in DRAWING:
        return "exact contraction"
    if plan.instead_of is None or plan.instead_of.beyond is None:
        return f"{DRAWING[plan.engine]}, as asked"
    return f"{DRAWING[plan.engine]} ({plan.instead_of.beyond.why()})"
