"""What scmc tells a user: one class per code.

A subclass names its `code`; the class docstring is the page that `scmc explain CODE` shows.
The first letter of the code is its severity: E error, W warning, N note.
"""

from dataclasses import Field, dataclass, field
from typing import Any, ClassVar, Literal, Self, dataclass_transform

from scm_compiler.diagnostics.span import Source, Span

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


@dataclass(frozen=True)
class Report:
    """The diagnostics of one source.

    Attributes:
        source: The text; None for a run or data.
        diagnostics: Sorted by place.
    """

    source: Source | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether no diagnostic is an error."""
        return all(d.severity != "error" for d in self.diagnostics)
