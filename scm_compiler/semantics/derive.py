"""Questions in terms of plain ones: every event one value, every intervention a constant.

An event that holds several values is a sum over them, and evidence that does, or that says how
likely it is at each, makes a ratio of two sums. An intervention that is random is a mean over its
values (Pearl 2009, section 4.2): P(y | do(X ~ w)) is the sum over x of w(x) P(y | do(x)). One that
reads what other nodes are is the sum over what they are, z, of P(Y[X=g(z)]=y, Z=z), where Z is no
descendant of X, or X itself as it would have been.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from scm_compiler.ir import query as ir

MOST_CASES = 4096
"""Values of what a question speaks of that are summed over."""


@dataclass(frozen=True)
class Factor:
    """An event of several values, or evidence that is uncertain.

    Attributes:
        variables: What it speaks of.
        weights: How likely it is at their values: 1 where it holds; 0 where nothing is said.
    """

    variables: tuple[ir.Variable, ...]
    weights: Mapping[tuple[int, ...], float]


@dataclass(frozen=True)
class Policy:
    """An intervention that is no constant.

    Attributes:
        node: What it holds.
        reads: The nodes that it reads.
        chosen: Of their values, how likely it holds the node at each value.
    """

    node: str
    reads: tuple[str, ...]
    chosen: Mapping[tuple[int, ...], Mapping[int, float]]


Events = tuple[ir.Event, ...]
Asked = Sequence[tuple[float, Events]]
"""What is averaged: a weight for each conjunction."""


@dataclass(frozen=True)
class _Case:
    """Values of all that is summed over: how much they weigh, and what they hold and see."""

    weight: float
    held: ir.World
    read: Events
    seen: Events


@dataclass(frozen=True)
class Regime:
    """Where a question is asked: what is done and what is seen.

    Attributes:
        do: What is held at constants.
        given: What is seen at one value.
        policies: The other interventions.
        factors: The other evidence.
        words: The evidence as it is written.
    """

    do: ir.World = ()
    given: Events = ()
    policies: tuple[Policy, ...] = ()
    factors: tuple[Factor, ...] = ()
    words: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is one that engines know."""
        return not (self.policies or self.factors)

    @property
    def cases(self) -> int:
        """How many cases are summed over."""
        policies = (len(p.chosen) * max(map(len, p.chosen.values())) for p in self.policies)
        return prod(policies) * prod(len(factor.weights) for factor in self.factors)

    def number(self, asked: Asked) -> ir.Quantity:
        """The weighted sum of the probabilities of what is asked, given what is seen."""
        above = self._total(asked)
        if self.plain or not (self.factors or self.given):
            return above
        return ir.Ratio(above, self._total([(1.0, ())]), self.words)

    def mean(self, target: ir.Variable, values: Sequence[float]) -> ir.Quantity:
        """The mean of a variable with these values."""
        if self.plain:
            return ir.Expectation(target, self.do, self.given)
        if not (self.factors or any(policy.reads for policy in self.policies) or self.given):
            cases = ((case.weight, (*self.do, *case.held)) for case in self._cases())
            return ir.total((weight, ir.Expectation(target, do)) for weight, do in cases)
        return self.number([(w, (ir.Event(target, v),)) for v, w in enumerate(values)])

    def variance(self, target: ir.Variable, values: Sequence[float]) -> ir.Quantity:
        """The variance of a variable with these values."""
        squares = [(w**2, (ir.Event(target, v),)) for v, w in enumerate(values)]
        mean = self.mean(target, values)
        return ir.Sum(((1.0, self.number(squares)), (-1.0, ir.Product(mean, mean))))

    def _total(self, asked: Asked) -> ir.Sum:
        terms = (self._term(case, part) for case in self._cases() for part in asked)
        return ir.total(term for term in terms if term is not None)

    def _term(self, case: _Case, part: tuple[float, Events]) -> tuple[float, ir.Quantity] | None:
        """One term; None of what contradicts itself."""
        weight, events = part
        moved, given = (self.given, ()) if self.policies else ((), self.given)
        apart = any(policy.reads for policy in self.policies)
        seen = (*events, *case.seen, *moved)
        if apart:
            seen = tuple(replace(e, variable=within(e.variable, case.held)) for e in seen)
        values: dict[ir.Variable, int | None] = {}
        for event in (*seen, *case.read):
            if values.setdefault(event.variable, event.value) != event.value:
                return None
        targets = tuple(ir.Event(variable, value) for variable, value in values.items())
        do = self.do if apart else (*self.do, *case.held)
        return weight * case.weight, ir.Probability(targets, do, given)

    def _cases(self) -> Iterator[_Case]:
        reads = dict.fromkeys(name for policy in self.policies for name in policy.reads)
        keys = [[*policy.chosen] for policy in self.policies]
        for chosen in product(*keys):
            read: dict[str, int] = {}
            pairs = [
                pair
                for policy, key in zip(self.policies, chosen, strict=True)
                for pair in zip(policy.reads, key, strict=True)
            ]
            if any(read.setdefault(name, value) != value for name, value in pairs):
                continue  # two interventions that read one node read the same
            natural = tuple(ir.Event(ir.Variable(name), read[name]) for name in reads)
            for weight, held in self._held(chosen):
                for likely, seen in conjunctions(self.factors):
                    yield _Case(weight * likely, held, natural, seen)

    def _held(self, chosen: Sequence[tuple[int, ...]]) -> Iterator[tuple[float, ir.World]]:
        ways = [policy.chosen[key] for policy, key in zip(self.policies, chosen, strict=True)]
        names = [policy.node for policy in self.policies]
        for values in product(*(way.items() for way in ways)):
            world = tuple(map(ir.Setting, names, (value for value, _ in values)))
            yield prod(weight for _, weight in values), world


def conjunctions(factors: Iterable[Factor]) -> Iterator[tuple[float, Events]]:
    """The values at which all of several factors are possible, with how likely they are."""
    for cells in product(*([(f, cell) for cell in f.weights] for f in factors)):
        events = (
            ir.Event(variable, value)
            for factor, cell in cells
            for variable, value in zip(factor.variables, cell, strict=True)
        )
        yield prod(factor.weights[cell] for factor, cell in cells), tuple(events)


def within(variable: ir.Variable, held: ir.World) -> ir.Variable:
    """A variable with what is held everywhere written into its world and those it rests on."""
    own = [
        replace(setting, value=within(setting.value, held))
        if isinstance(setting.value, ir.Variable)
        else setting
        for setting in variable.world
    ]
    names = {setting.node for setting in own}
    return replace(variable, world=(*(s for s in held if s.node not in names), *own))
