"""One diagnostic, several renderings: for people (text) and for programs (JSON)."""

from collections.abc import Iterator
from typing import Any

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Report
from scm_compiler.diagnostics.span import Source, Span

_COLOURS = {"error": "31", "warning": "33", "note": "36", "help": "32", "margin": "34"}
_WIDEST_EXCERPT = 200


def render_text(report: Report, *, colour: bool = False) -> str:
    """All diagnostics of a report, each with its source line and a caret under the span."""
    return "\n\n".join(
        "\n".join(_lines(diagnostic, report.source, colour)) for diagnostic in report.diagnostics
    )


def render_json(report: Report) -> list[dict[str, Any]]:
    """All diagnostics of a report as plain data, in the form that `--json` prints."""
    return [_document(diagnostic, report.source) for diagnostic in report.diagnostics]


def _lines(diagnostic: Diagnostic, source: Source | None, colour: bool) -> Iterator[str]:
    severity = diagnostic.severity
    head = _paint(f"{severity}[{diagnostic.code}]", severity, colour)
    yield f"{head}: {diagnostic.message()}"
    if source is not None and diagnostic.span is not None:
        yield from _excerpts(diagnostic, diagnostic.span, source, colour)
    elif source is not None:
        yield _paint(" --> ", "margin", colour) + source.name
    advice = diagnostic.help()
    if advice is not None:
        yield f"  = {_paint('help', 'help', colour)}: {advice}"


def _excerpts(diagnostic: Diagnostic, span: Span, source: Source, colour: bool) -> Iterator[str]:
    places = [Label(span, diagnostic.label()), *diagnostic.labels()]
    width = len(str(max(source.position(place.span.start).line for place in places)))
    at = source.position(span.start)
    arrow = _paint(" " * width + "--> ", "margin", colour)
    yield f"{arrow}{source.name}:{at.line}:{at.column}"
    bar = _paint(" " * width + " |", "margin", colour)
    yield bar
    for rank, place in enumerate(places):
        mark = "^" if rank == 0 else "-"
        severity = diagnostic.severity if rank == 0 else "margin"
        number, text, underline = _excerpt(place, source, mark)
        gutter = _paint(f"{number:>{width}} |", "margin", colour)
        yield f"{gutter} {text}".rstrip()
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
    return at.line, _printable(text), f"{underline} {place.text}".rstrip()


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
        "help": diagnostic.help(),
    }


def _span(span: Span | None, source: Source | None) -> dict[str, Any] | None:
    if span is None or source is None:
        return None
    return {
        "start": source.position(span.start)._asdict(),
        "end": source.position(span.end)._asdict(),
    }
