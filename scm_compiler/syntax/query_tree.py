"""The syntax tree of a query: what was written, with its places; nothing is looked up yet."""

from dataclasses import dataclass, field
from typing import Union

from scm_compiler.diagnostics import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Word:
    """A name or a value, without its quotes."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


_NOBODY = Word("")


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
class Probability:
    """`P(targets | do(...), given)`."""

    targets: tuple[Event, ...]
    do: tuple[Assignment, ...] = ()
    given: tuple[Event, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`E(target | do(...), given)`."""

    target: Variable
    do: tuple[Assignment, ...] = ()
    given: tuple[Event, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Effect:
    """`ATE(cause -> outcome)`."""

    cause: Word
    outcome: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Contrast:
    """`left - right`."""

    left: "Term"
    right: "Term"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LocalEffect(Contrast):
    """`LATE(instrument -> cause -> outcome)`, and the contrast that it stands for."""

    instrument: Word = _NOBODY
    cause: Word = _NOBODY
    outcome: Word = _NOBODY


@dataclass(frozen=True, slots=True)
class Regime:
    """`do(...), given(...)`."""

    do: tuple[Assignment, ...] = ()
    given: tuple[Event, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


Term = Probability | Expectation | Effect
Query = Term | Contrast | Regime
