"""What scmc tells a user: one frozen dataclass per code.

A subclass names its `code`; the class docstring is the page that `scmc explain CODE` shows.
The first letter of the code is its severity: E error, W warning, N note.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from scm_compiler.diagnostics.span import Source, Span

Severity = Literal["error", "warning", "note"]

_SEVERITY: dict[str, Severity] = {"E": "error", "W": "warning", "N": "note"}


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place that a diagnostic points at, with a short text."""

    span: Span
    text: str


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One finding. Subclasses hold the facts as typed fields and phrase them.

    Attributes:
        code: Such as `E201`; of the class.
        registry: Every code's class.
        span: The primary place in the source; None when the finding is about a whole file or run.
    """

    code: ClassVar[str]
    registry: ClassVar[dict[str, type["Diagnostic"]]] = {}

    span: Span | None = None

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
