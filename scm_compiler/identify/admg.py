"""An acyclic directed mixed graph as identification walks it: parents, spouses, districts.

Identification speaks of induced subgraphs all the time. A subgraph is a set of nodes here, passed
as `within`, so that none is ever built.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scm_compiler.ir import Graph
from scm_compiler.ir.graph import reached

Nodes = frozenset[str]


@dataclass(frozen=True, eq=False)
class Admg:
    """The arrows of a graph.

    Attributes:
        rank: The place of each node in one topological order.
        parents: Of each node.
        spouses: Of each node, the nodes that it shares a hidden common cause with.
    """

    rank: Mapping[str, int]
    parents: Mapping[str, Nodes]
    spouses: Mapping[str, Nodes]

    @property
    def nodes(self) -> Nodes:
        """All nodes."""
        return frozenset(self.rank)

    def sorted(self, nodes: Iterable[str]) -> tuple[str, ...]:
        """The nodes in topological order."""
        return tuple(sorted(nodes, key=self.rank.__getitem__))

    def ancestors(
        self, nodes: Iterable[str], within: Collection[str], cut: Collection[str] = ()
    ) -> Nodes:
        """An(nodes), themselves included, in the subgraph `within`.

        Args:
            nodes: All of them in `within`.
            within: The nodes of the subgraph.
            cut: Nodes whose incoming arrows are removed.
        """

        def above(node: str) -> Iterable[str]:
            return () if node in cut else (name for name in self.parents[node] if name in within)

        return frozenset(reached(nodes, above))

    def district(self, node: str, within: Collection[str]) -> Nodes:
        """The c-component of a node: what it reaches over `<->` in the subgraph `within`."""
        return frozenset(
            reached([node], lambda one: (other for other in self.spouses[one] if other in within))
        )

    def districts(self, within: Iterable[str]) -> tuple[Nodes, ...]:
        """The c-components of a subgraph, by their first node in topological order."""
        left = set(within)
        found: list[Nodes] = []
        for node in self.sorted(left):
            if node in left:
                found.append(self.district(node, left))
                left -= found[-1]
        return tuple(found)


def arrows(graph: Graph) -> Admg:
    """The arrows of a validated graph."""
    spouses: dict[str, set[str]] = {node.name: set() for node in graph.nodes}
    for pair in graph.confounders:
        spouses[pair.left].add(pair.right)
        spouses[pair.right].add(pair.left)
    return Admg(
        rank={name: rank for rank, name in enumerate(graph.topological)},
        parents={name: frozenset(parents) for name, parents in graph.parents.items()},
        spouses={name: frozenset(others) for name, others in spouses.items()},
    )
