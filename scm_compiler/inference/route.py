"""Identification first: from which distributions a query is answered, and why that is right.

Observation is answered from the observational distribution. Where a query rests on no hidden
cause, the tables multiply as they do without any. Elsewhere the formula that identification
found is evaluated on the observational distribution; where it found none, the route says why.
"""

from collections.abc import Callable, Iterator

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.codes.identification import NotIdentifiable, WorldsDisagree
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.refusal import questions, refusal
from scm_compiler.inference.by_formula import worlds_formula
from scm_compiler.inference.evaluation import chain, condition_of, terms
from scm_compiler.inference.observation import Names
from scm_compiler.inference.shape import confounded, requisite
from scm_compiler.inference.task import Route, Setting
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import phrase


def route_of(query: ir.Query, setting: Setting, *, drawn: bool = False) -> Route:
    """Identify a query on a graph with hidden common causes.

    Args:
        query: A flattened query.
        setting: What it is put to.
        drawn: Whether it is to be answered by draws, which know of no formula for several worlds.

    Returns:
        The route; why there is none if observation does not determine it (E520 or E523).

    Raises:
        ScmError: Of a counterfactual, E431 and E454.
    """
    try:
        return _determined(query, setting, drawn=drawn)
    except ScmError as error:
        why = error.diagnostics[0]
        if isinstance(why, NotIdentifiable | WorldsDisagree):
            return Route(refused=why)
        raise


def _determined(query: ir.Query, setting: Setting, *, drawn: bool) -> Route:
    """The route of a query that observation determines; E520 or E523 of another."""
    declared, level = setting.declared, rung(query)
    if level == 3:
        formula = None if drawn else worlds_formula(query, declared)
        if formula is None:
            return Route("plain")
        return Route("plain", formula.estimands, formulas=True, worlds=formula)
    found = tuple(_identified(query, declared, setting.identify))
    if level == 1:
        return Route("law", found)
    return Route("plain", found, formulas=_rests_on_hidden_causes(query, declared))


def refuse_unidentified(query: ir.Query, graph: Graph) -> None:
    """Refuse (E520) a query of rung 1 or 2, of a regime the joint table of all labels.

    Args:
        query: A flattened query.
        graph: The graph as its author wrote it.
    """
    for question in questions(query, graph):
        _decided(identify(graph, *question), query, graph)


def _identified(
    query: ir.Query,
    graph: Graph,
    decide: Callable[[Names, Names, Names], Identified | NotIdentified],
) -> Iterator[Identified]:
    """The distributions that a query rests on; of a regime the table of each label."""
    asked = questions(query, graph)
    if isinstance(query, ir.Regime):
        asked = tuple(((name,), held, seen) for outcomes, held, seen in asked for name in outcomes)
    for question in asked:
        yield _decided(decide(*question), query, graph)


def _decided(found: Identified | NotIdentified, query: ir.Query, graph: Graph) -> Identified:
    if isinstance(found, NotIdentified):
        raise refuse(refusal(graph, found, query=phrase(query, graph)))
    return found


def _rests_on_hidden_causes(query: ir.Query, graph: Graph) -> bool:
    """Whether a product of the tables P(label | parents) would be wrong for it."""
    if isinstance(query, ir.Regime):
        held = condition_of(query.do, query.given).do
        return bool(confounded(graph, graph.sizes.keys() - held.keys()))
    return any(
        confounded(graph, requisite(graph, targets, condition).nodes)
        for _, term in terms(query, graph)
        for targets, condition in chain(term)
    )
