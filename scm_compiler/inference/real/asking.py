"""A question's tree on a graph with real nodes: what is drawn, and what of it is asked."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, nan

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Span, closest
from scm_compiler.inference.real.codes.reals import NoEvent, NotWithReals
from scm_compiler.inference.real.units import Array, Draw, Held, Range, Seen, Variable
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.model.mechanism import Column
from scm_compiler.semantics.codes.queries import CauseNotBinary, UnknownNode, UnknownValue
from scm_compiler.semantics.codes.reals import NoNumberOfLabel
from scm_compiler.semantics.events import compared, index_of
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

Test = Callable[[Draw], Array]
"""Of each unit a number: of an event 1 or 0."""


@dataclass(frozen=True)
class Scene:
    """What holds and what is seen.

    Attributes:
        held: What the intervention holds in all worlds.
        seen: The evidence.
        needed: The nodes that the evidence or the question reads.
        rung: Of the question.
        noise: Whether a counterfactual rests on the noise model: what is seen may depend on what
            is held elsewhere.
    """

    held: tuple[Held, ...]
    seen: Seen
    needed: tuple[str, ...] = ()
    rung: int = 1
    noise: bool = True


@dataclass(frozen=True)
class Asked:
    """One number that is asked for.

    Attributes:
        scene: Where.
        kind: `mean`, `variance`, `quantile` or `density`.
        test: What is averaged.
        level: Of a quantile.
        point: Of a density, the node and the number.
    """

    scene: Scene
    kind: str
    test: Test
    level: float = 0.5
    point: tuple[str, float] | None = None


@dataclass
class Reader:
    """Reads the tree of a question, and collects what is wrong with it."""

    graph: Graph
    found: list[Diagnostic] = field(default_factory=list)

    @property
    def _labels(self) -> Lookup:
        lookup = Lookup(self.graph)
        lookup.found = self.found
        return lookup

    # Names and numbers.

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
        return self.real(name) is not None or self._labels.domain(name) is not None

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
        return self._labels.value(name, self._labels.known(name), value) or 0

    def variable(self, variable: tree.Variable) -> Variable:
        """A node in its world."""
        self.known(variable.node)
        return Variable(variable.node.text, tuple(map(self.held, variable.world)))

    def held(self, action: tree.Action) -> Held:
        """What an intervention makes of a node."""
        match action:
            case tree.Assignment(node, tree.Word() as value):
                if not self.known(node):
                    return Held(node.text, value.text, 0)
                found = self.value(node, value)
                return Held(node.text, repr(found), found)
            case tree.Assignment(node, tree.Variable() as other):
                self.known(node)
                elsewhere = self.variable(other)
                name, span = node.text, str(elsewhere)
                return Held(name, span, rule=lambda read, draw: draw.value(elsewhere))
            case tree.Choice():
                return self._rule(action)
            case tree.Likely(variable, weights):
                return self._random(variable.node, weights, action.span)
            case tree.Each(node):
                wrong = NotWithReals(
                    f"`do({quoted(node.text)})` without a value", "say the value", span=action.span
                )
                self.found.append(wrong)
        node = action.node if isinstance(action, tree.Assignment | tree.Each) else tree.Word("")
        return Held(node.text, "", 0)

    def _rule(self, action: tree.Choice) -> Held:
        self.known(action.node)
        cases = [
            (self.value(action.node, word), self._reading(cond)) for word, cond in action.cases
        ]
        otherwise = self.value(action.node, action.otherwise)
        reads = tuple(dict.fromkeys(name for _, (names, _) in cases for name in names))
        real = self.real(action.node) is not None

        def rule(read: Callable[[str], Column], draw: Draw) -> Column:
            del draw
            found = np.full(len(read(reads[0])), otherwise, np.float64)
            for value, (_, holds) in reversed(cases):
                found = np.where(holds(read), value, found)
            return found if real else found.astype(np.int64)

        return Held(action.node.text, str(action), rule=rule, reads=reads)

    def _reading(
        self, condition: tree.Either
    ) -> tuple[list[str], Callable[[Callable[[str], Column]], Array]]:
        """The nodes that a condition reads, and whether it holds."""
        parts = [[self._holds(event) for event in case] for case in condition.cases]
        names = [name for case in parts for name, _ in case]

        def holds(read: Callable[[str], Column]) -> Array:
            cases = [np.logical_and.reduce([t(read(n)) for n, t in case]) for case in parts]
            return np.asarray(np.logical_or.reduce(cases))

        return names, holds

    def _random(self, node: tree.Word, weights: Sequence[tree.Word], span: Span) -> Held:
        if self.real(node) is not None:
            self.found.append(NotWithReals("a random number", "hold it at a number", span=span))
            return Held(node.text, "", 0)
        policy = self._labels.policy(tree.Likely(tree.Variable(node), tuple(weights), span))
        domain = self.graph.by_name[node.text].domain
        size = domain.size if isinstance(domain, Finite) else 1
        share = np.array([policy.chosen.get((), {}).get(v, 0.0) for v in range(size)])

        def rule(read: Callable[[str], Column], draw: Draw) -> Column:
            del read
            return draw.rolled(node.text, share)

        return Held(node.text, "random", rule=rule)

    # Events.

    def _holds(self, event: tree.Event | tree.Compared) -> tuple[str, Callable[[Column], Array]]:
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
            self.found.append(NoEvent(quoted(node.text), span=event.span))
            return node.text, np.ones_like
        if self.real(node) is not None:
            numbers = [self.number(node, word, inside=False) for word in given]
            test = _RELATIONS["=" if relation == "in" else relation]
            return node.text, lambda column: np.logical_or.reduce(
                [test(column, n) for n in numbers]
            )
        domain = self._labels.known(node)
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

    def event(self, written: tree.Proposition) -> tuple[list[Variable], Test]:
        """Whether a proposition holds in each unit."""
        match written:
            case tree.Event() | tree.Compared():
                variable = self.variable(written.variable)
                _, holds = self._holds(written)
                return [variable], lambda draw: holds(draw.value(variable)).astype(np.float64)
            case tree.Either(cases):
                parts = [[self.event(event) for event in case] for case in cases]
                variables = [v for case in parts for names, _ in case for v in names]

                def either(draw: Draw) -> Array:
                    each = [np.prod([test(draw) for _, test in case], 0) for case in parts]
                    return np.asarray(np.max(each, 0), np.float64)

                return variables, either
        self.found.append(NotWithReals("virtual evidence as a target", span=written.span))
        return [], lambda draw: np.ones(draw.count)

    def scene(
        self, do: Sequence[tree.Action], given: Sequence[tree.Proposition], *more: Variable
    ) -> Scene:
        """What holds and what is seen."""
        held = tuple(map(self.held, do))
        labels: dict[str, Array] = {}
        ranges: dict[str, Range] = {}
        other: list[Test] = []
        variables = list(more)
        for written in given:
            parts: Sequence[tree.Proposition] = (written,)
            if isinstance(written, tree.Either) and len(written.cases) == 1:
                parts = written.cases[0]
            for part in parts:
                self._see(part, labels, ranges, other, variables)
        rung = 3 if any(v.world for v in variables) else 2 if held else 1
        needed = tuple(dict.fromkeys(v.node for v in variables))
        return Scene(held, Seen(labels, ranges, tuple(other)), needed, rung)

    def _see(
        self,
        part: tree.Proposition,
        labels: dict[str, Array],
        ranges: dict[str, Range],
        other: list[Test],
        variables: list[Variable],
    ) -> None:
        """Take evidence in, in the form that is drawn best."""
        if isinstance(part, tree.Likely):
            node, size = part.variable.node, self._labels.domain(part.variable.node)
            weights = self._labels._weights(part, total=None) if size is not None else {}
            likely = np.array([weights.get(v, 0.0) for v in range(size.size if size else 1)])
            labels[node.text] = labels.get(node.text, np.ones(len(likely))) * likely
            return
        if isinstance(part, tree.Either) or part.variable.world:
            names, test = self.event(part)
            variables.extend(names)
            other.append(test)
            return
        node = part.variable.node
        name, holds = self._holds(part)
        if name not in self.graph.by_name:
            return
        if self.real(node) is None:
            domain = self._labels.known(node)
            size_of = 0 if domain is None else domain.size
            likely = np.asarray(holds(np.arange(size_of)), np.float64)
            labels[name] = labels.get(name, np.ones(size_of)) * likely
            return
        span = self._span(part)
        if span is None:
            variables.append(Variable(name))
            other.append(lambda draw: holds(draw.value(Variable(name))).astype(np.float64))
        else:
            ranges[name] = ranges.get(name, Range()).meet(span)

    def where(self, part: tree.Event | tree.Compared) -> Range | frozenset[int]:
        """Where an event has its variable: a range of numbers, or some values.

        A real node that is outside of a number, or at one of some, is in no one range: NaN.
        """
        node = part.variable.node
        if self.real(node) is not None:
            return self._span(part) or Range(nan, nan)
        _, holds = self._holds(part)
        domain = self._labels.known(node)
        size = 0 if domain is None else domain.size
        return frozenset(np.flatnonzero(holds(np.arange(size))).tolist())

    def _span(self, part: tree.Event | tree.Compared) -> Range | None:
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

    # Numbers.

    def reading(self, variable: Variable) -> Test:
        """A node's values as numbers."""
        domain = self.graph.by_name[variable.node].domain
        if isinstance(domain, Finite):
            values = np.array([float(v) if _numeric(v) else np.nan for v in domain.values])
            return lambda draw: values[draw.value(variable)]
        return lambda draw: draw.value(variable).astype(np.float64)

    def probability(self, query: tree.Probability) -> Asked:
        """`P(...)` of events."""
        parts = [self.event(target) for target in query.targets]
        variables = [variable for names, _ in parts for variable in names]
        tests = [test for _, test in parts]
        scene = self.scene(query.do, query.given, *variables)
        return Asked(scene, "mean", lambda draw: np.prod([test(draw) for test in tests], 0))

    def expectation(self, query: tree.Expectation) -> Asked:
        """`E(...)` and `Var(...)`."""
        variable = self.variable(query.target)
        if self.real(query.target.node) is None:
            self._labels.numeric(query.target.node)
        scene = self.scene(query.do, query.given, variable)
        kind = "variance" if query.variance else "mean"
        return Asked(scene, kind, self._safe(variable))

    def quantile(self, query: tree.Quantile) -> Asked:
        """`Q(Age, 0.9 | ...)`."""
        variable = self.variable(query.target)
        node = query.target.node
        try:
            level = float(query.level.text)
        except ValueError:
            level = inf
        if variable.node in self.graph.by_name and self.real(node) is None:
            self.found.append(NoNumberOfLabel(quoted(node.text), span=node.span))
        elif not 0 < level < 1:
            self.found.append(
                NoNumberOfLabel(quoted(node.text), query.level.text, span=query.level.span)
            )
        scene = self.scene(query.do, query.given, variable)
        return Asked(scene, "quantile", self._safe(variable), level)

    def density(self, query: tree.Density) -> Asked:
        """`density(Age=63 | ...)`."""
        node = query.target.node
        variable = self.variable(query.target)
        if variable.node in self.graph.by_name and self.real(node) is None:
            self.found.append(NoNumberOfLabel(quoted(node.text), span=node.span))
        if variable.world:
            self.found.append(NotWithReals("a density in another world", span=query.span))
        number = self.number(node, query.value, inside=False)
        scene = self.scene(query.do, query.given)
        return Asked(scene, "density", lambda draw: np.ones(draw.count), point=(node.text, number))

    def effect(self, query: tree.Effect) -> Asked:
        """`ATE(Dose -> Pain, 4 vs 0 | ...)` and `ATT`: of each unit, the one less the other."""
        cause, outcome = query.cause, query.outcome
        if query.name not in ("ATE", "ATT"):
            self.found.append(NotWithReals(f"`{query.name}`", span=query.span))
        known = self.known(cause) and self.known(outcome)
        one, zero = self.compared_values(query) if known else (1, 0)
        if known and self.real(outcome) is None:
            self._labels.numeric(outcome)
        sides = [
            Variable(outcome.text, (Held(cause.text, repr(value), value),))
            for value in (one, zero)
        ]
        given = self.evidence(query) if known else query.given
        scene = self.scene(query.do, given, *sides)
        first, second = map(self._safe, sides)
        lookup, seen = self._labels, scene.seen
        evidence = {*seen.labels, *seen.ranges, *(n for n in scene.needed if seen.other)}
        noise = known and any(lookup.causes(cause.text, name) for name in evidence)
        rung = 3 if query.name == "ATT" or noise else 2
        scene = Scene(scene.held, scene.seen, scene.needed, rung, noise)
        return Asked(scene, "mean", lambda draw: first(draw) - second(draw))

    def evidence(self, query: tree.Effect) -> tuple[tree.Proposition, ...]:
        """Whose effect it is: of `ATT` those who have the first value of the cause."""
        if query.name != "ATT":
            return query.given
        value = query.values[0] if query.values else tree.Word("1", query.cause.span)
        return (*query.given, tree.Event(tree.Variable(query.cause), value, query.span))

    def compared_values(self, query: tree.Effect) -> tuple[float | int, float | int]:
        """The two values of the cause."""
        if query.values is not None:
            one, zero = (self.value(query.cause, word) for word in query.values)
            return one, zero
        domain = self._labels.known(query.cause)
        if domain is None or not {"0", "1"} <= set(domain.values):
            values = () if domain is None else domain.values
            said = values or (str(self.real(query.cause)),)
            name = quoted(query.cause.text)
            self.found.append(CauseNotBinary(query.name, name, said, span=query.cause.span))
            return 1, 0
        return domain.index("1"), domain.index("0")

    def _safe(self, variable: Variable) -> Test:
        if variable.node not in self.graph.by_name or self.found:
            return lambda draw: np.zeros(draw.count)
        return self.reading(variable)


def _numeric(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
