"""Look the parts of a query up in a graph: names, values, worlds, events and interventions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

from scm_compiler.diagnostics import Diagnostic, Span, closest
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import index_of, is_number
from scm_compiler.ir.graph import reached
from scm_compiler.semantics.codes.conditions import ContradictoryEvidence, HeldTwice
from scm_compiler.semantics.codes.kinds import RealNotAnswered
from scm_compiler.semantics.codes.queries import (
    ImageInQuery,
    NotNumeric,
    OtherDomain,
    UnknownNode,
    UnknownValue,
)
from scm_compiler.semantics.codes.questions import (
    CaseWithoutValue,
    ReadsDescendant,
    TooManyCases,
    WrongWeights,
)
from scm_compiler.semantics.derive import MOST_CASES, Factor, Policy
from scm_compiler.semantics.events import (
    Allowed,
    as_events,
    compared,
    factor_of,
)
from scm_compiler.semantics.phrase import value_name
from scm_compiler.semantics.points import Points
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

# A value that may be left out: the error that made it unknown is reported already.
_Value = int | ir.Variable | None

_ROUNDING = 1e-9


@dataclass
class Lookup:
    """Looks parts up and collects what is wrong; unknown parts become placeholders."""

    graph: Graph
    found: list[Diagnostic] = field(default_factory=list)

    # Names and values.

    def domain(self, name: tree.Word) -> Finite | None:
        """The domain of a label; None, reported, if there is no such label."""
        if name.text not in self.graph.by_name:
            near = closest(name.text, self.graph.by_name)
            self.found.append(UnknownNode(name=name.text, suggestion=near, span=name.span))
        elif self.known(name) is None:
            real = isinstance(self.graph.by_name[name.text].domain, Real)
            wrong = RealNotAnswered if real else ImageInQuery
            self.found.append(wrong(node=name.text, span=name.span))
        return self.known(name)

    def known(self, name: tree.Word) -> Finite | None:
        """The domain of a label, if there is one."""
        node = self.graph.by_name.get(name.text)
        return node.domain if node is not None and isinstance(node.domain, Finite) else None

    def value(self, name: tree.Word, domain: Finite | None, value: tree.Word) -> int | None:
        """The index of a value."""
        if domain is None:
            return None
        index = index_of(value.text, domain)
        if index is None:
            self._unknown_value(name, domain, value)
        return index

    def _unknown_value(self, name: tree.Word, domain: Finite, value: tree.Word) -> None:
        known = (str(domain.real),) if isinstance(domain, Points) else domain.values
        self.found.append(UnknownValue(name.text, value.text, known, span=value.span))

    def numeric(self, name: tree.Word) -> None:
        """Refuse a label whose values are not numbers."""
        domain = self.known(name)
        if domain is None:
            self.domain(name)
            return
        for value in domain.values:
            if not is_number(value):
                self.found.append(NotNumeric(node=quoted(name.text), value=value, span=name.span))
                return

    def example(self, name: str) -> str | None:
        """A value that a label can have."""
        node = self.graph.by_name.get(name)
        if node is None or not isinstance(node.domain, Finite):
            return None
        return value_name(self.graph, name, node.domain.size - 1)

    # Worlds.

    def variable(self, variable: tree.Variable) -> ir.Variable:
        """A node in its world."""
        self.domain(variable.node)
        return ir.Variable(variable.node.text, self.world(variable.world))

    def world(self, assignments: Sequence[tree.Assignment]) -> ir.World:
        """What an intervention holds at constants."""
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
        domain = self.domain(assignment.node)
        if isinstance(assignment.value, tree.Word):
            return self.value(assignment.node, domain, assignment.value)
        variable = self.variable(assignment.value)
        self.alike(assignment.node, assignment.value.node, assignment.span)
        return variable

    def alike(self, node: tree.Word, source: tree.Word, span: Span) -> None:
        """Refuse to hold a label at what another is whose values are not the same."""
        mine, other = self.known(node), self.known(source)
        if mine is not None and other is not None and mine != other:
            self.found.append(OtherDomain(node.text, source.text, span=span))

    # Events.

    def event(self, event: tree.Event) -> ir.Event:
        """A variable with its value, or without one."""
        variable = self.variable(event.variable)
        if event.value is None:
            return ir.Event(variable)
        domain = self.known(event.variable.node)
        return ir.Event(variable, self.value(event.variable.node, domain, event.value))

    def proposition(self, written: tree.Proposition) -> tuple[ir.Event | Factor, ...]:
        """An event of any form; one of several values is a factor."""
        match written:
            case tree.Event():
                return (self.event(written),)
            case tree.Compared():
                variable, values = self.compared(written)
                return as_events(_single(variable, dict.fromkeys(sorted(values), 1.0)))
            case tree.Likely(variable):
                return (_single(self.variable(variable), self._weights(written, total=None)),)
            case tree.Either(((*events,),)):
                return tuple(part for event in events for part in self.proposition(event))
            case tree.Either():
                return self._either(written)

    def compared(self, written: tree.Compared) -> Allowed:
        """A variable, and the values that a comparison leaves."""
        variable, node = self.variable(written.variable), written.variable.node
        domain = self.known(node)
        values: set[int] = set()
        for word in written.values if domain is not None else ():
            assert domain is not None
            relation = "=" if written.relation == "in" else written.relation
            holds = compared(relation, word.text, domain)
            if holds is None or (written.relation == "in" and not holds):
                self._unknown_value(node, domain, word)
            values |= holds or set()
        return variable, frozenset(values)

    def _either(self, written: tree.Either) -> tuple[ir.Event | Factor, ...]:
        cases = [[self._allowed(event) for event in case] for case in written.cases]
        sizes = {variable: self._size(variable.node) for case in cases for variable, _ in case}
        made = factor_of(cases, sizes)
        if isinstance(made, int):
            self.found.append(TooManyCases(made, MOST_CASES, span=written.span))
            return ()
        return as_events(made)

    def _size(self, name: str) -> int:
        node = self.graph.by_name.get(name)
        return node.domain.size if node and isinstance(node.domain, Finite) else 1

    def _allowed(self, written: tree.Event | tree.Compared) -> Allowed:
        if isinstance(written, tree.Compared):
            return self.compared(written)
        event = self.event(written)
        if written.value is None and (example := self.example(event.variable.node)):
            name = quoted(event.variable.node)
            self.found.append(CaseWithoutValue(name, example, span=written.span))
        return event.variable, frozenset(() if event.value is None else (event.value,))

    def targets(
        self, written: Sequence[tree.Proposition]
    ) -> tuple[tuple[ir.Event, ...], tuple[Factor, ...]]:
        """What is asked for: events, and those of several values."""
        return _apart([self.proposition(each) for each in written])

    def evidence(
        self, written: Sequence[tree.Proposition]
    ) -> tuple[tuple[ir.Event, ...], tuple[Factor, ...]]:
        """What is seen, each variable once."""
        resolved = [(self.proposition(each), each.span) for each in written]
        first: dict[ir.Variable, tuple[int | None, Span]] = {}
        for event, here in ((e, span) for found, span in resolved for e in found):
            if not isinstance(event, ir.Event):
                continue
            value, span = first.setdefault(event.variable, (event.value, here))
            if None not in (value, event.value) and value != event.value:
                name = event.variable.node
                self.found.append(ContradictoryEvidence(node=name, first=span, span=here))
        events = tuple(ir.Event(variable, value) for variable, (value, _) in first.items())
        return events, _apart([found for found, _ in resolved])[1]

    def _weights(self, written: tree.Likely, total: float | None) -> dict[int, float]:
        """The weight of each value that has one; of a distribution they make `total`."""
        node = written.variable.node
        domain = self.known(node) if written.variable.world else self.domain(node)
        if domain is None:
            return {}
        words = [word.text for word in written.weights]
        numbers = [float(word) for word in words if is_number(word)]
        if total is not None and len(words) == 1 and domain.size == 2 and numbers:
            numbers = [total - numbers[0], *numbers]
        wrong = ""
        if len(numbers) < len(words):
            wrong = "are not all numbers"
        elif len(numbers) != domain.size:
            wrong = f"are {len(numbers)}, and its values {domain.size}"
        elif min(numbers) < 0 or max(numbers) <= 0:
            wrong = "are below zero" if min(numbers) < 0 else "are all zero"
        elif total is not None and abs(sum(numbers) - total) > _ROUNDING:
            wrong = f"make {sum(numbers):g} and not {total:g} together"
        if wrong:
            self.found.append(
                WrongWeights(quoted(node.text), wrong, domain.values, span=written.span)
            )
            return {}
        return {value: weight for value, weight in enumerate(numbers) if weight}

    # Interventions that are no constants.

    def policy(self, action: tree.Likely | tree.Choice | tree.Assignment) -> Policy:
        """A distribution, a rule, or what another node is."""
        match action:
            case tree.Likely(variable):
                weights = self._weights(action, total=1.0)
                return Policy(variable.node.text, (), {(): weights})
            case tree.Choice():
                return self._rule(action)
            case tree.Assignment(node, tree.Word() as source):
                self.domain(node)
                self.domain(source)
                self.alike(node, source, action.span)
                chosen: dict[tuple[int, ...], dict[int, float]] = {
                    (value,): {value: 1.0} for value in range(self._size(source.text))
                }
                return Policy(node.text, (source.text,), chosen)
        raise TypeError(action)

    def _rule(self, action: tree.Choice) -> Policy:
        node, domain = action.node, self.domain(action.node)
        values = [self.value(node, domain, word) or 0 for word, _ in action.cases]
        otherwise = self.value(node, domain, action.otherwise) or 0
        cases = [
            [[self._allowed(event) for event in case] for case in condition.cases]
            for _, condition in action.cases
        ]
        every = (allowed for condition in cases for case in condition for allowed in case)
        reads = tuple(dict.fromkeys(variable.node for variable, _ in every))
        sizes = [self._size(name) for name in reads]
        if prod(sizes) > MOST_CASES:
            self.found.append(TooManyCases(prod(sizes), MOST_CASES, span=action.span))
            return Policy(node.text, (), {(): {otherwise: 1.0}})
        chosen = {}
        for cell in product(*map(range, sizes)):
            at = dict(zip(reads, cell, strict=True))
            holds = (
                value
                for value, condition in zip(values, cases, strict=True)
                if any(all(at[v.node] in meant for v, meant in case) for case in condition)
            )
            chosen[cell] = {next(holds, otherwise): 1.0}
        return Policy(node.text, reads, chosen)

    def refuse_descendants(self, policies: Sequence[tuple[Policy, Span]]) -> None:
        """Refuse to set a node by what it changes, or by what another rule sets."""
        nodes = [policy.node for policy, _ in policies]
        for policy, span in policies:
            for read in policy.reads:
                others = [node for node in nodes if node != read]
                set_by_rule = read in nodes and read != policy.node
                if set_by_rule or any(self.causes(node, read) for node in others):
                    ruled = not self.causes(policy.node, read)
                    self.found.append(ReadsDescendant(policy.node, read, ruled, span=span))

    def causes(self, node: str, other: str) -> bool:
        """Whether there is a path of arrows from one node to another."""
        below = reached([node], lambda name: self.graph.children.get(name, ()))
        return node != other and other in below


def _single(variable: ir.Variable, weights: Mapping[int, float]) -> Factor:
    return Factor((variable,), {(value,): weight for value, weight in weights.items()})


def _apart(
    resolved: Sequence[tuple[ir.Event | Factor, ...]],
) -> tuple[tuple[ir.Event, ...], tuple[Factor, ...]]:
    every = [part for found in resolved for part in found]
    events = tuple(part for part in every if isinstance(part, ir.Event))
    return events, tuple(part for part in every if isinstance(part, Factor))
