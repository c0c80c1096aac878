"""Interventions on a graph: what points into a held node is cut (Pearl 2009, section 3.2)."""

from collections.abc import Iterable
from dataclasses import replace

from scm_compiler.ir.graph import Graph


def mutilate(graph: Graph, nodes: Iterable[str]) -> Graph:
    """The graph without the edges and hidden common causes that point into the given nodes.

    Args:
        graph: A validated graph; it is not changed.
        nodes: The nodes that an intervention holds.

    Raises:
        ValueError: If a node is not one of the graph's.

    >>> from scm_compiler.ir import Discrete, Edge, Node
    >>> binary = Discrete(("0", "1"))
    >>> chain = Graph("g", (Node("A", "binary", binary), Node("B", "binary", binary)),
    ...               (Edge("A", "B"),))
    >>> mutilate(chain, ["B"]).edges
    ()
    """
    held = frozenset(nodes)
    if strangers := held - graph.by_name.keys():
        raise ValueError(f"not nodes of {graph.name}: {', '.join(sorted(strangers))}")
    if not held:
        return graph
    return replace(
        graph,
        edges=tuple(edge for edge in graph.edges if edge.target not in held),
        confounders=tuple(
            pair for pair in graph.confounders if held.isdisjoint((pair.left, pair.right))
        ),
    )
