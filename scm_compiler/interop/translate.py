"""From what a file of another program says to a graph, by way of the tree of a program.

The tree has the places of the file, so that cycles, self-loops, unknown kinds and whatever else
`scmc check` finds in a program is found, and shown, in the file itself.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scm_compiler import ir
from scm_compiler.diagnostics import Diagnostic, Report, ScmError, Sink, Source, Span, refuse
from scm_compiler.identify.projection import Projection
from scm_compiler.interop.codes.graph_attributes import BadKind, LabelsLeft, UnknownMark
from scm_compiler.interop.codes.graph_files import (
    GraphSyntax,
    NotCausal,
    ProjectedOut,
    SelectedRows,
    TooLarge,
    Undirected,
    ValuesUnknown,
)
from scm_compiler.interop.document import Bend, Document, Position, graph_name
from scm_compiler.interop.ends import drawn, misspelt
from scm_compiler.interop.graph_text import DOT_HEADERS, Edge, GraphText
from scm_compiler.interop.graph_tokens import Token
from scm_compiler.ir import Confounder, Graph
from scm_compiler.kinds import BUILTIN, installed
from scm_compiler.semantics.lower import lower
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import parse

MARKS = {
    "exposure": ("exposure", "source", "e"),
    "outcome": ("outcome", "target", "o"),
    "adjusted": ("adjusted", "a"),
    "selected": ("selected", "s"),
    "latent": ("latent", "unobserved", "hidden", "l", "u"),
}
"""dagitty's marks of nodes and their other names."""

OBSERVED = ("observed", "latent", "unobserved", "hidden")
"""The attributes that say whether a node is observed."""

MOST_INSTEAD = 100_000
"""How many arrows may come in the place of unobserved nodes."""

MOST_TOLD = 3
"""How many nodes that are left out are told of one by one."""

_POSITION = re.compile(r"\s*([^\s,]+)\s*,\s*([^\s,!]+)")
_YES, _NO = ("yes", "true", "1", "1.0"), ("no", "false", "0", "0.0")


def translate(source: Source | None, text: GraphText, name: str, unit: Position) -> Document:
    """The document of a text in DOT or dagitty.

    Args:
        source: Where it came from; None where there is no text, as for objects of networkx.
        text: What it says.
        name: The graph's name, if the text gives none.
        unit: What one to the right and one down, in inches, are in `pos`.

    Raises:
        ScmError: With exit code 2: E822, E823, E825, E840, E841, and the errors of a program.
    """
    if text.header in ("mag", "pag"):
        raise refuse(NotCausal(text.header), source=source, exit_code=2)
    text = _labelled(text)
    for node, token in text.nodes.items():
        if source is not None and not node.replace("\n", "").isprintable():
            wrong = GraphSyntax("a name of signs that can be seen", repr(node), span=token.span)
            raise refuse(wrong, source=source, exit_code=2)
    marks = {node: _marks(source, text, node) for node in text.nodes}
    arrows = _Arrows(source, text.edges)
    named = graph_name(text.name) if text.name else name
    program = _program(source, text, named, arrows.found)
    latent = [node for node, found in marks.items() if "latent" in found]
    graph, report = lowered(program, source, unknown_values(text.attributes, latent))
    hidden = [graph.by_name[node].span for node in latent]
    found = tuple(one for one in report.diagnostics if one.span is None or one.span not in hidden)
    graph, notes = project_out(graph, latent, source)
    selected = tuple(SelectedRows(node) for node in graph.by_name if "selected" in marks[node])
    return Document(
        graph,
        positions=_positions(text.attributes, graph, unit),
        bends=_bends(arrows, graph, unit),
        marks={node: marks[node] for node in graph.by_name if marks[node]},
        report=Report(source, (*found, *notes, *selected, *_labels_left(text))),
    )


def lowered(
    program: tree.File, source: Source | None, notes: tuple[Diagnostic, ...] = ()
) -> tuple[Graph, Report]:
    """The graph of a tree, and what was noticed.

    Args:
        program: With places in the source.
        source: None where there is no text, as for objects of networkx.
        notes: What was noticed before.

    Raises:
        ScmError: With exit code 2 and the errors of a program.
    """
    named = source or Source("graph", "")
    sink = Sink(named)
    used = {s.kind.name for s in program.statements if isinstance(s, tree.Declaration)}
    kinds = BUILTIN if used <= set(BUILTIN) else installed()
    graph = lower(program, named, sink, kinds)
    found = sink.close().diagnostics
    if source is None:
        found = tuple(replace(one, span=None) for one in found)
    if graph is None:
        raise ScmError(Report(source, found), exit_code=2)
    return graph, Report(source, (*notes, *found))


def unknown_values(
    attributes: Mapping[str, Mapping[str, str]], latent: Iterable[str] = ()
) -> tuple[Diagnostic, ...]:
    """The warning for nodes whose values nothing tells, if none has its values told."""
    seen = set(attributes) - set(latent)
    if not seen or any("kind" in attributes[node] for node in seen):
        return ()
    return (ValuesUnknown(len(seen)),)


def project_out(
    graph: Graph, latent: Iterable[str], source: Source | None
) -> tuple[Graph, tuple[ProjectedOut, ...]]:
    """The latent projection that leaves some nodes out, and what stands for each.

    Raises:
        ScmError: E824 with exit code 2 if that takes too many arrows.
    """
    projection, found = Projection(graph), []
    most = projection.arrows + MOST_INSTEAD
    for name in latent:
        span = graph.by_name[name].span
        if projection.arrows + (more := projection.costs(name)) > most:
            what = (
                f"without the unobserved `{name}` it has up to {projection.arrows + more:,} edges"
            )
            raise refuse(TooLarge(what, span=span), source=source, exit_code=2)
        instead = tuple(map(_written, projection.hide(name)))
        found.append(ProjectedOut(name, instead, span=span))
    return (projection.seen() if found else graph), _counted(found)


def _counted(found: list[ProjectedOut]) -> tuple[ProjectedOut, ...]:
    """One warning where there would be many."""
    if len(found) <= MOST_TOLD:
        return tuple(found)
    instead = tuple(arrow for one in found for arrow in one.instead)
    return (replace(found[0], instead=instead, more=len(found) - 1),)


def _written(arrow: ir.Edge | Confounder) -> str:
    """An edge or a hidden common cause as it is written."""
    if isinstance(arrow, Confounder):
        return f"{arrow.left} <-> {arrow.right}"
    return f"{arrow.source} -> {arrow.target}"


def kind_of(text: str, span: Span = tree.NOWHERE) -> tree.Kind | None:
    """A kind as it stands behind the colon of a declaration; None if the text is none."""
    source = Source("kind", f"X : {text}")
    sink = Sink(source)
    match [line.statement for line in parse(source, sink).lines]:
        case [tree.Declaration((_,), kind)] if sink.close().ok:
            return replace(kind, span=span)
    return None


def read_position(text: str | None, unit: Position) -> Position | None:
    """A position from `x,y`; None if the text is none."""
    match = _POSITION.match(text or "")
    if match is None:
        return None
    try:
        right, down = round(float(match[1]) / unit[0], 6), round(float(match[2]) / unit[1], 6)
    except ValueError:
        return None
    return (right, down) if math.isfinite(right) and math.isfinite(down) else None


class _Arrows:
    """The edges of a text, each once, with the attributes that it was first given."""

    def __init__(self, source: Source | None, edges: Iterable[Edge]) -> None:
        self.source = source
        self.found: dict[Bend, Edge] = {}
        for edge in edges:
            self.found.setdefault(self._directed(edge), edge)

    def _directed(self, edge: Edge) -> Bend:
        left, right = edge.left.text, edge.right.text
        match arrow := drawn(self.source, edge):
            case "->" | "<->":
                return left, right, arrow
            case "<-":
                return right, left, "->"
        span = edge.left.span.cover(edge.right.span)
        wrong = Undirected(left, arrow, right, span=span)
        raise refuse(wrong, source=self.source, exit_code=2)


def _program(
    source: Source | None, text: GraphText, name: str, arrows: Mapping[Bend, Edge]
) -> tree.File:
    statements: list[tree.Statement] = [tree.Header(tree.Name(name))]
    for node, token in text.nodes.items():
        kind = _kind(source, text.attributes[node].get("kind"), token.span)
        statements.append(tree.Declaration((tree.Name(node, token.span),), kind, token.span))
    for (left, right, arrow), edge in arrows.items():
        spans = {edge.left.text: edge.left.span, edge.right.text: edge.right.span}
        sides = tuple((tree.Name(end, spans[end]),) for end in (left, right))
        span = edge.left.span.cover(edge.right.span)
        statements.append(tree.Edges(sides, ("<->" if arrow == "<->" else "->",), span))
    return tree.File(tuple(tree.Line(statement) for statement in statements))


def _kind(source: Source | None, text: str | None, span: Span) -> tree.Kind:
    kind = kind_of(text, span) if text else tree.Kind("binary", span=span)
    if kind is None:
        raise refuse(BadKind(text or "", span=span), source=source, exit_code=2)
    return kind


def _marks(source: Source | None, text: GraphText, node: str) -> frozenset[str]:
    """What dagitty says of a node; also `observed=no`, as dowhy says that it is unobserved."""
    attributes = text.attributes[node]
    found = {mark for mark, names in MARKS.items() for name in names if _says(attributes, name)}
    for name, value in attributes.items():
        near = misspelt(name, OBSERVED)
        clear = value.lower() in ("", *_YES, *_NO)
        if (name in OBSERVED and not clear) or (near and clear):
            wrong = UnknownMark(node, name, value, near, span=text.nodes[node].span)
            raise refuse(wrong, source=source, exit_code=2)
    if attributes.get("observed", "").lower() in _NO:
        found.add("latent")
    return frozenset(found)


def _says(attributes: Mapping[str, str], name: str) -> bool:
    """Whether a node has a mark; a letter alone may as well be an attribute with a value."""
    value = attributes.get(name)
    return value is not None and (not value if len(name) == 1 else value.lower() not in _NO)


def _labelled(text: GraphText) -> GraphText:
    """With the labels for names where the names are but numbers, as other programs count nodes."""
    labels = {name: said.get("label", "").strip() for name, said in text.attributes.items()}
    usable = all(label and label[0] != "<" and "\\" not in label for label in labels.values())
    counted = text.header in DOT_HEADERS and all(map(str.isdecimal, labels))
    if not (usable and counted) or len(set(labels.values())) < len(labels):
        return text

    def called(token: Token) -> Token:
        return replace(token, text=labels[token.text])

    edges = [replace(e, left=called(e.left), right=called(e.right)) for e in text.edges]
    attributes = {labels[name]: said for name, said in text.attributes.items()}
    nodes = {labels[name]: called(token) for name, token in text.nodes.items()}
    return replace(text, nodes=nodes, attributes=attributes, edges=edges)


def _labels_left(text: GraphText) -> tuple[LabelsLeft, ...]:
    """The warning for labels that are no markup and differ from the names."""
    labels = {node: said.get("label", "") for node, said in text.attributes.items()}
    left = {n: label for n, label in labels.items() if label not in ("", n, r"\N")}
    left = {n: label for n, label in left.items() if not label.startswith("<")}
    return (LabelsLeft(tuple(left), tuple(left.values())),) if left else ()


def _positions(
    attributes: Mapping[str, Mapping[str, str]], graph: Graph, unit: Position
) -> dict[str, Position]:
    found = {node: read_position(attributes[node].get("pos"), unit) for node in graph.by_name}
    return {node: position for node, position in found.items() if position is not None}


def _bends(arrows: _Arrows, graph: Graph, unit: Position) -> dict[Bend, Position]:
    """The bends of the edges that are left; DOT's own `pos` of an edge, a spline, is skipped."""
    present = {*map(_written, graph.edges), *map(_written, graph.confounders)}
    found = {}
    for (left, right, arrow), edge in arrows.found.items():
        text = edge.attributes.get("bend", edge.attributes.get("pos"))
        if text is None or "e," in text or " " in text.strip():
            continue
        ends = [left, right]
        if arrow == "<->":
            ends.sort(key=lambda end: graph.order.get(end, 0))
        position = read_position(text, unit)
        if position is not None and f"{ends[0]} {arrow} {ends[1]}" in present:
            found[ends[0], ends[1], arrow] = position
    return found
