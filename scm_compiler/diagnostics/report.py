"""What a stage reports of one source: collected, raised as an error, and printed.

There are two forms: text for people and plain data for programs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Source, Span


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
        return "\n".join(render_text(report) for report in self.reports)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in the place of a traceback."""
        return str(self).splitlines()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every diagnostic of every report."""
        return tuple(d for report in self.reports for d in report.diagnostics)


class ScmWarning(UserWarning):
    """What Python shows of something that is no error, where a command would print it.

    `warnings.simplefilter("ignore", scm.ScmWarning)` leaves all of them out.
    """

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(render_text(Report(None, (diagnostic,))))


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


_COLOURS = {"error": "31", "warning": "33", "note": "36", "help": "32", "margin": "34"}
_WIDEST_EXCERPT = 200
MOST_SHOWN = 200


def render_text(report: Report, *, colour: bool = False) -> str:
    """The diagnostics of a report, each with its source line and a caret under the span.

    Of more than `MOST_SHOWN` the first errors are shown, then other findings, and the rest are
    counted. Where nothing but its page helps with a code, that is said under its last finding.
    """
    shown = _first(report.diagnostics)
    last = {diagnostic.code: diagnostic for diagnostic in shown}
    texts = [
        "\n".join(_lines(one, report.source, colour, told=one is last[one.code])) for one in shown
    ]
    more = len(report.diagnostics) - len(shown)
    return "\n\n".join([*texts, f"… and {more:,} more"] if more else texts)


def render_json(report: Report) -> list[dict[str, Any]]:
    """All diagnostics of a report as plain data, in the form that `--json` prints."""
    return [_document(diagnostic, report.source) for diagnostic in report.diagnostics]


def _first(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """As many as are shown, errors before others, in the order given."""
    if len(diagnostics) <= MOST_SHOWN:
        return diagnostics
    by_weight = sorted(range(len(diagnostics)), key=lambda i: diagnostics[i].severity != "error")
    return [diagnostics[i] for i in sorted(by_weight[:MOST_SHOWN])]


def _lines(
    diagnostic: Diagnostic, source: Source | None, colour: bool, *, told: bool
) -> Iterator[str]:
    severity = diagnostic.severity
    head = _paint(f"{severity}[{diagnostic.code}]", severity, colour)
    yield f"{head}: {_printable(diagnostic.message())}"
    if source is not None and diagnostic.span is not None:
        yield from _excerpts(diagnostic, diagnostic.span, source, colour)
    elif source is not None:
        yield _paint(" --> ", "margin", colour) + _printable(source.name)
    advice = diagnostic.remedy if told else diagnostic.help()
    if advice is not None:
        text = "\n".join(map(_printable, advice.split("\n")))
        yield f"  = {_paint('help', 'help', colour)}: {text}"


def _excerpts(diagnostic: Diagnostic, span: Span, source: Source, colour: bool) -> Iterator[str]:
    """The places in the order of the text; each line of the source once, its places under it."""
    primary = Label(span, diagnostic.label())
    places = sorted([primary, *diagnostic.labels()], key=lambda place: place.span.start)
    width = len(str(max(source.position(place.span.start).line for place in places)))
    at = source.position(span.start)
    arrow = _paint(" " * width + "--> ", "margin", colour)
    yield f"{arrow}{_printable(source.name)}:{at.line}:{at.column}"
    bar = _paint(" " * width + " |", "margin", colour)
    yield bar
    shown = None
    for place in places:
        first = place is primary
        number, text, underline = _excerpt(place, source, "^" if first else "-")
        if shown != (number, text):
            gutter = _paint(f"{number:>{width}} |", "margin", colour)
            yield f"{gutter} {text}".rstrip()
            shown = (number, text)
        severity = diagnostic.severity if first else "margin"
        yield f"{bar} {_paint(underline, severity, colour)}"


def _excerpt(place: Label, source: Source, mark: str) -> tuple[int, str, str]:
    """The line number, its text, and the underline with the label's text.

    A long line is cut around the span; tabs are kept in the underline so that it stays aligned.
    """
    at = source.position(place.span.start)
    text = source.line(at.line)
    column = at.column - 1
    cut = max(0, column - _WIDEST_EXCERPT // 2) if len(text) > _WIDEST_EXCERPT else 0
    text, column = text[cut : cut + _WIDEST_EXCERPT], column - cut
    length = max(1, min(place.span.end - place.span.start, len(text) - column))
    indent = "".join("\t" if character == "\t" else " " for character in text[:column])
    underline = indent + " " * (column - len(text[:column])) + mark * length
    return at.line, _printable(text), f"{underline} {_printable(place.text)}".rstrip()


def _printable(text: str) -> str:
    """The text with control characters replaced, so that a message cannot drive the terminal."""
    return "".join(c if c == "\t" or c.isprintable() else "\ufffd" for c in text)


def _paint(text: str, role: str, colour: bool) -> str:
    return f"\x1b[1;{_COLOURS[role]}m{text}\x1b[0m" if colour and text else text


def _document(diagnostic: Diagnostic, source: Source | None) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message(),
        "file": source.name if source else None,
        "span": _span(diagnostic.span, source),
        "labels": [
            {"span": _span(label.span, source), "text": label.text}
            for label in diagnostic.labels()
        ],
        "help": diagnostic.remedy,
    }


def _span(span: Span | None, source: Source | None) -> dict[str, Any] | None:
    if span is None or source is None:
        return None
    return {
        "start": source.position(span.start)._asdict(),
        "end": source.position(span.end)._asdict(),
    }
