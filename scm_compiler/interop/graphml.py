"""GraphML, as networkx, igraph and yEd write it."""

from collections.abc import Mapping

from scm_compiler.diagnostics import ScmError, Source, refuse
from scm_compiler.interop.codes.trees import TreeSyntax
from scm_compiler.interop.document import Document, Position
from scm_compiler.interop.gml import read_point
from scm_compiler.interop.networkx import to_networkx
from scm_compiler.interop.tree_graph import UNIT, TreeEdge, TreeNode, tree_document
from scm_compiler.interop.xml_text import Element, read_xml

FORM = "GraphML"


def read_graphml(source: Source, name: str = "graph") -> Document:
    """The graph of a text; nodes are called by their ids, or by what igraph and yEd name them.

    Raises:
        ScmError: With exit code 2: E837 where it is no GraphML, or has nested graphs or edges of
            more than two ends, and as `translate`.
    """
    root = read_xml(source, "graphml", FORM)
    keys = {
        key.attributes.get("id", ""): key.attributes.get("attr.name", "")
        for key in root.all("key")
    }
    graph = root.first("graph")
    if graph is None:
        raise _wrong(source, "`<graph>`", "", root)
    for element in graph.within():
        if element.tag in ("graph", "hyperedge"):
            raise _wrong(source, "nodes and edges of one graph", f"<{element.tag}>", element)
    usual = graph.attributes.get("edgedefault", "directed")
    nodes = [_node(source, element, keys) for element in graph.all("node")]
    edges = [_edge(source, element, keys, usual) for element in graph.all("edge")]
    return tree_document(source, FORM, nodes, edges, name)


def graphml_text(document: Document) -> str:
    """The document in GraphML, by networkx: a hidden common cause is a node `observed="no"`."""
    import networkx as nx  # noqa: PLC0415  (150 ms, and only this needs it)

    found = to_networkx(document.graph)
    for node, (right, down) in document.positions.items():
        found.nodes[node].update(x=right * UNIT[0], y=down * UNIT[1])
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join([head, *nx.generate_graphml(found), ""])


def _node(source: Source, element: Element, keys: Mapping[str, str]) -> TreeNode:
    said = _data(element, keys)
    return TreeNode(_required(source, element, "id"), said, element.span, _position(element, said))


def _position(element: Element, said: Mapping[str, str]) -> Position | None:
    geometry = next((part for part in element.within() if part.tag == "Geometry"), None)
    told = said if geometry is None else geometry.attributes
    return read_point(told.get("x"), told.get("y"))


def _edge(source: Source, element: Element, keys: Mapping[str, str], usual: str) -> TreeEdge:
    said = _data(element, keys)
    arrows = next((part for part in element.within() if part.tag == "Arrows"), None)
    if arrows is not None:  # what yEd draws
        tail, head = (arrows.attributes.get(end, "none") != "none" for end in ("source", "target"))
        said["dir"] = ("both" if head else "back") if tail else ("forward" if head else "none")
    told = element.attributes.get("directed", "true" if usual == "directed" else "false")
    return TreeEdge(
        _required(source, element, "source"),
        _required(source, element, "target"),
        told == "true",
        said,
        element.span,
    )


def _data(element: Element, keys: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a node or an edge; yEd's label is one."""
    found = {
        keys.get(part.attributes.get("key", ""), "").lower(): part.text.strip()
        for part in element.all("data")
    }
    label = next((part for part in element.within() if part.tag == "NodeLabel"), None)
    return found if label is None else {**found, "label": label.text.strip()}


def _required(source: Source, element: Element, key: str) -> str:
    if key not in element.attributes:
        raise _wrong(source, f"`{key}` of `<{element.tag}>`", "", element)
    return element.attributes[key]


def _wrong(source: Source, expected: str, found: str, element: Element) -> ScmError:
    wrong = TreeSyntax(FORM, expected, found, span=element.span)
    return refuse(wrong, source=source, exit_code=2)
