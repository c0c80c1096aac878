"""Edge statements, written out: every pair of every list, each edge once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scm_compiler.diagnostics import Diagnostic, Sink, Span
from scm_compiler.ir import Confounder, Edge
from scm_compiler.semantics.codes.edges import (
    ConfoundedWithItself,
    DuplicateConfounder,
    DuplicateEdge,
    SelfLoop,
    StarOfNothing,
    TooManyEdges,
)
from scm_compiler.semantics.codes.graph import ConfoundedImage, ImageNotSink
from scm_compiler.semantics.names import Scope
from scm_compiler.syntax import tree

MOST_EDGES = 1_000_000


@dataclass(frozen=True, slots=True)
class _End:
    """One node on one side of an arrow, as written there; a star gives one for each label."""

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
        self.labels = self.scope.labels
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
            elif self.labels:
                yield from (_End(name, member.span, star=True) for name in self.labels)
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
