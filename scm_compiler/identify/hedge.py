"""Hedges: the witness that a query cannot be computed from observation.

Shpitser and Pearl (2006), Definition 6: two C-forests F and F' with the same roots, F' inside F,
where only F holds treatments and the roots are ancestors of the outcomes once the arrows into the
treatments are cut. Two models then agree on F and differ on F' with the rest of F held (Theorem 4
there). Wherever ID fails there is one. The converse as printed (Corollary 3) is wrong, as Shpitser
(2023, arXiv 2307.03750) shows, so that the verdict is the algorithm's and a hedge explains it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.ir import Graph


@dataclass(frozen=True)
class Forest:
    """A C-forest: nodes tied together by `<->`, each with at most one child.

    Attributes:
        nodes: In topological order.
        edges: `(node, its child)`.
        spouses: The `<->` of a tree that spans the nodes.
    """

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    spouses: tuple[tuple[str, str], ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """The nodes without a child."""
        parents = {parent for parent, _ in self.edges}
        return tuple(node for node in self.nodes if node not in parents)


@dataclass(frozen=True)
class Hedge:
    """Two C-forests with the same roots; only the outer one holds treatments.

    Attributes:
        outcomes: What the query that the hedge forbids asks for: the query's outcomes, and the
            conditions that could not be turned into interventions.
        treatments: The query's treatments, and the conditions that could.
        outer: F.
        inner: F', a part of F without the treatments.
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    outer: Forest
    inner: Forest

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots of both forests: ancestors of the outcomes when the treatments are held."""
        return self.inner.roots

    @property
    def held(self) -> tuple[str, ...]:
        """The treatments inside F."""
        return tuple(node for node in self.outer.nodes if node in self.treatments)


def hedge(
    graph: Graph,
    outer: Nodes,
    inner: Nodes,
    outcomes: Collection[str],
    treatments: Collection[str],
) -> Hedge:
    """The hedge in which line 5 of ID ended, with as few nodes as leaving out one by one allows.

    Args:
        graph: The graph of the query.
        outer: The subgraph in which the algorithm stood: one district, all ancestors of `inner`.
        inner: A district of the graph without the treatments, all ancestors of the outcomes.
        outcomes: Y of the query.
        treatments: X of the query.
    """
    within = arrows(graph)
    outer, inner = _shrunk(within, outer, inner)
    # The arrows out of the roots go: what is left leads every node of both sets to the roots.
    # A node of F' keeps a child in F', so that the same arrows make both forests.
    child: dict[str, str] = {}
    for node in reversed(within.sorted(outer)):
        near = inner if node in inner else outer
        heirs = [name for name in within.sorted(near) if node in within.parents[name]]
        if heirs:
            child[node] = next((name for name in heirs if name in inner), heirs[0])
    return Hedge(
        outcomes=within.sorted(outcomes),
        treatments=within.sorted(treatments),
        outer=_forest(within, outer, child, inner),
        inner=_forest(within, inner, child, inner),
    )


def is_hedge(graph: Graph, found: Hedge) -> bool:
    """Whether a hedge is one of its query, by Definition 6 alone; what the tests hold it to."""
    within = arrows(graph)
    outer, inner = found.outer, found.inner
    free = within.nodes - frozenset(found.treatments)
    above = within.ancestors(found.outcomes, within.nodes, cut=found.treatments)
    return (
        set(inner.nodes) <= set(outer.nodes)
        and set(inner.edges) <= set(outer.edges)
        and set(inner.spouses) <= set(outer.spouses)
        and bool(found.held)
        and set(inner.nodes) <= free
        and outer.roots == inner.roots
        and set(found.roots) <= above
        and all(_is_c_forest(within, forest) for forest in (outer, inner))
    )


def _is_c_forest(within: Admg, forest: Forest) -> bool:
    nodes, parents = frozenset(forest.nodes), [parent for parent, _ in forest.edges]
    drawn: dict[str, set[str]] = {node: set() for node in nodes}
    for left, right in forest.spouses:
        drawn[left].add(right)
        drawn[right].add(left)
    tied = Admg(within.rank, {}, {node: frozenset(near) for node, near in drawn.items()})
    return (
        len(set(parents)) == len(parents)
        and all({a, b} <= nodes and a in within.parents[b] for a, b in forest.edges)
        and all({a, b} <= nodes and a in within.spouses[b] for a, b in forest.spouses)
        and tied.district(forest.nodes[0], nodes) == nodes
    )


def _forest(within: Admg, nodes: Nodes, child: dict[str, str], inner: Nodes) -> Forest:
    """The arrows of `child` inside the nodes, and a tree of `<->` that spans `inner` first."""
    names = within.sorted(nodes)
    edges = tuple((node, child[node]) for node in names if child.get(node) in nodes)
    start = within.sorted(nodes & inner)
    spouses: list[tuple[str, str]] = []
    found = [start[0]]
    for allowed in (nodes & inner, nodes):
        for node in found:
            for other in within.sorted((within.spouses[node] & allowed) - set(found)):
                found.append(other)
                first, second = within.sorted((node, other))
                spouses.append((first, second))
    return Forest(names, edges, tuple(spouses))


def _shrunk(within: Admg, outer: Nodes, inner: Nodes) -> tuple[Nodes, Nodes]:
    """A smaller pair, by leaving out blocks of nodes, ever smaller ones, while a pair is left."""
    size = len(outer) // 2
    while size:
        names = within.sorted(outer)
        for start in range(0, len(names), size):
            block = frozenset(names[start : start + size])
            found = _pair(within, outer - block, inner - block) if block & outer else None
            if found is not None:
                outer, inner = found
        size //= 2
    return outer, inner


def _pair(within: Admg, nodes: Nodes, inner: Nodes) -> tuple[Nodes, Nodes] | None:
    """A hedge's node sets inside `nodes`: lines 2 and 7 of ID until nothing goes any more."""
    for district in within.districts(inner):
        outer = nodes
        while True:
            above = within.ancestors(district, outer)
            tied = within.district(next(iter(district)), above)
            if tied == outer:
                break
            outer = tied
        if outer != district:
            return outer, district
    return None
