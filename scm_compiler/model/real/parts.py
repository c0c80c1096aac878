"""The parts of a graph with real nodes: what tables hold, and what has conditionals of its own."""

from dataclasses import replace

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.admg import Nodes, arrows
from scm_compiler.identify.law import blanket, freed
from scm_compiler.ir import Edge, Graph
from scm_compiler.model.real.codes.parts import HiddenBesideReal


def observed(graph: Graph) -> Graph:
    r"""The graph of what is fitted: hidden causes that reach real nodes give way to arrows.

    No data tell the mechanisms of nodes with a hidden common cause apart. Where one reaches a real
    node or its effect, each node of the district has an arrow from its Markov blanket among what
    comes before it instead, so that the product of all conditionals is the observed law. Hidden
    causes among labels whose parents are labels stay: their tables hold them.

    >>> from scm_compiler.compiler import parse_text
    >>> front_door = parse_text("X, Y : binary\nZ : real\nX -> Z -> Y\nX <-> Y")
    >>> observed(front_door).parents["Y"]
    ('X', 'Z')
    """
    tied = tied_nodes(graph)
    if not tied:
        return graph
    within, before = arrows(graph), set[str]()
    parents = {name: frozenset(own) for name, own in graph.parents.items()}
    for name in graph.topological:
        before.add(name)
        if name in tied:
            parents[name] = blanket(name, before, within)
    edges = [Edge(parent, name) for name, own in parents.items() for parent in own]
    edges.sort(key=lambda edge: (graph.order[edge.target], graph.order[edge.source]))
    return replace(
        graph,
        nodes=tuple(freed(node) if node.name in tied else node for node in graph.nodes),
        edges=tuple(edges),
        confounders=tuple(pair for pair in graph.confounders if pair.left not in tied),
        asserts=(),
        claims=(),
    )


def tied_nodes(graph: Graph) -> Nodes:
    """The nodes of the districts in which a hidden cause reaches what no table holds."""
    if not graph.reals:
        return frozenset()
    within, own = arrows(graph), set(_apart(graph))
    parts = (part for part in within.districts(within.nodes) if len(part) > 1 and part & own)
    return frozenset().union(*parts)


def apart(graph: Graph) -> tuple[str, ...]:
    r"""The real nodes and the labels that are fitted given some, in the order of declaration.

    >>> from scm_compiler.compiler import parse_text
    >>> apart(parse_text("A, B : binary\nX : real\nA -> X -> B"))
    ('B', 'X')
    """
    return _apart(observed(graph))


def _apart(graph: Graph) -> tuple[str, ...]:
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
    graph = observed(graph)
    own = set(_apart(graph))
    labels = tuple(node for node in graph.nodes if node.name in graph.domains)
    names = {node.name for node in labels}
    edges = tuple(e for e in graph.edges if e.source in names and e.target in names - own)
    hidden = tuple(c for c in graph.confounders if {c.left, c.right} <= names - own)
    return replace(graph, nodes=labels, edges=edges, confounders=hidden, claims=())


def require_mechanisms(graph: Graph) -> None:
    """Refuse a graph whose mechanisms no data tell, where these are what is asked for.

    Raises:
        ScmError: E570 for a hidden common cause that reaches what no table holds.
    """
    tied = tied_nodes(graph)
    for pair in graph.confounders:
        if pair.left in tied:
            raise refuse(HiddenBesideReal(pair.left, pair.right))
