"""Names, numbers and events of a question on a graph with real nodes."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite, nan

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Span, closest
from scm_compiler.inference.real.codes.reals import NoEvent
from scm_compiler.inference.real.openings import some_number
from scm_compiler.inference.real.units import Array, Range
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir.domain import index_of, is_finite
from scm_compiler.model.mechanism import Column
from scm_compiler.semantics.codes.queries import NotOneNumber, UnknownNode, UnknownValue
from scm_compiler.semantics.events import compared
from scm_compiler.semantics.lookup import Lookup
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

_RELATIONS: Mapping[str, Callable[[Array, float], Array]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
}


@dataclass
class Names:
    """Looks up what a question names, and collects what is wrong with it."""

    graph: Graph
    found: list[Diagnostic] = field(default_factory=list)

    @property
    def labels(self) -> Lookup:
        """What looks up labels, and reports here."""
        lookup = Lookup(self.graph)
        lookup.found = self.found
        return lookup

    def real(self, name: tree.Word) -> Real | None:
        """The domain of a real node; None of any other."""
        node = self.graph.by_name.get(name.text)
        return node.domain if node is not None and isinstance(node.domain, Real) else None

    def known(self, name: tree.Word) -> bool:
        """Whether it is a label or a real node; reported if not."""
        if name.text not in self.graph.by_name:
            near = closest(name.text, self.graph.by_name)
            self.found.append(UnknownNode(name=name.text, suggestion=near, span=name.span))
            return False
        return self.real(name) is not None or self.labels.domain(name) is not None

    def number(self, name: tree.Word, value: tree.Word, *, inside: bool) -> float:
        """A number as it is written."""
        domain = self.real(name)
        try:
            found = float(value.text)
        except ValueError:
            found = inf
        if domain is not None and (not isfinite(found) or (inside and found not in domain)):
            said = (str(domain),)
            self.found.append(UnknownValue(name.text, value.text, said, span=value.span))
        return found

    def value(self, name: tree.Word, value: tree.Word) -> float | int:
        """A node's value: a number of a real one, else an index."""
        if self.real(name) is not None:
            return self.number(name, value, inside=True)
        return self.labels.value(name, self.labels.known(name), value) or 0

    def holds(self, event: tree.Event | tree.Compared) -> tuple[str, Callable[[Column], Array]]:
        """Which node an event is of, and whether it holds of its values."""
        node = event.variable.node
        if not self.known(node):
            return node.text, np.ones_like
        relation, given = "=", list[tree.Word]()
        if isinstance(event, tree.Compared):
            relation, given = event.relation, list(event.values)
        elif event.value is not None:
            given = [event.value]
        if not given:
            self.found.append(self._valueless(node, event.span))
            return node.text, np.ones_like
        if self.real(node) is not None:
            numbers = [self.number(node, word, inside=False) for word in given]
            test = _RELATIONS["=" if relation == "in" else relation]
            return node.text, lambda column: np.logical_or.reduce(
                [test(column, n) for n in numbers]
            )
        domain = self.labels.known(node)
        assert domain is not None
        meant: set[int] = set()
        for word in given:
            holds = compared("=" if relation == "in" else relation, word.text, domain)
            if holds is None or (relation in ("in", "=") and index_of(word.text, domain) is None):
                values = domain.values
                wrong = UnknownValue(node.text, word.text, values, span=word.span)
                self.found.append(wrong)
            meant |= holds or set()
        allowed = np.isin(np.arange(domain.size), sorted(meant))
        return node.text, lambda column: allowed[column].astype(np.float64)

    def _valueless(self, node: tree.Word, span: Span) -> Diagnostic:
        if self.real(node) is not None:
            return NoEvent(quoted(node.text), span=span)
        return NotOneNumber(quoted(node.text), span=span)

    def example(self, node: tree.Word) -> str:
        """A value that a node can have, as it is written."""
        domain = self.graph.by_name[node.text].domain
        if isinstance(domain, Finite):
            return domain.values[-1]
        return f"{some_number(domain):g}" if isinstance(domain, Real) else "…"

    def where(self, part: tree.Event | tree.Compared) -> Range | frozenset[int]:
        """Where an event has its variable: a range of numbers, or some values.

        A real node that is outside of a number, or at one of some, is in no one range: NaN.
        """
        node = part.variable.node
        if self.real(node) is not None:
            return self.span(part) or Range(nan, nan)
        _, holds = self.holds(part)
        domain = self.labels.known(node)
        size = 0 if domain is None else domain.size
        return frozenset(np.flatnonzero(holds(np.arange(size))).tolist())

    def span(self, part: tree.Event | tree.Compared) -> Range | None:
        """The one range that evidence of a real node is, if it is one."""
        if isinstance(part, tree.Event):
            if part.value is None:
                return Range()
            number = self.number(part.variable.node, part.value, inside=True)
            return Range(number, number)
        number = self.number(part.variable.node, part.values[0], inside=False)
        match part.relation:
            case "<" | "<=":
                return Range(high=number, to_high=part.relation == "<=")
            case ">" | ">=":
                return Range(low=number, from_low=part.relation == ">=")
        return None

    def numbers(self, node: str) -> Callable[[Column], Array]:
        """What a node's values are as numbers; not a number of a label whose value is none."""
        domain = self.graph.by_name[node].domain
        if isinstance(domain, Finite):
            values = np.array([float(v) if is_finite(v) else np.nan for v in domain.values])
            return lambda column: values[column]
        return lambda column: column.astype(np.float64)
