"""A plan as `scmc query --explain` shows it."""

from collections.abc import Sequence
from typing import Any, Protocol

from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.result import described
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.parts import Part, listed
from scm_compiler.inference.task import Task, Work

DRAWING = {"weighted": "likelihood weighting", "sample": "rejection sampling"}
"""The engines that draw, and what they do."""


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
        """`exact`, `weighted` or `sample`."""

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
    return shown | ({"formulas": list(plan.derived)} if plan.derived else {})


def as_text(plan: Described) -> str:
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


def grounds_of(plan: Described) -> str:
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


def _how(plan: Described) -> str:
    if plan.engine not in DRAWING:
        return "exact contraction"
    if plan.instead_of is None or plan.instead_of.beyond is None:
        return f"{DRAWING[plan.engine]}, as asked"
    return f"{DRAWING[plan.engine]} ({plan.instead_of.beyond.why()})"
