"""A plan as `scmc query --explain` shows it."""

from collections.abc import Sequence
from typing import Any, Protocol

from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.result import described
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.engines.bounds import Programme
from scm_compiler.inference.parts import Part, listed
from scm_compiler.inference.task import Task, Work

_DRAWING = {"weighted": "likelihood weighting", "sample": "rejection sampling"}

_OTHER = {"bounds": "bounds by linear programming", "local effect": "the Wald ratio"}

NAMED = (*_DRAWING, "bounds")
"""The engines that have a method of their own."""


class Described(Protocol):
    """What is told of a plan."""

    @property
    def query(self) -> str:
        """Its text."""

    @property
    def means(self) -> str:
        """What an effect that has a name stands for."""

    @property
    def rung(self) -> int:
        """1 observe, 2 intervene, 3 counterfactual."""

    @property
    def identified(self) -> bool:
        """Whether the graph determines it."""

    @property
    def grounds(self) -> str:
        """By what."""

    @property
    def by_formula(self) -> bool:
        """Whether by way of hidden common causes."""

    @property
    def found(self) -> Sequence[Identified]:
        """The distributions that it rests on."""

    @property
    def derived(self) -> Sequence[str]:
        """Its counterfactuals as formulas over these."""

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""

    @property
    def method(self) -> str:
        """`exact`, `weighted`, `sample` or `bounds`."""

    @property
    def added(self) -> str:
        """The engine of an installed package that answers; empty of our own."""

    @property
    def engine(self) -> str:
        """What answers."""

    @property
    def widest(self) -> int:
        """The numbers in the largest table of a formula."""

    @property
    def parts(self) -> Sequence[Part]:
        """Its contractions."""

    @property
    def programmes(self) -> Sequence[Programme]:
        """The response types that bounds are over."""

    @property
    def task(self) -> Task:
        """What is put to the engine."""

    @property
    def instead_of(self) -> Work | None:
        """The exact work that takes too much."""


def as_dict(plan: Described) -> dict[str, Any]:
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
    if plan.programmes:
        shown["response_types"] = [each.to_dict() for each in plan.programmes]
    return shown | ({"formulas": list(plan.derived)} if plan.derived else {})


def as_text(plan: Described) -> str:
    """The plan as lines of text."""
    asked = [plan.query, *([f"which is {plan.means}"] if plan.means else [])]
    rests = (*plan.derived, *plan.found) if plan.by_formula else ()
    lines = [*asked, *map(str, (*rests, *plan.programmes, *plan.parts))]
    said = "identified" if plan.identified else "not identified"
    by = f"{said}: {plan.grounds}"
    if plan.identified:
        by = f"{said} by {plan.grounds}" if plan.grounds else said
    if plan.identified and plan.by_formula:
        said = by
    else:
        lines = [by, *lines]
    head = f"rung {plan.rung} ({RUNGS[plan.rung]}), {said}, {_how(plan)}, no image head needed"
    return "\n".join([head, *lines])


def grounds_of(plan: Described) -> str:
    """By what it is identified, or why it is not."""
    if plan.task.route.refused is not None:
        return plan.task.route.refused.message().partition(": ")[2]
    if plan.tied:
        shared = f"the worlds share the noise of {listed(plan.tied)}"
        return f"{shared}, which a noise model settles"
    if plan.by_formula:
        return ", ".join(dict.fromkeys(map(criterion, plan.found)))
    if plan.rung == 3:
        return "the tables: no noise is shared by several worlds"
    if plan.rung == 1:
        return "observation: nothing is held"
    hidden = plan.task.setting.declared.confounders
    why = "it rests on no hidden" if hidden else "the graph has no hidden"
    return f"truncated factorisation: {why} common cause{'' if hidden else 's'}"


def _how(plan: Described) -> str:
    if plan.added:
        return f"{plan.added}, as asked"
    if plan.engine not in _DRAWING:
        return _OTHER.get(plan.engine, "exact contraction")
    if plan.instead_of is None or plan.instead_of.beyond is None:
        return f"{_DRAWING[plan.engine]}, as asked"
    return f"{_DRAWING[plan.engine]} ({plan.instead_of.beyond.why()})"
