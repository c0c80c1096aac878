"""A graph as the text of a program, for graphs that did not come from one."""

from scm_compiler.ir import Discrete, Graph, Image, Node
from scm_compiler.syntax.printer import print_name


def program_text(graph: Graph) -> str:
    """A program that states the graph's nodes and edges; asserts are left out.

    >>> from scm_compiler.ir import Edge
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = (Node("A", "binary", BINARY), Node("B", "binary", BINARY))
    >>> print(program_text(Graph("pair", nodes, (Edge("A", "B"),))), end="")
    graph pair
    <BLANKLINE>
    A : binary
    B : binary
    <BLANKLINE>
    A -> B
    """
    nodes = [f"{print_name(node.name)} : {_kind(node)}" for node in graph.nodes]
    edges = [_arrow(edge.source, "->", edge.target) for edge in graph.edges]
    hidden = [_arrow(pair.left, "<->", pair.right) for pair in graph.confounders]
    blocks = [[f"graph {print_name(graph.name)}"], nodes, edges, hidden]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _arrow(left: str, arrow: str, right: str) -> str:
    return f"{print_name(left)} {arrow} {print_name(right)}"


def _kind(node: Node) -> str:
    match node.domain:
        case Discrete(values) if node.kind == "categorical":
            return f"categorical({', '.join(map(print_name, values))})"
        case Image(channels, height, width):
            return f"{node.kind}({channels}, {height}, {width})"
        case _:
            return node.kind
