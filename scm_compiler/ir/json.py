"""A graph as JSON and back. Nothing that is read is trusted before it is checked."""

import json
from itertools import pairwise
from typing import Annotated, Any, Literal

from scm_compiler import plugins
from scm_compiler.diagnostics import refuse
from scm_compiler.ir.codes.graph_json import BadGraphFile, GraphEdited
from scm_compiler.ir.domain import KINDS, Binned, Discrete, Finite, Image, Ordinal, Real
from scm_compiler.ir.graph import Confounder, Edge, Graph, Independence, Node
from scm_compiler.strict import Limits, Strict, read

VERSION = 1
"""Of the format; a reader refuses a newer one."""


Value = str | int | float
"""What stands in the arguments of a declaration."""


_Number = Annotated[int, Limits(ge=-(10**15), le=10**15)] | float
"""Larger ones are written with an exponent."""


class _Discrete(Strict, extra="forbid"):
    type: Literal["discrete"]
    values: Annotated[list[str], Limits(min_length=2)]

    def build(self) -> Discrete:
        return Discrete(tuple(self.values))


class _Ordinal(Strict, extra="forbid"):
    type: Literal["ordinal"]
    values: Annotated[list[str], Limits(min_length=2)]

    def build(self) -> Ordinal:
        return Ordinal(tuple(self.values))


class _Binned(Strict, extra="forbid"):
    type: Literal["binned"]
    cuts: list[_Number]

    def build(self) -> Binned:
        return Binned(tuple(self.cuts))


class _Real(Strict, extra="forbid"):
    type: Literal["real"]
    low: _Number | Literal["-inf"] = "-inf"
    high: _Number | Literal["inf"] = "inf"

    def build(self) -> Real:
        return Real(float(self.low), float(self.high))


class _Image(Strict, extra="forbid"):
    type: Literal["image"]
    channels: Literal[1, 3]
    height: Annotated[int, Limits(ge=1, le=4096)]
    width: Annotated[int, Limits(ge=1, le=4096)]

    def build(self) -> Image:
        return Image(self.channels, self.height, self.width)


_Domain = _Discrete | _Ordinal | _Binned | _Real | _Image


class _Node(Strict, extra="forbid"):
    name: Annotated[str, Limits(min_length=1)]
    kind: str
    domain: Annotated[_Domain, Limits(discriminator="type")] | None = None
    arguments: dict[str, Value | list[Value]] | None = None
    """What the kind of a package makes a domain of its own of."""

    def build(self) -> Node:
        if (self.domain is None) == (self.arguments is None):
            raise ValueError(f"`{self.name}` has a domain or arguments, one of them")
        if self.domain is not None:
            return Node(self.name, self.kind, self.domain.build())
        kind = plugins.one(KINDS, self.kind, "node kind")
        if kind is None:
            raise ValueError(f"no package that is installed has the node kind `{self.kind}`")
        return Node(self.name, self.kind, kind.rebuild(self.arguments))


class _Edge(Strict, extra="forbid"):
    source: str
    target: str


class _Confounder(Strict, extra="forbid"):
    left: str
    right: str


class _Independence(Strict, extra="forbid"):
    left: list[str]
    right: list[str]
    given: list[str]


class _Graph(Strict, extra="forbid"):
    version: int
    hash: str
    name: str
    nodes: Annotated[list[_Node], Limits(min_length=1)]
    edges: list[_Edge]
    confounders: list[_Confounder]
    asserts: list[_Independence]

    def build(self) -> Graph:
        return Graph(
            self.name,
            tuple(node.build() for node in self.nodes),
            tuple(Edge(e.source, e.target) for e in self.edges),
            tuple(Confounder(c.left, c.right) for c in self.confounders),
            tuple(
                Independence(tuple(a.left), tuple(a.right), tuple(a.given)) for a in self.asserts
            ),
        )


def graph_to_json(graph: Graph) -> str:
    """The graph as a JSON text that ends with a newline; equal graphs give equal bytes."""
    document = {
        "version": VERSION,
        "hash": graph.hash,
        "name": graph.name,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [{"source": edge.source, "target": edge.target} for edge in graph.edges],
        "confounders": [{"left": pair.left, "right": pair.right} for pair in graph.confounders],
        "asserts": [
            {"left": list(a.left), "right": list(a.right), "given": list(a.given)}
            for a in graph.asserts
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def graph_from_json(text: str | bytes, name: str = "graph.json") -> Graph:
    """The graph of a JSON text, checked as if it came from anywhere.

    Args:
        text: What `graph_to_json` gave.
        name: The file's name, for messages.

    Raises:
        ScmError: E504, with exit code 2, if it is no graph; E505 if it was edited: its hash is not
            the one that it holds.
    """
    try:
        document = read(_Graph, text)
        graph = document.build()
    except ValueError as wrong:
        reason = _unreadable(text) or str(wrong)
        raise refuse(BadGraphFile(path=name, reason=reason), exit_code=2) from wrong
    fault = _unreadable(text) if document.version > VERSION else _fault(graph)
    if fault is not None:
        raise refuse(BadGraphFile(path=name, reason=fault), exit_code=2)
    if graph.hash != document.hash:
        raise refuse(GraphEdited(path=name, stored=document.hash, found=graph.hash))
    return graph


def _unreadable(text: str | bytes) -> str | None:
    """Why this reader knows no text of its kind; None if it does."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        return f"not JSON: {wrong}"
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        return f"its format is version {version}, this scmc reads up to {VERSION}"
    return None


def _node(node: Node) -> dict[str, Any]:
    domain, told = node.domain, {"name": node.name, "kind": node.kind}
    if isinstance(domain, Discrete | Ordinal | Binned | Real | Image):
        return told | {"domain": {"type": domain.type, **domain.arguments}}
    return told | {"arguments": dict(domain.arguments)}


def _fault(graph: Graph) -> str | None:
    """What a compiled graph cannot be, as a sentence; None if it is sound."""
    names = [node.name for node in graph.nodes]
    if len(set(names)) < len(names):
        return "two nodes have one name"
    for node in graph.labels:
        if isinstance(node.domain, Finite) and len(set(node.domain.values)) < node.domain.size:
            return f"`{node.name}` has a value twice"
    ends = [(e.source, e.target) for e in graph.edges]
    pairs = [(c.left, c.right) for c in graph.confounders]
    for end in (end for both in (*ends, *pairs) for end in both):
        if end not in graph.by_name:
            return f"`{end}` is not among the nodes"
    return _order_fault(graph, ends, pairs)


def _order_fault(
    graph: Graph, ends: list[tuple[str, str]], pairs: list[tuple[str, str]]
) -> str | None:
    rank = graph.order
    keys = [(rank[target], rank[source]) for source, target in ends]
    if any(first >= second for first, second in pairwise(keys)):
        return "the edges are out of order or listed twice"
    keys = [(rank[right], rank[left]) for left, right in pairs]
    disordered = any(left >= right for right, left in keys)
    if disordered or any(first >= second for first, second in pairwise(keys)):
        return "the hidden common causes are out of order or listed twice"
    images = {node.name for node in graph.images}
    if images & {source for source, _ in ends} or images & {end for both in pairs for end in both}:
        return "an image causes something or has a hidden common cause"
    try:
        return None if graph.levels else "there are no nodes"
    except ValueError:
        return "the graph has a cycle"
