"""Hidden common causes, as `A <-> B` and as nodes of a graph whose tables hold all there is."""

from dataclasses import replace

from scm_compiler.ir.domain import Discrete
from scm_compiler.ir.graph import Confounder, Edge, Graph, Node

HIDDEN = "hidden"
"""The kind of a node that stands for a hidden common cause; no program can declare it."""


def fold(graph: Graph) -> Graph:
    """The graph as its author declared it: each hidden node is a `<->` between its children.

    Args:
        graph: A graph, perhaps one whose tables hold hidden causes as labels; it is not changed.

    >>> binary = Discrete(("0", "1"))
    >>> nodes = (Node("A", "binary", binary), Node("B", "binary", binary),
    ...          Node("U", HIDDEN, binary))
    >>> drawn = Graph("g", nodes, (Edge("U", "A"), Edge("U", "B")))
    >>> [(pair.left, pair.right) for pair in fold(drawn).confounders]
    [('A', 'B')]
    """
    hidden = {node.name for node in graph.nodes if node.kind == HIDDEN}
    if not hidden:
        return graph
    readers = [graph.children[node.name] for node in graph.nodes if node.name in hidden]
    pairs = [Confounder(*names) for names in readers if len(names) == 2]
    pairs = sorted(
        [*graph.confounders, *pairs], key=lambda c: (graph.order[c.right], graph.order[c.left])
    )
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.name not in hidden),
        edges=tuple(edge for edge in graph.edges if edge.source not in hidden),
        confounders=tuple(pairs),
    )


def unfold(graph: Graph, states: int) -> tuple[Graph, tuple[str, ...]]:
    """The graph with each `A <-> B` made a node that causes both, and the names of those nodes.

    They lie behind the declared nodes, so that a label's parents come first, then its hidden
    causes; a graph without hidden causes is returned as it is.

    Args:
        graph: The validated graph.
        states: How many values a hidden cause has.

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
