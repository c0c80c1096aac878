"""GML, as networkx, igraph, yEd and dowhy write it."""

import re

from scm_compiler.diagnostics import ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.interop.codes.trees import TreeSyntax
from scm_compiler.interop.document import Document, Position
from scm_compiler.interop.networkx import to_networkx
from scm_compiler.interop.tree_graph import UNIT, TreeEdge, TreeNode, tree_document
from scm_compiler.interop.xml_text import DEEPEST, Element
from scm_compiler.markup import said_by

FORM = "GML"
_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)
      | (?P<key>[A-Za-z]\w*)
      | (?P<number>[+-]?(?:\d*\.\d+|\d+\.?)(?:[eE][+-]?\d+)?|[+-]INF|NAN)
      | "(?P<text>[^"]*)"
      | (?P<sign>[][])""",
    re.VERBOSE,
)


def read_gml(source: Source, name: str = "graph") -> Document:
    """The graph of a text; nodes are called by their labels, where they have some.

    Raises:
        ScmError: With exit code 2: E837 where it is no GML, E824 if it is too large, and as
            `translate`.
    """
    root = _tree(source)
    graph = root.first("graph")
    if graph is None or graph.text:
        raise _wrong(source, "`graph [`", source.text.strip().partition("\n")[0], Span(0, 1))
    nodes = [_node(source, element) for element in graph.all("node")]
    directed = _text(graph, "directed") in ("1", "1.0")
    edges = [
        TreeEdge(
            _required(source, element, "source"),
            _required(source, element, "target"),
            directed,
            _scalars(element),
            element.span,
        )
        for element in graph.all("edge")
    ]
    return tree_document(source, FORM, nodes, edges, name, by_label=True)


def gml_text(document: Document) -> str:
    """The document in GML, by networkx: a hidden common cause is a node with `observed "no"`."""
    import networkx as nx  # noqa: PLC0415  (150 ms, and only this needs it)

    found = to_networkx(document.graph)
    for node, (right, down) in document.positions.items():
        found.nodes[node]["graphics"] = {"x": right * UNIT[0], "y": down * UNIT[1]}
    return "\n".join([*nx.generate_gml(found), ""])


def _node(source: Source, element: Element) -> TreeNode:
    graphics = element.first("graphics")
    position = None if graphics is None else read_point(_text(graphics, "x"), _text(graphics, "y"))
    return TreeNode(_required(source, element, "id"), _scalars(element), element.span, position)


def read_point(right: str | None, down: str | None) -> Position | None:
    """A position in inches from numbers of points; None if they are none."""
    try:
        return float(right or "") / UNIT[0], float(down or "") / UNIT[1]
    except ValueError:
        return None


def _scalars(element: Element) -> dict[str, str]:
    return {child.tag.lower(): child.text for child in element.children if not child.children}


def _text(element: Element, key: str) -> str | None:
    found = element.first(key)
    return None if found is None else found.text


def _required(source: Source, element: Element, key: str) -> str:
    found = _text(element, key)
    if found is None:
        raise _wrong(source, f"`{key}` in `{element.tag}`", "", element.span)
    return found


def _tree(source: Source) -> Element:
    """The text as a tree: keys with values, or with more keys in brackets."""
    text, at = source.text, 0
    root = Element("", {}, Span(0, len(text)))
    open_ = [root]
    key: Element | None = None
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _wrong(source, "a key or a value", text[at], Span(at, at + 1))
        at = match.end()
        sort, span = str(match.lastgroup), Span(*match.span())
        if sort == "skip":
            continue
        if key is None and match.group() == "]" and len(open_) > 1:
            open_.pop()
        elif key is None and sort == "key":
            key = Element(match.group(), {}, span)
            open_[-1].children.append(key)
        elif key is not None and match.group() == "[":
            if len(open_) > DEEPEST:
                raise refuse(
                    TooLarge(f"lists lie {DEEPEST} deep", span=span), source=source, exit_code=2
                )
            open_.append(key)
            key = None
        elif key is not None and sort in ("number", "text"):
            key.text = match["number"] or said_by(match["text"] or "")
            key = None
        else:
            raise _wrong(source, "a value" if key else "a key or `]`", match.group(), span)
    if key is not None or len(open_) > 1:
        end = len(text.rstrip())
        raise _wrong(source, "a value" if key else "`]`", "", Span(end, end))
    return root


def _wrong(source: Source, expected: str, found: str, span: Span) -> ScmError:
    return refuse(TreeSyntax(FORM, expected, found, span=span), source=source, exit_code=2)
