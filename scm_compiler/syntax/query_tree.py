"""The syntax tree of a query: what was written, with its places; nothing is looked up yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Union, cast

from scm_compiler.diagnostics import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Word:
    """A name or a value, without its quotes."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`A=1`, or `M=M[X=0]`: a node and what an intervention holds it at."""

    node: Word
    value: Union[Word, "Variable"]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """`Y` or `Y[X=1]`: a node, and the world that it is looked at in."""

    node: Word
    world: tuple[Assignment, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Event:
    """A variable with its value, or without one where the whole table is asked."""

    variable: Variable
    value: Word | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """`edu > 2`, `edu != 2` or `hair in (black, brown)`: a variable that may have several values.

    Attributes:
        variable: The variable.
        relation: `=`, `!=`, `<`, `<=`, `>`, `>=` or `in`.
        values: What it is compared with; several after `in` alone.
    """

    variable: Variable
    relation: str
    values: tuple[Word, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """`A=1 or B=1 and C=1`: the cases, of each of which all has to be."""

    cases: tuple[tuple[Event | Compared, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Likely:
    """`X ~ (0.2, 0.8)`: of evidence how likely it is at each value; in `do` a distribution."""

    variable: Variable
    weights: tuple[Word, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """`X = 1 if Z=1 else 0`: what an intervention holds a node at, by what other nodes are.

    Attributes:
        node: The node.
        cases: A value for each condition, of which the first that holds counts.
        otherwise: The value where none holds.
    """

    node: Word
    cases: tuple[tuple[Word, Either], ...]
    otherwise: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Each:
    """`do(X)`: an intervention at each value in turn."""

    node: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Curve:
    """`Dose=0..10 by 0.5`: an intervention at each of some numbers.

    Attributes:
        node: A real node.
        low: The first number.
        high: The last.
        step: How far apart they are; None for a twentieth of the way.
    """

    node: Word
    low: Word
    high: Word
    step: Word | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Product:
    """`2 * Dose / Age`: numbers and nodes, each with whether it multiplies or divides."""

    factors: tuple[tuple[bool, Word], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Formula:
    """`Dose = Dose + 1`: what an intervention holds a node at, computed from what nodes are.

    Attributes:
        node: A real node.
        terms: Products, each with whether it is added.
    """

    node: Word
    terms: tuple[tuple[bool, Product], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """`Dose ~ normal(4, 1)`: an intervention that draws a number."""

    node: Word
    law: Word
    numbers: tuple[Word, ...]
    span: Span = field(default=NOWHERE, compare=False)


Proposition = Event | Compared | Either | Likely
OfNumbers = Curve | Formula | Drawn
"""What is done to real nodes alone."""

Action = Assignment | Choice | Likely | Each | OfNumbers


@dataclass(frozen=True, slots=True)
class Probability:
    """`P(targets | do(...), given)`."""

    targets: tuple[Proposition, ...]
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Best:
    """`argmax(targets | do(...), given)`: the most probable values."""

    targets: tuple[Proposition, ...]
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`E(target | do(...), given)`, or `Var(...)`."""

    target: Variable
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    variance: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Quantile:
    """`Q(target, level | do(...), given)`: the number below which that share lies."""

    target: Variable
    level: Word
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Density:
    """`density(target=value | do(...), given)`."""

    target: Variable
    value: Word
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Effect:
    """`ATE(cause -> outcome, 2 vs 0 | given)`, or another effect that has a name.

    Attributes:
        cause: The cause.
        outcome: The outcome.
        name: `ATE`, `ATT`, `NDE`, `NIE` or `CDE`.
        values: The two that are compared.
        held: What `CDE` holds.
        do: An intervention on all that is compared.
        given: Whose effect it is.
    """

    cause: Word
    outcome: Word
    name: str = "ATE"
    values: tuple[Word, Word] | None = None
    held: tuple[Assignment, ...] = ()
    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """`first - second + third`: the terms, each with whether it is added."""

    terms: tuple[tuple[bool, "Number"], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ratio:
    """`above / below`."""

    above: "Number"
    below: "Number"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LocalEffect:
    """`LATE(instrument -> cause -> outcome)`."""

    instrument: Word
    cause: Word
    outcome: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Regime:
    """`do(...), given(...)`."""

    do: tuple[Action, ...] = ()
    given: tuple[Proposition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


Number = Probability | Expectation | Quantile | Density | Effect | Sum | Ratio
Query = Number | Best | LocalEffect | Regime

Plain = Probability | Best | Expectation | Quantile | Density | Effect | Regime
"""A question with an intervention and evidence of its own."""


def plain(query: Query) -> Iterator[Plain]:
    """The plain questions that a question is made of, from left to right."""
    match query:
        case Sum(terms):
            for _, term in terms:
                yield from plain(term)
        case Ratio(above, below):
            yield from plain(above)
            yield from plain(below)
        case LocalEffect():
            return
        case _:
            yield query


def rewritten(query: Query, change: Callable[[Plain], Plain]) -> Query:
    """The question with each of its plain ones changed."""
    match query:
        case Sum(terms):
            changed = ((plus, cast(Number, rewritten(term, change))) for plus, term in terms)
            return replace(query, terms=tuple(changed))
        case Ratio(above, below):
            top, bottom = (cast(Number, rewritten(part, change)) for part in (above, below))
            return replace(query, above=top, below=bottom)
        case LocalEffect():
            return query
        case _:
            return change(query)
