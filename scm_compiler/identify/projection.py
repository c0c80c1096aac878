"""A graph without some of its nodes: what it says of the others (Verma and Pearl 1990)."""

from collections.abc import Iterator
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
    projection = Projection(graph)
    projection.hide(name)
    return projection.seen()


class Projection:
    """A graph from which nodes are left out one after the other, at the cost of their arrows.

    Args:
        graph: A validated graph; it is not changed.

    Attributes:
        arrows: How many edges and hidden common causes there are now.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._hidden: set[str] = set()
        self._parents: dict[str, dict[str, Edge]] = {node.name: {} for node in graph.nodes}
        self._children: dict[str, dict[str, Edge]] = {node.name: {} for node in graph.nodes}
        self._spouses: dict[str, dict[str, Confounder]] = {node.name: {} for node in graph.nodes}
        self.arrows = 0
        for edge in graph.edges:
            self._lead(edge)
        for pair in graph.confounders:
            self._tie(pair)

    def costs(self, name: str) -> int:
        """How many arrows may stand for a node at most.

        Raises:
            ValueError: If there is no such node.
        """
        if name not in self._graph.by_name or name in self._hidden:
            raise ValueError(f"{name} is not a node of {self._graph.name}")
        children = len(self._children[name])
        near = len(self._parents[name]) + len(self._spouses[name]) + (children - 1) / 2
        return int(children * near)

    def hide(self, name: str) -> tuple[Edge | Confounder, ...]:
        """Leave a node out.

        Returns:
            What was not there before and stands for it.

        Raises:
            ValueError: If there is no such node.
        """
        self.costs(name)
        parents, children = self._parents.pop(name), self._children.pop(name)
        spouses = self._spouses.pop(name)
        for parent in parents:
            del self._children[parent][name]
        for child in children:
            del self._parents[child][name]
        for spouse in spouses:
            del self._spouses[spouse][name]
        self._hidden.add(name)
        self.arrows -= len(parents) + len(children) + len(spouses)
        led = [self._lead(Edge(parent, child)) for parent in parents for child in children]
        tied = [*combinations(children, 2), *((s, c) for s in spouses for c in children if s != c)]
        rank = self._graph.order
        pairs = (sorted(pair, key=rank.__getitem__) for pair in tied)
        met = [self._tie(Confounder(left, right)) for left, right in pairs]
        return tuple(arrow for arrow in (*led, *met) if arrow is not None)

    def seen(self) -> Graph:
        """The graph without the nodes that were left out, its asserts and claims."""
        return replace(
            self._graph,
            nodes=tuple(node for node in self._graph.nodes if node.name not in self._hidden),
            edges=tuple(self._edges()),
            confounders=tuple(self._pairs()),
            asserts=(),
            claims=(),
        )

    def _edges(self) -> Iterator[Edge]:
        for parents in self._parents.values():
            rank = self._graph.order
            yield from (parents[name] for name in sorted(parents, key=rank.__getitem__))

    def _pairs(self) -> Iterator[Confounder]:
        rank = self._graph.order
        for name, spouses in self._spouses.items():
            earlier = (spouse for spouse in spouses if rank[spouse] < rank[name])
            yield from (spouses[spouse] for spouse in sorted(earlier, key=rank.__getitem__))

    def _lead(self, edge: Edge) -> Edge | None:
        """Add an edge; None if it is there."""
        if edge.source in self._parents[edge.target]:
            return None
        self._parents[edge.target][edge.source] = edge
        self._children[edge.source][edge.target] = edge
        self.arrows += 1
        return edge

    def _tie(self, pair: Confounder) -> Confounder | None:
        """Add a hidden common cause; None if it is there."""
        if pair.left in self._spouses[pair.right]:
            return None
        self._spouses[pair.right][pair.left] = pair
        self._spouses[pair.left][pair.right] = pair
        self.arrows += 1
        return pair
