"""Where diagnostics go: a stage reports to a sink, or raises them as an error."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Report
from scm_compiler.diagnostics.render import render_text
from scm_compiler.diagnostics.span import Source, Span


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
