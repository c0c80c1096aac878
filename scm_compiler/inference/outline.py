"""A plan as `scmc query --explain` shows it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.result import described
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.engines import METHODS
from scm_compiler.inference.parts import Part, Programme, listed
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import query as ir
from scm_compiler.notebook import printed

_DRAWING = {"weighted": "likelihood weighting", "sample": "rejection sampling"}

_OTHER = {"bounds": "bounds by linear programming", "local effect": "the Wald ratio"}

NAMED = (*_DRAWING, "bounds")
"""The engines that have a method of their own."""


@dataclass(frozen=True, repr=False)
class Outline:
    """What is told of a plan; its fields are those of `plan.Plan`."""

    query: str
    task: Task
    engine: str
    work: Work
    instead_of: Work | None = None
    text: str | None = None
    best: int | None = None

    @property
    def rung(self) -> int:
        """The rung that it really stands on."""
        return self.task.rung

    @property
    def method(self) -> str:
        """`exact` or `bounds`; `weighted` or `sample` where it is drawn; or as `added`."""
        return self.added or (self.engine if self.engine in NAMED else "exact")

    @property
    def added(self) -> str:
        """The name of the engine of an installed package that answers; empty of our own."""
        return "" if self.task.method in METHODS else self.task.method

    @property
    def identified(self) -> bool:
        """Whether the graph determines the answer from what can be observed."""
        return not self.tied and self.task.route.refused is None

    @property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula over these."""
        worlds = self.task.route.worlds
        return self.work.derived if worlds is None else worlds.written

    @property
    def by_formula(self) -> bool:
        """Whether it was identified by way of hidden common causes."""
        return self.rung > 1 and bool(self.task.route.estimands or self.derived)

    @property
    def _wanted(self) -> Work:
        """The exact work, also where it is done otherwise for being too large."""
        return self.instead_of or self.work

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The contractions of exact work, also where they are too large to be done."""
        return tuple(self._wanted.parts)

    @property
    def grounds(self) -> str:
        """By what it is identified, or why it is not."""
        if self.task.route.refused is not None:
            return self.task.route.refused.message().partition(": ")[2]
        if self.tied:
            shared = f"the worlds share the noise of {listed(self.tied)}"
            return f"{shared}, which a noise model settles"
        if self.by_formula:
            return ", ".join(dict.fromkeys(map(criterion, self.task.route.estimands)))
        if self.rung == 3:
            return "the tables: no noise is shared by several worlds"
        if self.rung == 1:
            return "observation: nothing is held"
        hidden = self.task.setting.declared.confounders
        why = "it rests on no hidden" if hidden else "the graph has no hidden"
        return f"truncated factorisation: {why} common cause{'' if hidden else 's'}"

    @cached_property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""
        return self._wanted.tied

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        shown: dict[str, Any] = {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "grounds": self.grounds,
            "method": self.method,
            "head": False,
            "plan": [part.to_dict() for part in self.parts],
        }
        if self.by_formula:
            shown["estimands"] = [described(one) for one in self.task.route.estimands]
            shown["widest"] = self.widest
        if self.means:
            shown["means"] = self.means
        if self.programmes:
            shown["response_types"] = [each.to_dict() for each in self.programmes]
        return shown | ({"formulas": list(self.derived)} if self.derived else {})

    @property
    def widest(self) -> int:
        """The numbers in the largest table that evaluating its formulas makes."""
        return self._wanted.widest

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The response types that bounds are over."""
        return self.work.programmes

    @property
    def means(self) -> str:
        """What an effect that has a name stands for."""
        query = self.task.query
        return query.means if isinstance(query, ir.Derived) else ""

    def __str__(self) -> str:
        """The plan as lines of text."""
        asked = [self.query, *([f"which is {self.means}"] if self.means else [])]
        rests = (*self.derived, *self.task.route.estimands) if self.by_formula else ()
        lines = [*asked, *map(str, (*rests, *self.programmes, *self.parts))]
        said = "identified" if self.identified else "not identified"
        by = f"{said}: {self.grounds}"
        if self.identified:
            by = f"{said} by {self.grounds}" if self.grounds else said
        if self.identified and self.by_formula:
            said = by
        else:
            lines = [by, *lines]
        head = f"rung {self.rung} ({RUNGS[self.rung]}), {said}, {self._how}, no image head needed"
        return "\n".join([head, *lines])

    @property
    def _how(self) -> str:
        if self.added:
            return f"{self.added}, as asked"
        if self.engine not in _DRAWING:
            return _OTHER.get(self.engine, "exact contraction")
        if self.instead_of is None or self.instead_of.beyond is None:
            return f"{_DRAWING[self.engine]}, as asked"
        return f"{_DRAWING[self.engine]} ({self.instead_of.beyond.why()})"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return printed(str(self))
