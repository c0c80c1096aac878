"""What a graph must say of an instrument (Pearl 2009, definition 7.4.1, with an effect)."""

from dataclasses import replace

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.separation import open_path
from scm_compiler.inference.codes.local_effects import NotInstrument
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.prune import ancestors, mutilate


def refuse_no_instrument(query: ir.LocalEffect, graph: Graph) -> None:
    """Refuse (E535) a local effect of what the graph makes no instrument.

    Args:
        query: The local effect.
        graph: The graph as its author wrote it.
    """
    if why := _lacking(query, graph):
        raise refuse(NotInstrument(query.instrument, why))


def _lacking(query: ir.LocalEffect, graph: Graph) -> str:
    """Why the graph makes the first label no instrument for the others; nothing if it is one."""
    instrument, cause, outcome = query.instrument, query.cause, query.outcome
    if len({instrument, cause, outcome}) < 3:
        return "it takes three labels"
    if instrument not in ancestors(graph, [cause]):
        return f"it does not cause {cause}"
    if instrument in ancestors(mutilate(graph, [cause]), [outcome]):
        return f"it causes {outcome} other than by way of {cause}"
    own = replace(graph, edges=tuple(e for e in graph.edges if e.source != instrument))
    path = open_path(own, [instrument], [cause, outcome])
    return "" if path is None else f"not all that it shares with them is its effect: {path}"
