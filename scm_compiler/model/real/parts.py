"""The parts of a graph with real nodes: what tables hold, and what has mechanisms of its own."""

from dataclasses import replace

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.model.real.codes.parts import HiddenBesideReal


def apart(graph: Graph) -> tuple[str, ...]:
    r"""The real nodes and the labels with real parents, in the order of declaration.

    >>> from scm_compiler.compiler import parse_text
    >>> apart(parse_text("A, B : binary\nX : real\nA -> X -> B"))
    ('B', 'X')
    """
    real = {node.name for node in graph.reals}
    return tuple(
        node.name
        for node in graph.tabular
        if node.name in real or not real.isdisjoint(graph.parents[node.name])
    )


def discrete_part(graph: Graph) -> Graph:
    """The labels of a graph, and the arrows and hidden causes between those that have tables.

    A label with real parents is a label without parents here: its table is that of the rows, and
    nothing is answered from it. Without real nodes it is the graph itself.
    """
    if not graph.reals:
        return graph
    own = set(apart(graph))
    labels = tuple(node for node in graph.nodes if node.name in graph.domains)
    names = {node.name for node in labels}
    edges = tuple(e for e in graph.edges if e.source in names and e.target in names - own)
    hidden = tuple(c for c in graph.confounders if {c.left, c.right} <= names - own)
    return replace(graph, nodes=labels, edges=edges, confounders=hidden, claims=())


def require_fitting(graph: Graph) -> None:
    """Refuse what real nodes cannot be trained beside yet.

    Raises:
        ScmError: E570 for hidden common causes that reach what no table holds.
    """
    if not graph.reals:
        return
    own = set(apart(graph))
    for pair in graph.confounders:
        if {pair.left, pair.right} & own:
            raise refuse(HiddenBesideReal(pair.left, pair.right))
