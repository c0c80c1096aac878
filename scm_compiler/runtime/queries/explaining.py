"""How a query on a graph with hidden common causes would be answered, without answering it."""

from dataclasses import dataclass, fields, replace
from math import log2
from typing import Any

from scm_compiler.identify import Identified, criterion
from scm_compiler.identify.estimand import factors
from scm_compiler.identify.evaluation import LIMIT, largest_table
from scm_compiler.identify.result import described
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes import flatten, fold
from scm_compiler.passes.worlds import rung
from scm_compiler.runtime.queries import planning
from scm_compiler.runtime.queries.answers import RUNGS
from scm_compiler.runtime.queries.identified import PlannedRoute, planned_route
from scm_compiler.runtime.queries.planning import Explanation
from scm_compiler.runtime.queries.refusals import pointing_at, refuse_contradictory
from scm_compiler.runtime.queries.shape import label_sizes
from scm_compiler.semantics.query import phrase


@dataclass(frozen=True, repr=False)
class IdentifiedExplanation(Explanation):
    """The plan of an intervention on a graph with hidden common causes.

    Attributes:
        formulas: How it follows from observation.
        widest: The numbers in the largest table that evaluating them makes.
    """

    formulas: tuple[Identified, ...] = ()
    widest: int = 0

    @property
    def by(self) -> str:
        """By what it is identified."""
        return ", ".join(dict.fromkeys(map(criterion, self.formulas)))

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, in the form that `--json` prints."""
        estimands = [described(one) for one in self.formulas]
        return super().to_dict() | {
            "grounds": self.by,
            "estimands": estimands,
            "widest": self.widest,
        }

    def __str__(self) -> str:
        how = "exact contraction" if self.method == "exact" else self._beyond
        head = f"rung {self.rung} ({RUNGS[self.rung]}), identified by {self.by}, {how}"
        head += ", no image head needed"
        return "\n".join([head, self.query, *map(str, self.formulas), *map(str, self.parts)])

    @property
    def _beyond(self) -> str:
        if self.widest <= LIMIT:
            return super()._beyond
        sizes = f"2^{log2(self.widest):.0f} numbers; the limit is 2^{log2(LIMIT):.0f}"
        return f"likelihood weighting (the formula needs a table of {sizes})"


def explain(
    query: ir.Query,
    graph: Graph,
    *,
    text: str | None = None,
    **options: Any,  # noqa: ANN401  (those of `planning.explain`)
) -> Explanation:
    """Plan a query.

    Args:
        query: A resolved query.
        graph: The graph of the model's tables.
        text: The query as the user wrote it.
        options: As for `planning.explain`.

    Raises:
        ScmError: E520 if it is not identified, E431 if its evidence contradicts itself; for a
            counterfactual also E432 if it rests on a hidden common cause, E450, E451, E454.
    """
    declared = fold(graph)
    flat = flatten(query, graph)
    if not declared.confounders or rung(flat) == 3:
        return planning.explain(query, declared, text=text, **options)
    with pointing_at(text):
        refuse_contradictory(flat, graph)
        way = planned_route(flat, declared)
        shown = text or phrase(query, graph)
        if not way.formulas:
            plan = planning.explain(flat, way.graph, text=shown, **options)
            return plan if rung(flat) == 1 else _with_formulas(plan, way)
        parts = tuple(_parts(way, options))
        sizes = label_sizes(declared)
        widest = max(largest_table(found, sizes) for found in way.found)
        fits = widest <= LIMIT and all(plan.method == "exact" for plan in parts)
        whole = replace(
            parts[0],
            query=shown,
            rung=2,
            method="exact" if fits else "weighted",
            parts=tuple(part for plan in parts for part in plan.parts),
        )
        return replace(_with_formulas(whole, way), widest=widest)


def _parts(way: PlannedRoute, options: dict[str, Any]) -> list[Explanation]:
    """What the formulas ask of the observational distribution: its marginals, each once."""
    asked = (part for found in way.found for part in factors(found.estimand))
    marginals = dict.fromkeys((*factor.of, *factor.given) for factor in asked)
    return [
        planning.explain(
            ir.Probability(tuple(ir.Event(ir.Variable(name)) for name in names)),
            way.graph,
            **options,
        )
        for names in marginals
    ]


def _with_formulas(plan: Explanation, way: PlannedRoute) -> IdentifiedExplanation:
    known = {field.name: getattr(plan, field.name) for field in fields(plan)}
    return IdentifiedExplanation(**known, formulas=way.found)
