"""Cut a graph down to what a query rests on.

What points into a held node is cut (Pearl 2009, section 3.2); barren and separated nodes go
(Shachter 1998).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from scm_compiler.ir.graph import Graph, reached


@dataclass(frozen=True)
class Requisite:
    """What P(targets | evidence) rests on.

    Attributes:
        nodes: The nodes whose tables the answer rests on, in topological order.
        barren: The nodes without a descendant in the query; they sum to one.
        separated: Ancestors of the query that the evidence cuts off from the targets.
        apart: The tables of `separated` nodes by connected part. They cannot change the answer,
            but evidence in them may be impossible.
    """

    nodes: tuple[str, ...]
    barren: tuple[str, ...]
    separated: tuple[str, ...]
    apart: tuple[tuple[str, ...], ...]


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


def prune(graph: Graph, targets: Collection[str], evidence: Collection[str]) -> Requisite:
    """Keep the nodes whose tables P(targets | evidence) depends on; linear in the graph.

    For a query under an intervention, pass the mutilated graph and count the held nodes as
    evidence. Hidden common causes tie the tables of their two nodes together.

    Args:
        graph: A validated graph; it is not changed.
        targets: The nodes asked for; none of them in the evidence.
        evidence: The nodes whose values are known.

    Raises:
        ValueError: If a node is both target and evidence.
    """
    if both := set(targets) & set(evidence):
        raise ValueError(f"target and evidence: {', '.join(sorted(both))}")
    alive = ancestors(graph, [*targets, *evidence])
    parts = _parts(graph, alive, frozenset(evidence))
    wanted = set(targets)
    requisite = {name for part in parts if not wanted.isdisjoint(part) for name in part}
    nodes = tuple(name for name in graph.topological if name in requisite)
    return Requisite(
        nodes=nodes,
        barren=tuple(name for name in graph.topological if name not in alive),
        separated=tuple(n for n in graph.topological if n in alive and n not in requisite),
        apart=tuple(tuple(part) for part in parts if wanted.isdisjoint(part)),
    )


def ancestors(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """The nodes and everything that causes them."""
    return set(reached(nodes, graph.parents.__getitem__))


def _parts(graph: Graph, alive: set[str], known: frozenset[str]) -> list[list[str]]:
    """The tables of the alive nodes, grouped where they share an unknown variable."""
    near: dict[str, list[str]] = {name: [] for name in graph.topological if name in alive}
    for edge in graph.edges:
        if edge.target in alive and edge.source not in known:
            near[edge.source].append(edge.target)
            near[edge.target].append(edge.source)
    for pair in graph.confounders:
        if pair.left in alive and pair.right in alive:
            near[pair.left].append(pair.right)
            near[pair.right].append(pair.left)
    parts: list[list[str]] = []
    seen: set[str] = set()
    for name in near:
        if name not in seen:
            parts.append(reached([name], near.__getitem__))
            seen.update(parts[-1])
    return parts
