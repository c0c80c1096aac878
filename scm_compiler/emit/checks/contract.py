"""What every emitted module promises about its tensors, derived from the graph alone.

Labels are columns in the order of declaration. The noise has one block of equal width for each
label, then one for each hidden common cause. Encoded values have one column for two values, else
one a value.
"""

from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from scm_compiler.ir import Discrete, Graph


@dataclass(frozen=True)
class Block:
    """A block of exogenous noise: its name, the labels that may read it and its columns."""

    name: str
    readers: frozenset[str]
    columns: range


@dataclass(frozen=True)
class Contract:
    """The columns of a graph's tensors.

    Args:
        graph: The validated graph.
        noise_size: The number of noise columns that the module draws.
    """

    graph: Graph
    noise_size: int

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels; their place is their column."""
        return tuple(n.name for n in self.graph.nodes if isinstance(n.domain, Discrete))

    @cached_property
    def divides(self) -> bool:
        """Whether the noise columns divide evenly into blocks."""
        blocks = len(self.labels) + len(self.graph.confounders)
        return self.noise_size % max(1, blocks) == 0 and self.noise_size >= blocks

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The noise blocks of labels and hidden common causes; ask `divides` first."""
        own = [(f"the noise of {name}", frozenset([name])) for name in self.labels]
        pairs = [(c.left, c.right) for c in self.graph.confounders]
        shared = [(f"the noise of {a} <-> {b}", frozenset([a, b])) for a, b in pairs]
        listed = own + shared
        width = self.noise_size // max(1, len(listed))
        return tuple(
            Block(name, readers, range(rank * width, (rank + 1) * width))
            for rank, (name, readers) in enumerate(listed)
        )

    @cached_property
    def parents(self) -> dict[str, frozenset[str]]:
        """Pa_i of each label."""
        found: dict[str, set[str]] = {name: set() for name in self.labels}
        for edge in self.graph.edges:
            if edge.target in found:
                found[edge.target].add(edge.source)
        return {name: frozenset(sources) for name, sources in found.items()}

    @cached_property
    def spans(self) -> dict[str, range]:
        """The encoded columns of each label."""
        found: dict[str, range] = {}
        start = 0
        for node in self.graph.nodes:
            if isinstance(node.domain, Discrete):
                width = 1 if node.domain.size == 2 else node.domain.size
                found[node.name] = range(start, start + width)
                start += width
        return found

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of values of each label."""
        return tuple(map(self.size, self.labels))

    def size(self, name: str) -> int:
        """The number of values of a label."""
        domain = self.graph.by_name[name].domain
        assert isinstance(domain, Discrete)
        return domain.size

    def place(self, name: str) -> int:
        """The column of a label."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.labels)}

    def descendants(self, name: str) -> set[str]:
        """The labels that a label causes, itself left out."""
        return nx.descendants(self._digraph, name) & self.parents.keys()

    @cached_property
    def _digraph(self) -> "nx.DiGraph[str]":
        digraph: nx.DiGraph[str] = nx.DiGraph()
        digraph.add_nodes_from(node.name for node in self.graph.nodes)
        digraph.add_edges_from((edge.source, edge.target) for edge in self.graph.edges)
        return digraph
