"""Hidden common causes drawn as nodes, brought back to `A <-> B`."""

from dataclasses import replace

from scm_compiler.ir.graph import Confounder, Graph

HIDDEN = "hidden"
"""The kind of a node that stands for a hidden common cause; no program can declare it."""


def fold(graph: Graph) -> Graph:
    """The graph as its author declared it: each hidden node is a `<->` between its children.

    Args:
        graph: A graph, perhaps one whose tables hold hidden causes as labels; it is not changed.

    >>> from scm_compiler.ir import Discrete, Edge, Node
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
