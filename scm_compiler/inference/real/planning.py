"""How a question to a model with real nodes is answered: planned, shown, done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from time import perf_counter
from typing import Any

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Sink, Source, refuse
from scm_compiler.identify.identification import Identified
from scm_compiler.inference.answers import RUNGS, Answer, Firm
from scm_compiler.inference.codes.weighting import FewEffective
from scm_compiler.inference.intervals import UNKNOWN, student_ends
from scm_compiler.inference.limits import LEAST_EFFECTIVE
from scm_compiler.inference.number import Interval, Number
from scm_compiler.inference.real.asking import Asked, Reader
from scm_compiler.inference.real.by_law import LawWork
from scm_compiler.inference.real.cautions import UNITS, Ranges, Reach, single_numbers
from scm_compiler.inference.real.codes.reals import NotWithReals
from scm_compiler.inference.real.composed import Law
from scm_compiler.inference.real.curves import curves_of
from scm_compiler.inference.real.drawing import BATCH, FEWEST, MOST, SECONDS, Sampler
from scm_compiler.inference.real.gaussian import closed
from scm_compiler.inference.real.hidden import unfolded
from scm_compiler.inference.real.local import MONOTONE, assumed, require_instrument, wald
from scm_compiler.inference.real.openings import LEVELS, at_first, opened, written_as
from scm_compiler.inference.real.reading import first_of, free_targets, numbers_of
from scm_compiler.inference.real.rewriting import variables
from scm_compiler.inference.real.units import mutilated, ordered
from scm_compiler.inference.real.working import Work
from scm_compiler.inference.refusals import pointing_at
from scm_compiler.inference.table import Table
from scm_compiler.ir import Graph, Real
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.real.parts import observed, tied_nodes
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query

METHODS = ("auto", "exact", "weighted")

_EXACTLY = ("exactly, by sums of normal laws, unless several ranges or worlds take part; then",)


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
        method: `auto`, which is exact where all that takes part is linear and Gaussian; `exact`,
            which is nothing else; or `weighted`.
        others: The mechanisms of models that were trained on other weights of the rows.
        rows: How many rows of data there are.
        identified: Whether the graph determines the answer, whatever the noise model.
        found: By which formulas it is identified, where a hidden cause reaches real nodes.
        tied: The nodes whose conditionals are those of the observed law.
        ranges: How far the data of real nodes go, where that is known.
        brief: Whether intervals may rest on fewer draws, for the sake of many questions: these
            differ by what the replicates are, and hardly by what is drawn of each.
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
    found: tuple[Identified, ...] = ()
    tied: tuple[str, ...] = ()
    ranges: Ranges = field(default_factory=dict)
    brief: bool = False

    @property
    def exact(self) -> bool:
        """Whether all that takes part is a table, or linear and Gaussian."""
        own = [self.mechanisms[name] for name in self.nodes]
        graph = unfolded(observed(self.graph), self.mechanisms)
        return self.method != "weighted" and all(closed(graph, m) for m in own)

    def run(self, *, seed: int = 0, samples: int = 10_000, level: float | None = 0.95) -> Answer:
        """Answer it.

        Args:
            seed: Of what is drawn.
            samples: How many independent draws weighted ones should be worth.
            level: Of the interval from replicates, which is worked out when it is first read; None
                for none.

        Raises:
            ScmError: E574 if nothing fits the evidence, E436 if the draws are worth too little.
        """
        with pointing_at(self.query):
            return self._run(seed, samples, level)

    def _run(self, seed: int, samples: int, level: float | None) -> Answer:
        started = perf_counter()
        deciles = self._deciles(seed, samples)
        work = self._work(self.mechanisms, seed, samples, deciles)
        warnings: tuple[Diagnostic, ...] = ()
        if isinstance(self.tree, tree.LocalEffect):
            moved = work.value(wald(self.tree).below)
            assert isinstance(moved, Number)
            warnings = (assumed(self.tree, moved),)
        value = work.value(self.tree)
        if work.draws and work.worth < min(LEAST_EFFECTIVE, samples):
            raise refuse(FewEffective(work.worth, work.draws, LEAST_EFFECTIVE))
        alone = self._alone(value)
        if alone:
            value = _certain(value)
        warnings = (*warnings, *alone, *self._beyond(work))
        return Answer(
            query=self.query,
            rung=self.rung,
            identified=self.identified,
            method="weighted" if work.draws else "exact",
            samples=work.draws or None,
            seconds=perf_counter() - started,
            graph_hash=self.graph.hash,
            value=value,
            noise_model=self._noise_model,
            found=self.found,
            warnings=warnings,
            effective=work.worth if work.draws else None,
            rows=self.rows,
            make_firm=lambda: (
                Firm(value) if alone else self._firm(value, seed, samples, level, deciles)
            ),
        )

    def _alone(self, value: Number | Table) -> tuple[Diagnostic, ...]:
        """What is asked of single numbers that can have no probability, if the answer is 0."""
        if any(number.value for number in _numbers(value)):
            return ()
        return single_numbers(self.tree, self.graph, self.mechanisms)

    def _beyond(self, work: Work) -> tuple[Diagnostic, ...]:
        """What is held or seen where the data hold nothing."""
        drawn = replace(work.sampler, samples=UNITS)
        reach = Reach(work.graph, self.ranges, self.nodes, drawn, weighs=not self.tied)
        return reach.beyond(self.tree)

    def _work(
        self,
        mechanisms: Mapping[str, Mechanism],
        seed: int,
        samples: int,
        deciles: Mapping[str, tuple[str, ...]] | None = None,
        *,
        brief: bool = False,
    ) -> Work:
        exactly, drawing = self.method != "weighted", self.method != "exact"
        sampler = Sampler(self.graph, mechanisms, seed, samples, brief)
        if self.graph.confounders:
            law = Law(self.graph, mechanisms)
            return LawWork(law, sampler, exactly=exactly, drawing=drawing, deciles=deciles)
        return Work(self.graph, sampler, exactly=exactly, drawing=drawing, deciles=deciles)

    def _deciles(self, seed: int, samples: int) -> dict[str, tuple[str, ...]]:
        """What real nodes that stand without a value are, where nothing is held."""
        found = {}
        for word in {v.node.text: v.node for v in opened(self.tree)}.values():
            domain = self.graph.by_name[word.text].domain
            if isinstance(domain, Real):
                work = self._work(self.mechanisms, seed, samples)
                asked = (tree.Quantile(tree.Variable(word), tree.Word(q)) for q in LEVELS)
                numbers = [number.value for q in asked for number in _numbers(work.value(q))]
                found[word.text] = written_as(numbers, domain)
        return found

    @property
    def is_curve(self) -> bool:
        """Whether it asks a number at each of several values of one real node."""
        if curves_of(self.tree):
            return True
        names = [variable.node.text for variable in opened(self.tree)]
        free = isinstance(self.tree, tree.Probability) and free_targets(self.tree)
        if len(names) != 1 or free or isinstance(self.tree, tree.Best):
            return False
        return isinstance(self.graph.by_name[names[0]].domain, Real)

    @property
    def _noise_model(self) -> str | None:
        if isinstance(self.tree, tree.LocalEffect):
            return MONOTONE
        return None if self.identified else "threshold"

    def _firm(
        self,
        value: Number | Table,
        seed: int,
        samples: int,
        level: float | None,
        deciles: Mapping[str, tuple[str, ...]],
    ) -> Firm | None:
        """The answer with intervals from the replicates, if there are any."""
        if level is None:
            return None
        works = (self._work(one, seed, samples, deciles, brief=self.brief) for one in self.others)
        found = [work.value(self.tree) for work in works]
        drawn = np.array([[number.value for number in _numbers(one)] for one in found])
        if len(drawn) < 2:
            return Firm(value, UNKNOWN)
        numbers = _numbers(value)
        point = np.array([number.value for number in numbers])
        ends = student_ends(drawn, point, level)
        by = f"{len(drawn)} replicates on Bayesian-bootstrap weights"
        told = [
            replace(number, interval=Interval(*_within(number, low, high), level, self.rows, by))
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
            **({} if self.method == "exact" else {"draws": self._draws}),
            **({"formulas": [str(each) for each in self.found]} if self.found else {}),
        }

    def __str__(self) -> str:
        noise = self._noise_model
        found = "identified" if noise is None else f"not identified (noise model: {noise})"
        return "\n".join(
            (
                self.query,
                f"rung {self.rung} ({RUNGS[self.rung]}), {found}{self._hidden}",
                *(f"by {found}" for found in self.found),
                *self._law,
                *self._how,
            )
        )

    @property
    def _how(self) -> tuple[str, ...]:
        if self.method == "exact":
            return ("exactly, by sums of normal laws, or not at all",)
        kinds = ", ".join(f"`{name}`" for name in self.nodes)
        return (
            *(_EXACTLY if self.exact else ()),
            f"by likelihood weighting: units are drawn of {kinds}",
            "evidence weighs a unit by its probability or density given the node's parents",
            f"for each number {FEWEST * BATCH:,} to {MOST * BATCH:,} units, until they are worth "
            f"`--samples` (10,000); after {SECONDS:.0f} seconds no more are drawn",
            *([f"and again on each of {len(self.others)} replicates"] if self.others else ()),
        )

    @property
    def _draws(self) -> dict[str, float]:
        """What drawing takes for each number, where it has to be drawn."""
        return {
            "fewest": FEWEST * BATCH,
            "most": MOST * BATCH,
            "seconds": SECONDS,
            "replicates": len(self.others),
        }

    @property
    def _hidden(self) -> str:
        hidden = bool(self.graph.confounders)
        return "" if hidden else ": no hidden cause is in the graph"

    @property
    def _law(self) -> tuple[str, ...]:
        names = ", ".join(f"`{name}`" for name in self.tied if name in self.nodes)
        if not names:
            return ()
        return (f"of {names} the observed law is known, not the mechanisms",)

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
        method: `auto`, `exact` or `weighted`.

    Raises:
        ScmError: E40x and E41x if the question is wrong, E573, E575 and E576 if it is none for
            real nodes.
    """
    source = Source("query", text)
    sink = Sink(source)
    written = parse_query(source, sink)
    if written is not None:
        reader = Reader(graph)
        asked = numbers_of(reader, first_of(reader, written))
        if method not in METHODS:
            way = "leave `--method` out: units are weighted"
            reader.found.append(NotWithReals(f"`--method {method}`", way, span=written.span))
        sink.extend(reader.found)
    sink.check()
    assert written is not None
    local = isinstance(written, tree.LocalEffect)
    if isinstance(written, tree.LocalEffect):
        with pointing_at(text):
            require_instrument(written, graph)
    rung = max((one.scene.rung for one in asked), default=1)
    plan = RealPlan(text, written, graph, mechanisms, rung, _drawn(asked, graph), method)
    if graph.confounders:
        plan = _by_law(plan, at_first(first_of(Reader(graph), written), graph))
    else:
        guessed = any(one.scene.rung == 3 and one.scene.noise for one in asked)
        plan = replace(plan, identified=not guessed)
    return replace(plan, identified=False, rung=3) if local else plan


def _by_law(plan: RealPlan, written: tree.Query) -> RealPlan:
    """The plan where a hidden cause reaches real nodes."""
    worlds = list(Law(plan.graph, plan.mechanisms).worlds(written))
    nodes = {name for world in worlds for name in world.nodes}
    law, tied = observed(plan.graph), tied_nodes(plan.graph)
    return replace(
        plan,
        nodes=tuple(node.name for node in law.tabular if node.name in nodes),
        identified=not any(world.noise for world in worlds),
        found=tuple(dict.fromkeys(world.found for world in worlds if world.found)),
        tied=tuple(node.name for node in law.tabular if node.name in tied),
    )


def rests_on_reals(text: str, graph: Graph) -> bool:
    """Whether a question names a real node, or one that has real causes which `do` leaves.

    A text with mistakes in it rests on them, too: they are reported as those of such a question.
    """
    sink = Sink(Source("query", text))
    written = parse_query(Source("query", text), sink)
    if written is None or isinstance(written, tree.Regime):
        return True
    reader = Reader(graph)
    asked = numbers_of(reader, first_of(reader, written))
    if reader.found or not asked:
        return True
    named = {held.node for one in asked for held in one.scene.held}
    named |= {name for one in asked for name in one.scene.needed}
    named |= {action.node.text for v in variables(written) for action in v.world}
    apart = {node.name for node in graph.reals} | tied_nodes(graph)
    return not apart.isdisjoint({*named, *_drawn(asked, graph)})


def _drawn(asked: list[Asked], graph: Graph) -> tuple[str, ...]:
    """The nodes that units are drawn of."""
    found: set[str] = set()
    for one in asked:
        held = {action.node: action for action in one.scene.held}
        seen = one.scene.seen
        wanted = [*one.scene.needed, *seen.labels, *seen.ranges]
        wanted += [one.point[0]] if one.point else []
        wanted = [name for name in wanted if name in graph.by_name]
        takes_part = ordered(mutilated(graph, held), wanted)
        found |= {name for name in takes_part if name not in held or held[name].natural}
    return tuple(node.name for node in graph.tabular if node.name in found)


def _within(number: Number, low: float, high: float) -> tuple[float, float]:
    """The ends of an interval, no further than what numbers of this kind can reach."""
    least = 0.0 if number.kind in ("probability", "variance", "density") else -inf
    most = 1.0 if number.kind == "probability" else inf
    return max(least, float(low)), min(most, float(high))


def _numbers(value: Number | Table) -> list[Number]:
    return [value] if isinstance(value, Number) else [row.probability for row in value.rows]


def _certain(value: Number | Table) -> Number | Table:
    """Numbers that are known without drawing."""
    if isinstance(value, Number):
        return Number(value.value, kind=value.kind)
    rows = ((row, row.probability) for row in value.rows)
    sure = (replace(row, probability=Number(n.value, kind=n.kind)) for row, n in rows)
    return replace(value, rows=tuple(sure))
