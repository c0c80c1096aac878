"""What scmc tells a user: one frozen dataclass per code, collected in a sink.

A subclass names its `code`; the class docstring is the page that `scmc explain CODE` shows.
The first letter of the code is its severity: E error, W warning, N note.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
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


class ScmError(Exception):
    """A refusal, with every diagnostic that led to it.

    Attributes:
        reports: One report for each source concerned.
        exit_code: What a command ends with: 1 where the tool says no, 2 where the command line,
            a file or the data could not be used, 4 where training diverged.
    """

    def __init__(self, *reports: Report, exit_code: int = 1) -> None:
        self.reports = reports
        self.exit_code = exit_code
        super().__init__(reports)

    def __str__(self) -> str:
        from scm_compiler.diagnostics.render import render_text  # noqa: PLC0415  (only when shown)

        return "\n".join(render_text(report) for report in self.reports)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every diagnostic of every report."""
        return tuple(d for report in self.reports for d in report.diagnostics)


def refuse(*diagnostics: Diagnostic, source: Source | None = None, exit_code: int = 1) -> ScmError:
    """An error made of the given diagnostics, to be raised."""
    return ScmError(Report(source, diagnostics), exit_code=exit_code)


@dataclass
class Sink:
    """Collects what the stages report about one source; a stage never prints or exits."""

    source: Source | None = None
    _found: list[Diagnostic] = field(default_factory=list)

    def report(self, diagnostic: Diagnostic) -> None:
        """Add one diagnostic."""
        self._found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add several."""
        self._found.extend(diagnostics)

    def close(self) -> Report:
        """What was reported, sorted by place then code, each finding once."""
        unique = dict.fromkeys(self._found)
        return Report(self.source, tuple(sorted(unique, key=_place)))

    def check(self) -> None:
        """Raise ScmError with all that was reported if any of it is an error."""
        report = self.close()
        if not report.ok:
            raise ScmError(report)


def _place(diagnostic: Diagnostic) -> tuple[int, int, str]:
    span = diagnostic.span or Span(0, 0)
    return (span.start, span.end, diagnostic.code)
