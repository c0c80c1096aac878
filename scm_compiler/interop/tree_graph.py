"""Graphs in trees: what GML and GraphML have in common.

Nodes are called by their names; what is written on them counts where the names are but counted.
As in DOT and in networkx, `observed="no"` marks a node that is left out by latent projection, and
`dir`, `arrowhead`, `arrowtail` and `type` say what stands at the ends of an edge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from scm_compiler.diagnostics import Diagnostic, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.interop.codes.trees import TreeSyntax
from scm_compiler.interop.document import Document, Position, graph_name
from scm_compiler.interop.graph_text import MOST_EDGES, MOST_NODES, Edge, GraphText
from scm_compiler.interop.graph_tokens import Token
from scm_compiler.interop.networkx import OF_EDGES, OF_NODES, arrow_of
from scm_compiler.interop.translate import translate
from scm_compiler.interop.writing import shown

UNIT = (72.0, 72.0)
"""Drawing programs count in points, to the right and down."""

_COUNTED = re.compile(r"[A-Za-z]?\d+(?:::[A-Za-z]?\d+)*")


@dataclass(frozen=True)
class TreeNode:
    """A node as written: its id, its attributes and where it stands."""

    key: str
    said: Mapping[str, str]
    span: Span
    position: Position | None = None


@dataclass(frozen=True)
class TreeEdge:
    """An edge as written: the ids of its ends."""

    source: str
    target: str
    directed: bool
    said: Mapping[str, str]
    span: Span


def tree_document(
    source: Source,
    form: str,
    nodes: Sequence[TreeNode],
    edges: Sequence[TreeEdge],
    name: str,
    *,
    by_label: bool = False,
) -> Document:
    """The document of the nodes and edges of a file.

    Args:
        source: Its text.
        form: What messages call its format.
        nodes: In the order of the file.
        edges: Likewise.
        name: The graph's name.
        by_label: Whether nodes are called by their labels, as those of GML are.

    Raises:
        ScmError: With exit code 2: E837 for ids or names that are there twice or not at all, E824
            beyond a million edges, and as `translate`.
    """

    def wrong(found: Diagnostic) -> Exception:
        return refuse(found, source=source, exit_code=2)

    for listed, most in ((nodes, MOST_NODES), (edges, MOST_EDGES)):
        if len(listed) > most:
            raise wrong(TooLarge(f"it has over {most:,} nodes or edges", span=listed[-1].span))
    called = _names(nodes, by_label=by_label)
    text = GraphText(header="digraph", name=graph_name(name))
    tokens: dict[str, Token] = {}
    for node in nodes:
        token = tokens.get(node.key) or Token(called[node.key], "word", node.span, bare=False)
        if node.key in tokens or token.text in text.nodes:
            raise wrong(TreeSyntax(form, "another name", token.text, span=node.span))
        tokens[node.key] = text.nodes[token.text] = token
        text.attributes[token.text] = _said(node, token.text)
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in tokens:
                raise wrong(TreeSyntax(form, "the `id` of a node", end, span=edge.span))
        text.edges.append(_edge(edge, tokens))
    return translate(source, text, name, UNIT)


def _names(nodes: Sequence[TreeNode], *, by_label: bool) -> dict[str, str]:
    """What each node is called, by its id."""
    for key in ("label", "name"):
        labels = {node.key: node.said.get(key, "").strip() for node in nodes}
        counted = by_label or all(_COUNTED.fullmatch(node.key) for node in nodes)
        if counted and all(labels.values()):
            return labels
    return {node.key: node.key for node in nodes}


def _said(node: TreeNode, name: str) -> dict[str, str]:
    """The attributes that mean something here."""
    found = {key: node.said[key] for key in OF_NODES if key in node.said}
    label = node.said.get("label", "").strip()
    if label != name:
        found["label"] = label
    if node.position is not None and all(map(isfinite, node.position)):
        found["pos"] = shown(node.position, UNIT)
    return found


def _edge(edge: TreeEdge, tokens: Mapping[str, Token]) -> Edge:
    said = {key: edge.said[key] for key in OF_EDGES if key in edge.said}
    arrow = arrow_of(said.pop("type", "")) if edge.directed else "--"
    ends = tokens[edge.source], tokens[edge.target]
    if arrow == "<->":
        ends = (min(ends, key=str), max(ends, key=str))
    return Edge(_at(ends[0], edge.span), arrow, _at(ends[1], edge.span), said)


def _at(token: Token, span: Span) -> Token:
    return Token(token.text, token.sort, span, bare=False)
