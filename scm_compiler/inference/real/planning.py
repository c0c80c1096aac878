"""How a question to a model with real nodes is answered: planned, shown, done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from time import perf_counter
from typing import Any

import numpy as np

from scm_compiler.diagnostics import Sink, Source, refuse
from scm_compiler.inference.answers import RUNGS, Answer, Firm
from scm_compiler.inference.drawing import Z
from scm_compiler.inference.intervals import replicate_ends
from scm_compiler.inference.number import DrawingInterval, Interval, Number
from scm_compiler.inference.real.asking import Asked, Reader
from scm_compiler.inference.real.codes.reals import NoEvent, NotWithReals
from scm_compiler.inference.real.drawing import Estimate, Sampler, weighted_quantile
from scm_compiler.inference.real.gaussian import Gaussian, NotGaussianError, closed
from scm_compiler.inference.real.hidden import require_determined, unfolded
from scm_compiler.inference.real.units import Variable, ordered
from scm_compiler.inference.table import Row, Table
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir.query import Kind
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import quoted

NOTE = "how firmly the data determine it is not known: train with --replicates"
"""What is said of the interval from the data."""

METHODS = ("auto", "weighted")

_EXACTLY = ("exactly, by sums of normal laws, unless several ranges or worlds take part; then",)

ROUNDING = 1e-9
"""An error below this share of a number is rounding."""


@dataclass(frozen=True, repr=False)
class RealPlan:
    """A question and how it is answered.

    Attributes:
        query: Its text.
        tree: Its tree.
        graph: The graph that it is asked of.
        mechanisms: Of the labels and real nodes.
        rung: On which rung it stands.
        nodes: The nodes that take part.
        method: `auto`, which is exact where all that takes part is linear and Gaussian; or
            `weighted`.
        others: The mechanisms of models that were trained on other weights of the rows.
        rows: How many rows of data there are.
        identified: Whether the graph determines the answer, whatever the noise model.
    """

    query: str
    tree: tree.Query
    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    rung: int
    nodes: tuple[str, ...]
    method: str = "auto"
    others: Sequence[Mapping[str, Mechanism]] = ()
    rows: int = 0
    identified: bool = True

    @property
    def exact(self) -> bool:
        """Whether all that takes part is a table, or linear and Gaussian."""
        own = [self.mechanisms[name] for name in self.nodes]
        graph = unfolded(self.graph, self.mechanisms)
        return self.method == "auto" and all(closed(graph, m) for m in own)

    def run(self, *, seed: int = 0, samples: int = 10_000, level: float | None = 0.95) -> Answer:
        """Answer it.

        Args:
            seed: Of what is drawn.
            samples: How many independent draws weighted ones should be worth.
            level: Of the interval from replicates, which is worked out when it is first read; None
                for none.

        Raises:
            ScmError: E574 if nothing fits the evidence.
        """
        started = perf_counter()
        work = self._work(self.mechanisms, seed, samples)
        value = work.value(self.tree)
        return Answer(
            query=self.query,
            rung=self.rung,
            identified=self.identified,
            method="weighted" if work.draws else "exact",
            samples=work.draws or None,
            seconds=perf_counter() - started,
            graph_hash=self.graph.hash,
            value=value,
            noise_model=None if self.identified else "threshold",
            effective=work.worth if work.draws else None,
            rows=self.rows,
            make_firm=lambda: self._firm(value, seed, samples, level),
        )

    def _work(self, mechanisms: Mapping[str, Mechanism], seed: int, samples: int) -> "_Work":
        graph = unfolded(self.graph, mechanisms)
        sampler = Sampler(graph, mechanisms, seed, samples)
        return _Work(graph, sampler, exactly=self.method != "weighted")

    def _firm(
        self, value: Number | Table, seed: int, samples: int, level: float | None
    ) -> Firm | None:
        """The answer with intervals from the replicates, if there are any."""
        if level is None:
            return None
        found = [self._work(one, seed, samples).value(self.tree) for one in self.others]
        drawn = np.array([[number.value for number in _numbers(one)] for one in found])
        if len(drawn) < 2:
            return Firm(value, NOTE)
        numbers = _numbers(value)
        point = np.array([number.value for number in numbers])
        ends = replicate_ends({"": drawn}, {"": point}, level)[""]
        by = f"{len(drawn)} replicates on Bayesian-bootstrap weights"
        told = [
            replace(number, interval=Interval(float(low), float(high), level, self.rows, by))
            for number, low, high in zip(numbers, ends.low, ends.high, strict=True)
        ]
        if isinstance(value, Number):
            return Firm(told[0])
        rows = zip(value.rows, told, strict=True)
        return Firm(replace(value, rows=tuple(replace(r, probability=n) for r, n in rows)))

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "method": "exact" if self.exact else "weighted",
            "nodes": list(self.nodes),
        }

    def __str__(self) -> str:
        found = "identified" if self.identified else "not identified (noise model: threshold)"
        kinds = ", ".join(f"`{name}`" for name in self.nodes)
        return "\n".join(
            (
                self.query,
                f"rung {self.rung} ({RUNGS[self.rung]}), {found}{self._hidden}",
                *(_EXACTLY if self.exact else ()),
                f"by likelihood weighting: units are drawn of {kinds}",
                "evidence weighs a unit by its probability or density given the node's parents",
            )
        )

    @property
    def _hidden(self) -> str:
        hidden = bool(self.graph.confounders)
        return "" if hidden else ": no hidden cause is in the graph"

    def __repr__(self) -> str:
        return str(self)


def plan_real(
    text: str, graph: Graph, mechanisms: Mapping[str, Mechanism], method: str = "auto"
) -> RealPlan:
    """Read a question to a model with real nodes, and decide how it is answered.

    Args:
        text: The question.
        graph: The graph.
        mechanisms: Of its labels and real nodes.
        method: `auto` or `weighted`.

    Raises:
        ScmError: E40x and E41x if the question is wrong, E573, E575 and E576 if it is none for
            real nodes.
    """
    source = Source("query", text)
    sink = Sink(source)
    written = parse_query(source, sink)
    if written is not None:
        reader = Reader(graph)
        asked = _every(reader, written)
        if method not in METHODS:
            way = "leave `--method` out: units are weighted"
            reader.found.append(NotWithReals(f"`--method {method}`", way))
        sink.extend(reader.found)
    sink.check()
    assert written is not None
    require_determined(graph, asked)
    rung = max((one.scene.rung for one in asked), default=1)
    plan = RealPlan(text, written, graph, mechanisms, rung, _drawn(asked, graph), method)
    assumed = any(one.scene.rung == 3 and one.scene.noise for one in asked)
    return replace(plan, identified=not assumed)


def rests_on_reals(text: str, graph: Graph) -> bool:
    """Whether a question names a real node, or one that has real causes which `do` leaves.

    A text with mistakes in it rests on them, too: they are reported as those of such a question.
    """
    sink = Sink(Source("query", text))
    written = parse_query(Source("query", text), sink)
    if written is None or isinstance(written, tree.Regime):
        return True
    asked = _every(Reader(graph), written)
    reals = {node.name for node in graph.reals}
    return not asked or not reals.isdisjoint(_drawn(asked, graph))


def _every(reader: Reader, written: tree.Query) -> list[Asked]:  # noqa: PLR0911  (a form each)
    """The numbers that a question asks for."""
    match written:
        case tree.Sum(terms):
            return [one for _, term in terms for one in _every(reader, term)]
        case tree.Ratio(above, below):
            return [*_every(reader, above), *_every(reader, below)]
        case tree.Probability():
            return [_filled(reader, written)]
        case tree.Expectation():
            return [reader.expectation(written)]
        case tree.Quantile():
            return [reader.quantile(written)]
        case tree.Density():
            return [reader.density(written)]
        case tree.Effect():
            return [reader.effect(written)]
        case tree.Regime(do, given):
            every = (Variable(n.name) for n in reader.graph.tabular if n.kind != HIDDEN)
            scene = reader.scene(do, given, *every)
            return [Asked(scene, "mean", lambda draw: np.ones(draw.count))]
    name = "argmax" if isinstance(written, tree.Best) else "LATE"
    reader.found.append(NotWithReals(f"`{name}`", span=written.span))
    return []


def _filled(reader: Reader, written: tree.Probability) -> Asked:
    """A probability, of whose open targets the first values are taken."""
    targets: list[tree.Proposition] = []
    for target in written.targets:
        if isinstance(target, tree.Event) and target.value is None:
            node = reader.graph.by_name.get(target.variable.node.text)
            if node is not None and isinstance(node.domain, Finite):
                word = tree.Word(node.domain.values[0], target.span)
                targets.append(tree.Event(target.variable, word, target.span))
                continue
        targets.append(target)
    return reader.probability(tree.Probability(tuple(targets), written.do, written.given))


def _drawn(asked: list[Asked], graph: Graph) -> tuple[str, ...]:
    """The nodes that units are drawn of."""
    found: set[str] = set()
    for one in asked:
        held = {action.node: action.reads for action in one.scene.held}
        seen = one.scene.seen
        wanted = [*one.scene.needed, *seen.labels, *seen.ranges]
        wanted += [one.point[0]] if one.point else []
        wanted = [name for name in wanted if name in graph.by_name]
        found |= {n for n in ordered({**graph.parents, **held}, wanted) if n not in held}
    return tuple(node.name for node in graph.tabular if node.name in found)


class _Work:
    """Works out the numbers of a question."""

    def __init__(self, graph: Graph, sampler: Sampler, *, exactly: bool) -> None:
        self.graph, self.sampler = graph, sampler
        self._exact = Gaussian(graph, sampler.mechanisms) if exactly else None
        self.draws, self.worth = 0, float("inf")

    def value(self, written: tree.Query) -> Number | Table:
        """The answer."""
        if isinstance(written, tree.Regime):
            return self._regime(written)
        if isinstance(written, tree.Probability):
            free = [t for t in written.targets if isinstance(t, tree.Event) and t.value is None]
            if free:
                return self._table(written, free)
        assert not isinstance(written, tree.Best | tree.LocalEffect)
        return self._number(written)

    def _number(self, written: tree.Number) -> Number:
        match written:
            case tree.Sum(terms):
                parts = [(1 if plus else -1, self._number(term)) for plus, term in terms]
                total = sum(sign * part.value for sign, part in parts)
                error = sqrt(sum(part.std_error**2 for _, part in parts))
                minus = any(sign < 0 for sign, _ in parts)
                return _told(total, error, "difference" if minus else "sum")
            case tree.Ratio(above, below):
                top, bottom = self._number(above), self._number(below)
                ratio = top.value / bottom.value
                spread = [n.std_error / n.value if n.value else 0.0 for n in (top, bottom)]
                return _told(ratio, abs(ratio) * sqrt(sum(s**2 for s in spread)), "ratio")
        if self._exact is not None:
            try:
                return Number(self._exact.number(written), 0.0, _KINDS[type(written)](written))
            except NotGaussianError:
                pass
        (asked,) = _every(Reader(self.graph), written)
        found = self._noted(self.sampler.estimate(asked))
        return _told(found.value, found.error, _KINDS[type(written)](written))

    def _noted(self, found: Estimate) -> Estimate:
        self.draws = max(self.draws, found.draws)
        self.worth = min(self.worth, found.worth)
        return found

    def _table(self, written: tree.Probability, free: list[tree.Event]) -> Table:
        """The joint table of the labels that stand without a value."""
        reader = Reader(self.graph)
        variables = [reader.variable(event.variable) for event in free]
        closed = [target for target in written.targets if target not in free]
        tests = [reader.event(target) for target in closed]
        more = [variable for names, _ in tests for variable in names]
        scene = reader.scene(written.do, written.given, *variables, *more)
        sizes = []
        for variable in variables:
            domain = self.graph.by_name[variable.node].domain
            if not isinstance(domain, Finite):
                raise refuse(NoEvent(quoted(variable.node)))
            sizes.append(domain.size)
        units = self.sampler.weighted(
            scene,
            *((lambda draw, v=v: draw.value(v).astype(np.float64)) for v in variables),
            lambda draw: np.prod([np.ones(draw.count), *(test(draw) for _, test in tests)], 0),
        )
        *columns, holds = units.columns
        share = units.weights / units.weights.sum()
        self.draws, self.worth = len(share), units.worth
        rows = []
        for cell in np.ndindex(*sizes):
            inside = np.logical_and.reduce([c == v for c, v in zip(columns, cell, strict=True)])
            hits = inside * holds
            chance = float(share @ hits)
            error = sqrt(float(share**2 @ (hits - chance) ** 2))
            names = tuple(
                self.graph.domains[variable.node].values[value]
                for variable, value in zip(variables, cell, strict=True)
            )
            rows.append(Row(names, _told(chance, error, "probability")))
        return Table(tuple(variable.node for variable in variables), tuple(rows))

    def _regime(self, written: tree.Regime) -> Table:
        """Every label's probabilities; mean, deviation and quartiles of every real node."""
        (asked,) = _every(Reader(self.graph), written)
        nodes = [node for node in self.graph.tabular if node.kind != HIDDEN]
        units = self.sampler.weighted(
            asked.scene,
            *(
                (lambda draw, n=node.name: draw.value(Variable(n)).astype(np.float64))
                for node in nodes
            ),
        )
        share, worth = units.weights / units.weights.sum(), units.worth
        self.draws, self.worth = len(share), worth
        rows: list[Row] = []
        for node, column in zip(nodes, units.columns, strict=True):
            if isinstance(node.domain, Real):
                rows += _summary(node.name, column, share, worth)
            elif isinstance(node.domain, Finite):
                for rank, value in enumerate(node.domain.values):
                    hits = (column == rank).astype(np.float64)
                    rows.append(Row((node.name, value), _mean(hits, share, "probability")))
        return Table(("node", "value"), tuple(rows))


def _numbers(value: Number | Table) -> list[Number]:
    return [value] if isinstance(value, Number) else [row.probability for row in value.rows]


def _summary(name: str, column: np.ndarray, share: np.ndarray, worth: float) -> list[Row]:
    """The mean, the deviation and the quartiles of a real node."""
    mean = _mean(column, share)
    square = _mean((column - mean.value) ** 2, share)
    deviation = sqrt(square.value)
    error = square.std_error / (2 * deviation) if deviation else 0.0
    found = [Row((name, "mean"), mean), Row((name, "deviation"), _told(deviation, error))]
    for level, called in ((0.25, "lower quartile"), (0.5, "median"), (0.75, "upper quartile")):
        found.append(Row((name, called), _told(*weighted_quantile(column, share, level, worth))))
    return found


def _mean(values: np.ndarray, share: np.ndarray, kind: Kind = "expectation") -> Number:
    mean = float(share @ values)
    return _told(mean, sqrt(float(share**2 @ (values - mean) ** 2)), kind)


def _told(value: float, error: float, kind: Kind = "expectation") -> Number:
    """A number with what drawing leaves open."""
    if error <= ROUNDING * abs(value):
        return Number(value, 0.0, kind)
    drawn = DrawingInterval(value - Z * error, value + Z * error)
    return Number(value, error, kind, drawing_interval=drawn)


def _kind_of_mean(written: tree.Query) -> Kind:
    return (
        "variance" if isinstance(written, tree.Expectation) and written.variance else "expectation"
    )


_KINDS: Mapping[type, Any] = {
    tree.Probability: lambda written: "probability",
    tree.Expectation: _kind_of_mean,
    tree.Quantile: lambda written: "quantile",
    tree.Density: lambda written: "density",
    tree.Effect: lambda written: "difference",
}
