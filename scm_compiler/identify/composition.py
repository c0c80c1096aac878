"""Worlds under `do` composed of conditionals of the observed law, so that units can be drawn.

The law is a product of P(node | its Markov blanket), a copy of which draws the node. Where `do`
holds nodes, each district of what is left has a factor Q[C] (Tian and Pearl 2002), a part of the
factor of a whole district T of the graph, which is the product of the conditionals of its nodes:
all of T is drawn, and what is outside of C is summed out by being ignored. What the algorithm
divides by is a conditional of the law that is left out, where it reads nothing that is summed out;
else it is seen, at the value at which it is held: a weight of the unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.ir import Graph
from scm_compiler.ir.graph import reached

UNDETERMINED = "what the graph does not determine"
"""Why a world is not composed that is not identified."""


class NotComposedError(Exception):
    """The world cannot be drawn; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Copy:
    """A conditional of the law that draws a node of the world.

    Attributes:
        name: Of the node of the world: that of the law's, where the world is asked about it.
        node: Whose conditional it is.
        reads: What it reads in the place of each node of the blanket.
    """

    name: str
    node: str
    reads: Mapping[str, str]


@dataclass(frozen=True)
class Composition:
    """A world under `do`.

    Attributes:
        copies: What draws its nodes, in no order.
        natural: By node that is held, the copy that is what it would have been.
        seen: Copies that have to be seen at the value at which a node is held, with this node.
    """

    copies: tuple[Copy, ...]
    natural: Mapping[str, str]
    seen: Mapping[str, str]

    def reached(self, names: Iterable[str]) -> Nodes:
        """The names and all that they change in the world, held copies left as they are."""
        found = set(names)
        while fresh := {c.name for c in self.copies if found & {*c.reads.values()}} - found:
            found |= fresh
        return frozenset(found)

    def above(self, names: Iterable[str]) -> Nodes:
        """The names and all copies that they are drawn from."""
        return _above({copy.name: copy for copy in self.copies}, names)


@dataclass(frozen=True)
class Doing:
    """What a world is asked for.

    Attributes:
        outcomes: The nodes whose joint distribution is needed.
        held: The nodes that are held.
        natural: Those of them whose own values are needed, too.
        constant: Those of them that are held at one value.
        settled: The outcomes that are seen at one value.
    """

    outcomes: Nodes
    held: Nodes
    natural: Nodes = frozenset()
    constant: Nodes = frozenset()
    settled: Nodes = frozenset()


def compose(graph: Graph, law: Graph, tied: Nodes, doing: Doing) -> Composition:
    """Compose a world of copies of the law's conditionals.

    Args:
        graph: As declared, with its hidden causes.
        law: Whose arrows are those of what was fitted; hidden causes that it holds are nodes.
        tied: The nodes of the graph that are fitted given their blankets in the law.
        doing: What is asked for.

    Raises:
        NotComposedError: If it is not identified so, or would need what weights cannot be.
    """
    try:
        return _composed(_Composer(graph, law, tied, doing, together=True))
    except NotComposedError:
        return _composed(_Composer(graph, law, tied, doing, together=False))


def _composed(composer: "_Composer") -> Composition:
    composer.compose()
    composer.require_constant()
    needed = _above(composer.copies, {*map(composer.named, composer.free), *composer.seen})
    copies = tuple(copy for copy in composer.copies.values() if copy.name in needed)
    return Composition(copies, composer.natural, composer.seen)


@dataclass
class _Composer:
    """Makes the copies.

    Attributes:
        together: Whether the parts of one district of the graph are drawn together, which
            divides by less, or each by itself, which finds a way wherever there is one.
    """

    graph: Graph
    law: Graph
    tied: Nodes
    doing: Doing
    together: bool
    copies: dict[str, Copy] = field(default_factory=dict)
    natural: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        doing = self.doing
        self.within = arrows(self.graph)
        self.natural = {name: self._fresh(name, "") for name in doing.natural}
        world = _without_children(self.within, doing.natural)
        out = doing.held - doing.natural
        wanted = (doing.outcomes - doing.held) | doing.natural
        self.free = world.ancestors(wanted, world.nodes, cut=out) - out
        parts = world.districts(self.free & self.tied)
        if self.together:
            whole = self.within.districts(self.tied)
            parts = tuple(part for d in whole if (part := d & self.free))
        self.parts = parts

    def compose(self) -> None:
        for number, part in enumerate(self.parts, 1):
            self._factor(part, str(number))
        for name in self.free - self.tied:
            self._add(self.named(name), name, {p: p for p in self.law.parents[name]})

    def require_constant(self) -> None:
        """Refuse weights whose mean would depend on what is drawn of other factors."""
        for copy, node in self.seen.items():
            drawn = (_above(self.copies, {copy}) & self.free) - self.doing.settled
            if drawn:
                other = min(drawn, key=self.law.order.__getitem__)
                raise NotComposedError(f"the density of `{node}` at each value of `{other}`")

    def named(self, name: str) -> str:
        """What the world calls a node that is drawn for an answer."""
        return self.natural.get(name, name)

    def _factor(self, part: Nodes, number: str) -> None:
        """Draw the factor of a district of the world."""
        start = next(iter(part))
        whole = self.within.district(start, self.within.nodes)
        if any(self.within.parents[name] & part & self.doing.natural for name in part):
            raise NotComposedError(UNDETERMINED)
        after, read = self._divisors(part, whole)
        named = {n: self.named(n) if n in part else self._fresh(n, number) for n in whole}
        named |= {name: self._outside(name) for name in read}
        for name in whole - read:
            reads = {p: named.get(p) or self._outside(p) for p in self.law.parents[name]}
            self._add(named[name], name, reads)
        for name in sorted(after.keys() - read, key=self.law.order.__getitem__):
            if name not in self.doing.constant or after[name]:
                drawn = after[name] or (whole & set(self.law.parents[name])) - read
                other = min(drawn, key=self.law.order.__getitem__)
                raise NotComposedError(f"the density of `{name}` at each value of `{other}`")
            self.seen[named[name]] = name

    def _divisors(self, part: Nodes, whole: Nodes) -> tuple[dict[str, Nodes], Nodes]:
        """What the factor of a part of a district divides by.

        Returns:
            Each node with what it follows of the factor; those of them whose conditionals, given
            all that is not summed out by then, are the law's, and so are left out.
        """
        within, after, read = self.within, dict[str, Nodes](), set[str]()
        district = whole
        while (above := within.ancestors(part, whole)) != part:
            left = frozenset().union(*(within.district(name, above) for name in part))
            if left == whole:
                raise NotComposedError(UNDETERMINED)
            fresh = {name: within.ancestors([name], above) & left for name in above - left}
            kept = above | after.keys()
            read |= {name for name in fresh if district & set(self.law.parents[name]) <= kept}
            after |= fresh
            whole = left
        return after, frozenset(read)

    def _outside(self, name: str) -> str:
        """What a factor reads in the place of a node of no factor's district."""
        if name in self.doing.held or name in self.free:
            return name
        return self._anyhow(name)  # any value will do

    def _anyhow(self, name: str) -> str:
        """A copy that is drawn as if nothing were held, apart from all others."""
        copy = self._fresh(name, "0")
        if copy not in self.copies:
            self._add(copy, name, {p: self._anyhow(p) for p in self.law.parents[name]})
        return copy

    def _add(self, copy: str, node: str, reads: Mapping[str, str]) -> None:
        self.copies[copy] = Copy(copy, node, reads)
        for name in reads.values():
            if name not in self.graph.by_name and name in self.law.by_name:
                self.copies[name] = Copy(name, name, {})  # a hidden cause that tables hold

    def _fresh(self, name: str, number: str) -> str:
        found = f"{name}'{number}"
        while found in self.law.by_name:
            found += "'"
        return found


def _above(copies: Mapping[str, Copy], names: Iterable[str]) -> Nodes:
    """The names and all copies that they are drawn from."""

    def read(name: str) -> Iterable[str]:
        return copies.keys() & copies[name].reads.values() if name in copies else ()

    return frozenset(reached(names, read))


def _without_children(within: Admg, names: Nodes) -> Admg:
    """The graph in which nodes cause nothing: what they are held at does."""
    if not names:
        return within
    parents = {name: own - names for name, own in within.parents.items()}
    return Admg(within.rank, parents, within.spouses)
