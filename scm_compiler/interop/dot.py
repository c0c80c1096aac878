"""DOT, the language of Graphviz, as other programs on causal graphs write and read it.

A hidden common cause is an edge with two heads, `A -> B [dir=both]`.
"""

from collections.abc import Iterator

from scm_compiler.diagnostics import Source
from scm_compiler.interop.document import Document
from scm_compiler.interop.graph_text import read_graph_text
from scm_compiler.interop.translate import translate
from scm_compiler.interop.writing import attributes, kind_text, positioned, quoted, shown

UNIT = (72.0, -72.0)
"""Graphviz counts in points, to the right and up."""

_HIDDEN = {"dir": "both", "style": "dashed", "constraint": "false"}


def read_dot(source: Source, name: str = "graph") -> Document:
    """The graph of a text in DOT.

    Which ends of an edge have heads is what Graphviz draws (`ends.py`): two heads make a hidden
    common cause. Nodes marked as unobserved (`observed=no`, as dowhy has it, or `latent`) are left
    out by latent projection. Ports and styles are skipped; labels count where names are numbers.

    Raises:
        ScmError: With exit code 2: E821 to E825, E840, E841, and the errors of a program.
    """
    return translate(source, read_graph_text(source), name, UNIT)


def dot_text(document: Document) -> str:
    """The document in DOT; `scmc render` draws a picture in DOT instead.

    Raises:
        ScmError: E827 if a name cannot be written.
    """
    name = quoted(document.graph.name, "DOT")
    return "\n".join((f"digraph {name} {{", *_statements(document), "}", ""))


def _statements(document: Document) -> Iterator[str]:
    graph = document.graph
    for node in graph.nodes:
        kind = kind_text(node)
        values = positioned(document, node.name, UNIT) | ({"kind": kind} if kind else {})
        yield f"  {_name(node.name)}{attributes((), values, 'DOT')};"
    for edge in graph.edges:
        yield _edge(document, edge.source, "->", edge.target, {})
    for pair in graph.confounders:
        yield _edge(document, pair.left, "<->", pair.right, _HIDDEN)


def _edge(document: Document, left: str, arrow: str, right: str, looks: dict[str, str]) -> str:
    bend = document.bends.get((left, right, arrow))
    values = looks | ({} if bend is None else {"bend": shown(bend, UNIT)})
    return f"  {_name(left)} -> {_name(right)}{attributes((), values, 'DOT')};"


def _name(name: str) -> str:
    return quoted(name, "DOT")
