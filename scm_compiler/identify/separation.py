"""m-separation: the independences that a graph with hidden common causes implies.

A hidden common cause `A <-> B` is a latent node with an edge to A and one to B; m-separation in
the graph is d-separation in the graph with these nodes drawn (Richardson 2003).
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scm_compiler.ir.graph import Graph
from scm_compiler.passes.prune import ancestors

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Path:
    """A path between two nodes, such as `A -> C <- B`.

    Attributes:
        nodes: At least two, none twice.
        arrows: One of `->`, `<-`, `<->` between each node and the next.
    """

    nodes: tuple[str, ...]
    arrows: tuple[str, ...]

    def __str__(self) -> str:
        tail = (
            f" {arrow} {node}" for arrow, node in zip(self.arrows, self.nodes[1:], strict=True)
        )
        return self.nodes[0] + "".join(tail)


def separated(
    graph: Graph, left: Collection[str], right: Collection[str], given: Collection[str] = ()
) -> bool:
    """Whether the graph implies that `left` and `right` are independent given `given`.

    Args:
        graph: A validated graph, possibly with hidden common causes.
        left: Nodes.
        right: Nodes; the three sets are disjoint.
        given: The nodes whose values are known.

    Raises:
        ValueError: If the sets overlap or hold a name that the graph does not.
    """
    import networkx as nx  # noqa: PLC0415  (100 ms that only this question needs)

    _validate(graph, left, right, given)
    sets: list[set[object]] = [set(left), set(right), set(given)]
    return bool(nx.is_d_separator(_with_latents(graph), *sets))


def open_path(
    graph: Graph, left: Collection[str], right: Collection[str], given: Collection[str] = ()
) -> Path | None:
    """A shortest path that carries dependence from `left` to `right`, or None if there is none.

    It is the witness that an independence is not implied: none of its colliders lacks a
    descendant in `given`, and none of its other nodes is in `given`. Linear in the graph.

    Raises:
        ValueError: As for `separated`.
    """
    _validate(graph, left, right, given)
    known, wanted = frozenset(given), frozenset(right)
    opened = ancestors(graph, known)
    spouses = _spouses(graph)
    # A state is a node and whether the path came to it by an arrowhead. The shortest open walk
    # over states visits no node twice: a detour could be cut out and the walk would stay open.
    came: dict[tuple[str, bool], tuple[tuple[str, bool], str] | None] = {}
    waiting: deque[tuple[str, bool]] = deque()
    for name in left:
        came[name, False] = None
        waiting.append((name, False))
    while waiting:
        state = waiting.popleft()
        node, by_head = state
        if node in wanted:
            return _trace(came, state)
        # Dependence flows through a collider whose descendants are known, and through any other
        # node that is not known itself.
        on = node not in known
        back = node in opened if by_head else on
        for arrow, head, near in (
            ("->", True, graph.children[node] if on else ()),
            ("<-", False, graph.parents[node] if back else ()),
            ("<->", True, spouses.get(node, ()) if back else ()),
        ):
            for name in near:
                fresh = (name, head)
                if fresh not in came:
                    came[fresh] = (state, arrow)
                    waiting.append(fresh)
    return None


def _trace(
    came: dict[tuple[str, bool], tuple[tuple[str, bool], str] | None], state: tuple[str, bool]
) -> Path:
    nodes, arrows = [state[0]], []
    while (step := came[state]) is not None:
        state, arrow = step
        nodes.append(state[0])
        arrows.append(arrow)
    return Path(tuple(reversed(nodes)), tuple(reversed(arrows)))


def _spouses(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in graph.confounders:
        found.setdefault(pair.left, []).append(pair.right)
        found.setdefault(pair.right, []).append(pair.left)
    return found


def _with_latents(graph: Graph) -> "nx.DiGraph[object]":
    import networkx as nx  # noqa: PLC0415

    drawn: nx.DiGraph[object] = nx.DiGraph()
    drawn.add_nodes_from(node.name for node in graph.nodes)
    drawn.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    for pair in graph.confounders:
        # The pair itself stands for the latent node, so that no name can clash with it.
        drawn.add_edges_from(((pair, pair.left), (pair, pair.right)))
    return drawn


def _validate(
    graph: Graph, left: Collection[str], right: Collection[str], given: Collection[str]
) -> None:
    for name in (*left, *right, *given):
        if name not in graph.by_name:
            raise ValueError(f"{name} is not a node of {graph.name}")
    if len({*left, *right, *given}) != len({*left}) + len({*right}) + len({*given}):
        raise ValueError("the sets must not overlap")
