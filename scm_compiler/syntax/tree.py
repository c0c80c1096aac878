"""The tree of a `.scm` file: what the author wrote, in the author's order.

Spans are ignored by comparison, so that two texts with the same meaning and layout have equal
trees. `{A B}` and `A, B` are the same list.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from scm_compiler.diagnostics import Span

Value = str | int | float

NOWHERE = Span(0, 0)

_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Name:
    """A name, without its quotes."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Star:
    """`*`: every label."""

    span: Span = field(default=NOWHERE, compare=False)


Member = Name | Star
Arrow = Literal["->", "<-", "<->"]


@dataclass(frozen=True, slots=True)
class Argument:
    """`value` or `key=value` in the brackets of a kind."""

    value: Value
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """`binary` or `image(3, 64, 64)`, not yet looked up."""

    name: str
    arguments: tuple[Argument, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Header:
    """`graph NAME`."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Declaration:
    """`NAMES : KIND`."""

    names: tuple[Name, ...]
    kind: Kind
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Edges:
    """`A, B -> C -> D`: one list more than there are arrows."""

    sides: tuple[tuple[Member, ...], ...]
    arrows: tuple[Arrow, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Independent:
    """`assert left _||_ right | given`."""

    left: tuple[Name, ...]
    right: tuple[Name, ...]
    given: tuple[Name, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Identified:
    """`assert identified QUERY`; the query is kept as text, since it has a grammar of its own.

    Attributes:
        query: The query's text on one line.
        span: The whole statement.
        query_span: The query alone.
    """

    query: str
    span: Span = field(default=NOWHERE, compare=False)
    query_span: Span = field(default=NOWHERE, compare=False)


Statement = Header | Declaration | Edges | Independent | Identified


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, a comment, or a statement with a comment behind it.

    Attributes:
        statement: None on a line that is only a comment.
        comment: With its `#`, without space at its end.
        spaced: Whether an empty line stands above.
    """

    statement: Statement | None = None
    comment: str | None = None
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A statement with a syntax error.

    Attributes:
        words: The names in it: the author may have meant to declare them there.
    """

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class File:
    """A whole program."""

    lines: tuple[Line, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The well-formed statements, in the author's order."""
        return tuple(line.statement for line in self.lines if line.statement is not None)


def number_or_text(text: str) -> Value:
    """The number that a bare word means, or the word where writing the number would change it.

    >>> [number_or_text(word) for word in ("64", "-1", "0.5", "01", "1e5", "1e-05", "5_o")]
    [64, -1, 0.5, '01', '1e5', 1e-05, '5_o']
    """
    if len(text) <= _LONGEST_NUMBER and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?", text):
        value: int | float = float(text) if re.search(r"[.e]", text) else int(text)
        if str(value) == text:
            return value
    return text
