"""The observational distribution as a product with one factor for each label.

With hidden common causes, P(v) is not the product of P(node | parents). It is one of
P(node | its Markov blanket among what comes before it): the district that it lies in up to there,
and the parents of that district (Tian and Pearl 2002, Lemma 4 and Corollary 1). Observation
determines every factor, and every identified query is a function of them.
"""

from collections.abc import Collection
from dataclasses import replace
from math import prod

from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.ir import Discrete, Edge, Finite, Graph, Node


def law_graph(graph: Graph) -> Graph:
    """The labels, each with its Markov blanket among the earlier ones as parents.

    The order is one in which blankets stay small: of the labels whose parents have come, the one
    with the fewest blanket configurations is next. Without hidden common causes it is the graph
    of the labels as it is.

    Args:
        graph: A validated graph, possibly with hidden common causes.

    >>> from scm_compiler.ir import Confounder, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "XZY")
    >>> front_door = Graph("g", nodes, (Edge("X", "Z"), Edge("Z", "Y")), (Confounder("X", "Y"),))
    >>> law_graph(front_door).parents["Y"]
    ('X', 'Z')
    """
    names = {node.name for node in graph.labels}
    blankets = _blankets(arrows(graph), graph) if graph.confounders else graph.parents
    edges = [Edge(parent, name) for name in names for parent in blankets[name]]
    edges.sort(key=lambda edge: (graph.order[edge.target], graph.order[edge.source]))
    tied = graph.confounded
    nodes = tuple(freed(node) if node.name in tied else node for node in graph.labels)
    return replace(graph, nodes=nodes, edges=tuple(edges), confounders=(), asserts=(), claims=())


def freed(node: Node) -> Node:
    """A node that may have any distribution: mixed over hidden causes, none keeps its family."""
    domain = node.domain
    if not isinstance(domain, Finite) or domain.family is None:
        return node
    return replace(node, domain=Discrete(domain.values))


def _blankets(within: Admg, graph: Graph) -> dict[str, Nodes]:
    """Of each label, in the order in which they come: what no hidden cause reaches comes first."""
    found: dict[str, Nodes] = {}
    waiting = {node.name: len(graph.parents[node.name]) for node in graph.labels}
    plain: list[str] = []
    tied: list[str] = []

    def release(name: str) -> None:
        (tied if within.spouses[name] else plain).append(name)

    for name in [name for name, count in waiting.items() if count == 0]:
        release(name)
    while plain or tied:
        name = (
            plain.pop() if plain else min(tied, key=lambda one: _size(one, found, within, graph))
        )
        if within.spouses[name]:
            tied.remove(name)
        found[name] = blanket(name, found, within)
        for child in graph.children[name]:
            if child in waiting:
                waiting[child] -= 1
                if waiting[child] == 0:
                    release(child)
    return found


def _size(name: str, before: dict[str, Nodes], within: Admg, graph: Graph) -> tuple[int, int]:
    others = blanket(name, before, within)
    return prod(graph.sizes[other] for other in others), graph.order[name]


def blanket(name: str, before: Collection[str], within: Admg) -> Nodes:
    """The Markov blanket of a node among what comes before it: its district there, its parents."""
    district = within.district(name, {*before, name})
    return district.union(*(within.parents[other] for other in district)) - {name}
