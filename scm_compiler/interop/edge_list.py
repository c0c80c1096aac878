"""Lists of edges: two columns of a CSV file, two words a line, or an arrow a line.

source,target     Rain Wet     Rain -> Wet     1. Rain --> Wet
Rain,Wet

Columns are named by their first line or stand as cause, effect; further ones are skipped, but a
`type` says what an edge is, as in networkx. Lines of Tetrad are read too.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from scm_compiler.diagnostics import ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import GraphSyntax, TooLarge
from scm_compiler.interop.document import Document
from scm_compiler.interop.graph_text import MOST_EDGES, Edge, GraphText
from scm_compiler.interop.graph_tokens import Token
from scm_compiler.interop.networkx import arrow_of
from scm_compiler.interop.translate import translate

HEADERS = (
    ("from", "to"),
    ("source", "target"),
    ("cause", "effect"),
    ("parent", "child"),
    ("src", "dst"),
    ("tail", "head"),
    ("start", "end"),
)
_TYPES = ("type", "arrow", "edge_type", "edge")
_ARROW = re.compile(r"\s+(<--|-->|<->|<-|->|---|--|o-o|o->|<-o|o--|--o)\s+")
_DIRECTED = {"-->": "->", "<--": "<-", "---": "--"}
_TETRAD = re.compile(r"^Graph Edges:[ \t]*$", re.MULTILINE)
_NUMBERED = re.compile(r"\s*\d+\.\s+")
_ENTRY = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?|true|false", re.IGNORECASE)
_Line = tuple[Sequence[str], Span]


def read_edges(source: Source, name: str = "graph") -> Document:
    """The graph of a list of edges.

    Raises:
        ScmError: With exit code 2: E821 for a line that is no edge, E824 beyond a million, and as
            `translate`.
    """
    text = GraphText()
    lines = list(_lines(source))
    if not lines:
        raise _wrong(source, "an edge such as `A -> B`", "", Span(0, 1))
    if len(lines) > MOST_EDGES:
        wrong = TooLarge(f"it has over {MOST_EDGES:,} edges", span=lines[-1][1])
        raise refuse(wrong, source=source, exit_code=2)
    head, body = _header(lines)
    for cells, span in body:
        for left, arrow, right in _edges(source, head, cells, span):
            ends = [Token(end, "word", span, bare=False) for end in (left, right)]
            for token in ends:
                text.nodes.setdefault(token.text, token)
                text.attributes.setdefault(token.text, {})
            if arrow == "<->":
                ends.sort(key=lambda token: token.text)
            text.edges.append(Edge(ends[0], arrow, ends[1], {}))
    return translate(source, text, name, (1.0, 1.0))


def is_edge_list(text: str) -> bool:
    r"""Whether a CSV file is a list of edges and not a matrix.

    >>> is_edge_list("cause,effect\nA,B\n"), is_edge_list("A,B\n0,1\n0,0\n")
    (True, False)
    """
    lines = [line for line, _ in islice(_lines(Source("csv", text)), 1000)]
    if not lines:
        return False
    if _columns(lines[0]) is not None or any(
        len(line) == 3 and line[1] in _DRAWN for line in lines
    ):
        return True
    pairs = all(len(line) == 2 and all(line) for line in lines)
    return pairs and not any(_ENTRY.fullmatch(cell) for line in lines for cell in line)


_DRAWN = ("->", "<-", "<->", "--", "-->", "<--", "---")


def _lines(source: Source) -> Iterator[_Line]:
    """The lines as cells: an arrow stands between its ends."""
    tetrad = _TETRAD.search(source.text)
    place = 0
    for line in source.text.split("\n"):
        start, place = place, place + len(line) + 1
        text = line.strip()
        if not text or text[0] in "#%" or (tetrad and start < tetrad.end()):
            continue
        span = Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
        if tetrad:
            if not _NUMBERED.match(line):
                return
            text = _NUMBERED.sub("", line).strip()
        yield _cells(text), span


def _cells(text: str) -> list[str]:
    if _ARROW.search(text):
        return [part.strip().strip('"') for part in _ARROW.split(text)]
    for sign in ",;\t":
        if sign in text:
            return [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=sign))]
    words = re.sub(r"\{.*\}\s*$", "", text).split()  # networkx writes its attributes so
    return words if all(map(_ENTRY.fullmatch, words[2:])) else [text]  # else it is prose


def _columns(line: Sequence[str]) -> tuple[int, int] | None:
    """Which columns are cause and effect, if a line names them."""
    lowered = [cell.lower() for cell in line]
    for cause, effect in HEADERS:
        if cause in lowered and effect in lowered:
            return lowered.index(cause), lowered.index(effect)
    return None


def _header(lines: Sequence[_Line]) -> tuple[tuple[int, int, int | None], Sequence[_Line]]:
    """The columns of cause, effect and type, and the lines of edges."""
    named = _columns(lines[0][0])
    if named is None:
        return (0, 1, None), lines
    lowered = [cell.lower() for cell in lines[0][0]]
    sort = next((lowered.index(name) for name in _TYPES if name in lowered), None)
    return (*named, sort), lines[1:]


def _edges(
    source: Source, head: tuple[int, int, int | None], cells: Sequence[str], span: Span
) -> Iterator[tuple[str, str, str]]:
    """The edges of a line: one, or those of a chain."""
    if len(cells) > 2 and len(cells) % 2 and all(_is_arrow(cell) for cell in cells[1::2]):
        for left, arrow, right in zip(cells[::2], cells[1::2], cells[2::2], strict=False):
            yield (
                _named(source, left, span),
                _DIRECTED.get(arrow, arrow),
                _named(source, right, span),
            )
        return
    cause, effect, sort = head
    if len(cells) <= max(cause, effect):
        raise _wrong(source, "a cause and an effect", " ".join(cells), span)
    arrow = arrow_of(cells[sort]) if sort is not None and sort < len(cells) else "->"
    yield _named(source, cells[cause], span), arrow, _named(source, cells[effect], span)


def _is_arrow(text: str) -> bool:
    return _ARROW.fullmatch(f" {text} ") is not None


def _named(source: Source, text: str, span: Span) -> str:
    if not text:
        raise _wrong(source, "a name", "", span)
    return text


def _wrong(source: Source, expected: str, found: str, span: Span) -> ScmError:
    return refuse(GraphSyntax(expected, found, span=span), source=source, exit_code=2)
