"""The network of a counterfactual as districts: the copies that share noise."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import Held, Input, Worlds, learn
from scm_compiler.semantics.query import phrase_events

LIMIT = 256
"""How many terms a sum is looked at in; one with more is left a sum, and its conflicts stand."""

MOST_COPIES = 2**15
"""How many copies the terms of a product of such sums have; of the rest, conflicts stand."""


@dataclass(frozen=True)
class District:
    """The copies of a network that share noise.

    Attributes:
        worlds: The network.
        copies: Their numbers.
    """

    worlds: Worlds
    copies: tuple[int, ...]

    @cached_property
    def nodes(self) -> Nodes:
        """The nodes that it has copies of."""
        return frozenset(self.worlds.copies[number].node for number in self.copies)

    @property
    def unknown(self) -> frozenset[int]:
        """The copies without a known value that it has or reads: what its factor depends on."""
        own = (number for number in self.copies if number not in self.worlds.known)
        read = (
            place
            for number in self.copies
            for place in self.worlds.copies[number].inputs
            if not isinstance(place, Held)
        )
        return frozenset((*own, *read))

    def read(self, graph: Graph) -> Nodes:
        """The nodes outside that its copies read."""
        return frozenset(name for name, _ in self.places(graph)) - self.nodes

    def places(self, graph: Graph) -> Iterator[tuple[str, Input]]:
        """What each node is that it has or reads: a value, or a copy without a known one."""
        for number in self.copies:
            copy = self.worlds.copies[number]
            value = self.worlds.known.get(number)
            yield copy.node, number if value is None else Held(value)
            yield from zip(graph.parents[copy.node], copy.inputs, strict=True)


@dataclass(frozen=True)
class Conflict:
    """A district whose copies disagree: one unit under two treatments at once.

    Attributes:
        node: What they disagree on.
        variables: The copies, as variables of a query.
    """

    node: str
    variables: tuple[str, ...]


Piece = tuple[District, ...]
"""Districts whose factors are summed over the same copies."""

Name = frozenset[tuple[int, int | None]]
"""What a piece is, in whatever network: its copies, numbered alike in all, and their values."""


@dataclass(frozen=True)
class Naming:
    """Tells pieces of several networks of one graph apart.

    Attributes:
        graph: The graph.
        numbers: Of the copies that were met.
    """

    graph: Graph
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)

    def pieces(self, worlds: Worlds) -> dict[Name, Piece]:
        """The pieces of a network by their names."""
        alike: list[int] = []
        for copy in worlds.copies:
            inputs = tuple(i if isinstance(i, Held) else alike[i] for i in copy.inputs)
            alike.append(self.numbers.setdefault((copy.node, inputs), len(self.numbers)))
        return {
            frozenset(
                (alike[number], worlds.known.get(number))
                for district in piece
                for number in district.copies
            ): piece
            for piece in _pieces(self._within, worlds)
        }

    @cached_property
    def _within(self) -> Admg:
        return arrows(self.graph)

    def terms(
        self, worlds: Worlds, cancelled: Collection[Name] = ()
    ) -> Iterator[dict[Name, Piece]]:
        """The pieces of a network, once for each value of what copies that disagree rest on.

        Args:
            worlds: The network.
            cancelled: Pieces of it that are left as they are.
        """
        waiting, made, most = [worlds], 0, MOST_COPIES // max(1, len(worlds.copies))
        while waiting:
            network = waiting.pop()
            pieces = self.pieces(network)
            left = (piece for key, piece in pieces.items() if key not in cancelled)
            number = self._summed(left) if made + len(waiting) < most else None
            if number is None:
                made += 1
                yield pieces
                continue
            learnt = (
                learn(network, number, value) for value in range(self._size(network, number))
            )
            waiting += [term for term in learnt if term is not None]

    def _summed(self, pieces: Iterable[Piece]) -> int | None:
        """A copy without a known value in a piece in which copies disagree."""
        for piece in pieces:
            unknown = frozenset[int]().union(*(district.unknown for district in piece))
            few = prod(self._size(piece[0].worlds, number) for number in unknown) <= LIMIT
            if unknown and few and any(torn(self.graph, district) for district in piece):
                return min(unknown)
        return None

    def _size(self, worlds: Worlds, number: int) -> int:
        return self.graph.domain(worlds.copies[number].node).size


def conflict_of(graph: Graph, district: District) -> Conflict | None:
    """A node that the copies of a district disagree on, with the copies; None if there is none."""
    node = torn(graph, district)
    if node is None:
        return None
    shown = {_variable(graph, district.worlds, number) for number in district.copies}
    return Conflict(node, tuple(sorted(shown)))


def torn(graph: Graph, district: District) -> str | None:
    """A node that is two things in a district: rather one that it reads, the first of several."""
    seen: dict[str, set[Input]] = {}
    for name, place in district.places(graph):
        seen.setdefault(name, set()).add(place)
    several = [name for name, places in seen.items() if len(places) > 1]
    return min(several, key=lambda name: (name in district.nodes, graph.order[name]), default=None)


def _pieces(within: Admg, worlds: Worlds) -> list[Piece]:
    """The districts, those together whose factors are summed over the same copies."""
    of_node: dict[str, list[int]] = {}
    for number, copy in enumerate(worlds.copies):
        of_node.setdefault(copy.node, []).append(number)
    pieces: dict[int, list[District]] = {}
    merged: dict[int, int] = {}  # a piece to the later one that holds it
    holder: dict[int, int] = {}  # a copy that is summed over to a piece that holds it
    for rank, nodes in enumerate(within.districts(worlds.nodes)):
        numbers = sorted(number for node in nodes for number in of_node[node])
        district = District(worlds, tuple(numbers))
        tied = sorted({_last(holder[n], merged) for n in district.unknown if n in holder})
        first, *others = [pieces.pop(piece) for piece in tied] or [[]]
        for other in others:
            first.extend(other)
        first.append(district)
        pieces[rank] = first
        merged.update(dict.fromkeys(tied, rank))
        holder.update(dict.fromkeys(district.unknown, rank))
    return [tuple(districts) for districts in pieces.values()]


def _last(piece: int, merged: dict[int, int]) -> int:
    """The piece that holds one now; what is passed on the way is told of it."""
    way = []
    while piece in merged:
        way.append(piece)
        piece = merged[piece]
    merged.update(dict.fromkeys(way, piece))
    return piece


def _variable(graph: Graph, worlds: Worlds, number: int) -> str:
    """A copy as a variable of a query: its node, in the world of what is held above it."""
    world: dict[str, int] = {}
    waiting, seen = [number], {number}
    while waiting:
        copy = worlds.copies[waiting.pop(0)]
        for name, place in zip(graph.parents[copy.node], copy.inputs, strict=True):
            if isinstance(place, Held):
                world.setdefault(name, place.value)
            elif place not in seen:
                seen.add(place)
                waiting.append(place)
    settings = tuple(ir.Setting(name, value) for name, value in world.items())
    return phrase_events([ir.Event(ir.Variable(worlds.copies[number].node, settings))], graph)
