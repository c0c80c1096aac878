"""The refusal of a query that is not identified: its hedge in words, and what would help."""

from dataclasses import replace
from typing import TYPE_CHECKING

from scm_compiler.identify.codes.identification import NotIdentifiable, WorldsDisagree
from scm_compiler.identify.identification import NotIdentified, ask
from scm_compiler.identify.remedies import remedies
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir

if TYPE_CHECKING:
    from scm_compiler.identify.counterfactual import Decision

Question = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Outcomes, treatments, conditions."""


def worlds_refusal(
    graph: Graph, decision: "Decision", *, query: str
) -> WorldsDisagree | NotIdentifiable:
    """The diagnostic of a counterfactual that is not identified.

    Args:
        graph: The graph that it was asked of.
        decision: Why it is not identified.
        query: As the user wrote it.
    """
    if decision.conflicts:
        rank = {name: place for place, name in enumerate(graph.topological)}
        first = min(decision.conflicts, key=lambda found: rank[found.node])
        hidden = bool(graph.confounders)
        return WorldsDisagree(query, first.node, first.variables, hidden=hidden)
    found = refusal(graph, decision.unidentified[0], query=query)
    if len(decision.unidentified) > 1:  # what helps with one of them does not help with all
        return replace(found, causes=(), together=(), experiments=())
    return found


def refusal(graph: Graph, found: NotIdentified, *, query: str = "") -> NotIdentifiable:
    """The diagnostic of a query that is not identified.

    Args:
        graph: The graph that it was asked of.
        found: Why it is not identified.
        query: As the user wrote it.
    """
    hedge, ways = found.hedge, remedies(graph, found)
    return NotIdentifiable(
        query=query or ask(found.outcomes, found.treatments, found.conditions),
        outer=hedge.outer.nodes,
        inner=hedge.inner.nodes,
        roots=hedge.roots,
        held=hedge.held,
        ties=hedge.outer.spouses,
        causes=ways.causes,
        together=ways.together,
        experiments=ways.experiments,
    )


def questions(query: ir.Query, graph: Graph) -> tuple[Question, ...]:
    """The distributions that a query of rung 1 or 2 rests on.

    Args:
        query: Resolved, and flattened, so that no variable has a world of its own.
        graph: The graph that it was resolved against.

    Returns:
        For each its outcomes, treatments and conditions; none where the query holds or sees all
        that it asks, or asks for what never happens.

    Raises:
        ValueError: If the query is counterfactual.
    """
    found = (_question(part, graph) for part in ir.plain(query))
    return tuple(dict.fromkeys(filter(None, found)))


def _question(query: ir.Probability | ir.Expectation | ir.Regime, graph: Graph) -> Question | None:
    asked = _asked(query, graph)
    nested = any(isinstance(setting.value, ir.Variable) for setting in query.do)
    if nested or any(variable.world for variable in asked):
        raise ValueError("the query is counterfactual")
    if isinstance(query, ir.Probability) and query.never:
        return None
    held = tuple(dict.fromkeys(setting.node for setting in query.do))
    seen = dict.fromkeys(event.variable.node for event in query.given)
    conditions = tuple(name for name in seen if name not in held)
    names = dict.fromkeys(variable.node for variable in asked)
    outcomes = tuple(name for name in names if name not in {*held, *conditions})
    return (outcomes, held, conditions) if outcomes else None


def _asked(
    query: ir.Probability | ir.Expectation | ir.Regime, graph: Graph
) -> tuple[ir.Variable, ...]:
    """What is asked for; the worlds of what is seen count as well."""
    seen = tuple(event.variable for event in query.given)
    match query:
        case ir.Probability(targets):
            return (*(event.variable for event in targets), *seen)
        case ir.Expectation(target):
            return (target, *seen)
        case ir.Regime():
            return (*(ir.Variable(node.name) for node in graph.tabular), *seen)
