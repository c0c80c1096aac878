"""Resolve a query against a graph: every name a node, every value an index of its domain."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.ir import Finite, Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.codes.conditions import (
    EvidenceWithoutValue,
)
from scm_compiler.semantics.codes.queries import AskedTwice, CauseNotBinary, NotOneNumber
from scm_compiler.semantics.codes.questions import (
    HeldWithoutValue,
    NothingToChoose,
    TooManyCases,
)
from scm_compiler.semantics.codes.reals import NoNumberOfLabel
from scm_compiler.semantics.derive import (
    MOST_CASES,
    Regime,
    conjunctions,
)
from scm_compiler.semantics.effects import Effect, local_effect, wrong_effect
from scm_compiler.semantics.phrase import (
    numeric_values,
    on_one_line,
    phrase,
    phrase_events,
    worded,
)
from scm_compiler.semantics.scene import Scene, Stage, Values
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_conditions, print_query, quoted

__all__ = [
    "numeric_values",
    "on_one_line",
    "phrase",
    "phrase_events",
    "read_query",
    "resolve",
    "worded",
]


def read_query(text: str, graph: Graph, name: str = "query") -> ir.Query:
    """The query that a text asks of a graph.

    Args:
        text: Such as `P(Male=1 | do(Mustache=1))`.
        graph: The graph whose names and values it uses.
        name: What messages call the text.

    Raises:
        ScmError: With every error of the text (E40x syntax, E41x names and values).
    """
    source = Source(name, text)
    sink = Sink(source)
    tree = parse_query(source, sink)
    query = resolve(tree, graph, sink) if tree is not None else None
    sink.check()
    if query is None:
        raise ValueError("a query without errors did not resolve")
    return query


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
    resolver = _Resolver(graph, open_values=open_values)
    resolved = resolver.query(query)
    sink.extend(resolver.found)
    return None if resolver.found else resolved


@dataclass
class _Resolver(Stage):
    """Resolves each form of query."""

    def query(self, query: tree.Query) -> ir.Query:  # noqa: C901, PLR0911  (a form each)
        match query:
            case tree.Sum() | tree.Ratio():
                return self._combined(query)
            case tree.Probability():
                return self._probability(query)
            case tree.Best(targets):
                table = self._probability(query)
                if not any(isinstance(t, tree.Event) and t.value is None for t in targets):
                    self.found.append(NothingToChoose(span=query.span))
                columns = len(table.variables) if isinstance(table, ir.Derived) else 0
                free = sum(isinstance(t, tree.Event) and t.value is None for t in targets)
                return ir.Best(print_query(query), table, max(0, columns - free))
            case tree.Expectation():
                return self._expectation(query)
            case tree.Effect():
                return self._effect(query)
            case tree.Quantile(target) | tree.Density(target):
                self.domain(target.node)
                if not self.found:
                    name = quoted(target.node.text)
                    self.found.append(NoNumberOfLabel(name, span=target.node.span))
                return ir.Sum(())
            case tree.LocalEffect():
                return self._local_effect(query)
            case tree.Regime(do, given):
                return self._regime(query, do, given)

    # One world.

    def _probability(self, query: tree.Probability | tree.Best) -> ir.Probability | ir.Derived:
        events, factors = self.targets(query.targets)
        self._refuse_twice(query.targets)
        events = tuple(dict.fromkeys(events))
        scene = self.scene(query.do, query.given)
        if (scene.plain and not factors) or self.found:
            return ir.Probability(events, scene.regime.do, scene.regime.given)
        free = tuple(e.variable for e in events if e.value is None)

        def number(regime: Regime, values: Values) -> ir.Quantity:
            filled = tuple(replace(e, value=values.get(e.variable, e.value)) for e in events)
            asked = [(w, (*filled, *more)) for w, more in conjunctions(factors)]
            if regime.plain and not factors:
                return ir.Probability(filled, regime.do, regime.given)
            return regime.number(asked)

        count = len(list(conjunctions(factors))) * scene.regime.cases
        return self._derived(query, "probability", scene, number, free, count)

    def _expectation(self, query: tree.Expectation) -> ir.Query:
        variable = self.variable(query.target)
        kind: ir.Kind = "variance" if query.variance else "expectation"
        self.numeric(query.target.node)
        scene = self.scene(query.do, query.given)
        if (scene.plain and not query.variance) or self.found:
            return ir.Expectation(variable, scene.regime.do, scene.regime.given)
        values = self._numbers(query.target.node.text)

        def number(regime: Regime, _: Values) -> ir.Quantity:
            find = regime.variance if query.variance else regime.mean
            return find(variable, values)

        return self._derived(query, kind, scene, number, (), len(values) * scene.regime.cases)

    def _numbers(self, name: str) -> tuple[float, ...]:
        return numeric_values(self.graph.domain(name))

    def _regime(
        self, query: tree.Regime, do: Sequence[tree.Action], given: Sequence[tree.Proposition]
    ) -> ir.Query:
        self._one_world(do, given)
        scene = self.scene(do, given)
        regime = scene.regime
        if scene.plain or self.found:
            return ir.Regime(regime.do, regime.given)
        rows = tuple(
            ((node.name, value), regime.number([(1.0, (ir.Event(ir.Variable(node.name), rank),))]))
            for node in self.graph.labels
            if isinstance(node.domain, Finite)
            for rank, value in enumerate(node.domain.values)
        )
        return ir.Derived(print_query(query), "probability", rows, ("label", "value"), regime=True)

    def _derived(
        self,
        query: tree.Query,
        kind: ir.Kind,
        scene: Scene,
        number: Callable[[Regime, Values], ir.Quantity],
        free: tuple[ir.Variable, ...] = (),
        count: int = 1,
    ) -> ir.Derived:
        """A question in terms of plain ones, with a row for each value of what is free."""
        keys: tuple[ir.Variable | str, ...] = (*scene.each, *scene.free, *free)
        names = [key if isinstance(key, str) else key.node for key in keys]
        sizes = [self.graph.domain(name).size for name in names]
        for size in sizes:
            count *= size
        if count > MOST_CASES:
            self.found.append(TooManyCases(count, MOST_CASES, span=query.span))
            return ir.Derived("", kind, ())
        rows = []
        for values in product(*map(range, sizes)):
            shown = tuple(
                self.graph.domain(name).values[value]
                for name, value in zip(names, values, strict=True)
            )
            at = dict(zip(keys, values, strict=True))
            rows.append((shown, number(scene.at(at), at)))
        columns = tuple(
            quoted(key) if isinstance(key, str) else phrase_events([ir.Event(key)], self.graph)
            for key in keys
        )
        return ir.Derived(print_query(query), kind, tuple(rows), columns)

    # Several numbers.

    def _combined(self, query: tree.Sum | tree.Ratio) -> ir.Derived:
        for side in _sides(query):
            self._one_number(side)
        quantity = self._quantity(query)
        minus = isinstance(query, tree.Sum) and not all(plus for plus, _ in query.terms)
        kind: ir.Kind = "difference" if minus else "sum"
        if isinstance(query, tree.Ratio):
            kind = "ratio"
        return ir.Derived(print_query(query), kind, (((), quantity),))

    def _quantity(self, query: tree.Number) -> ir.Quantity:
        match query:
            case tree.Sum(terms):
                parts = [(1.0 if plus else -1.0, self._quantity(term)) for plus, term in terms]
                return ir.total(parts)
            case tree.Ratio(above, below):
                return ir.Ratio(self._quantity(above), self._quantity(below))
        match self.query(query):
            case ir.Derived(rows=rows):  # several where values are left open
                return rows[0][1] if len(rows) == 1 else ir.total((1.0, row) for _, row in rows)
            case ir.Probability() | ir.Expectation() as plain:
                return plain
        raise TypeError(query)

    def _one_number(self, side: tree.Number) -> None:
        match side:
            case tree.Sum() | tree.Ratio():
                for part in _sides(side):
                    self._one_number(part)
                return
            case tree.Probability(targets) if not self.open_values:
                for event in targets:
                    if isinstance(event, tree.Event) and event.value is None:
                        name = event.variable.node.text
                        self.found.append(NotOneNumber(node=name, span=event.span))
        self._one_world(side.do, side.given)

    def _one_world(self, do: Sequence[tree.Action], given: Sequence[tree.Proposition]) -> None:
        """Refuse what makes a row of a table for each value."""
        if self.open_values:
            return
        for event in given:
            if isinstance(event, tree.Event) and event.value is None:
                name = event.variable.node.text
                if (example := self.example(name)) is not None:
                    self.found.append(EvidenceWithoutValue(quoted(name), example, span=event.span))
        for action in do:
            if isinstance(action, tree.Each) and (example := self.example(action.node.text)):
                name = quoted(action.node.text)
                self.found.append(HeldWithoutValue(name, example, span=action.span))

    # Effects.

    def _effect(self, query: tree.Effect) -> ir.Derived:
        one, zero = self._compared(query)
        self.numeric(query.outcome)
        held = self.world(query.held)
        if (wrong := wrong_effect(query)) is not None:
            self.found.append(wrong)
        scene = self.scene(query.do, query.given)
        if self.found or one is None or zero is None:
            return ir.Derived("", "difference", (((), ir.Sum(())),))
        effect = Effect(query.name, query.cause.text, query.outcome.text, one, zero, held)
        values = self._numbers(query.outcome.text)

        def number(regime: Regime, _: Values) -> ir.Quantity:
            first, second = (
                where.mean(target, values)
                for target, where in effect.sides(regime, self.graph, self.causes)
            )
            return ir.total([(1.0, first), (-1.0, second)])

        count = 2 * len(values) * scene.regime.cases
        found = self._derived(query, "difference", scene, number, (), count)
        if query.name == "ATE" and not query.given:
            return found
        sides = effect.sides(scene.regime, self.graph, self.causes)
        behind = print_conditions(query.do, query.given)
        return replace(found, means=self._means(sides, behind, query))

    def _local_effect(self, query: tree.LocalEffect) -> ir.Sum:
        for moved in (query.instrument, query.cause):
            domain = self.domain(moved)
            if domain and set(domain.values) != {"0", "1"}:
                name = quoted(moved.text)
                self.found.append(CauseNotBinary("LATE", name, domain.values, span=moved.span))
        self.numeric(query.outcome)
        if self.found:
            return ir.Sum(())
        return local_effect(
            query.instrument.text, query.cause.text, query.outcome.text, self.graph
        )

    def _means(
        self, sides: Sequence[tuple[ir.Variable, Regime]], behind: str, query: tree.Effect
    ) -> str:
        """The two means as a query writes them."""
        if query.name == "CDE" and not query.given:
            shown = [phrase(ir.Expectation(v, r.do, r.given), self.graph) for v, r in sides]
            return " - ".join(shown)
        treated = []
        if query.name == "ATT":
            treated = [phrase_events([sides[0][1].given[-1]], self.graph)]
        conditions = ", ".join(filter(None, [behind.removeprefix(" | "), *treated]))
        bar = f" | {conditions}" if conditions else ""
        return " - ".join(
            f"E({phrase_events([ir.Event(variable)], self.graph)}{bar})" for variable, _ in sides
        )

    def _compared(self, query: tree.Effect) -> tuple[int | None, int | None]:
        """The two values of the cause."""
        domain = self.domain(query.cause)
        if query.values is not None:
            one, zero = (self.value(query.cause, domain, word) for word in query.values)
            return one, zero
        if domain is None:
            return None, None
        if not {"0", "1"} <= set(domain.values):
            name = quoted(query.cause.text)
            self.found.append(
                CauseNotBinary(query.name, name, domain.values, span=query.cause.span)
            )
            return None, None
        return domain.index("1"), domain.index("0")

    def _refuse_twice(self, written: Sequence[tree.Proposition]) -> None:
        """Refuse a table with a row twice."""
        plain = [event for event in written if isinstance(event, tree.Event)]
        for rank, event in enumerate(plain):
            name = event.variable.node.text
            others = [o for o in plain[:rank] if o.variable == event.variable]
            if any(None in (event.value, other.value) for other in others):
                self.found.append(AskedTwice(node=name, span=event.span))


def _sides(query: tree.Sum | tree.Ratio) -> Iterator[tree.Number]:
    if isinstance(query, tree.Sum):
        yield from (term for _, term in query.terms)
    else:
        yield from (query.above, query.below)
