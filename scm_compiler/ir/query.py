"""A question to a model, with every name resolved and every value an index of its domain.

The three rungs share one form (Pearl 2009, chapters 1 and 7): a variable may live in a world
that an intervention makes. Rung 1 has no world, rung 2 has one world for everything (`do`), and
rung 3 mixes worlds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Union


@dataclass(frozen=True, slots=True)
class Setting:
    """One assignment of an intervention: a node held at a value, or at what it has elsewhere.

    `M=M[X=0]` holds M at the value that it has in the world where X is held at 0.
    """

    node: str
    value: Union[int, "Variable"]


World = tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A node in a world: `Bald` (the factual one) or `Bald[Male=0]`."""

    node: str
    world: World = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A variable and its value; without a value, a free target whose whole table is asked."""

    variable: Variable
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Probability:
    """`P(targets | do(...), given)`; the evidence is seen in the world that `do` makes."""

    targets: tuple[Event, ...]
    do: World = ()
    given: tuple[Event, ...] = ()

    @property
    def free(self) -> tuple[Variable, ...]:
        """The targets whose whole table is asked."""
        return tuple(event.variable for event in self.targets if event.value is None)

    @property
    def never(self) -> bool:
        """Whether one node would have two values, in a query of a single world."""
        known: dict[str, object] = {setting.node: setting.value for setting in self.do}
        events = (event for event in (*self.given, *self.targets) if event.value is not None)
        return any(known.setdefault(e.variable.node, e.value) != e.value for e in events)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`E(target | do(...), given)`: the mean of a node whose values are numbers."""

    target: Variable
    do: World = ()
    given: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted sum; without terms it is zero."""

    terms: tuple[tuple[float, "Quantity"], ...]


@dataclass(frozen=True, slots=True)
class LocalEffect(Sum):
    """`LATE(instrument -> cause -> outcome)`: the effect on those whom the instrument moves.

    It is E(Y[X=1] | X[Z=1]=1, X[Z=0]=0) - E(Y[X=0] | X[Z=1]=1, X[Z=0]=0) of an instrument Z that
    raises X (Imbens and Angrist 1994). Asked so, nobody is assumed to be moved the other way.
    """

    instrument: str
    cause: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Product:
    """`left * right`."""

    left: "Quantity"
    right: "Quantity"


@dataclass(frozen=True, slots=True)
class Ratio:
    """`above / below`.

    Attributes:
        above: What is divided.
        below: By what.
        evidence: Of a conditional probability, what has the probability `below`.
    """

    above: "Quantity"
    below: "Quantity"
    evidence: str = ""


Plain = Probability | Expectation
"""What engines answer by themselves, and weighted sums of it."""

Quantity = Probability | Expectation | Sum | Product | Ratio
"""One number."""


def linear(quantity: Quantity) -> bool:
    """Whether it is a weighted sum of probabilities and expectations, or one of them."""
    match quantity:
        case Sum(terms):
            return all(isinstance(term, Plain) for _, term in terms)
        case _:
            return isinstance(quantity, Plain)


def total(terms: Iterable[tuple[float, Quantity]]) -> Sum:
    """A weighted sum, with the sums in it written out and what stands in it twice put together."""
    weights: dict[Quantity, float] = {}
    for weight, term in terms:
        inside = term.terms if isinstance(term, Sum) else ((1.0, term),)
        for other, part in inside:
            weights[part] = weights.get(part, 0.0) + weight * other
    return Sum(tuple((weight, term) for term, weight in weights.items()))


def parts(quantity: Quantity) -> Iterator[Quantity]:
    """The weighted sums that a quantity is made of; one without terms is none."""
    match quantity:
        case Sum(terms) if not linear(quantity):
            for _, term in terms:
                yield from parts(term)
        case Product(left, right) | Ratio(left, right):
            yield from parts(left)
            yield from parts(right)
        case Sum(()):
            return
        case _:
            yield quantity


Kind = Literal[
    "probability",
    "expectation",
    "variance",
    "difference",
    "sum",
    "ratio",
    "quantile",
    "density",
]
"""What a number is."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A question in terms of plain ones: one number, or a table of them.

    Attributes:
        words: The question as a query writes it.
        kind: What its numbers are.
        rows: The numbers, each with the values that it stands beside; one number has none.
        variables: What has these values.
        regime: Whether the rows are the values of every label.
        means: What an effect that has a name stands for.
    """

    words: str = field(compare=False)
    kind: Kind
    rows: tuple[tuple[tuple[str, ...], Quantity], ...]
    variables: tuple[str, ...] = ()
    regime: bool = False
    means: str = ""

    @property
    def alone(self) -> Quantity | None:
        """The weighted sum that it is, where it is one number and no more than that."""
        ((_, quantity), *_) = self.rows
        return quantity if not self.variables and linear(quantity) else None

    @property
    def sums(self) -> tuple[Quantity, ...]:
        """The weighted sums that it is made of, each once."""
        return tuple(dict.fromkeys(part for _, row in self.rows for part in parts(row)))


@dataclass(frozen=True, slots=True)
class Regime:
    """`do(...), given(...)`: every label's table, and images where a head is trained."""

    do: World = ()
    given: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Best:
    """`argmax(targets | ...)`: the most probable rows of a table.

    Attributes:
        words: The question as a query writes it.
        table: The table.
        given: How many of its first columns are conditions, each of whose values has its own.
    """

    words: str = field(compare=False)
    table: Probability | Derived
    given: int = 0


Query = Probability | Expectation | Sum | Regime | Derived | Best


def plain(query: Query) -> Iterator[Probability | Expectation | Regime]:
    """The questions that a query is made of."""
    match query:
        case Best(_, table):
            yield from plain(table)
        case Derived():
            for part in query.sums:
                assert isinstance(part, Sum | Plain)
                yield from plain(part)
        case Sum(terms):
            for _, term in terms:
                assert isinstance(term, Plain)
                yield term
        case _:
            yield query
