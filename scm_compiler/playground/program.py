"""A program as the page shows it: its graph with places, its findings under the words.

Nothing here needs numpy, so that the page does this much in any browser. Offsets that go to the
page and come from it count UTF-16 units, as JavaScript does.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scm_compiler.diagnostics import Diagnostic, Report, Sink, Span
from scm_compiler.editor.completion import complete
from scm_compiler.editor.document import Document, opened
from scm_compiler.editor.edit import edited
from scm_compiler.editor.mends import mends
from scm_compiler.ir import Finite, Graph
from scm_compiler.render.layers import arrange
from scm_compiler.render.looks import STROKES
from scm_compiler.render.picture import picture
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file, print_name

Data = dict[str, Any]
Values = Mapping[str, str]

MOST_DRAWN = 400
"""Nodes beyond which a graph is not laid out: nobody reads such a picture."""

MOST_LINES = 4_000
MOST_FINDINGS = 100
_INCH = 72.0
_PLACED = re.compile(r"#\s*at\s")


def shown(text: str) -> Data:
    """What there is to show of a program: its graph, or why it has none."""
    document = opened(text)
    graph, units = document.graph, Units(text)
    found: Data = {
        "diagnostics": [
            told(finding, units) for finding in document.report.diagnostics[:MOST_FINDINGS]
        ],
        "graph": None,
    }
    if graph is not None:
        found["graph"] = drawn(graph, places_of(document))
    return found


class Units:
    """Offsets of a text and the UTF-16 units before them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = text.isascii()

    def of(self, offset: int) -> int:
        """The units before an offset."""
        if self._plain:
            return offset
        return len(self._text[:offset].encode("utf-16-le", "surrogatepass")) // 2

    def offset(self, units: int) -> int:
        """The offset of a place in units."""
        if self._plain:
            return min(units, len(self._text))
        before = self._text.encode("utf-16-le", "surrogatepass")[: 2 * units]
        return len(before.decode("utf-16-le", "ignore"))

    def span(self, span: Span) -> list[int]:
        """A span in units."""
        return [self.of(span.start), self.of(span.end)]


def told(finding: Diagnostic, units: Units | None = None) -> Data:
    """A finding as plain data, with its places where the text is at hand."""
    said: Data = {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message(),
        "help": finding.remedy,
    }
    if units is not None and finding.span is not None:
        said["span"] = units.span(finding.span)
        said["labels"] = [
            {"span": units.span(label.span), "text": label.text} for label in finding.labels()
        ]
    return said


def drawn(graph: Graph, chosen: Mapping[str, tuple[float, float]]) -> Data:
    """A graph with a place for each node: the one that its program tells, else the layout's."""
    image = picture(graph)
    large = len(image.boxes) > MOST_DRAWN or len(image.lines) > MOST_LINES
    layout = {} if large else arrange(image).places
    nodes = []
    for node, box in zip(graph.nodes, image.boxes, strict=True):
        values = list(node.domain.values) if isinstance(node.domain, Finite) else []
        said: Data = {"name": node.name, "kind": node.kind, "note": box.note, "values": values}
        if not large:
            place = layout[node.name]
            said |= {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
        if node.name in chosen:
            right, down = chosen[node.name]
            said |= {"x": right * _INCH, "y": down * _INCH, "placed": True}
        nodes.append(said)
    lines = [
        {"source": line.source, "target": line.target, "role": line.role} for line in image.lines
    ]
    return {
        "name": graph.name,
        "hash": graph.hash,
        "counts": str(graph.counts),
        "nodes": nodes,
        "lines": [] if large else lines,
        "large": large,
        "strokes": {role: stroke.colour for role, stroke in STROKES.items()},
    }


def places_of(document: Document) -> dict[str, tuple[float, float]]:
    """The positions that the comments of a program tell; see `interop.positions`."""
    if not _PLACED.search(document.source.text):
        return {}
    try:
        from scm_compiler.interop.positions import positions_of  # noqa: PLC0415  (numpy)
    except ImportError:
        return {}
    return positions_of(document.program)


def placed(text: str, places: Mapping[str, Sequence[float]]) -> str:
    """The program with the places of nodes in comments behind their declarations.

    A node that is declared together with others gets a declaration of its own.

    Args:
        text: The program, without errors.
        places: Where nodes are drawn, in points.
    """
    document = opened(text)
    if document.graph is None:
        return text
    lines: list[tree.Line] = []
    for line in document.program.lines:
        match line.statement:
            case tree.Declaration(names, kind) if any(name.text in places for name in names):
                for rank, name in enumerate(names):
                    said = places.get(name.text)
                    remark = line.comment if said is None else _remark(said)
                    spaced = line.spaced and rank == 0
                    lines.append(tree.Line(tree.Declaration((name,), kind), remark, spaced))
            case _:
                lines.append(line)
    return print_file(tree.File(tuple(lines)))


def _remark(place: Sequence[float]) -> str:
    right, down = (round(float(number) / _INCH, 3) for number in place)
    return f"# at {right:g}, {down:g}"


def completions(text: str, units: int) -> list[Data]:
    """What may be typed at a place."""
    known = Units(text)
    found = complete(opened(text), known.offset(units))
    return [
        {"text": one.text, "sort": one.sort, "detail": one.detail, "span": known.span(one.span)}
        for one in found[:60]
    ]


def mended(text: str, code: str, start: int) -> list[Data]:
    """The mends of the finding with a code at a place, each with the text that it makes."""
    document, known = opened(text), Units(text)
    for finding in document.report.diagnostics:
        at = 0 if finding.span is None else known.of(finding.span.start)
        if finding.code == code and at == start:
            return [
                {"title": mend.title, "text": edited(text, mend.edits)}
                for mend in mends(document, finding)
            ]
    return []


def formatted(text: str) -> str:
    """The canonical text; the text itself while a statement cannot be read."""
    program = parse(opened(text).source, Sink())
    return text if program.broken or not text.strip() else print_file(program)


def refused(report: Report | Sequence[Diagnostic]) -> Data:
    """A refusal as plain data."""
    findings = report.diagnostics if isinstance(report, Report) else report
    return {"refused": [told(finding) for finding in findings[:MOST_FINDINGS]]}


def regime_text(do: Values, given: Values) -> str:
    """A regime as it is written; empty where nothing is held or seen.

    >>> regime_text({"Smoking": "1"}, {"Tar": "0"})
    'do(Smoking=1), given(Tar=0)'
    """
    parts = {"do": do, "given": given}
    return ", ".join(f"{word}({_settings(held)})" for word, held in parts.items() if held)


def _settings(values: Values) -> str:
    return ", ".join(f"{print_name(name)}={print_name(value)}" for name, value in values.items())
