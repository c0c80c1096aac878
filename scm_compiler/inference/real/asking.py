"""A question's tree on a graph with real nodes: what is drawn, and what of it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from scm_compiler.inference.real.acting import Actions
from scm_compiler.inference.real.codes.reals import NotWithReals
from scm_compiler.inference.real.units import Array, Draw, Held, Range, Seen, Variable
from scm_compiler.semantics.codes.conditions import EvidenceWithoutValue
from scm_compiler.semantics.codes.queries import CauseNotBinary
from scm_compiler.semantics.codes.reals import NoNumberOfLabel
from scm_compiler.semantics.effects import mediators, wrong_effect
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

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
        kind: `chance`, `mean`, `variance`, `quantile` or `density`.
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
class Reader(Actions):
    """Reads the tree of a question, and collects what is wrong with it."""

    # Events.

    def event(self, written: tree.Proposition) -> tuple[list[Variable], Test]:
        """Whether a proposition holds in each unit."""
        match written:
            case tree.Event() | tree.Compared():
                variable = self.variable(written.variable)
                _, holds = self.holds(written)
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
        self.require_before(held, (action.span for action in do))
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
            node, size = part.variable.node, self.labels.domain(part.variable.node)
            weights = self.labels._weights(part, total=None) if size is not None else {}
            likely = np.array([weights.get(v, 0.0) for v in range(size.size if size else 1)])
            labels[node.text] = labels.get(node.text, np.ones(len(likely))) * likely
            return
        if isinstance(part, tree.Either) or part.variable.world:
            names, test = self.event(part)
            variables.extend(names)
            other.append(test)
            return
        node = part.variable.node
        if isinstance(part, tree.Event) and part.value is None and self.known(node):
            example = self.example(node)
            wrong = EvidenceWithoutValue(quoted(node.text), example, span=part.span)
            self.found.append(wrong)
            return
        name, holds = self.holds(part)
        if name not in self.graph.by_name:
            return
        if self.real(node) is None:
            domain = self.labels.known(node)
            size_of = 0 if domain is None else domain.size
            likely = np.asarray(holds(np.arange(size_of)), np.float64)
            labels[name] = labels.get(name, np.ones(size_of)) * likely
            return
        span = self.span(part)
        if span is None:
            variables.append(Variable(name))
            other.append(lambda draw: holds(draw.value(Variable(name))).astype(np.float64))
        else:
            ranges[name] = ranges.get(name, Range()).meet(span)

    # Numbers.

    def reading(self, variable: Variable) -> Test:
        """A node's values as numbers."""
        numbers = self.numbers(variable.node)
        return lambda draw: numbers(draw.value(variable))

    def probability(self, query: tree.Probability) -> Asked:
        """`P(...)` of events."""
        parts = [self.event(target) for target in query.targets]
        variables = [variable for names, _ in parts for variable in names]
        tests = [test for _, test in parts]
        scene = self.scene(query.do, query.given, *variables)
        return Asked(scene, "chance", lambda draw: np.prod([test(draw) for test in tests], 0))

    def expectation(self, query: tree.Expectation) -> Asked:
        """`E(...)` and `Var(...)`."""
        variable = self.variable(query.target)
        if self.real(query.target.node) is None:
            self.labels.numeric(query.target.node)
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
        number = self.number(node, query.value, inside=False)
        scene = self.scene(query.do, query.given, *([variable] if variable.world else ()))
        return Asked(scene, "density", lambda draw: np.ones(draw.count), point=(node.text, number))

    def effect(self, query: tree.Effect) -> Asked:
        """`ATE(Dose -> Pain, 4 vs 0 | ...)` or another: of each unit, the one less the other."""
        cause, outcome = query.cause, query.outcome
        if (wrong := wrong_effect(query)) is not None:
            self.found.append(wrong)
        known = self.known(cause) and self.known(outcome)
        sides = self.sides(query) if known else ()
        if known and self.real(outcome) is None:
            self.labels.numeric(outcome)
        given = self.evidence(query) if known else query.given
        scene = self.scene(query.do, given, *sides)
        tests = [self._safe(side) for side in sides]
        seen = scene.seen
        evidence = {*seen.labels, *seen.ranges, *(n for n in scene.needed if seen.other)}
        noise = known and any(self.labels.causes(cause.text, name) for name in evidence)
        rung = 3 if query.name not in ("ATE", "CDE") or noise else 2
        scene = Scene(scene.held, seen, scene.needed, rung, noise)
        return Asked(scene, "mean", lambda draw: tests[0](draw) - tests[1](draw))

    def sides(self, query: tree.Effect) -> tuple[Variable, Variable]:
        """The two variables that are compared, each in its world."""
        cause, outcome = query.cause.text, query.outcome.text
        one, zero = (Held(cause, repr(value), value) for value in self.compared_values(query))
        more = tuple(map(self.held, query.held))
        if query.name not in ("NDE", "NIE"):
            return Variable(outcome, (one, *more)), Variable(outcome, (zero, *more))
        changed, fixed = (one, zero) if query.name == "NDE" else (zero, one)
        through = mediators(cause, outcome, self.graph, self.labels.causes)
        nested = tuple(self._as_in(Variable(name, (fixed,))) for name in through)
        return Variable(outcome, (changed, *nested)), Variable(outcome, (zero,))

    @staticmethod
    def _as_in(elsewhere: Variable) -> Held:
        """A node held at what it is in another world."""
        return Held(elsewhere.node, str(elsewhere), rule=lambda read, draw: draw.value(elsewhere))

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
        domain = self.labels.known(query.cause)
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
