"""Adjacency matrices as CSV: the row is the cause, the column the effect; 1 or True is an edge.

,Rain,Wet
Rain,0,1
Wet,0,0
"""

import csv
import io
from dataclasses import dataclass

from scm_compiler.diagnostics import ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.interop.codes.interchange import CannotHold
from scm_compiler.interop.codes.matrices import BadMatrix, Weights
from scm_compiler.interop.document import Document
from scm_compiler.interop.translate import lowered, unknown_values
from scm_compiler.ir import Graph
from scm_compiler.ir.domain import is_finite
from scm_compiler.syntax import tree

MOST_NODES = 2000

_NO_EDGE, _EDGE = ("0", "0.0", "", "false"), ("1", "1.0", "true")


def read_adjacency(source: Source, name: str = "graph") -> Document:
    """The graph of a matrix. The first cell of the first line is empty where rows are named.

    Raises:
        ScmError: With exit code 2: E830 where it cannot be read, E842 for weights, E824 beyond
            2,000 nodes, and the errors of a program (E2xx).
    """
    head, *rows = _matrix(source)
    names = head.cells
    binary = tree.Kind("binary", span=head.span)
    nodes = tuple(tree.Name(node, head.span) for node in names)
    lines: list[tree.Statement] = [tree.Header(tree.Name(name))]
    lines.append(tree.Declaration(nodes, binary, head.span))
    for cause, row in zip(names, rows, strict=True):
        effects = [n for n, cell in zip(names, row.cells, strict=True) if cell.lower() in _EDGE]
        for effect in effects:
            sides = (tree.Name(cause, row.span),), (tree.Name(effect, row.span),)
            lines.append(tree.Edges(sides, ("->",), row.span))
    program = tree.File(tuple(tree.Line(line) for line in lines))
    graph, report = lowered(program, source, unknown_values({node: {} for node in names}))
    return Document(graph, report=report)


def adjacency_text(graph: Graph) -> str:
    """The matrix, with named rows.

    Raises:
        ScmError: E827 if the graph has hidden common causes: a matrix without them would be
            another claim.
    """
    for pair in graph.confounders:
        what = f"the hidden common cause `{pair.left} <-> {pair.right}`"
        raise refuse(CannotHold("an adjacency matrix", what))
    names = [node.name for node in graph.nodes]
    edges = {(edge.source, edge.target) for edge in graph.edges}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["", *names])
    for cause in names:
        writer.writerow([cause, *(int((cause, effect) in edges) for effect in names)])
    return stream.getvalue()


@dataclass(frozen=True)
class _Row:
    """A line of the file.

    Attributes:
        cells: Without the name of the row.
        span: The line.
    """

    cells: tuple[str, ...]
    span: Span


def _matrix(source: Source) -> list[_Row]:
    """The line of names, then a row for each."""
    head, *body = _rows(source) or [_Row((), Span(0, 0))]
    if not any(head.cells):
        raise _wrong(source, head, "the file holds no matrix")
    named = not head.cells[0]
    names = head.cells[1:] if named else head.cells
    if len(names) > MOST_NODES:
        what = f"a matrix of {len(names):,} nodes"
        raise refuse(TooLarge(what, span=head.span), source=source, exit_code=2)
    if "" in names or len(set(names)) < len(names):
        raise _wrong(source, head, "the first line must name each node once")
    if len(body) != len(names):
        raise _wrong(source, head, f"{len(names)} nodes need as many rows, not {len(body)}")
    rows = [_row(source, row, name, names, named) for name, row in zip(names, body, strict=True)]
    _refuse_entries(source, names, rows)
    return [_Row(names, head.span), *rows]


def _rows(source: Source) -> list[_Row]:
    """The lines that are not empty."""
    reader = csv.reader(io.StringIO(source.text))
    found, start = [], 0
    try:
        for cells in reader:
            line = source.line(start + 1)
            place = source.line_starts[start]
            start = min(reader.line_num, len(source.line_starts) - 1)
            if any(map(str.strip, cells)):
                span = Span(place, place + max(1, len(line)))
                found.append(_Row(tuple(cell.strip() for cell in cells), span))
    except csv.Error as error:
        raise _wrong(source, _Row((), Span(0, 1)), str(error)) from error
    return found


def _row(source: Source, row: _Row, name: str, names: tuple[str, ...], named: bool) -> _Row:
    if named and row.cells[0] != name:
        raise _wrong(source, row, f"the row of `{name}` is due, not of `{row.cells[0][:40]}`")
    cells = row.cells[1:] if named else row.cells
    if len(cells) != len(names):
        raise _wrong(source, row, f"`{name}` has {len(cells)} entries for {len(names)} nodes")
    return _Row(cells, row.span)


def _refuse_entries(source: Source, names: tuple[str, ...], rows: list[_Row]) -> None:
    """Refuse entries that are neither 0 nor 1: all at once, the first with its place."""
    known = (*_NO_EDGE, *_EDGE)
    found = [
        (row, cause, effect, cell)
        for cause, row in zip(names, rows, strict=True)
        for effect, cell in zip(names, row.cells, strict=True)
        if cell.lower() not in known
    ]
    if not found:
        return
    row, cause, effect, cell = found[0]
    if all(is_finite(cell) for *_, cell in found):
        wrong = Weights(cause, effect, cell, len(found), span=row.span)
        raise refuse(wrong, source=source, exit_code=2)
    more = f", and {len(found) - 1:,} more like it" if len(found) > 1 else ""
    reason = f"row `{cause}`, column `{effect}`: expected 0 or 1, found `{cell[:40]}`{more}"
    raise _wrong(source, row, reason)


def _wrong(source: Source, row: _Row, reason: str) -> ScmError:
    return refuse(BadMatrix(reason, span=row.span), source=source, exit_code=2)
