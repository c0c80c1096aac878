"""dagitty's text: `dag { X [exposure]; X -> Y; X <-> Y }` (Textor et al. 2016)."""

from collections.abc import Iterator

from scm_compiler.diagnostics import Source
from scm_compiler.interop.document import Document
from scm_compiler.interop.graph_text import read_graph_text
from scm_compiler.interop.translate import translate
from scm_compiler.interop.writing import attributes, kind_text, positioned, quoted, shown

UNIT = (1.0, 1.0)
"""dagitty's coordinates have no unit and grow to the right and down."""

MARKS = ("exposure", "outcome", "adjusted", "selected")


def read_dagitty(source: Source, name: str = "graph") -> Document:
    """The graph of a text in dagitty's language; the first line `dag {` may be missing.

    Unobserved nodes (`latent`) are left out by latent projection. Positions and marks are kept
    beside the graph.

    Raises:
        ScmError: With exit code 2: E821 to E825, E841, and the errors of a program (E2xx, E3xx).
    """
    return translate(source, read_graph_text(source), name, UNIT)


def dagitty_text(document: Document) -> str:
    """The document in dagitty's language.

    The values of a node that is not binary stand in its attribute `kind`, which dagitty keeps.

    Raises:
        ScmError: E827 if a name cannot be written.
    """
    return "\n".join(("dag {", *_statements(document), "}", ""))


def _statements(document: Document) -> Iterator[str]:
    graph = document.graph
    for node in graph.nodes:
        found = document.marks.get(node.name, frozenset())
        kind = kind_text(node)
        values = positioned(document, node.name, UNIT) | ({"kind": kind} if kind else {})
        words = [mark for mark in MARKS if mark in found]
        yield _name(node.name) + attributes(words, values, "dagitty")
    for edge in graph.edges:
        yield _edge(document, edge.source, "->", edge.target)
    for pair in graph.confounders:
        yield _edge(document, pair.left, "<->", pair.right)


def _edge(document: Document, left: str, arrow: str, right: str) -> str:
    bend = document.bends.get((left, right, arrow))
    values = {} if bend is None else {"pos": shown(bend, UNIT)}
    return f"{_name(left)} {arrow} {_name(right)}{attributes((), values, 'dagitty')}"


def _name(name: str) -> str:
    return quoted(name, "dagitty")
