"""Hidden common causes as nodes: the graph whose tables hold a whole distribution."""

from dataclasses import replace

from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.passes.fold import HIDDEN


def unfold(graph: Graph, states: int) -> tuple[Graph, tuple[str, ...]]:
    """The graph with each `A <-> B` made a node that causes both, and the names of those nodes.

    They lie behind the declared nodes, so that a label's parents come first, then its hidden
    causes; a graph without hidden causes is returned as it is.

    Args:
        graph: The validated graph.
        states: How many values a hidden cause has.

    >>> from scm_compiler.ir import Confounder
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = (Node("A", "binary", BINARY), Node("B", "binary", BINARY))
    >>> unfold(Graph("g", nodes, (), (Confounder("A", "B"),)), 2)[0].parents["B"]
    ('U(A,B)',)
    """
    if not graph.confounders:
        return graph, ()
    taken = set(graph.by_name)
    blocks = [block for block in graph.noise if len(block.readers) > 1]
    names = []
    for block in blocks:
        name = block.name
        while name in taken:
            name += "'"
        taken.add(name)
        names.append(name)
    domain = Discrete(tuple(str(state) for state in range(states)))
    nodes = graph.nodes + tuple(Node(name, HIDDEN, domain) for name in names)
    added = [
        Edge(name, reader)
        for name, block in zip(names, blocks, strict=True)
        for reader in block.readers
    ]
    rank = {node.name: number for number, node in enumerate(nodes)}
    edges = sorted([*graph.edges, *added], key=lambda e: (rank[e.target], rank[e.source]))
    return replace(graph, nodes=nodes, edges=tuple(edges), confounders=()), tuple(names)
