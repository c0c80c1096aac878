"""Declarations: which nodes there are, of what kind, and what a name in a statement means."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scm_compiler.diagnostics import Sink, Span, closest
from scm_compiler.ir import Domain, Image, Node
from scm_compiler.kinds import NodeKind
from scm_compiler.semantics.codes.kinds import UnknownKind, WrongKindArguments
from scm_compiler.semantics.codes.names import DeclaredTwice, NamesDifferInCase, UndeclaredNode
from scm_compiler.syntax import tree

_MOST_COMPARED, _MOST_SUGGESTED = 200_000, 100
_MOST_PLACES = 3


@dataclass
class Scope:
    """The declared nodes, and the names that may be meant as declared.

    Attributes:
        nodes: Under their names, in the order of declaration.
        doubtful: Names whose declaration is faulty: uses of them are neither checked nor lowered,
            so that one mistake gives one message.
        unknown: The places of each name that is used and not declared.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    unknown: dict[str, list[Span]] = field(default_factory=dict)

    def find(self, name: tree.Name) -> Node | None:
        """The node of that name; None, and noted, if there is none."""
        node = self.nodes.get(name.text)
        if node is None and name.text not in self.doubtful:
            self.unknown.setdefault(name.text, []).append(name.span)
        return node

    def place(self, name: str) -> Span:
        """Where a node is declared."""
        return self.places[name]

    def is_image(self, name: str) -> bool:
        """Whether the node is an image."""
        return isinstance(self.nodes[name].domain, Image)

    @property
    def tabular(self) -> list[str]:
        """The names of the labels and real nodes, in the order of declaration."""
        return [name for name in self.nodes if not self.is_image(name)]


def declare(program: tree.File, kinds: Mapping[str, NodeKind], sink: Sink) -> Scope:
    """Read all declarations of a program."""
    scope = Scope(doubtful={word for broken in program.broken for word in broken.words})
    domains = _Domains(kinds, sink)
    for statement in program.statements:
        if isinstance(statement, tree.Declaration):
            _declare(statement, domains, scope, sink)
    return scope


def report_unknown(scope: Scope, sink: Sink) -> None:
    """One error for each name that is used and not declared, with all its places."""
    affordable = min(_MOST_SUGGESTED, max(1, _MOST_COMPARED // max(1, len(scope.nodes))))
    for rank, (name, spans) in enumerate(scope.unknown.items()):
        near = closest(name, scope.nodes) if rank < affordable else None
        first, *again = sorted(set(spans))
        sink.report(UndeclaredNode(name, near, tuple(again[:_MOST_PLACES]), span=first))


def report_lookalikes(scope: Scope, sink: Sink) -> None:
    """A warning for each name that differs from an earlier one only in case."""
    seen: dict[str, str] = {}
    for name in scope.nodes:
        other = seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
        if other != name:
            place = scope.place(name)
            sink.report(NamesDifferInCase(name, other, first=scope.place(other), span=place))


def _declare(statement: tree.Declaration, domains: "_Domains", scope: Scope, sink: Sink) -> None:
    domain = domains.of(statement.kind)
    for name in statement.names:
        first = scope.places.setdefault(name.text, name.span)
        if first is not name.span:
            sink.report(DeclaredTwice(name.text, first=first, span=name.span))
        elif domain is None:
            scope.doubtful.add(name.text)
        else:
            node = Node(name.text, statement.kind.name, domain, name.span)
            scope.nodes[name.text] = node


@dataclass
class _Domains:
    """The domains of the kinds that a program writes, each built once."""

    kinds: Mapping[str, NodeKind]
    sink: Sink
    built: dict[tuple[str, tuple[tuple[type, tree.Argument], ...]], Domain] = field(
        default_factory=dict
    )

    def of(self, written: tree.Kind) -> Domain | None:
        """The domain, or None, and reported, if the kind or its arguments are wrong."""
        arguments = tuple((type(argument.value), argument) for argument in written.arguments)
        key = (written.name, arguments)
        if key not in self.built:
            domain = self._build(written)
            if domain is None:
                return None
            self.built[key] = domain
        return self.built[key]

    def _build(self, written: tree.Kind) -> Domain | None:
        kind = self.kinds.get(written.name)
        if kind is None:
            usages = tuple(known.usage for known in self.kinds.values())
            near = closest(written.name, self.kinds)
            self.sink.report(UnknownKind(written.name, usages, near, span=written.span))
            return None
        try:
            return kind.build(*_split(written.arguments))
        except ValueError as wrong:
            finding = WrongKindArguments(kind.name, kind.usage, str(wrong), span=written.span)
            self.sink.report(finding)
            return None


def _split(
    arguments: Iterable[tree.Argument],
) -> tuple[tuple[tree.Value, ...], dict[str, tree.Value]]:
    """Positional and keyword arguments, as in a call.

    Raises:
        ValueError: If a keyword is given twice or stands before a positional argument.
    """
    positional: list[tree.Value] = []
    keyword: dict[str, tree.Value] = {}
    for argument in arguments:
        if argument.key is None:
            if keyword:
                raise ValueError(f"`{argument.value}` stands after an argument with a name")
            positional.append(argument.value)
        elif argument.key in keyword:
            raise ValueError(f"`{argument.key}` is given twice")
        else:
            keyword[argument.key] = argument.value
    return tuple(positional), keyword
