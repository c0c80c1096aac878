"""A question worth asking of a model: of a cause and its effect, where doing is not seeing."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.separation import open_path
from scm_compiler.inference.plan import plan
from scm_compiler.inference.table import Table
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.graph import reached
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold

MOST_PAIRS = 24
"""How many causes and effects are asked about before one is proposed."""

MOST_LABELS = 100
"""Of a larger graph the first pair is proposed, and nothing is asked."""


def propose(tables: Tables) -> ir.Probability:
    """P(effect | do(cause=its last value)) where that differs most from only seeing the cause.

    Where nothing confounds a cause with an effect, doing is seeing, and the first arrow is asked
    about that has an answer; where there is none, the first label.

    Args:
        tables: A model's.
    """
    graph = fold(tables.graph)
    names = {node.name for node in graph.labels}
    arrows = ((edge.source, edge.target) for edge in graph.edges if edge.target in names)
    found = chain(islice(_confounded(graph), MOST_PAIRS), islice(arrows, MOST_PAIRS))
    if len(graph.labels) <= MOST_LABELS:
        gaps = {pair: _gap(*pair, tables) for pair in found}
        pairs = sorted((pair for pair in gaps if gaps[pair] >= 0), key=lambda pair: -gaps[pair])
    else:
        pairs = [*islice(found, 1)]
    return _done(*pairs[0], graph) if pairs else _alone(graph.labels[0].name)


def causes(graph: Graph) -> Iterator[tuple[str, str]]:
    """Each label with each label that it causes, directly or not."""
    names = [node.name for node in graph.labels]
    for name in names:
        below = set(reached(graph.children[name], graph.children.__getitem__))
        yield from ((name, other) for other in names if other in below)


def _confounded(graph: Graph) -> Iterator[tuple[str, str]]:
    """The causes and effects that something else ties, too: what is left without the arrows."""
    tied = {name for pair in graph.confounders for name in (pair.left, pair.right)}
    for cause, effect in causes(graph):
        if graph.parents[cause] or cause in tied:
            others = tuple(edge for edge in graph.edges if edge.source != cause)
            if open_path(replace(graph, edges=others), [cause], [effect]) is not None:
                yield cause, effect


def _gap(cause: str, effect: str, tables: Tables) -> float:
    """The largest difference between doing and seeing; below 0 where doing has no answer.

    It is 0 where the answer is drawn, and where the two differ by rounding alone.
    """
    graph = fold(tables.graph)
    last = graph.domain(cause).size - 1
    seen = replace(_alone(effect), given=(ir.Event(ir.Variable(cause), last),))
    done = _done(cause, effect, graph)
    try:
        if plan(done, tables).method == "bounds":
            return -1.0
        both = zip(_asked(done, tables), _asked(seen, tables), strict=False)
    except ScmError:
        return -1.0
    return round(max((abs(p - q) for p, q in both), default=0.0), 9)


def _asked(query: ir.Probability, tables: Tables) -> tuple[float, ...]:
    """The table; empty where it would have to be drawn."""
    found = plan(query, tables)
    value = found.run().value if found.method == "exact" else None
    return tuple(row.probability.value for row in value.rows) if isinstance(value, Table) else ()


def _alone(name: str) -> ir.Probability:
    return ir.Probability((ir.Event(ir.Variable(name)),))


def _done(cause: str, effect: str, graph: Graph) -> ir.Probability:
    return replace(_alone(effect), do=(ir.Setting(cause, graph.domain(cause).size - 1),))
