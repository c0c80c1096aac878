"""What would make a query identified: found by trying single changes, each decided by ID."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scm_compiler.identify.admg import arrows
from scm_compiler.identify.identification import NotIdentified, identifiable
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY

Pair = tuple[str, str]

LIMIT = 64
"""How many single changes of one kind are tried at most."""

WORK = 300_000
"""How many nodes and arrows the graphs have together in which changes of one kind are tried."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """Changes after which the query is identified.

    Attributes:
        causes: The hidden common causes of which it is enough to know one: by measuring it, or by
            showing that there is none. In the order of the graph.
        together: Where knowing one is not enough, several that are, none of them superfluous.
        experiments: Nodes such that data from an experiment on one of them alone would do.
    """

    causes: tuple[Pair, ...]
    together: tuple[Pair, ...]
    experiments: tuple[str, ...]


def remedies(graph: Graph, refused: NotIdentified) -> Remedies:
    """The single changes that would make a query identified.

    Only changes inside the hedge are tried: with any other change the hedge is still there.

    Args:
        graph: The graph that the query was refused on.
        refused: The refusal.
    """
    hedge, most = frozenset(refused.hedge.outer.nodes), min(LIMIT, _tries(graph))
    pairs = [pair for pair in graph.confounders if {pair.left, pair.right} <= hedge]
    single = tuple(
        (pair.left, pair.right)
        for pair in pairs[:most]
        if identifiable(_known(graph, [pair]), refused)
    )
    tried = [name for name in graph.topological if name in hedge][:most]
    return Remedies(
        causes=single,
        together=() if single else _together(graph, refused),
        experiments=tuple(name for name in tried if _by_experiment(graph, refused, name)),
    )


def _tries(graph: Graph) -> int:
    """How many changes of a graph are tried."""
    return WORK // (len(graph.nodes) + len(graph.edges) + 3 * len(graph.confounders))


def _known(graph: Graph, pairs: Iterable[Confounder]) -> Graph:
    """The graph in which some hidden common causes are observed nodes.

    What is identified there is so without these causes as well: their values can be made up.
    """
    gone = frozenset(pairs)
    nodes, edges = list(graph.nodes), list(graph.edges)
    for pair in graph.confounders:
        if pair in gone:
            name = f"the cause of {pair.left} and {pair.right}"
            while name in graph.by_name:
                name += "'"
            nodes.append(Node(name, "binary", BINARY))
            edges += [Edge(name, pair.left), Edge(name, pair.right)]
    left = tuple(pair for pair in graph.confounders if pair not in gone)
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges), confounders=left, asserts=())


def _together(graph: Graph, query: NotIdentified) -> tuple[Pair, ...]:
    """Every hidden cause is taken as known, then those are let go again that are not needed.

    Half of them is tried first, then ever smaller blocks; none is told where that is too much.
    """
    needed, left = list(graph.confounders), _tries(graph)
    size = len(needed)
    while size := size // 2:
        for block in [needed[start : start + size] for start in range(0, len(needed), size)]:
            if (left := left - 1) < 0:
                return ()
            gone = frozenset(block)
            fewer = [pair for pair in needed if pair not in gone]
            if identifiable(_known(graph, fewer), query):
                needed = fewer
    return tuple((pair.left, pair.right) for pair in needed)


def _by_experiment(graph: Graph, query: NotIdentified, name: str) -> bool:
    """Whether P under do(name), instead of P, determines the query.

    For another node than a treatment, rule 3 of do-calculus must allow to hold it as well: the
    special case of Bareinboim and Pearl (2012) in which one experiment is enough.
    """
    within = arrows(graph)
    seen = (*query.outcomes, *query.conditions)
    reached = within.ancestors(seen, within.nodes, cut=query.treatments)
    if name in seen or (name not in query.treatments and name in reached):
        return False
    experiment = replace(
        graph,
        edges=tuple(edge for edge in graph.edges if edge.target != name),
        confounders=tuple(
            pair for pair in graph.confounders if name not in (pair.left, pair.right)
        ),
        asserts=(),
    )
    # In the experiment's own graph nothing points at the node: to see it is to hold it.
    rest = tuple(other for other in query.treatments if other != name)
    asked = replace(query, treatments=rest, conditions=(*query.conditions, name))
    return identifiable(experiment, asked)
