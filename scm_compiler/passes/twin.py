"""The worlds of a counterfactual as one network (Pearl 2009, section 7.1.4).

Every world has a copy of each node, and the copies of a node share its exogenous noise. A copy
is determined by what its parents are: x = f(parents, noise). So two copies whose parents are the
same variables are one and the same variable, and merging them wherever that can be seen is what
keeps the worlds apart only where they differ (lemma 24 of Shpitser and Pearl 2007, "What
counterfactuals can be tested"). Composition, effectiveness, exclusion and consistency are all
cases of that one rule.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from scm_compiler.ir.graph import Graph, reached
from scm_compiler.ir.query import Event, Setting, Variable, World


@dataclass(frozen=True, slots=True)
class Held:
    """An input whose value is known: the index of the value."""

    value: int


Input = Held | int
"""What a copy reads of a parent: a known value, or the number of another copy."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A node in one or more worlds.

    Attributes:
        node: The node's name.
        inputs: One for each of the node's parents.
    """

    node: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Worlds:
    """The copies of nodes that some variables rest on.

    Attributes:
        copies: Every copy after those that it reads.
        known: The copies whose value is given, and the value.
        shown: The copy, or the value, that each variable is which was to be shown.
    """

    copies: tuple[Copy, ...]
    known: Mapping[int, int] = field(default_factory=dict)
    shown: tuple[Input, ...] = ()

    @property
    def coupled(self) -> tuple[tuple[int, ...], ...]:
        """The copies of each node that has several: their noise is shared."""
        ranked = sorted(range(len(self.copies)), key=lambda i: (self.copies[i].node, i))
        groups = [tuple(g) for _, g in groupby(ranked, key=lambda i: self.copies[i].node)]
        return tuple(sorted(group for group in groups if len(group) > 1))

    @property
    def tied(self) -> tuple[str, ...]:
        """The nodes that have several copies."""
        return tuple(self.copies[group[0]].node for group in self.coupled)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that have a copy."""
        return tuple(dict.fromkeys(copy.node for copy in self.copies))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each copy: the node's, and a stroke for each earlier copy of it."""
        before: dict[str, int] = {}
        found = []
        for copy in self.copies:
            count = before[copy.node] = before.get(copy.node, -1) + 1
            found.append(copy.node + "'" * count)
        return tuple(found)


def unite(
    graph: Graph, events: Sequence[Event], do: World = (), shown: Sequence[Variable] = ()
) -> Worlds | None:
    """The network of the worlds in which some events happen together.

    A variable lives in the world that `do` makes and its own brackets change. In `Y[M=M[X=0]]`
    the inner M lives in the world of X=0 alone (and `do`), whatever else holds around it.

    Args:
        graph: A validated graph; it is not changed.
        events: What is known, each with a value.
        do: An intervention on every world.
        shown: Further variables that the network must hold, without a value.

    Returns:
        The network; None if the events contradict each other whatever the mechanisms do.

    >>> from scm_compiler.ir import Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> pair = Graph("g", (Node("X", "binary", BINARY), Node("Y", "binary", BINARY)),
    ...              (Edge("X", "Y"),))
    >>> effect = Event(Variable("Y", (Setting("X", 0),)), 1)
    >>> len(unite(pair, [effect, Event(Variable("X"), 1), Event(Variable("Y"), 1)]).copies)
    3
    >>> len(unite(pair, [effect, Event(Variable("X"), 0), Event(Variable("Y"), 1)]).copies)
    2
    """
    builder = _Builder(graph)
    base = builder.world(do, {})
    places = tuple(builder.place(variable, base) for variable in shown)
    known: dict[int, int] = {}
    for event in events:
        if event.value is None:
            raise ValueError(f"{event.variable.node} has no value")
        place = builder.place(event.variable, base)
        before = place.value if isinstance(place, Held) else known.setdefault(place, event.value)
        if before != event.value:
            return None
    merged = _merge(Worlds(tuple(builder.copies), known, places))
    return None if merged is None else _needed(merged)


def learn(worlds: Worlds, number: int, value: int) -> Worlds | None:
    """The network in which a copy is known to have a value; None if that cannot be.

    Args:
        worlds: As `unite` made it.
        number: Of a copy without a known value.
        value: The index of the value.
    """
    merged = _merge(replace(worlds, known={**worlds.known, number: value}))
    return None if merged is None else _needed(merged)


class _Builder:
    """Makes copies; the same node with the same inputs is made once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.copies: dict[Copy, int] = {}
        self._placed: dict[tuple[tuple[str, Input], ...], dict[str, Input]] = {}

    def world(self, settings: World, base: Mapping[str, Input]) -> dict[str, Input]:
        """What a world holds each node at."""
        return {**base, **{s.node: self._value(s, base) for s in settings}}

    def place(self, variable: Variable, base: Mapping[str, Input]) -> Input:
        """The copy, or the value, that a variable is."""
        world = self.world(variable.world, base)
        key = tuple(sorted(world.items(), key=itemgetter(0)))
        placed = self._placed.setdefault(key, dict(world))
        needed = _above(self.graph, variable.node, placed)
        for name in self.graph.topological if needed else ():
            if name in needed:
                inputs = tuple(placed[parent] for parent in self.graph.parents[name])
                placed[name] = self.copies.setdefault(Copy(name, inputs), len(self.copies))
        return placed[variable.node]

    def _value(self, setting: Setting, base: Mapping[str, Input]) -> Input:
        if isinstance(setting.value, Variable):
            return self.place(setting.value, base)
        return Held(setting.value)


def _above(graph: Graph, node: str, placed: Collection[str]) -> set[str]:
    """The node and its ancestors that are still to be placed."""

    def left(names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in placed]

    return set(reached(left([node]), lambda name: left(graph.parents[name])))


def _merge(worlds: Worlds) -> Worlds | None:
    """Merge copies that known values make the same variable, until there are none."""
    while True:
        merged = _merge_once(worlds)
        if merged is None or merged.copies == worlds.copies:
            return merged
        worlds = merged


def _merge_once(worlds: Worlds) -> Worlds | None:
    places: dict[Copy, int] = {}
    moved: list[int] = []
    known: dict[int, int] = {}
    for number, copy in enumerate(worlds.copies):
        inputs = tuple(_renamed(i, worlds.known, moved) for i in copy.inputs)
        place = places.setdefault(Copy(copy.node, inputs), len(places))
        moved.append(place)
        value = worlds.known.get(number)
        if value is not None and known.setdefault(place, value) != value:
            return None
    shown = tuple(p if isinstance(p, Held) else moved[p] for p in worlds.shown)
    return Worlds(tuple(places), known, shown)


def _needed(worlds: Worlds) -> Worlds:
    """Without the copies that nothing known or shown reads: they add up to one."""
    needed = {*worlds.known, *(place for place in worlds.shown if not isinstance(place, Held))}
    for number in range(len(worlds.copies) - 1, -1, -1):
        if number in needed:
            needed.update(i for i in worlds.copies[number].inputs if not isinstance(i, Held))
    moved = {old: new for new, old in enumerate(sorted(needed))}
    if len(moved) == len(worlds.copies):
        return worlds

    def place(old: Input) -> Input:
        return old if isinstance(old, Held) else moved[old]

    return Worlds(
        tuple(
            Copy(copy.node, tuple(map(place, copy.inputs)))
            for copy in (worlds.copies[old] for old in moved)
        ),
        {moved[old]: value for old, value in worlds.known.items()},
        tuple(map(place, worlds.shown)),
    )


def _renamed(place: Input, known: Mapping[int, int], moved: Sequence[int]) -> Input:
    if isinstance(place, Held):
        return place
    return Held(known[place]) if place in known else moved[place]
