"""What is asked of response types: each probability as a polynomial in theirs.

A conjunction of events in several worlds is a network of copies (`passes.twin`). Each value of the
copies that are not known is one way in which it comes about, and in each the copies of a district
read something and answer something, in all worlds at once: a probability of its types. Districts
have noise of their own, so that a way's probability is the product over them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import log2, prod

from scm_compiler.identify.admg import Admg, arrows
from scm_compiler.inference.counterfactual.evaluation import Question, contradiction
from scm_compiler.inference.response_types.district import District, Names, Reading, Slice
from scm_compiler.inference.response_types.summing import Sum, summed
from scm_compiler.ir import Graph
from scm_compiler.passes.prune import ancestors
from scm_compiler.passes.twin import Held, Input, Worlds, unite

MOST_LOG_ADDED = 12.0
"""The most response types, as a logarithm to base 2, with labels that only tell of others."""

MOST_LOG_SINGLE = 10.0
"""The most ways that are gone through one by one, likewise; of more, some are summed at once."""

Factor = tuple[int, Slice, Reading]
"""A district's number, its slice, and what its types answer; or, with a negative number, one of
the sums over labels without hidden causes, and the values of what it keeps."""

Polynomial = Mapping[frozenset[Factor], float]
"""Products of probabilities of types, each with its coefficient."""

ONE: Polynomial = {frozenset(): 1.0}


@dataclass(frozen=True)
class Ratio:
    """One polynomial divided by another."""

    above: Polynomial
    below: Polynomial


@dataclass(frozen=True, eq=False)
class Districts:
    """The districts that some networks of worlds have copies of.

    Attributes:
        graph: As its author wrote it.
        networks: All that are asked about.
    """

    graph: Graph
    networks: Sequence[Worlds]
    sums: list[Sum] = field(default_factory=list)

    @cached_property
    def every(self) -> tuple[District, ...]:
        """The districts that something asked about is in, with all that bears on them."""
        order = tuple(name for name in self.graph.topological if name in self._scope)
        return tuple(
            self._district(tuple(name for name in order if name in piece), order)
            for piece in self._within.districts(order)
            if not piece.isdisjoint(self._met)
        )

    @cached_property
    def home(self) -> Mapping[str, int]:
        """The number of each label's district."""
        return {node: i for i, district in enumerate(self.every) for node in district.nodes}

    @cached_property
    def loose(self) -> tuple[str, ...]:
        """Of each district, what was left out of its constraints, so that bounds may be wide.

        Several hidden causes are taken as one, which allows all that they do; and labels that
        would make the types too many are not looked at.
        """
        return tuple(self._left_out(district) for district in self.every)

    def _left_out(self, district: District) -> str:
        for piece in self._pieces:
            if piece.isdisjoint(district.nodes):
                continue
            if len(piece) > 2:
                names = ", ".join(self._within.sorted(piece))
                return f"{names} taken as tied by one hidden cause"
            if missing := sorted(n for n in piece - self._scope if self._tells(n, piece)):
                return f"what {missing[0]} tells of {district.nodes[0]} left out"
        return ""

    @cached_property
    def _met(self) -> frozenset[str]:
        """The labels that have a copy."""
        return frozenset(copy.node for worlds in self.networks for copy in worlds.copies)

    @cached_property
    def _pieces(self) -> tuple[frozenset[str], ...]:
        """All districts of the graph."""
        return self._within.districts(node.name for node in self.graph.labels)

    @cached_property
    def _scope(self) -> set[str]:
        """The labels that are looked at: what causes those asked about, and what tells of them.

        A label that nothing asked about rests on tells of the types of its district all the same,
        unless it reads all that the others read from outside: then it can be anything in each
        case, whatever the types of the others are.
        """
        scope = ancestors(self.graph, self._met)
        for piece in self._pieces:
            if piece.isdisjoint(self._met):
                continue
            telling = [name for name in piece - scope if self._tells(name, piece)]
            if self._log_types({*telling, *(piece & scope)}) <= MOST_LOG_ADDED:
                scope |= ancestors(self.graph, telling)
        return scope

    def _tells(self, name: str, piece: frozenset[str]) -> bool:
        read = {p for other in piece - {name} for p in self.graph.parents[other]} - piece
        return not read <= set(self.graph.parents[name])

    def _log_types(self, nodes: Iterable[str]) -> float:
        sizes, parents = self.graph.sizes, self.graph.parents
        return sum(prod(sizes[p] for p in parents[n]) * log2(sizes[n]) for n in nodes)

    @property
    def log_ways(self) -> float:
        """In how many ways all that is asked can come about, as a logarithm to base 2."""
        sizes = self.graph.sizes
        ways = [
            sum(log2(sizes[worlds.copies[i].node]) for i in self._open(worlds, self._sum(worlds)))
            for worlds in self.networks
        ]
        most = max(ways, default=0.0)
        return most + log2(sum(2 ** (each - most) for each in ways) or 1.0)

    def polynomial(self, worlds: Worlds | None) -> Polynomial:
        """The probability that everything known in a network happens."""
        if worlds is None:
            return {}
        sum_ = self._sum(worlds)
        unknown, sizes = self._open(worlds, sum_), self.graph.sizes
        found: dict[frozenset[Factor], float] = {}
        if sum_ is not None:
            self.sums.append(sum_)
        for values in product(*(range(sizes[worlds.copies[i].node]) for i in unknown)):
            at = {**worlds.known, **dict(zip(unknown, values, strict=True))}
            product_ = self._product(worlds, at, sum_)
            if product_ is not None:
                found[product_] = found.get(product_, 0.0) + 1.0
        return found

    def _sum(self, worlds: Worlds) -> Sum | None:
        """What is summed at once, where there are many ways."""
        sizes = self.graph.sizes
        if sum(log2(sizes[worlds.copies[i].node]) for i in self._open(worlds)) <= MOST_LOG_SINGLE:
            return None
        plain = {
            number: self.home[copy.node]
            for number, copy in enumerate(worlds.copies)
            if copy.node not in worlds.tied and self.every[self.home[copy.node]].single
        }
        return summed(worlds, plain, sizes)

    def _open(self, worlds: Worlds, sum_: Sum | None = None) -> list[int]:
        """The copies whose values are gone through."""
        gone = set() if sum_ is None else sum_.sizes.keys() - set(sum_.kept)
        unknown = (i for i in range(len(worlds.copies)) if i not in worlds.known)
        return [i for i in unknown if i not in gone]

    def _product(
        self, worlds: Worlds, values: Mapping[int, int], sum_: Sum | None
    ) -> frozenset[Factor] | None:
        """One way, as a product; None if one label would answer the same in two ways."""
        answers: dict[int, dict[tuple[str, int], int]] = {}
        slices: dict[int, Slice] = {}
        done = set() if sum_ is None else {home for home, _ in sum_.factors}
        for number, copy in enumerate(worlds.copies):
            home = self.home[copy.node]
            if home in done:
                continue
            district = self.every[home]
            read = {
                name: place.value if isinstance(place, Held) else values[place]
                for name, place in zip(self.graph.parents[copy.node], copy.inputs, strict=True)
            }
            slices[home] = tuple(read[name] for name in district.common)
            place = (copy.node, district.row(copy.node, read))
            known = answers.setdefault(home, {})
            if known.setdefault(place, values[number]) != values[number]:
                return None
        factors = {
            (home, slices[home], frozenset((*place, value) for place, value in known.items()))
            for home, known in answers.items()
        }
        if sum_ is not None:
            kept = tuple(values[number] for number in sum_.kept)
            factors.add((-len(self.sums), kept, frozenset()))
        return frozenset(factors)

    def _district(self, nodes: Names, order: Names) -> District:
        parents = self.graph.parents
        shared = [name for name in parents[nodes[0]] if name not in nodes]
        common = tuple(
            name
            for name in shared
            if all(name in parents[node] for node in nodes) and self._alike(name, nodes)
        )
        return District(
            nodes=nodes,
            parents={n: tuple(p for p in parents[n] if p not in common) for n in nodes},
            common=common,
            blankets={node: self._blanket(node, order) for node in nodes},
            sizes=self.graph.sizes,
        )

    def _blanket(self, node: str, order: Names) -> Names:
        """What a label depends on among those before it: its district there, and their parents."""
        before = order[: order.index(node) + 1]
        own = self._within.district(node, before)
        found = {*own, *(parent for name in own for parent in self.graph.parents[name])} - {node}
        return tuple(name for name in before if name in found)

    @cached_property
    def _within(self) -> Admg:
        return arrows(self.graph)

    def _alike(self, name: str, nodes: Names) -> bool:
        """Whether all copies of a district read the same of a common parent, in each network."""
        for worlds in self.networks:
            read: set[Input] = {
                copy.inputs[self.graph.parents[copy.node].index(name)]
                for copy in worlds.copies
                if copy.node in nodes
            }
            if len(read) > 1:
                return False
        return True


@dataclass(frozen=True, eq=False)
class Asked:
    """A part of an answer: for each number of it, the ratios that add up to it.

    Attributes:
        signed: Its questions with their signs.
        graph: As its author wrote it.
    """

    signed: Sequence[tuple[float, Question]]
    graph: Graph
    _networks: dict[tuple[object, ...], Worlds | None] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the free targets; of a mean and of a difference none."""
        sizes, (_, first) = self.graph.sizes, self.signed[0]
        free = first.free if first.weights is None else ()
        return tuple(sizes[variable.node] for variable in free)

    @property
    def networks(self) -> Iterator[Worlds]:
        """All networks of worlds.

        Raises:
            ScmError: E431 if evidence contradicts itself.
        """
        for _, question in self.signed:
            below = self._network(question, None)
            if below is None:
                raise contradiction(question, self.graph)
            yield below
            every = (self._network(question, values) for values in self._values(question))
            yield from (worlds for worlds in every if worlds is not None)

    def numbers(self, districts: Districts) -> list[tuple[Ratio, ...]]:
        """The ratios of each number, those of one evidence taken together."""
        sums: dict[tuple[int, ...], dict[frozenset[object], list[tuple[float, Ratio]]]] = {}
        for sign, question in self.signed:
            below = districts.polynomial(self._network(question, None))
            for values in self._values(question):
                above = districts.polynomial(self._network(question, values))
                weights = question.weights
                factor = sign if weights is None else sign * weights[values[0]]
                place = values if weights is None else ()
                kept = sums.setdefault(place, {}).setdefault(frozenset(below.items()), [])
                kept.append((factor, Ratio(above, below)))
        return [
            tuple(
                Ratio(_total((factor, ratio.above) for factor, ratio in alike), alike[0][1].below)
                for alike in by_evidence.values()
            )
            for by_evidence in sums.values()
        ]

    def _values(self, question: Question) -> Iterable[tuple[int, ...]]:
        sizes = self.graph.sizes
        return product(*(range(sizes[variable.node]) for variable in question.free))

    def _network(self, question: Question, values: tuple[int, ...] | None) -> Worlds | None:
        """Of the evidence, and of the targets too if they have values."""
        targets = () if values is None else question.with_values(values)
        key = (question.given, targets, question.do)
        if key not in self._networks:
            self._networks[key] = unite(self.graph, (*question.given, *targets), question.do)
        return self._networks[key]


def _total(parts: Iterable[tuple[float, Polynomial]]) -> Polynomial:
    found: dict[frozenset[Factor], float] = {}
    for factor, polynomial in parts:
        for monomial, coefficient in polynomial.items():
            found[monomial] = found.get(monomial, 0.0) + factor * coefficient
    return {monomial: total for monomial, total in found.items() if total}
