"""Graphs as objects of networkx, which most Python libraries on causal graphs take.

A hidden common cause `A <-> B` is a node `U(A,B)` with `observed="no"`, as dowhy has it: a program
that knows nothing of it still sees a cause of both, and not a graph without one.

What others say in attributes is heard: nodes that are not observed, a pgmpy model's set `latents`,
edges with two heads or with open ends.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import CausalGraph, causal
from scm_compiler.interop.document import graph_name
from scm_compiler.interop.graph_text import Edge, GraphText
from scm_compiler.interop.graph_tokens import Token
from scm_compiler.interop.translate import translate
from scm_compiler.interop.writing import kind_text
from scm_compiler.ir import Graph
from scm_compiler.syntax.tree import NOWHERE

if TYPE_CHECKING:
    import networkx as nx

OF_NODES = ("kind", "observed", "latent", "hidden", "unobserved")
OF_EDGES = ("dir", "arrowhead", "arrowtail", "type")
"""The attributes of nodes and edges that mean something here."""
_TYPES = {"bidirected": "<->", "<>": "<->", "undirected": "--"}
_ENDS = re.compile("[<o*]?--?[>o*]?|[<o*]{1,2}[>o*]|oo")
"""An arrow, perhaps with open ends, as pgmpy writes it: `o>`, `-o`."""


def to_networkx(graph: Graph) -> "nx.DiGraph[str]":
    """The graph as a `networkx.DiGraph`.

    Each node has the attributes `kind` (as in a program) and `observed` (`yes` or `no`).

    >>> from scm_compiler.compiler import load
    >>> sorted(to_networkx(load("front_door")).edges)  # doctest: +NORMALIZE_WHITESPACE
    [('Smoking', 'Tar'), ('Tar', 'Cancer'), ('U(Smoking,Cancer)', 'Cancer'),
     ('U(Smoking,Cancer)', 'Smoking')]
    """
    import networkx as nx  # noqa: PLC0415  (150 ms, and only this needs it)

    found: nx.DiGraph[str] = nx.DiGraph(name=graph.name)
    for node in graph.nodes:
        found.add_node(node.name, kind=kind_text(node) or "binary", observed="yes")
    found.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    for block in graph.noise:
        if len(block.readers) > 1:
            name = _free(block.name, graph)
            found.add_node(name, observed="no")
            found.add_edges_from((name, reader) for reader in block.readers)
    return found


def from_networkx(found: "nx.DiGraph[Any]", name: str | None = None) -> CausalGraph:
    """The graph of a directed graph of networkx.

    Args:
        found: Its nodes may have the attributes `kind` and `observed` (or `latent`, `hidden`,
            `unobserved`); without, they are binary and observed. What is not observed, or in the
            set `latents` of a model of pgmpy, is left out by latent projection. Names are taken as
            text. In a `MultiDiGraph`, edges may be there twice. The attributes `dir`, `arrowhead`
            and `arrowtail` (as DOT has them) and `type` (such as `bidirected` or `<>`) of an edge
            say what it is; without, it is directed.
        name: The graph's name; that of `found` if None.

    Raises:
        TypeError: If it is no directed graph of networkx.
        ValueError: If the names of two nodes are the same text.
        ScmError: E822 for an edge that is not directed, E840 and E841 for attributes that are not
            clear, and the errors of a program (E2xx, E3xx), such as a cycle.

    >>> import networkx as nx
    >>> from_networkx(nx.DiGraph([("Rain", "Wet"), ("Sprinkler", "Wet")]), "wet")
    Graph('wet', 3 labels, 2 edges)
    """
    import networkx as nx  # noqa: PLC0415  (150 ms, and only this needs it)

    if not isinstance(found, nx.DiGraph):
        raise TypeError(f"from_networkx takes a directed graph of networkx, not {found!r}")
    tokens = {node: Token(str(node), "word", NOWHERE) for node in found}
    if len({token.text for token in tokens.values()}) < len(tokens):
        raise ValueError("the names of two nodes are the same text, such as those of 1 and '1'")
    text = GraphText(
        nodes={token.text: token for token in tokens.values()},
        attributes={str(node): _texts(facts, OF_NODES) for node, facts in found.nodes.items()},
        edges=list(_edges(found, tokens)),
    )
    latents = getattr(found, "latents", None)  # of a model of pgmpy
    for node in latents if isinstance(latents, Collection) else ():
        if node in tokens:
            text.attributes[str(node)]["latent"] = ""
    try:
        called = graph_name(name or str(found.graph.get("name") or "graph"))
        return causal(translate(None, text, called, (1.0, 1.0)).graph)
    except ScmError as error:
        raise ScmError(*error.reports, exit_code=1) from None


def _edges(found: "nx.DiGraph[Any]", tokens: Mapping[Any, Token]) -> Iterator[Edge]:
    """The edges; one with two heads may be there in both directions."""
    usual = found.graph.get("edge")
    usual = usual if isinstance(usual, Mapping) else {}
    for one, other, facts in found.edges(data=True):
        said = _texts({**usual, **facts}, OF_EDGES)
        arrow = arrow_of(said.pop("type", ""))
        both = arrow == "<->" and found.has_edge(other, one)
        ends = (
            sorted((tokens[one], tokens[other]), key=str) if both else (tokens[one], tokens[other])
        )
        yield Edge(ends[0], arrow, ends[1], said)


def arrow_of(text: str) -> str:
    """The arrow that the type of an edge is; a type of another sort says nothing of its ends."""
    if text.lower() in _TYPES:
        return _TYPES[text.lower()]
    return text if _ENDS.fullmatch(text) else "->"


def _texts(facts: Mapping[Any, Any], names: tuple[str, ...]) -> dict[str, str]:
    """The attributes that mean something here, as text; pydot leaves the quotes of DOT on them."""
    told = {name: str(facts[name]) for name in names if facts.get(name) is not None}
    return {name: value.strip('"') for name, value in told.items()}


def _free(name: str, graph: Graph) -> str:
    while name in graph.by_name:
        name += "'"
    return name
