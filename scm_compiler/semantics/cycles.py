"""Cycles: one shortest cycle for each knot of nodes that reach each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import networkx as nx

from scm_compiler.diagnostics import Span
from scm_compiler.semantics.codes.edges import Cycle

_ENTRY = object()


def cycles(edges: Mapping[tuple[str, str], Span], order: Mapping[str, int]) -> Iterator[Cycle]:
    """A shortest cycle through the first declared node of each strongly connected component.

    Args:
        edges: The place of each edge, under its source and target.
        order: The rank of each node in the order of declaration.
    """
    graph: nx.DiGraph[object] = nx.DiGraph(list(edges))
    for component in nx.strongly_connected_components(graph):
        if len(component) > 1:
            knot = nx.DiGraph(graph.subgraph(component))
            names = _shortest(knot, min(map(str, component), key=order.__getitem__))
            yield _finding(names, edges)


def _shortest(knot: nx.DiGraph[object], first: str) -> tuple[str, ...]:
    """A shortest way from a node back to itself, without the return."""
    knot.add_edges_from((_ENTRY, child) for child in list(knot.successors(first)))
    way: Iterable[object] = nx.shortest_path(knot, _ENTRY, first)
    return (first, *(str(name) for name in list(way)[1:-1]))


def _finding(names: tuple[str, ...], edges: Mapping[tuple[str, str], Span]) -> Cycle:
    spans = tuple(edges[pair] for pair in zip(names, (*names[1:], names[0]), strict=True))
    return Cycle(names, spans, span=spans[0])
