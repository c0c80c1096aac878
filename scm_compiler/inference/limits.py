"""What is known of an answer's size before it is worked out, and of the networks behind it."""

from math import log2, prod

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.codes.counterfactuals import WorldsTooLarge
from scm_compiler.inference.codes.weighting import (
    RestsOnNetworks,
    ShareUnknown,
    TableTooLong,
    TakesTooLong,
)
from scm_compiler.inference.counterfactual.evaluation import Question
from scm_compiler.inference.shape import label_sizes
from scm_compiler.inference.weighting import asked
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes.twin import unite

MOST_ROWS = 2**18
"""Rows in the table of an answer."""

BEYOND_EXACT = (TooLarge, TakesTooLong, WorldsTooLarge)
"""The refusals of an exact answer that leave weighted draws."""


def refuse_long_tables(query: ir.Query, graph: Graph) -> None:
    """Refuse (E438) a table with more rows than anyone reads or memory holds."""
    if isinstance(query, ir.Probability) and len(query.free) > 1:
        sizes = label_sizes(graph)
        rows = prod(sizes[variable.node] for variable in query.free)
        if rows > MOST_ROWS:
            raise refuse(TableTooLong(rows=rows, limit=MOST_ROWS))


def network_warnings(query: ir.Query, model: Tables) -> tuple[Diagnostic, ...]:
    """The warning (W441) that an answer rests on networks that have no table, if it does."""
    if not model.networks:
        return ()
    reached = _reached(query, model.graph)
    nodes = tuple(name for name in model.networks if name in reached)
    if not nodes:
        return ()
    sizes = label_sizes(model.graph)
    most = max(sum(log2(sizes[n]) for n in model.graph.parents[name]) for name in nodes)
    return (RestsOnNetworks(nodes=nodes, configurations=most),)


def guess_warnings(query: ir.Query, model: Tables) -> tuple[Diagnostic, ...]:
    """The warning (W442) that an answer may rest on guesses, where the share is not known."""
    guessed = [name for name, mask in model.unseen.items() if mask.any()]
    reached = _reached(query, model.graph) if guessed else set()
    nodes = tuple(name for name in guessed if name in reached)
    return (ShareUnknown(nodes=nodes),) if nodes else ()


def _reached(query: ir.Query, graph: Graph) -> set[str]:
    """The labels whose mechanisms a query reaches."""
    return {name for _, question in asked(query, graph) for name in _nodes(question, graph)}


def _nodes(question: Question, graph: Graph) -> tuple[str, ...]:
    """The labels whose mechanisms a question reaches."""
    targets = tuple(event.variable for event in question.targets)
    worlds = unite(graph, question.given, question.do, targets)
    return () if worlds is None else worlds.nodes
