"""Tree to graph: names, kinds, edges and assertions checked; every error reported in one run."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scm_compiler.diagnostics import Diagnostic, Sink, Source, Span
from scm_compiler.ir import Claim, Confounder, CounterfactualClaim, Edge, Graph, Independence
from scm_compiler.kinds import BUILTIN, NodeKind
from scm_compiler.semantics.codes.claims import OverlappingSets
from scm_compiler.semantics.codes.edges import (
    ConfoundedWithItself,
    DuplicateConfounder,
    DuplicateEdge,
    SelfLoop,
    StarOfNothing,
    TooManyEdges,
)
from scm_compiler.semantics.codes.graph import (
    ConfoundedImage,
    EmptyGraph,
    ImageNotSink,
    ImageWithoutParents,
    IsolatedLabel,
)
from scm_compiler.semantics.codes.names import BadGraphName, NamedTwice
from scm_compiler.semantics.names import Scope, declare, report_lookalikes, report_unknown
from scm_compiler.syntax import tree

MOST_EDGES = 1_000_000


_FOLDER_NAME = re.compile(r"[\w-][\w .-]*")


@dataclass(frozen=True, slots=True)
class _End:
    """One node on one side of an arrow, as written there; a star gives all but the images."""

    name: str
    span: Span
    star: bool = False


@dataclass
class Wiring:
    """The edges and hidden common causes of a program, keyed by their ends."""

    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    confounders: dict[tuple[str, str], Confounder] = field(default_factory=dict)


def wire(program: tree.File, scope: Scope, sink: Sink) -> Wiring:
    """Write out all edge statements; what is wrong is reported and left out."""
    writer = _Writer(scope, sink)
    for statement in program.statements:
        if isinstance(statement, tree.Edges) and not writer.write(statement):
            sink.report(TooManyEdges(MOST_EDGES, span=statement.span))
            break
    return writer.wiring


@dataclass
class _Writer:
    scope: Scope
    sink: Sink
    wiring: Wiring = field(default_factory=Wiring)
    written: int = 0
    blamed: set[tuple[type[Diagnostic], Span]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tabular = self.scope.tabular
        self.order = {name: rank for rank, name in enumerate(self.scope.nodes)}

    def write(self, statement: tree.Edges) -> bool:
        """Write out one statement; False if there are too many edges."""
        sides = [list(self._ends(side)) for side in statement.sides]
        for arrow, left, right in zip(statement.arrows, sides, sides[1:], strict=False):
            self.written += len(left) * len(right)
            if self.written > MOST_EDGES:
                return False
            for source, target in ((a, b) for a in left for b in right):
                self._join(arrow, source, target)
        return True

    def _ends(self, side: tuple[tree.Member, ...]) -> Iterator[_End]:
        for member in side:
            if isinstance(member, tree.Name):
                if self.scope.find(member) is not None:
                    yield _End(member.text, member.span)
            elif self.tabular:
                yield from (_End(name, member.span, star=True) for name in self.tabular)
            elif self.scope.nodes and not self.scope.doubtful:
                self.sink.report(StarOfNothing(span=member.span))

    def _join(self, arrow: tree.Arrow, left: _End, right: _End) -> None:
        if arrow == "<->":
            self._confound(left, right)
        elif arrow == "<-":
            self._edge(right, left)
        else:
            self._edge(left, right)

    def _blame(self, diagnostic: Diagnostic, *ends: _End) -> None:
        """Report a finding; of those that one star makes at one place only the first."""
        key = (type(diagnostic), diagnostic.span or ends[0].span)
        if any(end.star for end in ends):
            if key in self.blamed:
                return
            self.blamed.add(key)
        self.sink.report(diagnostic)

    def _edge(self, source: _End, target: _End) -> None:
        span = source.span.cover(target.span)
        if source.name == target.name:
            by_star = source.star or target.star
            self._blame(SelfLoop(source.name, by_star, span=span), source, target)
            return
        edge = Edge(source.name, target.name, span)
        first = self.wiring.edges.setdefault((source.name, target.name), edge)
        if first is not edge:
            assert first.span is not None
            finding = DuplicateEdge(source.name, target.name, first=first.span, span=span)
            self._blame(finding, source, target)
        elif self.scope.is_image(source.name):
            del self.wiring.edges[source.name, target.name]
            place = self.scope.place(source.name)
            wrong = ImageNotSink(source.name, target.name, declared=place, span=span)
            self._blame(wrong, source, target)

    def _confound(self, left: _End, right: _End) -> None:
        span = left.span.cover(right.span)
        if left.name == right.name:
            self._blame(ConfoundedWithItself(left.name, span=span), left, right)
            return
        for end in (left, right):
            if self.scope.is_image(end.name):
                place = self.scope.place(end.name)
                self._blame(ConfoundedImage(end.name, declared=place, span=span), left, right)
        low, high = sorted((left.name, right.name), key=self.order.__getitem__)
        pair = Confounder(low, high, span)
        first = self.wiring.confounders.setdefault((low, high), pair)
        if first is not pair:
            assert first.span is not None
            self._blame(DuplicateConfounder(low, high, first=first.span, span=span), left, right)


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
    for node in graph.tabular:
        if joined and node.name not in joined:
            sink.report(IsolatedLabel(node.name, span=node.span))


def independences(program: tree.File, scope: Scope, sink: Sink) -> tuple[Independence, ...]:
    """The independences that a program asserts; faulty ones are reported and left out."""
    claims = (
        _independence(statement, scope, sink)
        for statement in program.statements
        if isinstance(statement, tree.Independent)
    )
    return tuple(claim for claim in claims if claim is not None)


def _independence(statement: tree.Independent, scope: Scope, sink: Sink) -> Independence | None:
    sets = [_known(names, scope) for names in (statement.left, statement.right, statement.given)]
    overlap = _overlap(sets)
    if overlap is not None:
        sink.report(overlap)
        return None
    if not (sets[0] and sets[1]):
        return None
    left, right, given = (tuple(names) for names in sets)
    return Independence(left, right, given, statement.span)


def _known(names: Iterable[tree.Name], scope: Scope) -> dict[str, Span]:
    """The declared names of a list, each once, with their places."""
    found: dict[str, Span] = {}
    for name in names:
        if scope.find(name) is not None:
            found.setdefault(name.text, name.span)
    return found


def _overlap(sets: list[dict[str, Span]]) -> OverlappingSets | None:
    """The first name that stands in two of the lists."""
    seen: dict[str, Span] = {}
    for names in sets:
        for name, span in names.items():
            if name in seen:
                return OverlappingSets(name, first=seen[name], span=span)
        seen |= names
    return None
