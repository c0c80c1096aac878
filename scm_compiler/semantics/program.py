"""Graph to tree, and so to text: the program of a graph that did not come from one."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from scm_compiler.ir import Discrete, Finite, Graph, Independence, Node, Ordinal
from scm_compiler.kinds import listed
from scm_compiler.syntax import tree
from scm_compiler.syntax.printer import print_file
from scm_compiler.syntax.tree import number_or_text

NO_REMARKS: Mapping[str, str] = MappingProxyType({})


def program_text(graph: Graph, remarks: Mapping[str, str] = NO_REMARKS) -> str:
    """The program, in canonical form, that states a graph; `assert identified` is left out.

    Args:
        graph: A validated graph.
        remarks: For some nodes, a comment to stand behind the declaration, with its `#`.

    >>> from scm_compiler.ir import Edge
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "ABC")
    >>> graph = Graph("fork", nodes, (Edge("A", "C"), Edge("B", "C")))
    >>> print(program_text(graph, {"B": "# seldom"}), end="")
    graph fork
    <BLANKLINE>
    A : binary
    B : binary  # seldom
    C : binary
    <BLANKLINE>
    A, B -> C
    """
    return print_file(program_tree(graph, remarks))


def program_tree(graph: Graph, remarks: Mapping[str, str] = NO_REMARKS) -> tree.File:
    """The tree of `program_text`."""
    header = tree.Line(tree.Header(tree.Name(graph.name)))
    blocks = (
        _declarations(graph, remarks),
        _edges(graph),
        _hidden(graph),
        (tree.Line(_independence(claim)) for claim in graph.asserts),
    )
    return tree.File((header, *(line for block in blocks for line in _spaced(block))))


def _spaced(lines: Iterator[tree.Line]) -> Iterator[tree.Line]:
    """The lines, an empty one above the first."""
    for rank, line in enumerate(lines):
        yield line if rank else tree.Line(line.statement, line.comment, spaced=True)


def _declarations(graph: Graph, remarks: Mapping[str, str]) -> Iterator[tree.Line]:
    """Neighbours of one kind on one line; a node with a remark on a line of its own."""
    alike = groupby(graph.nodes, lambda node: (kind_tree(node), remarks.get(node.name)))
    for (kind, remark), nodes in alike:
        names = [tree.Name(node.name) for node in nodes]
        groups = [tuple(names)] if remark is None else [(name,) for name in names]
        for group in groups:
            yield tree.Line(tree.Declaration(group, kind), remark)


def kind_tree(node: Node) -> tree.Kind:
    """A node's kind as it is declared.

    Of a plain domain that another package's kind made, the arguments are not known: it is written
    as its values.
    """
    domain = node.domain
    if node.kind == "binary":
        return tree.Kind(node.kind)
    plain = isinstance(domain, Discrete | Ordinal) or node.kind == "categorical"
    if isinstance(domain, Finite) and plain:
        named = tuple(tree.Argument(number_or_text(value)) for value in domain.values)
        return tree.Kind("ordinal" if isinstance(domain, Ordinal) else "categorical", named)
    return tree.Kind(node.kind, tuple(map(tree.Argument, listed(domain.arguments))))


def _edges(graph: Graph) -> Iterator[tree.Line]:
    """One line for the parents of each node."""
    for name, parents in graph.parents.items():
        if parents:
            sides = (tuple(tree.Name(parent) for parent in parents), (tree.Name(name),))
            yield tree.Line(tree.Edges(sides, ("->",)))


def _hidden(graph: Graph) -> Iterator[tree.Line]:
    for pair in graph.confounders:
        yield tree.Line(tree.Edges(((tree.Name(pair.left),), (tree.Name(pair.right),)), ("<->",)))


def _independence(claim: Independence) -> tree.Independent:
    return tree.Independent(_names(claim.left), _names(claim.right), _names(claim.given))


def _names(names: tuple[str, ...]) -> tuple[tree.Name, ...]:
    return tuple(map(tree.Name, names))
