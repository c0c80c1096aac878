"""A graph without some of its nodes: what it says of the others (Verma and Pearl 1990)."""

from dataclasses import replace
from itertools import combinations

from scm_compiler.ir import Confounder, Edge, Graph


def hide(graph: Graph, name: str) -> Graph:
    """The latent projection that leaves one node out.

    Its parents become parents of its children; its children, and what shares a hidden cause with
    it and they, share hidden causes from then on.

    Args:
        graph: A validated graph; it is not changed.
        name: A node.

    Raises:
        ValueError: If there is no such node.

    >>> from scm_compiler.ir import Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "ABC")
    >>> fork = Graph("g", nodes, (Edge("A", "B"), Edge("A", "C")))
    >>> [(pair.left, pair.right) for pair in hide(fork, "A").confounders]
    [('B', 'C')]
    """
    if name not in graph.by_name:
        raise ValueError(f"{name} is not a node of {graph.name}")
    parents, children = graph.parents[name], graph.children[name]
    spouses = [
        pair.right if pair.left == name else pair.left
        for pair in graph.confounders
        if name in (pair.left, pair.right)
    ]
    edges = {(e.source, e.target): e for e in graph.edges if name not in (e.source, e.target)}
    for parent in parents:
        for child in children:
            edges.setdefault((parent, child), Edge(parent, child))
    pairs = {
        frozenset((pair.left, pair.right)): pair
        for pair in graph.confounders
        if name not in (pair.left, pair.right)
    }
    tied = [*combinations(children, 2), *((s, c) for s in spouses for c in children if s != c)]
    for one, other in tied:
        left, right = sorted((one, other), key=graph.order.__getitem__)
        pairs.setdefault(frozenset((left, right)), Confounder(left, right))
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.name != name),
        edges=tuple(edges.values()),
        confounders=tuple(pairs.values()),
        asserts=(),
        claims=(),
    )
