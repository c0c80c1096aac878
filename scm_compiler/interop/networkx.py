"""Graphs as objects of networkx, which most Python libraries on causal graphs take.

A hidden common cause `A <-> B` is a node `U(A,B)` with `observed="no"`, as dowhy has it: a program
that knows nothing of it still sees a cause of both, and not a graph without one.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import CausalGraph, causal
from scm_compiler.interop.document import graph_name
from scm_compiler.interop.graph_text import Edge, GraphText, Token
from scm_compiler.interop.translate import translate
from scm_compiler.interop.writing import kind_text
from scm_compiler.ir import Graph
from scm_compiler.syntax.tree import NOWHERE

if TYPE_CHECKING:
    import networkx as nx


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
        found: Its nodes may have the attributes `kind` and `observed`; without, they are binary
            and observed; what is not observed is left out by latent projection. Names are taken
            as text. In a `MultiDiGraph`, edges may be there twice.
        name: The graph's name; that of `found` if None.

    Raises:
        TypeError: If it is no directed graph of networkx.
        ValueError: If the names of two nodes are the same text.
        ScmError: With the errors of a program (E2xx, E3xx), such as a cycle.

    >>> import networkx as nx
    >>> from_networkx(nx.DiGraph([("Rain", "Wet"), ("Sprinkler", "Wet")]), "wet")
    Graph('wet', 3 labels, 2 edges)
    """
    if not getattr(found, "is_directed", lambda: False)():
        raise TypeError(f"from_networkx takes a directed graph of networkx, not {found!r}")
    tokens = {node: Token(str(node), "word", NOWHERE) for node in found}
    if len({token.text for token in tokens.values()}) < len(tokens):
        raise ValueError("the names of two nodes are the same text, such as those of 1 and '1'")
    text = GraphText(
        nodes={token.text: token for token in tokens.values()},
        attributes={str(node): _texts(facts) for node, facts in found.nodes.items()},
        edges=[Edge(tokens[one], "->", tokens[other], {}) for one, other in _pairs(found)],
    )
    try:
        called = graph_name(name or str(found.graph.get("name") or "graph"))
        return causal(translate(None, text, called, (1.0, 1.0)).graph)
    except ScmError as error:
        raise ScmError(*error.reports, exit_code=1) from None


def _pairs(found: Any) -> Iterable[tuple[Any, Any]]:  # noqa: ANN401  (a graph of networkx)
    return dict.fromkeys((one, other) for one, other, *_ in found.edges)


def _texts(facts: dict[Any, Any]) -> dict[str, str]:
    """The attributes that mean something here, as text."""
    told = {key: facts[key] for key in ("kind", "observed") if facts.get(key) is not None}
    shown = {key: str(value) for key, value in told.items()}
    return shown | ({"latent": ""} if facts.get("latent") is True else {})


def _free(name: str, graph: Graph) -> str:
    while name in graph.by_name:
        name += "'"
    return name
