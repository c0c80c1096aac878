"""The shape of a question: what it rests on once pruned, and how to contract that.

Only which labels are held and seen matters here, not at which values.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log2, prod

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.answers import HiddenCause, TooLarge
from scm_compiler.inference.codes.weighting import TakesTooLong
from scm_compiler.inference.contraction import Contraction, plan
from scm_compiler.inference.elimination import Scope
from scm_compiler.inference.limits import LIMIT, MOST_COST, MOST_RUNS, TooMuch
from scm_compiler.inference.lookup import Lookup
from scm_compiler.ir import Graph
from scm_compiler.passes import Requisite, mutilate, prune
from scm_compiler.passes.prune import ancestors


@dataclass(frozen=True)
class Condition:
    """The world of a question and what is seen in it.

    Attributes:
        do: Labels held, with the index of the value.
        given: Labels observed in that world, with the index of the value.
    """

    do: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def fixed(self) -> dict[str, int]:
        """Every label whose value is known."""
        return {**self.given, **self.do}

    def seeing(self, node: str, value: int) -> "Condition":
        """This condition with one more observation."""
        return Condition(self.do, {**self.given, node: value})


@dataclass(frozen=True)
class Program:
    """A question's shape, compiled: what it rests on and how to contract that.

    Attributes:
        requisite: The pruned graph.
        plan: How to contract the tables of `requisite.nodes`.
        apart: The labels of each separated part, whose evidence may be impossible.
    """

    requisite: Requisite
    plan: Contraction
    apart: tuple[tuple[str, ...], ...]


@dataclass
class Known:
    """A question's shape that is remembered, and what was learnt by answering it.

    Attributes:
        program: What it rests on and how to contract that.
        beyond: Why that takes too much memory or time; None if it does not.
        asked: How often it was answered.
        lookup: The answers for all values of the condition, once it was asked for again.
    """

    program: Program
    beyond: TooMuch | None
    asked: int = 0
    lookup: Lookup | None = None


_REMEMBERED = 512


class Shapes:
    """The shapes of questions on one graph, each compiled once and remembered.

    Args:
        graph: The graph of some tables.
        networks: The labels that have no table there.
        limit: The numbers that an answer may hold at once.
    """

    def __init__(self, graph: Graph, networks: Collection[str] = (), limit: float = LIMIT) -> None:
        self.graph, self.networks, self.limit = graph, frozenset(networks), limit
        self.sizes = graph.sizes
        self._known: OrderedDict[Hashable, Known] = OrderedDict()
        self._ways: dict[Hashable, Contraction] = {}

    def has_zeros(self, name: str) -> bool:
        """Whether a label's table has zeros; where no tables are known, nothing is impossible."""
        return False

    @property
    def peak(self) -> float:
        """The numbers that any remembered contraction holds at once, at most."""
        return max((known.program.plan.peak for known in self._known.values()), default=1.0)

    def shape(self, targets: tuple[str, ...], condition: Condition) -> Known:
        """P(targets | condition), compiled.

        Raises:
            ScmError: E432 if it rests on a hidden common cause.
        """
        key = (targets, frozenset(condition.do), frozenset(condition.given))
        known = self._known.get(key)
        if known is None:
            program = compile_shape(self.graph, targets, condition, self.sizes)
            ways = [program.plan, *(way for _, way in self.apart(program, condition))]
            beyond = next((why for way in ways if (why := self.beyond(way)) is not None), None)
            if self.networks and beyond is None:
                beyond = self.runs_beyond(program.requisite.nodes, condition.fixed)
            known = self._remember(key, Known(program, beyond))
        return known

    def _remember(self, key: Hashable, known: Known) -> Known:
        self._known[key] = known
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known

    def swept(self, condition: Condition) -> Known:
        """Every label, forwards and backwards in one sweep.

        Raises:
            ScmError: E432 if it rests on a hidden common cause.
        """
        key = ("sweep", frozenset(condition.do), frozenset(condition.given))
        if key not in self._known:
            names = tuple(name for name in self.sizes if name not in condition.do)
            refuse_confounded(self.graph, names)
            way = plan_over(self.graph, names, condition, self.sizes, ())
            whole = Requisite(names, (), (), ())
            beyond = self.beyond(way, way.held) or self.runs_beyond(names, condition.fixed)
            self._remember(key, Known(Program(whole, way, ()), beyond))
        return self._known[key]

    def sweep(self, condition: Condition) -> Contraction | None:
        """The contraction of such a sweep; None if it is too large, or sweeps nothing.

        Raises:
            ScmError: E432 if it rests on a hidden common cause.
        """
        known = self.swept(condition)
        fits = known.program.requisite.nodes and known.beyond is None
        return known.program.plan if fits else None

    def apart(
        self, program: Program, condition: Condition
    ) -> Iterator[tuple[tuple[str, ...], Contraction]]:
        """The separated parts whose evidence may be impossible, and how to contract them."""
        for nodes in program.apart:
            if any(map(self.has_zeros, nodes)):
                yield nodes, self.over(nodes, condition)

    def over(self, nodes: Sequence[str], condition: Condition, keep: Scope = ()) -> Contraction:
        """The contraction of the tables of some labels, remembered; see `plan_over`."""
        key = (tuple(nodes), frozenset(condition.fixed), keep)
        if key not in self._ways:
            if len(self._ways) > _REMEMBERED:
                self._ways.clear()
            self._ways[key] = plan_over(self.graph, nodes, condition, self.sizes, keep)
        return self._ways[key]

    def beyond(self, way: Contraction, held: float | None = None) -> TooMuch | None:
        """Why a contraction takes too much memory (E433) or time (E437), if it does.

        Args:
            way: The contraction.
            held: The numbers that are held at once; `way.peak` if None.
        """
        peak = way.peak if held is None else held
        if peak > self.limit:
            return TooLarge(log2(peak), log2(self.limit))
        return too_long(way)

    def runs_beyond(self, nodes: Collection[str], fixed: Collection[str]) -> TooMuch | None:
        """Why labels without a table would be run on too many values of their parents (E433)."""
        for name in nodes:
            if name in self.networks:
                free = (n for n in self.graph.parents[name] if n not in fixed)
                rows = prod(float(self.sizes[n]) for n in free)
                if rows > MOST_RUNS:
                    return TooLarge(log2(rows) + 1, log2(MOST_RUNS) + 1, runs=True)
        return None


def too_long(way: Contraction) -> TooMuch | None:
    """Why a contraction takes more multiplications than anyone waits for (E437), if it does."""
    if way.cost > MOST_COST:
        return TakesTooLong(cost=log2(way.cost), limit=log2(MOST_COST))
    return None


def compile_shape(
    graph: Graph, targets: tuple[str, ...], condition: Condition, sizes: Mapping[str, int]
) -> Program:
    """Mutilate, prune and plan; only the names in the condition matter, not its values.

    Raises:
        ScmError: E432 if the answer rests on a hidden common cause.
    """
    kept = requisite(graph, targets, condition)
    if graph.confounders:
        refuse_confounded(graph, kept.nodes)
    apart = []
    for part in kept.apart:
        nodes = tuple(name for name in part if name not in condition.do)
        # The tables of confounded labels do not tell what is possible; no exact zero is claimed.
        if nodes and not (graph.confounders and confounded(graph, nodes)):
            apart.append(nodes)
    way = plan_over(graph, kept.nodes, condition, sizes, targets)
    return Program(kept, way, tuple(apart))


def requisite(graph: Graph, targets: Collection[str], condition: Condition) -> Requisite:
    """What P(targets | condition) rests on."""
    return prune(mutilate(graph, condition.do), targets, condition.fixed)


def plan_over(
    graph: Graph,
    nodes: Sequence[str],
    condition: Condition,
    sizes: Mapping[str, int],
    keep: Scope,
) -> Contraction:
    """The plan that contracts the tables of some labels; fixed variables are no axes."""
    scopes = [
        tuple(name for name in (*graph.parents[node], node) if name not in condition.fixed)
        for node in nodes
    ]
    return plan(scopes or [()], sizes, keep)


def confounded(graph: Graph, nodes: Collection[str]) -> tuple[str, ...]:
    """The hidden common causes that keep a product of tables from being right, as `A <-> B`.

    A label's table says what the label does when its parents are set, P(v | do(parents)), if none
    of its hidden common causes reaches an ancestor of it, and the tables of two labels multiply
    if they share none (Tian and Pearl 2002: each is then a c-component of its own).

    Args:
        graph: The graph before any intervention.
        nodes: The labels whose tables are multiplied.
    """
    if not graph.confounders:
        return ()
    names = set(nodes)
    above = {name: ancestors(graph, [name]) for name in names}
    return tuple(
        f"{pair.left} <-> {pair.right}"
        for pair in graph.confounders
        if {pair.left, pair.right} <= names
        or pair.right in above.get(pair.left, ())
        or pair.left in above.get(pair.right, ())
    )


def refuse_confounded(graph: Graph, nodes: Collection[str]) -> None:
    """Refuse (E432) where a product of the nodes' tables would be wrong; see `confounded`."""
    if pairs := confounded(graph, nodes):
        raise refuse(HiddenCause(pairs=pairs))
