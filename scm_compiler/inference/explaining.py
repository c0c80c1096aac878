"""How a query on a graph with hidden common causes would be answered, without answering it."""

from dataclasses import dataclass, fields, replace
from math import log2
from typing import Any

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.estimand import factors
from scm_compiler.identify.evaluation import LIMIT, largest_table
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.law import law_graph
from scm_compiler.identify.result import described
from scm_compiler.inference import planning
from scm_compiler.inference.answers import RUNGS
from scm_compiler.inference.by_formula import worlds_formula
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.identified import planned_route
from scm_compiler.inference.planning import Explanation
from scm_compiler.inference.refusals import pointing_at, refuse_contradictory
from scm_compiler.inference.shape import label_sizes
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes import flatten, fold
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import worded

Found = tuple[Identified, ...]
"""How distributions follow from observation."""


@dataclass(frozen=True, repr=False)
class IdentifiedExplanation(Explanation):
    """The plan of a query of rung 2 or 3 on a graph with hidden common causes.

    Attributes:
        formulas: How what it rests on follows from observation.
        derived: Of a counterfactual, each probability as a formula over these.
        widest: The numbers in the largest table that evaluating them makes.
    """

    formulas: tuple[Identified, ...] = ()
    derived: tuple[str, ...] = ()
    widest: int = 0

    @property
    def by(self) -> str:
        """By what it is identified."""
        return ", ".join(dict.fromkeys(map(criterion, self.formulas)))

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, in the form that `--json` prints."""
        estimands = [described(one) for one in self.formulas]
        found = super().to_dict() | {
            "grounds": self.by,
            "estimands": estimands,
            "widest": self.widest,
        }
        return found | ({"formulas": list(self.derived)} if self.derived else {})

    def __str__(self) -> str:
        how = "exact contraction" if self.method == "exact" else self._beyond
        by = f" by {self.by}" if self.formulas else ""
        head = f"rung {self.rung} ({RUNGS[self.rung]}), identified{by}, {how}"
        head += ", no image head needed"
        said = (*self.derived, *self.formulas, *self.parts)
        return "\n".join([head, self.query, *map(str, said)])

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
            counterfactual also E523 if no experiment shows what it asks for, E433 if a table of
            its formula would be too large, E450, E454.
    """
    declared = fold(graph)
    flat = flatten(query, graph)
    if not declared.confounders:
        return planning.explain(query, declared, text=text, **options)
    shown = worded(text, query, graph)
    with pointing_at(text):
        if rung(flat) == 3:
            formula = worlds_formula(flat, declared)
            if formula is None:
                return planning.explain(query, declared, text=text, **options)
            plan = _by_formulas(shown, 3, formula.found, declared, options)
            if plan.method != "exact":  # draws of the tables do not know of hidden causes
                raise refuse(TooLarge(log2(plan.widest), log2(LIMIT), "formula"))
            return replace(plan, derived=formula.written)
        refuse_contradictory(flat, graph)
        way = planned_route(flat, declared)
        if way.formulas:
            return _by_formulas(shown, 2, way.found, declared, options)
        plain = planning.explain(flat, way.graph, text=shown, **options)
        return _with_formulas(plain, way.found) if rung(flat) == 2 and way.found else plain


def _by_formulas(
    shown: str, level: int, found: Found, declared: Graph, options: dict[str, Any]
) -> IdentifiedExplanation:
    """The plan of an answer that formulas give, evaluated on the observational distribution."""
    plans = _marginals(found, law_graph(declared), options)
    sizes = label_sizes(declared)
    widest = max((largest_table(one, sizes) for one in found), default=1)
    fits = widest <= LIMIT and all(plan.method == "exact" for plan in plans)
    parts = tuple(part for plan in plans for part in plan.parts)
    whole = Explanation(shown, level, True, "exact" if fits else "weighted", parts)
    return replace(_with_formulas(whole, found), widest=widest)


def _marginals(found: Found, law: Graph, options: dict[str, Any]) -> list[Explanation]:
    """What the formulas ask of the observational distribution: its marginals, each once."""
    asked = (part for one in found for part in factors(one.estimand))
    marginals = dict.fromkeys((*factor.of, *factor.given) for factor in asked)
    return [
        planning.explain(
            ir.Probability(tuple(ir.Event(ir.Variable(name)) for name in names)), law, **options
        )
        for names in marginals
    ]


def _with_formulas(plan: Explanation, found: Found) -> IdentifiedExplanation:
    known = {field.name: getattr(plan, field.name) for field in fields(plan)}
    return IdentifiedExplanation(**known, formulas=found)
