"""The formats of graph files, by name and by suffix."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.interop.adjacency import adjacency_text, read_adjacency
from scm_compiler.interop.bif import bif_document
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.interop.codes.interchange import NotKept, UnknownFormat
from scm_compiler.interop.dagitty import dagitty_text, read_dagitty
from scm_compiler.interop.document import Document, read_text, stem
from scm_compiler.interop.dot import dot_text, read_dot
from scm_compiler.interop.edge_list import is_edge_list, read_edges
from scm_compiler.interop.formulas import read_dagify, read_lavaan
from scm_compiler.interop.gml import gml_text, read_gml
from scm_compiler.interop.graphml import graphml_text, read_graphml
from scm_compiler.interop.hugin import net_text, read_net
from scm_compiler.interop.told import changed_names
from scm_compiler.interop.writing import foreign_kinds
from scm_compiler.interop.xdsl import read_xdsl, xdsl_text
from scm_compiler.interop.xmlbif import read_xmlbif, xmlbif_text
from scm_compiler.ir.json import graph_from_json, graph_to_json
from scm_compiler.model.tables import Tables


@dataclass(frozen=True)
class Format:
    """A format that graphs are exchanged in.

    Attributes:
        title: How messages call it.
        suffixes: Of its files.
        read: A text and a name for the graph to a document.
        write: A document to text; None if the format is only read.
        keeps: What it holds beside the arrows: some of `kinds`, `order` (of values), `images`,
            `positions`, `marks`, `asserts`, `foreign` (kinds of other packages), and `tables`,
            without which it is not written.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Source, str], Document]
    write: Callable[[Document], str] | None
    keeps: frozenset[str] = frozenset()


def _of_tables(write: Callable[[Tables], str]) -> Callable[[Document], str]:
    """A writer of documents from one of tables."""

    def written(document: Document) -> str:
        if document.tables is None:
            raise ValueError("the format needs tables")
        return write(document.tables)

    return written


def _read_json(source: Source, _: str) -> Document:
    return Document(graph_from_json(source.text, source.name))


_SIGNS = {
    "dagify": re.compile(r"\A(?:\s|#[^\n]*\n)*(?:[\w.]+\s*(?:<-|=)\s*)?(?:ggdag::)?dagify\s*\("),
    "edges": re.compile(r"^Graph Edges:[ \t]*$", re.MULTILINE),
    "lavaan": re.compile(
        r"\A(?:\s|[#!][^\n]*\n|[\w.]+\s*(?:<-|=)\s*['\"])*[\w.]+(?:\s*\+\s*[\w.]+)*\s*=?~"
    ),
}
"""How the formats begin that also come in `.txt`."""

_DRAWN = frozenset({"kinds", "order", "images", "positions"})
_TABLES = frozenset({"kinds", "tables"})

FORMATS: Mapping[str, Format] = {
    "bif": Format("BIF", (".bif",), bif_document, _of_tables(bif_text), _TABLES),
    "xmlbif": Format(
        "XMLBIF", (".bifxml", ".xmlbif", ".xml"), read_xmlbif, _of_tables(xmlbif_text), _TABLES
    ),
    "xdsl": Format("`.xdsl`", (".xdsl",), read_xdsl, _of_tables(xdsl_text), _TABLES),
    "net": Format("`.net`", (".net",), read_net, _of_tables(net_text), _TABLES),
    "dagitty": Format(
        "dagitty",
        (".dagitty", ".txt"),
        read_dagitty,
        dagitty_text,
        _DRAWN | {"marks"},
    ),
    "dot": Format("DOT", (".dot", ".gv"), read_dot, dot_text, _DRAWN),
    "gml": Format("GML", (".gml",), read_gml, gml_text, _DRAWN),
    "graphml": Format("GraphML", (".graphml",), read_graphml, graphml_text, _DRAWN),
    "adjacency": Format(
        "an adjacency matrix",
        (".csv",),
        read_adjacency,
        lambda document: adjacency_text(document.graph),
        frozenset({"images"}),
    ),
    "edges": Format("a list of edges", (".edges", ".edgelist", ".tsv"), read_edges, None),
    "lavaan": Format("lavaan", (".lavaan", ".lav"), read_lavaan, None),
    "dagify": Format("dagify", (".dagify", ".r"), read_dagify, None),
    "json": Format(
        "JSON",
        (".json",),
        _read_json,
        lambda document: graph_to_json(document.graph),
        frozenset({"kinds", "order", "images", "asserts", "foreign"}),
    ),
}


def format_of(path: Path, verb: str, further: Mapping[str, str] | None = None) -> str:
    """The name of the format that a file's suffix says, perhaps before `.gz`.

    Args:
        path: The file.
        verb: `reads` or `writes`, for the message.
        further: Suffixes of formats that are known elsewhere, with their names.

    Raises:
        ScmError: E820 with exit code 2 if there is none.

    >>> format_of(Path("net.BIF.gz"), "reads")
    'bif'
    """
    known = {
        suffix: name
        for name, form in FORMATS.items()
        for suffix in form.suffixes
        if verb == "reads" or form.write is not None
    }
    known |= further or {}
    for suffix, name in known.items():
        if path.name.lower().removesuffix(".gz").endswith(suffix):
            return name
    raise refuse(UnknownFormat(str(path), verb, tuple(known)), exit_code=2)


def read_document(path: Path, form: str | None = None) -> Document:
    """The document in a file.

    Args:
        path: The file, perhaps compressed by gzip.
        form: The name of its format; its suffix says it if None.

    Raises:
        ScmError: With exit code 2: E820 for an unknown suffix, and what the format's reader finds.
        OSError: If the file cannot be opened.
    """
    chosen = form or format_of(path, "reads")
    source = read_text(path)
    if form is None:
        chosen = _by_content(chosen, source.text)
    return FORMATS[chosen].read(source, stem(path))


def _by_content(form: str, text: str) -> str:
    """The format of a text whose suffix several have."""
    if form == "adjacency" and is_edge_list(text):
        return "edges"
    if form == "dagitty":
        return next((name for name, sign in _SIGNS.items() if sign.search(text)), form)
    return form


def losses(document: Document, form: str) -> tuple[Diagnostic, ...]:
    """What a document has and a format does not keep, as warnings."""
    chosen = FORMATS[form]
    told = _told(document, form)
    return tuple(NotKept(chosen.title, what) for kept, what in told if kept not in chosen.keeps)


def program_losses(document: Document) -> tuple[Diagnostic, ...]:
    """What a document has and a program does not keep, as warnings."""
    adjusted = document.marked("adjusted")
    told = [f"that {_listed(adjusted)} is adjusted for"] if adjusted else []
    told += ["the points that edges are bent towards"] if document.bends else []
    return tuple(NotKept("a program", what) for what in told)


def _told(document: Document, form: str) -> Iterator[tuple[str, str]]:
    """What a document has beside its graph: the sort of thing, and its name in a message."""
    graph = document.graph
    valued = [node.name for node in graph.tabular if node.kind != "binary"]
    if valued:
        yield "kinds", f"the values of {_listed(valued)}"
    ordered = [name for name, domain in graph.domains.items() if domain.ordered]
    if ordered and "kinds" in FORMATS[form].keeps:
        yield "order", f"that the values of {_listed(ordered)} stand in an order"
    if graph.images:
        images = [node.name for node in graph.images]
        yield "images", f"images, such as {_listed(images)}"
        yield "kinds", f"that {_listed(images)} is an image"
    if foreign_kinds(graph):
        yield "foreign", f"the kind of {_listed(foreign_kinds(graph))}: the values stand alone"
    if document.positions:
        yield "positions", "positions"
    if any(document.marks.values()):
        yield "marks", "the marks of dagitty (exposure, outcome, adjusted, selected)"
    if graph.asserts or graph.claims:
        yield "asserts", "what is asserted"
    if "tables" in FORMATS[form].keeps and document.tables is not None:
        yield from _told_of_tables(document.tables)


def _told_of_tables(tables: Tables) -> Iterator[tuple[str, str]]:
    """What tables have beside their numbers."""
    changed = changed_names(tables)
    if changed:
        verb = "has another" if len(changed) == 1 else "have others"
        yield "names", f"names that are no words: {_listed(changed)} {verb} for other programs"
    rows = sum(int(mask.sum()) for mask in tables.unseen.values())
    if rows:
        yield "unseen", f"that {rows:,} of its rows rest on no data"
    if tables.draws:
        yield "draws", f"that {_listed(tuple(tables.draws))} were estimated, from how many draws"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    few = ", ".join(f"`{name}`" for name in names[:3])
    return few if len(names) <= 3 else f"{few} and {len(names) - 3} more"
