"""What a program holds, at a glance: its outline, and its counts above the first line."""

from collections.abc import Iterator
from dataclasses import dataclass

from scm_compiler.diagnostics import Span
from scm_compiler.editor.document import Document
from scm_compiler.syntax import tree
from scm_compiler.syntax.printer import print_kind


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline.

    Attributes:
        name: Of a node, of the graph, or an assertion as written.
        detail: The kind of a node.
        sort: `graph`, `node` or `assert`.
        span: The whole statement.
        place: The name within it.
    """

    name: str
    detail: str
    sort: str
    span: Span
    place: Span


@dataclass(frozen=True, slots=True)
class Lens:
    """A line to show above a place."""

    text: str
    span: Span


def outline(document: Document) -> Iterator[Entry]:
    """The graph, its nodes and what is asserted, in the program's order."""
    for statement in document.program.statements:
        span = statement.span
        match statement:
            case tree.Header(name):
                yield Entry(name.text, "", "graph", span, name.span)
            case tree.Declaration(names, kind):
                for name in names:
                    yield Entry(name.text, print_kind(kind), "node", span, name.span)
            case tree.Independent() | tree.Identified():
                text = " ".join(document.text[span.start : span.end].split())
                yield Entry(text, "", "assert", span, span)


def lenses(document: Document) -> tuple[Lens, ...]:
    """What the graph counts, above its name or first statement; none while there are errors."""
    graph, statements = document.graph, document.program.statements
    if graph is None or not statements:
        return ()
    headers = [s.span for s in statements if isinstance(s, tree.Header)]
    levels = len(graph.levels)
    text = f"{graph.counts}, {levels} level{'' if levels == 1 else 's'}"
    return (Lens(text, (headers or [statements[0].span])[0]),)
