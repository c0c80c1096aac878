"""The independences that a graph implies, one for each pair without an arrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from scm_compiler.identify.admg import Admg, arrows
from scm_compiler.identify.estimand import quoted
from scm_compiler.identify.separators import Ancestral
from scm_compiler.ir import Graph, Independence

LIMIT = 10_000
"""How many pairs are looked at, of a small graph."""

WORK = 10_000_000
"""How many nodes and arrows, at most, are looked at for all pairs together."""


@dataclass(frozen=True, slots=True, repr=False)
class Implied:
    """What a graph says about independence; `repr` has a line for each.

    Attributes:
        independences: Each pair with a minimal set that separates it.
        inseparable: Pairs without an arrow between them that no set separates (an inducing path
            joins them): the graph may limit them in other ways (Verma and Pearl 1990).
        complete: Whether every pair was looked at.
    """

    independences: tuple[Independence, ...]
    inseparable: tuple[tuple[str, str], ...]
    complete: bool

    @property
    def silent(self) -> tuple[str, ...]:
        """What is no independence: a line for each pair that nothing separates."""
        lines = tuple(f"no set separates {a}, {b}" for a, b in self.inseparable)
        return lines if self.complete else (*lines, "(further pairs were not looked at)")

    def __repr__(self) -> str:
        lines = (*map(phrase, self.independences), *self.silent)
        return "\n".join(lines) or "no independence is implied"


def phrase(claim: Independence) -> str:
    """The independence as an assertion writes it."""
    left, right, given = (
        ", ".join(map(quoted, names)) for names in (claim.left, claim.right, claim.given)
    )
    return f"{left} _||_ {right} | {given}" if given else f"{left} _||_ {right}"


def implied(graph: Graph, limit: int = LIMIT) -> Implied:
    """A minimal separating set for each pair of nodes without `->` or `<->` between them.

    The set is the one next to the later node of the pair: among its parents where the graph has
    no hidden common causes. So each missing arrow is a claim of its own, which data can reject.
    Independences of whole sets need not follow from those of pairs.

    Args:
        graph: A validated graph; images cause nothing and are left out.
        limit: How many pairs are looked at; fewer of a graph so large that it would take long.

    >>> from scm_compiler.ir import Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "ABC")
    >>> implied(Graph("g", nodes, (Edge("A", "B"), Edge("B", "C")))).independences
    (Independence(left=('A',), right=('C',), given=('B',), span=None),)
    """
    within, every = arrows(graph), frozenset(graph.by_name)
    pairs = _pairs(graph, within)
    found: list[Independence] = []
    inseparable: list[tuple[str, str]] = []
    size = len(graph.nodes) + len(graph.edges) + len(graph.confounders)
    for first, second in islice(pairs, min(limit, WORK // max(1, size))):
        early, late = within.sorted((first, second))
        above = within.ancestors((early, late), every)
        separator = Ancestral(within, graph.children, above).nearest_separator(late, early)
        if separator is None:
            inseparable.append((first, second))
        else:
            given = tuple(sorted(separator, key=graph.order.__getitem__))
            found.append(Independence((first,), (second,), given))
    return Implied(tuple(found), tuple(inseparable), complete=next(pairs, None) is None)


def _pairs(graph: Graph, within: Admg) -> Iterator[tuple[str, str]]:
    """The pairs of nodes without an arrow, in the order of declaration."""
    for one, other in combinations((node.name for node in graph.tabular), 2):
        joined = one in within.parents[other] or other in within.parents[one]
        if not joined and other not in within.spouses[one]:
            yield one, other
