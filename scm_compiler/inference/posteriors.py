"""Posteriors from tables, by contraction of what a query rests on."""

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.inference.codes.answers import ImpossibleEvidence
from scm_compiler.inference.contraction import Array, Mass, adjoints, contract
from scm_compiler.inference.limits import LIMIT
from scm_compiler.inference.lookup import Lookup, tabulate
from scm_compiler.inference.shape import Condition, Known, Program, Shapes
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.semantics.query import phrase, phrase_events

_REMEMBERED = 32

_ALL = slice(None)

_AGAIN = 2
"""When a question of a shape comes this often, it is answered for all values of its condition."""

Rows = Mapping[str, Array]
"""A table for each label, parents first; one with a batch axis before them is many tables."""


class Engine(Shapes):
    """Answers on one model; remembers the shapes of the questions it was asked.

    Args:
        model: The tables.
        limit: The numbers that an answer may hold at once.
    """

    def __init__(self, model: Tables, limit: float = LIMIT) -> None:
        super().__init__(model.graph, model.networks, limit)
        self.model = model
        self.rows: Rows = model.probabilities
        self._ran: OrderedDict[tuple[object, ...], Array] = OrderedDict()

    def has_zeros(self, name: str) -> bool:
        """Whether a label's table has zeros."""
        return name in self.model.zeros

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
        known = self._fitting(targets, condition)
        if rows is None:
            self._check_apart(known.program, condition)
            known.asked += 1
            if known.asked == _AGAIN:
                known.lookup = self._tabulated(known, targets, condition)
            if known.lookup and (found := known.lookup.at(condition.fixed)) is not None:
                return found
        mass = self.mass(known.program, condition, rows)
        axes = tuple(range(-len(targets), 0))
        total = mass.values.sum(axes, keepdims=True)
        if rows is None and not total.all():
            raise impossible(self.graph, condition)
        with np.errstate(invalid="ignore"):
            return np.asarray(mass.values / total)

    def _tabulated(
        self, known: Known, targets: tuple[str, ...], condition: Condition
    ) -> Lookup | None:
        """The answers for all conditions of a shape; None where networks are among the tables."""
        nodes = known.program.requisite.nodes
        if not self.networks.isdisjoint(nodes):
            return None
        return tabulate(self.graph, self.rows, nodes, condition.fixed, targets)

    def _fitting(self, targets: tuple[str, ...], condition: Condition) -> Known:
        """P(targets | condition), compiled; refused (E433, E437) where it takes too much."""
        known = self.shape(targets, condition)
        if known.beyond is not None:
            raise refuse(known.beyond)
        return known

    def mass(self, program: Program, condition: Condition, rows: Rows | None = None) -> Mass:
        """P(targets, evidence) over the tables that the program rests on."""
        fixed = condition.fixed
        used = self.rows if rows is None else rows
        nodes = program.requisite.nodes
        return contract(program.plan, [self.cut(name, fixed, used) for name in nodes])

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
            if len(self._ran) > _REMEMBERED:
                self._ran.popitem(last=False)
        return self._ran[key][..., fixed.get(name, _ALL)]

    def _run(self, name: str, fixed: Mapping[str, int]) -> Array:
        """A mechanism without a table at all values of the parents that are not fixed."""
        parents = self.graph.parents[name]
        shape = [1 if other in fixed else self.sizes[other] for other in parents]
        if (beyond := self.runs_beyond([name], fixed)) is not None:
            raise refuse(beyond)
        places = np.indices(shape).reshape(len(parents), -1)
        for rank, other in enumerate(parents):
            places[rank] += fixed.get(other, 0)
        free = [size for size, other in zip(shape, parents, strict=True) if other not in fixed]
        return self.model.networks[name].at(places.T.copy()).reshape(*free, self.sizes[name])

    def check_possible(self, condition: Condition) -> None:
        """Refuse evidence of probability zero (E431)."""
        self._check_apart(self._fitting((), condition).program, condition)

    def _check_apart(self, program: Program, condition: Condition) -> None:
        for nodes, way in self.apart(program, condition):
            tables = [self.cut(name, condition.fixed, self.rows) for name in nodes]
            if not contract(way, tables).values.all():
                raise impossible(self.graph, condition)

    def marginals(self, condition: Condition, rows: Rows | None = None) -> dict[str, Array]:
        """P(label | condition) of every label, in one forward and one backward sweep.

        Raises:
            ScmError: As for `posterior`.
        """
        used = self.rows if rows is None else rows
        names = [name for name in self.sizes if name not in condition.do]
        way = self.sweep(condition)
        slopes = None
        if way is not None:
            tables = [self.cut(name, condition.fixed, used) for name in names]
            slopes = adjoints(way, tables)
        if slopes is None:
            return self._one_by_one(condition, rows)
        found = {
            name: self._marginal(name, table * slope, condition)
            for name, table, slope in zip(names, tables, slopes, strict=True)
        }
        return {name: found.get(name, self._point(name, condition)) for name in self.sizes}

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


def engine_of(model: Tables) -> Engine:
    """The model's engine, which it keeps, with the shapes that the engine remembers."""
    kept = vars(model)
    if "_engine" not in kept:
        kept["_engine"] = Engine(model)
    engine: Engine = kept["_engine"]
    return engine


def impossible(graph: Graph, condition: Condition) -> ScmError:
    """The refusal of evidence that never happens."""
    given = tuple(ir.Event(ir.Variable(name), value) for name, value in condition.given.items())
    do = tuple(ir.Setting(name, value) for name, value in condition.do.items())
    world = phrase(ir.Regime(do), graph) if do else ""
    return refuse(ImpossibleEvidence(evidence=phrase_events(given, graph), world=world))
