"""The exact engine: posteriors from tables, by contraction of what a query rests on."""

import math
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.inference.codes.answers import ImpossibleEvidence, TooLarge
from scm_compiler.inference.codes.weighting import TakesTooLong
from scm_compiler.inference.contraction import (
    Array,
    Mass,
    Plan,
    adjoints,
    contract,
)
from scm_compiler.inference.lookup import Lookup, tabulate
from scm_compiler.inference.shape import (
    Condition,
    Program,
    compile_shape,
    label_sizes,
    plan_over,
    refuse_confounded,
)
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes import Requisite
from scm_compiler.semantics.query import phrase, phrase_events


def _most_numbers() -> float:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a system that tells
        return 2.0**26
    return min(2.0**26, memory / 8 / 8)


LIMIT = _most_numbers()
"""The numbers that an exact answer may hold at once: half a gigabyte, or an eighth of a small
machine's memory."""

MOST_COST = 2.0**35
"""The most multiplications that an exact answer may take: about a minute."""

MOST_RUNS = 2**18
"""Configurations of its parents on which a mechanism without a table is run for an answer."""

_REMEMBERED = 512

_REMEMBERED_RUNS = 32

_ALL = slice(None)

_AGAIN = 2
"""When a question of a shape comes this often, it is answered for all values of its condition."""

Rows = Mapping[str, Array]
"""A table for each label, parents first; one with a batch axis before them is many tables."""


@dataclass
class _Known:
    """A program that the engine remembers, and what it learnt by running it.

    Attributes:
        program: The program.
        asked: How often it was asked for.
        lookup: Its answers for all values of the condition, once it was asked for again.
    """

    program: Program
    asked: int = 0
    lookup: Lookup | None = None


class Engine:
    """Answers on one model; remembers the plans of the questions it was asked.

    Args:
        model: The tables.
        limit: The numbers that an answer may hold at once.
    """

    def __init__(self, model: Tables, limit: float = LIMIT) -> None:
        self.graph, self.mechanisms = model.graph, model.mechanisms
        self.rows: Rows = model.probabilities
        self.networks = model.networks
        self.limit = limit
        self.sizes = label_sizes(model.graph)
        self._programs: OrderedDict[tuple[object, ...], _Known] = OrderedDict()
        self._apart: dict[tuple[object, ...], Plan] = {}
        self._ran: OrderedDict[tuple[object, ...], Array] = OrderedDict()

    @cached_property
    def _with_zeros(self) -> frozenset[str]:
        return frozenset(name for name, table in self.rows.items() if not table.all())

    @property
    def peak(self) -> float:
        """The numbers that any remembered plan holds at once, at most."""
        ways = (known.program.plan for known in self._programs.values())
        return max((way.peak for way in ways), default=1.0)

    def program(self, targets: tuple[str, ...], condition: Condition) -> Program:
        """The compiled form of P(targets | condition), from memory if it was asked before.

        Raises:
            ScmError: E432 if it rests on a hidden common cause.
        """
        return self._known(targets, condition).program

    def _known(self, targets: tuple[str, ...], condition: Condition) -> _Known:
        key = (targets, frozenset(condition.do), frozenset(condition.given))
        known = self._programs.get(key)
        if known is None:
            known = _Known(compile_shape(self.graph, targets, condition, self.sizes))
            self._remember(key, known)
        return known

    def _remember(self, key: tuple[object, ...], known: _Known) -> None:
        self._programs[key] = known
        if len(self._programs) > _REMEMBERED:
            self._programs.popitem(last=False)

    def posterior(
        self, targets: tuple[str, ...], condition: Condition, rows: Rows | None = None
    ) -> Array:
        """P(targets | condition) as a table, one axis a target.

        Args:
            targets: Different labels, none of them fixed by the condition.
            condition: The world and the evidence.
            rows: Other tables than the model's, possibly with a batch axis.

        Returns:
            Shape (size of each target…), after the batch axis if there is one.

        Raises:
            ScmError: E431 if the evidence is impossible, E432 if the answer rests on a hidden
                common cause, E433 if a table would be too large.
        """
        known = self._known(targets, condition)
        if rows is None:
            self._check_apart(known.program, condition)
            found = self._look_up(known, targets, condition)
            if found is not None:
                return found
        mass = self.mass(known.program, condition, rows)
        axes = tuple(range(-len(targets), 0))
        total = mass.values.sum(axes, keepdims=True)
        if rows is None and not total.all():
            raise impossible(self.graph, condition)
        with np.errstate(invalid="ignore"):
            return np.asarray(mass.values / total)

    def _look_up(
        self, known: _Known, targets: tuple[str, ...], condition: Condition
    ) -> Array | None:
        """The answer from the table for all conditions of this shape, once there is one."""
        known.asked += 1
        if known.asked == _AGAIN:
            nodes = known.program.requisite.nodes
            if self.networks.keys().isdisjoint(nodes):
                known.lookup = tabulate(self.graph, self.rows, nodes, condition.fixed, targets)
        return None if known.lookup is None else known.lookup.at(condition.fixed)

    def mass(self, program: Program, condition: Condition, rows: Rows | None = None) -> Mass:
        """P(targets, evidence) over the tables that the program rests on.

        Raises:
            ScmError: E433 if a table would be too large.
        """
        self.check_size(program.plan)
        fixed = condition.fixed
        used = self.rows if rows is None else rows
        nodes = program.requisite.nodes
        return contract(program.plan, [self.cut(name, fixed, used) for name in nodes])

    def check_size(self, way: Plan) -> None:
        """Refuse a plan that would hold more than the limit (E433) or never end (E437)."""
        if way.peak > self.limit:
            cells, limit = math.log2(way.peak), math.log2(self.limit)
            raise refuse(TooLarge(cells=cells, limit=limit))
        refuse_endless(way)

    def cut(self, name: str, fixed: Mapping[str, int], rows: Rows) -> Array:
        """A label's table at the fixed values; axes for the other variables remain.

        Where the label has no table, its mechanism is run on the parents' values that remain.
        """
        parents = self.graph.parents[name]
        if name in self.networks:
            return self._computed(name, fixed)
        scope = (*parents, name)
        return rows[name][(..., *[fixed.get(other, _ALL) for other in scope])]

    def _computed(self, name: str, fixed: Mapping[str, int]) -> Array:
        parents = self.graph.parents[name]
        key = (name, tuple([fixed.get(other) for other in parents]))
        if key not in self._ran:
            self._ran[key] = self._run(name, fixed)
            if len(self._ran) > _REMEMBERED_RUNS:
                self._ran.popitem(last=False)
        return self._ran[key][..., fixed.get(name, _ALL)]

    def _run(self, name: str, fixed: Mapping[str, int]) -> Array:
        """A mechanism without a table at all values of the parents that are not fixed."""
        parents = self.graph.parents[name]
        shape = [1 if other in fixed else self.sizes[other] for other in parents]
        rows = math.prod(map(float, shape))
        if rows > MOST_RUNS:
            raise refuse(TooLarge(cells=math.log2(rows) + 1, limit=math.log2(MOST_RUNS) + 1))
        places = np.indices(shape).reshape(len(parents), -1)
        for rank, other in enumerate(parents):
            places[rank] += fixed.get(other, 0)
        free = [size for size, other in zip(shape, parents, strict=True) if other not in fixed]
        return self.networks[name].at(places.T.copy()).reshape(*free, self.sizes[name])

    def check_possible(self, condition: Condition) -> None:
        """Refuse evidence of probability zero (E431)."""
        self._check_apart(self.program((), condition), condition)

    def _check_apart(self, program: Program, condition: Condition) -> None:
        for nodes in program.apart:
            if self._with_zeros.isdisjoint(nodes):
                continue
            way = self._plan_apart(nodes, condition)
            self.check_size(way)
            tables = [self.cut(name, condition.fixed, self.rows) for name in nodes]
            if not contract(way, tables).values.all():
                raise impossible(self.graph, condition)

    def _plan_apart(self, nodes: tuple[str, ...], condition: Condition) -> Plan:
        key = (nodes, frozenset(condition.fixed))
        if key not in self._apart:
            if len(self._apart) > _REMEMBERED:
                self._apart.clear()
            self._apart[key] = plan_over(self.graph, nodes, condition, self.sizes, ())
        return self._apart[key]

    def marginals(self, condition: Condition, rows: Rows | None = None) -> dict[str, Array]:
        """P(label | condition) of every label, in one forward and one backward sweep.

        Raises:
            ScmError: As for `posterior`.
        """
        used = self.rows if rows is None else rows
        names = [name for name in self.sizes if name not in condition.do]
        way = self._sweep(condition)
        slopes = None
        if names and way.held <= self.limit and way.cost <= MOST_COST:
            tables = [self.cut(name, condition.fixed, used) for name in names]
            slopes = adjoints(way, tables)
        if slopes is None:
            return self._one_by_one(condition, rows)
        found = {
            name: self._marginal(name, table * slope, condition)
            for name, table, slope in zip(names, tables, slopes, strict=True)
        }
        return {name: found.get(name, self._point(name, condition)) for name in self.sizes}

    def _sweep(self, condition: Condition) -> Plan:
        key = ("sweep", frozenset(condition.do), frozenset(condition.given))
        known = self._programs.get(key)
        if known is None:
            names = tuple(name for name in self.sizes if name not in condition.do)
            refuse_confounded(self.graph, names)
            way = plan_over(self.graph, names, condition, self.sizes, ())
            whole = Requisite(self.graph, names, (), (), ())
            known = _Known(Program(whole, way, ()))
            self._remember(key, known)
        return known.program.plan

    def _marginal(self, name: str, joint: Array, condition: Condition) -> Array:
        if name in condition.fixed:
            return self._point(name, condition)
        free = sum(other not in condition.fixed for other in self.graph.parents[name])
        table = joint.sum(tuple(range(-1 - free, -1)))
        return np.asarray(table / table.sum(-1, keepdims=True))

    def _one_by_one(self, condition: Condition, rows: Rows | None) -> dict[str, Array]:
        if rows is None:
            self.check_possible(condition)
        return {
            name: self._point(name, condition)
            if name in condition.fixed
            else self.posterior((name,), condition, rows)
            for name in self.sizes
        }

    def _point(self, name: str, condition: Condition) -> Array:
        return np.asarray(np.eye(self.sizes[name])[condition.fixed.get(name, 0)])


def refuse_endless(way: Plan) -> None:
    """Refuse (E437) a plan that takes more multiplications than anyone waits for."""
    if way.cost > MOST_COST:
        raise refuse(TakesTooLong(cost=math.log2(way.cost), limit=math.log2(MOST_COST)))


def impossible(graph: Graph, condition: Condition) -> ScmError:
    """The refusal of evidence that never happens."""
    given = tuple(ir.Event(ir.Variable(name), value) for name, value in condition.given.items())
    do = tuple(ir.Setting(name, value) for name, value in condition.do.items())
    world = phrase(ir.Regime(do), graph) if do else ""
    return refuse(ImpossibleEvidence(evidence=phrase_events(given, graph), world=world))
