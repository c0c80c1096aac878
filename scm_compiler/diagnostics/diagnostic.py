"""What scmc tells a user: one class per code.

A subclass names its `code`; the class docstring is the page that `scmc explain CODE` shows.
The first letter of the code is its severity: E error, W warning, N note.
"""

from bisect import bisect_right
from dataclasses import Field, dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, Self, dataclass_transform


class Position(NamedTuple):
    """A place in a text; line and column count from 1, offset from 0, all in characters."""

    line: int
    column: int
    offset: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets.

    >>> Span(3, 5).cover(Span(8, 9))
    Span(start=3, end=9)
    """

    start: int
    end: int

    def cover(self, other: "Span") -> "Span":
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True)
class Source:
    """A named text: a `.scm` file or a query.

    >>> Source("g.scm", "A : binary").position(4)
    Position(line=1, column=5, offset=4)
    """

    name: str
    text: str

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        starts = [0]
        starts.extend(i + 1 for i, character in enumerate(self.text) if character == "\n")
        return starts

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1, offset)

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : None if end < 0 else end].rstrip("\r")


Severity = Literal["error", "warning", "note"]

_SEVERITY: dict[str, Severity] = {"E": "error", "W": "warning", "N": "note"}


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place that a diagnostic points at, with a short text."""

    span: Span
    text: str


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Facts:
    """Makes a frozen dataclass of each subclass when it is first instantiated.

    There are hundreds of codes and a command reports few of them: to make all of them dataclasses
    as they are imported would take a fifth of the time of a short command.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: ANN401  (as the dataclass says)
        """An instance of the class, which is made a dataclass now if it is none."""
        for kind in reversed(cls.__mro__[:-2]):
            if "__dataclass_fields__" not in vars(kind):
                dataclass(frozen=True)(kind)
        return super().__new__(cls)


@dataclass(frozen=True)
class Diagnostic(Facts):
    """One finding. Subclasses hold the facts as typed fields and phrase them.

    Attributes:
        code: Such as `E201`; of the class.
        registry: Every code's class.
        span: The primary place in the source; None when the finding is about a whole file or run.
    """

    code: ClassVar[str]
    registry: ClassVar[dict[str, type["Diagnostic"]]] = {}

    span: Span | None = field(default=None, kw_only=True)

    def __init_subclass__(cls) -> None:
        other = Diagnostic.registry.setdefault(cls.code, cls)
        if other.__qualname__ != cls.__qualname__:
            raise ValueError(f"{cls.code} names both {other.__qualname__} and {cls.__qualname__}")

    @property
    def severity(self) -> Severity:
        """`error`, `warning` or `note`, read off the code."""
        return _SEVERITY[self.code[0]]

    def message(self) -> str:
        """One line that stands alone: lower case, no full stop, names in backticks."""
        raise NotImplementedError

    def label(self) -> str:
        """A short text beside the caret."""
        return ""

    def labels(self) -> tuple[Label, ...]:
        """Further places to show."""
        return ()

    def help(self) -> str | None:
        """What to do about it, where there is a likely mend."""
        return None

    @property
    def remedy(self) -> str | None:
        """What a person is told to do: the help, or the page of an error that has none."""
        if self.severity != "error":
            return self.help()
        return self.help() or f"`scmc explain {self.code}` shows an example and what to do"
