"""Adjustment sets: the back-door formula, where it holds (Pearl 2009, Theorem 3.3.2)."""

from dataclasses import replace

from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.identify.separators import ancestral_ties, minimal_separators, without
from scm_compiler.ir import Graph

LIMIT = 100


def adjustment_sets(
    graph: Graph, cause: str, effect: str, limit: int = LIMIT
) -> tuple[tuple[str, ...], ...]:
    """The minimal sets Z with P(y | do(x)) = sum_z P(y | x, z) P(z).

    They are the minimal separators of cause and effect in the proper back-door graph, without
    descendants of what lies on a causal path (van der Zander, Liskiewicz and Textor 2014,
    Theorems 1 and 2: the criterion is complete, and for one cause a minimal set is a back-door
    set).

    Args:
        graph: A validated graph, possibly with hidden common causes.
        cause: X.
        effect: Y.
        limit: How many sets are listed at most.

    Returns:
        Each in the order of declaration, small ones first. `((),)` says that nothing needs to be
        adjusted for, `()` that no set will do; another formula may: see `identify`.

    Raises:
        ScmError: E531 if hidden causes tie too many nodes together.
        ValueError: If a name is not a node, or cause and effect are the same.

    >>> from scm_compiler.ir import Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "ABXY")
    >>> edges = (Edge("A", "X"), Edge("B", "A"), Edge("B", "Y"), Edge("X", "Y"))
    >>> adjustment_sets(Graph("g", nodes, edges), "X", "Y")
    (('A',), ('B',))
    """
    for name in (cause, effect):
        if name not in graph.by_name:
            raise ValueError(f"{name} is not a node of {graph.name}")
    if cause == effect:
        raise ValueError("cause and effect are the same node")
    within = arrows(graph)
    causal = _causal(within, cause, effect)
    cut = replace(within, parents=_without_first_edges(within, cause, causal))
    ties = ancestral_ties(cut, cause, effect)
    barred = _descendants(within, causal) - {cause, effect}
    allowed = without(ties, [node for node in ties if node in barred])
    found = minimal_separators(allowed, cause, effect, limit)
    named = [tuple(sorted(separator, key=graph.order.__getitem__)) for separator in found]
    return tuple(sorted(named, key=lambda some: (len(some), [graph.order[name] for name in some])))


def _causal(within: Admg, cause: str, effect: str) -> Nodes:
    """The nodes on directed paths from cause to effect, without the cause."""
    above = within.ancestors((effect,), within.nodes, cut=(cause,)) - {cause}
    return above & _descendants(within, (cause,))


def _without_first_edges(within: Admg, cause: str, causal: Nodes) -> dict[str, Nodes]:
    return {
        node: parents - {cause} if node in causal else parents
        for node, parents in within.parents.items()
    }


def _descendants(within: Admg, nodes: Nodes | tuple[str, ...]) -> Nodes:
    """The nodes and all that they cause."""
    found = set(nodes)
    for node in within.sorted(within.nodes):
        if not found.isdisjoint(within.parents[node]):
            found.add(node)
    return frozenset(found)
