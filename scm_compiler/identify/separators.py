"""Minimal separating sets, by vertex separators of an undirected graph.

A and B are m-separated by a set of their ancestors if and only if it separates them in the
augmented ancestral graph, in which every district and its parents are tied to each other
(Richardson 2003, section 3; with no `<->` it is the moral graph). A minimal separating set has
only ancestors of A and B in it (van der Zander, Liskiewicz and Textor 2014).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.admg import Admg, Nodes
from scm_compiler.identify.codes.identification import TooManyTies
from scm_compiler.ir.graph import reached

MOST_TIES = 2_500_000
"""How many ties between two nodes are followed."""

Ties = dict[str, set[str]]
"""The neighbours of each node."""


@dataclass(frozen=True)
class Ancestral:
    """The augmented graph over the ancestors of some nodes, as the sets that are tied in it.

    A set is tied where a walk comes to it, so that a question about a few nodes costs no more
    than what it reaches.

    Attributes:
        within: The arrows of a graph.
        children: Of each node.
        nodes: The ancestors.
    """

    within: Admg
    children: Mapping[str, Collection[str]]
    nodes: Nodes

    def nearest_separator(self, start: str, end: str) -> Nodes | None:
        """The minimal separator that is nearest to `start`; None if the two are tied."""
        wall = frozenset[str]().union(*self._tied(start, set())) - {start}
        if end in wall:
            return None
        border: set[str] = set()
        found, waiting, done = {end}, [end], set[str]()
        while waiting and len(border) < len(wall):
            for tied in self._tied(waiting.pop(), done):
                border |= tied & wall
                fresh = tied - wall - found
                found |= fresh
                waiting.extend(fresh)
        return frozenset(border)

    def _tied(self, node: str, done: set[str]) -> Iterator[Nodes]:
        """The sets that hold a node, each a district with its parents, if they are not done."""
        parents, spouses = self.within.parents, self.within.spouses
        for name in (node, *self.children[node]):
            if name in self.nodes and name not in done:
                alone = not spouses[name]
                district = {name} if alone else self.within.district(name, self.nodes)
                done |= district
                yield parents[name].union(district, *(parents[other] for other in district))


def ancestral_ties(within: Admg, left: str, right: str) -> Ties:
    """The augmented graph over the ancestors of two nodes.

    Raises:
        ScmError: E531 if it has too many ties.
    """
    nodes = within.ancestors((left, right), within.nodes)
    ties: Ties = {node: set() for node in within.sorted(nodes)}
    cliques = [
        district.union(*(within.parents[node] for node in district))
        for district in within.districts(nodes)
    ]
    if (count := sum(len(tied) ** 2 for tied in cliques)) > MOST_TIES:
        raise refuse(TooManyTies(count, MOST_TIES))
    for tied in cliques:
        for node in tied:
            ties[node] |= tied - {node}
    return ties


def without(ties: Ties, nodes: Collection[str]) -> Ties:
    """The graph in which some nodes may not separate: their neighbours are tied instead."""
    left = {node: set(near) for node, near in ties.items()}
    for node in nodes:
        near = left.pop(node)
        for other in near:
            left[other] |= near - {other}
            left[other].discard(node)
    return left


def nearest_separator(ties: Ties, start: str, end: str) -> Nodes | None:
    """The minimal separator that is nearest to `start`; None if the two are tied."""
    if end in ties[start]:
        return None
    return _border(ties, _reach(ties, end, ties[start]))


def minimal_separators(ties: Ties, start: str, end: str, limit: int) -> tuple[Nodes, ...]:
    """The minimal separators of two nodes, at most `limit` of them.

    From each separator the next ones are made by moving one of its nodes to the side of `start`
    (Shen and Liang 1997); with unlimited patience this finds all.
    """
    return tuple(islice(_separators(ties, start, end), limit))


def _separators(ties: Ties, start: str, end: str) -> Iterator[Nodes]:
    first = nearest_separator(ties, start, end)
    if first is None:
        return
    waiting, seen = [first], {first}
    for separator in waiting:
        yield separator
        near = _reach(ties, start, separator)
        for node in sorted(separator):
            if end not in ties[node]:
                wall = (separator | ties[node]) - near
                fresh = _border(ties, _reach(ties, end, wall))
                if fresh not in seen:
                    seen.add(fresh)
                    waiting.append(fresh)


def _reach(ties: Mapping[str, set[str]], start: str, wall: Collection[str]) -> set[str]:
    """The nodes that are connected with `start` outside the wall."""
    return set(reached([start], lambda node: (near for near in ties[node] if near not in wall)))


def _border(ties: Ties, part: set[str]) -> Nodes:
    """The neighbours of a connected part."""
    return frozenset(near for node in part for near in ties[node] if near not in part)
