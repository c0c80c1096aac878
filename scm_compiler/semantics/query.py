"""Resolve a query against a graph: every name a node, every value an index of its domain."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from scm_compiler.diagnostics import Diagnostic, Sink, Span, closest
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir import query as ir
from scm_compiler.semantics.codes.conditions import (
    ContradictoryEvidence,
    EvidenceWithoutValue,
    HeldAndObserved,
    HeldTwice,
)
from scm_compiler.semantics.codes.kinds import RealNotAnswered
from scm_compiler.semantics.codes.queries import (
    AskedTwice,
    CauseNotBinary,
    ImageInQuery,
    NotNumeric,
    NotOneNumber,
    OtherDomain,
    UnknownNode,
    UnknownValue,
)
from scm_compiler.semantics.points import Points
from scm_compiler.syntax import query_tree as tree


def resolve(
    query: tree.Query, graph: Graph, sink: Sink, *, open_values: bool = False
) -> ir.Query | None:
    """The query with its names resolved; None, with the reasons in the sink, if it has errors.

    All errors are reported, not only the first one. What passes here is a question, whoever
    answers or identifies it.

    Args:
        query: Its tree.
        graph: What its names are looked up in.
        sink: Takes the diagnostics.
        open_values: Whether evidence, or a side of a contrast, may stand without a value, for any.
    """
    resolver = _Resolver(graph)
    resolved = resolver.query(query)
    allowed = (EvidenceWithoutValue, NotOneNumber) if open_values else ()
    wrong = [found for found in resolver.found if not isinstance(found, allowed)]
    sink.extend(wrong)
    return None if wrong else resolved


def numeric_values(domain: Finite) -> tuple[float, ...]:
    """The values of a domain as numbers; ValueError if one is not a number.

    >>> numeric_values(Discrete(("0", "1")))
    (0.0, 1.0)
    """
    return tuple(float(value) for value in domain.values)


def phrase(query: ir.Query, graph: Graph) -> str:
    """The query as text that resolves to it again."""
    match query:
        case ir.LocalEffect():
            names = (query.instrument, query.cause, query.outcome)
            return f"LATE({' -> '.join(map(_quoted, names))})"
        case ir.Contrast(left, right):
            return f"{phrase(left, graph)} - {phrase(right, graph)}"
        case ir.Effect(cause, outcome):
            return f"ATE({_quoted(cause)} -> {_quoted(outcome)})"
        case ir.Expectation(target, do, given):
            return f"E({_variable(target, graph)}{_conditions(do, given, graph)})"
        case ir.Probability(targets, do, given):
            return f"P({phrase_events(targets, graph)}{_conditions(do, given, graph)})"
        case ir.Regime(do, given):
            parts = [f"do({_world(do, graph)})"] if do or not given else []
            parts += [f"given({phrase_events(given, graph)})"] if given else []
            return ", ".join(parts)


def worded(text: str | None, query: ir.Query, graph: Graph) -> str:
    r"""The query as the user wrote it, on one line; its phrase if the text was not kept.

    >>> worded("P(A |\r\n  do(B=0))", ir.Regime(), Graph("g", (), ()))
    'P(A | do(B=0))'
    """
    return phrase(query, graph) if text is None else on_one_line(text)


def on_one_line(text: str) -> str:
    r"""A text as it was typed, with a blank for each line's end and other white space.

    >>> on_one_line("do(A=1,\r\n  B=0)\u00a0")
    'do(A=1, B=0)'
    """
    return re.sub(r"\s*[^\S ]\s*", " ", text.strip())


# A value that may be left out: the error that made it unknown is reported already.
_Value = int | ir.Variable | None


@dataclass
class _Resolver:
    """Resolves parts and collects what is wrong; unknown parts become placeholders."""

    graph: Graph
    found: list[Diagnostic] = field(default_factory=list)

    def query(self, query: tree.Query) -> ir.Query:
        match query:
            case tree.LocalEffect():
                return self._local_effect(query)
            case tree.Contrast(left, right):
                for side in (left, right):
                    self._one_number(side)
                return ir.Contrast(self.query(left), self.query(right))
            case tree.Probability(targets, do, given):
                events = self._targets(targets)
                return ir.Probability(events, *self._conditions(do, given))
            case tree.Expectation(target, do, given):
                variable = self._variable(target)
                self._numeric(target.node)
                return ir.Expectation(variable, *self._conditions(do, given))
            case tree.Effect(cause, outcome):
                return self._effect(cause, outcome)
            case tree.Regime(do, given):
                return ir.Regime(*self._conditions(do, given))

    def _effect(self, cause: tree.Word, outcome: tree.Word) -> ir.Effect:
        domain = self._domain(cause)
        if domain and not {"0", "1"} <= set(domain.values):
            self.found.append(CauseNotBinary(node=cause.text, span=cause.span))
        self._numeric(outcome)
        return ir.Effect(cause.text, outcome.text)

    def _local_effect(self, query: tree.LocalEffect) -> ir.LocalEffect:
        for moved in (query.instrument, query.cause):
            domain = self._domain(moved)
            if domain and set(domain.values) != {"0", "1"}:
                self.found.append(CauseNotBinary(node=moved.text, span=moved.span, what="LATE"))
        names = tuple(name.text for name in (query.instrument, query.cause, query.outcome))
        self._numeric(query.outcome)
        if self.found:  # its sides would repeat it
            unknown = ir.Expectation(ir.Variable(query.outcome.text))
            return ir.LocalEffect(unknown, unknown, *names)
        return ir.LocalEffect(self.query(query.left), self.query(query.right), *names)

    def _targets(self, events: Sequence[tree.Event]) -> tuple[ir.Event, ...]:
        resolved = [self._event(event) for event in events]
        for rank, event in enumerate(resolved):
            others = resolved[:rank]
            same = [other for other in others if other.variable == event.variable]
            if any(None in (event.value, other.value) for other in same):
                span, name = events[rank].span, event.variable.node
                self.found.append(AskedTwice(node=name, span=span))
        return tuple(dict.fromkeys(resolved))

    def _conditions(
        self, do: Sequence[tree.Assignment], given: Sequence[tree.Event]
    ) -> tuple[ir.World, tuple[ir.Event, ...]]:
        held = {setting.node.text: setting.span for setting in reversed(do)}
        for event in given:
            name = event.variable.node.text
            if name in held and not event.variable.world:
                self.found.append(HeldAndObserved(node=name, held=held[name], span=event.span))
        return self._world(do), self._evidence(given)

    def _evidence(self, given: Sequence[tree.Event]) -> tuple[ir.Event, ...]:
        first: dict[ir.Variable, tuple[int | None, Span]] = {}
        for written in given:
            event = self._event(written)
            if written.value is None:
                self._without_value(written)
            value, span = first.setdefault(event.variable, (event.value, written.span))
            if None not in (value, event.value) and value != event.value:
                name = event.variable.node
                self.found.append(ContradictoryEvidence(node=name, first=span, span=written.span))
        return tuple(ir.Event(variable, value) for variable, (value, _) in first.items())

    def _without_value(self, event: tree.Event) -> None:
        name = event.variable.node.text
        node = self.graph.by_name.get(name)
        if node is not None and isinstance(node.domain, Finite):
            example = _value_name(self.graph, name, node.domain.size - 1)
            self.found.append(
                EvidenceWithoutValue(node=_quoted(name), example=example, span=event.span)
            )

    def _world(self, assignments: Sequence[tree.Assignment]) -> ir.World:
        first: dict[str, tuple[_Value, Span]] = {}
        for assignment in assignments:
            name = assignment.node.text
            value = self._assigned(assignment)
            before, span = first.setdefault(name, (value, assignment.span))
            if None not in (before, value) and before != value:
                self.found.append(HeldTwice(node=name, first=span, span=assignment.span))
        return tuple(
            ir.Setting(name, value) for name, (value, _) in first.items() if value is not None
        )

    def _assigned(self, assignment: tree.Assignment) -> _Value:
        domain = self._domain(assignment.node)
        if isinstance(assignment.value, tree.Word):
            return self._value(assignment.node, domain, assignment.value)
        return self._copied(assignment, domain, assignment.value)

    def _copied(
        self, assignment: tree.Assignment, domain: Finite | None, source: tree.Variable
    ) -> ir.Variable:
        """What a label is held at, where that is what another is: their values are the same."""
        variable, other = self._variable(source), self._known(source.node)
        if domain is not None and other is not None and domain != other:
            names = assignment.node.text, source.node.text
            self.found.append(OtherDomain(*names, span=assignment.span))
        return variable

    def _event(self, event: tree.Event) -> ir.Event:
        variable = self._variable(event.variable)
        if event.value is None:
            return ir.Event(variable)
        domain = self._known(event.variable.node)
        return ir.Event(variable, self._value(event.variable.node, domain, event.value))

    def _variable(self, variable: tree.Variable) -> ir.Variable:
        self._domain(variable.node)
        return ir.Variable(variable.node.text, self._world(variable.world))

    def _domain(self, name: tree.Word) -> Finite | None:
        """The domain of a label; None, reported, if there is no such label."""
        if name.text not in self.graph.by_name:
            near = closest(name.text, self.graph.by_name)
            self.found.append(UnknownNode(name=name.text, suggestion=near, span=name.span))
        elif self._known(name) is None:
            real = isinstance(self.graph.by_name[name.text].domain, Real)
            wrong = RealNotAnswered if real else ImageInQuery
            self.found.append(wrong(node=name.text, span=name.span))
        return self._known(name)

    def _known(self, name: tree.Word) -> Finite | None:
        node = self.graph.by_name.get(name.text)
        return node.domain if node is not None and isinstance(node.domain, Finite) else None

    def _value(self, name: tree.Word, domain: Finite | None, value: tree.Word) -> int | None:
        if domain is None:
            return None
        if value.text not in domain.values:
            known = (str(domain.real),) if isinstance(domain, Points) else domain.values
            wrong = UnknownValue(node=name.text, value=value.text, domain=known, span=value.span)
            self.found.append(wrong)
            return None
        return domain.index(value.text)

    def _numeric(self, name: tree.Word) -> None:
        domain = self._known(name)
        if domain is None:
            self._domain(name)
            return
        if isinstance(domain, Points):
            return
        for value in domain.values:
            if not re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
                self.found.append(NotNumeric(node=_quoted(name.text), value=value, span=name.span))
                return

    def _one_number(self, side: tree.Term) -> None:
        if isinstance(side, tree.Probability):
            for event in side.targets:
                if event.value is None:
                    name = event.variable.node.text
                    self.found.append(NotOneNumber(node=name, span=event.span))


def _conditions(do: ir.World, given: Sequence[ir.Event], graph: Graph) -> str:
    parts = [f"do({_world(do, graph)})"] if do else []
    parts += [phrase_events(given, graph)] if given else []
    return f" | {', '.join(parts)}" if parts else ""


def phrase_events(events: Iterable[ir.Event], graph: Graph) -> str:
    """Events as a query writes them, such as `Bald[Male=0]=1, Young`."""
    return ", ".join(_event(event, graph) for event in events)


def _event(event: ir.Event, graph: Graph) -> str:
    variable = _variable(event.variable, graph)
    if event.value is None:
        return variable
    return f"{variable}={_value_name(graph, event.variable.node, event.value)}"


def _variable(variable: ir.Variable, graph: Graph) -> str:
    name = _quoted(variable.node)
    return f"{name}[{_world(variable.world, graph)}]" if variable.world else name


def _world(world: ir.World, graph: Graph) -> str:
    return ", ".join(f"{_quoted(s.node)}={_setting(s, graph)}" for s in world)


def _setting(setting: ir.Setting, graph: Graph) -> str:
    if isinstance(setting.value, ir.Variable):
        return _variable(setting.value, graph)
    return _value_name(graph, setting.node, setting.value)


def _value_name(graph: Graph, node: str, value: int) -> str:
    return _value_text(graph.domain(node).values[value])


@lru_cache(maxsize=4096)
def _value_text(text: str) -> str:
    return text if re.fullmatch(r"\w+", text) else f'"{text}"'


@lru_cache(maxsize=4096)
def _quoted(name: str) -> str:
    plain = re.fullmatch(r"\w+", name) and name not in _RESERVED
    return name if plain else f'"{name}"'


_RESERVED = frozenset(("P", "E", "ATE", "do", "given", "graph", "assert", "identified"))
