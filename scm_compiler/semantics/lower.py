"""Tree to graph: names, kinds, edges and assertions checked; every error reported in one run."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.ir import Claim, CounterfactualClaim, Graph, Independence
from scm_compiler.kinds import BUILTIN, NodeKind
from scm_compiler.semantics.asserts import independences
from scm_compiler.semantics.codes.graph import EmptyGraph, ImageWithoutParents, IsolatedLabel
from scm_compiler.semantics.codes.names import BadGraphName, NamedTwice
from scm_compiler.semantics.edges import Wiring, wire
from scm_compiler.semantics.names import Scope, declare, report_lookalikes, report_unknown
from scm_compiler.syntax import tree

_FOLDER_NAME = re.compile(r"[\w-][\w .-]*")


def lower(
    program: tree.File, source: Source, sink: Sink, kinds: Mapping[str, NodeKind] = BUILTIN
) -> Graph | None:
    """The graph that a program states.

    Args:
        program: The tree, whose broken statements are not held against the rest.
        source: Where the tree came from; its name is the graph's where the program gives none.
        sink: Takes the diagnostics.
        kinds: The node kinds that declarations may use.

    Returns:
        The graph; None if the sink holds an error, of this stage or one before.
    """
    name = _name(program, source, sink)
    scope = declare(program, kinds, sink)
    wiring = wire(program, scope, sink)
    asserted = independences(program, scope, sink)
    claims = _read_claims(program, scope, wiring, sink)
    report_unknown(scope, sink)
    report_lookalikes(scope, sink)
    if not scope.places and not program.broken:
        sink.report(EmptyGraph())
    graph = replace(_graph(name, scope, wiring, asserted), claims=claims)
    _report_cycles(graph, sink)
    if not sink.close().ok:
        return None
    _report_absences(graph, sink)
    return graph if sink.close().ok else None


def _name(program: tree.File, source: Source, sink: Sink) -> str:
    """The graph's name as given, else the file's stem."""
    headers = [s for s in program.statements if isinstance(s, tree.Header)]
    if not headers:
        stem = Path(source.name).stem
        return re.sub(r"[^\w .-]", "", stem).lstrip(" .") or "graph"
    first, *others = headers
    for other in others:
        sink.report(NamedTwice(first=first.span, span=other.span))
    if not _FOLDER_NAME.fullmatch(first.name.text):
        sink.report(BadGraphName(first.name.text, span=first.name.span))
    return first.name.text


def _graph(name: str, scope: Scope, wiring: Wiring, asserted: tuple[Independence, ...]) -> Graph:
    """The graph in canonical order: edges by target, then source."""
    rank = {node: place for place, node in enumerate(scope.nodes)}
    edges = sorted(wiring.edges.values(), key=lambda e: (rank[e.target], rank[e.source]))
    pairs = sorted(wiring.confounders.values(), key=lambda c: (rank[c.right], rank[c.left]))
    return Graph(name, tuple(scope.nodes.values()), tuple(edges), tuple(pairs), asserted)


def _read_claims(
    program: tree.File, scope: Scope, wiring: Wiring, sink: Sink
) -> tuple[Claim | CounterfactualClaim, ...]:
    """Check `assert identified`; the query language is loaded only where it is used."""
    written = [s for s in program.statements if isinstance(s, tree.Identified)]
    if not written:
        return ()
    from scm_compiler.semantics.claims import read_claims  # noqa: PLC0415  (200 ms)

    return read_claims(written, scope, bool(wiring.confounders), sink)


def _report_cycles(graph: Graph, sink: Sink) -> None:
    """An error for each cycle; the search for them runs only where there is one."""
    try:
        _ = graph.levels
    except ValueError:
        from scm_compiler.semantics.cycles import cycles  # noqa: PLC0415  (networkx: 150 ms)

        places = {(e.source, e.target): e.span for e in graph.edges if e.span is not None}
        sink.extend(cycles(places, graph.order))


def _report_absences(graph: Graph, sink: Sink) -> None:
    """What may have been forgotten; told only of a program without errors."""
    for node in graph.images:
        if not graph.parents[node.name]:
            sink.report(ImageWithoutParents(node.name, span=node.span))
    joined = {end for edge in graph.edges for end in (edge.source, edge.target)}
    joined |= {end for pair in graph.confounders for end in (pair.left, pair.right)}
    for node in graph.labels:
        if joined and node.name not in joined:
            sink.report(IsolatedLabel(node.name, span=node.span))
