"""A counterfactual's numbers and bounds: each form of query in terms of conditional probabilities.

P(targets | evidence) = P(targets and evidence) / P(evidence), both in a network of worlds that
share noise: abduction, action and prediction (Pearl 2009, section 1.4.4) in one sum. Abduction is
local to a node: what the evidence says of a node's noise it says through the node's own table.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from itertools import product
from math import prod

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.codes.counterfactuals import TooManyRows
from scm_compiler.identify.counterfactual import MOST_ROWS
from scm_compiler.inference.codes.answers import HiddenCause, ImpossibleEvidence
from scm_compiler.inference.codes.counterfactuals import ImpossibleUnderNoise
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.bounds import (
    Case,
    Masks,
    bounds,
    drawn_bounds,
    holding,
    mean_bounds,
    most_log_mass,
)
from scm_compiler.inference.counterfactual.joint import Group, Join, Joint
from scm_compiler.inference.counterfactual.noise import NOISE_MODELS, beyond_gumbel
from scm_compiler.inference.counterfactual.relevance import concerning
from scm_compiler.inference.limits import TooMuch, first
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.posteriors import Rows
from scm_compiler.inference.precision import Replicates
from scm_compiler.inference.shape import confounded
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes import fold
from scm_compiler.passes.twin import Worlds, unite
from scm_compiler.semantics.query import numeric_values, phrase, phrase_events

_MOST_OTHERS = 64


@dataclass(frozen=True)
class Question:
    """P(targets | do, given) over several worlds; a target without a value is free.

    Attributes:
        targets: What is asked.
        given: The evidence, each event with a value.
        do: An intervention on every world.
        weights: The numbers that the one free target's values stand for, in an expectation.
    """

    targets: tuple[ir.Event, ...]
    given: tuple[ir.Event, ...]
    do: ir.World
    weights: tuple[float, ...] | None = None

    @cached_property
    def free(self) -> tuple[ir.Variable, ...]:
        """The free targets."""
        return tuple(event.variable for event in self.targets if event.value is None)

    def with_values(self, values: Sequence[int]) -> tuple[ir.Event, ...]:
        """The targets, the free ones with these values."""
        left = iter(values)
        return tuple(
            replace(event, value=next(left)) if event.value is None else event
            for event in self.targets
        )


def questions(query: ir.Query, graph: Graph) -> list[tuple[float, Question]]:
    """The probabilities and expectations of a query, with their weights; a regime asks none.

    Args:
        query: Of any rung.
        graph: Its graph.
    """
    match query:
        case ir.Probability(targets, do, given):
            return [(1.0, Question(targets, given, do))]
        case ir.Expectation(target, do, given):
            return [(1.0, _expectation(target, given, do, graph))]
        case ir.Sum():
            parts = zip(query.terms, ir.plain(query), strict=True)
            return [(weight, q) for (weight, _), part in parts for _, q in questions(part, graph)]
        case ir.Derived(alone=ir.Probability() | ir.Expectation() | ir.Sum() as alone):
            return questions(alone, graph)
        case _:
            return []


@dataclass(frozen=True)
class Prepared:
    """A question's networks.

    Attributes:
        question: What is asked.
        evidence: In which the evidence happens.
        cells: In which the evidence happens and the free targets have these values; None where
            that contradicts itself.
        graph: The graph of the tables.
    """

    question: Question
    evidence: Joint
    cells: Mapping[tuple[int, ...], Joint | None]
    graph: Graph

    @property
    def worlds(self) -> Iterator[Worlds]:
        """Every network."""
        yield self.evidence.worlds
        yield from (joint.worlds for joint in self.cells.values() if joint is not None)

    @property
    def tied(self) -> set[str]:
        """The nodes that have copies which share noise."""
        return {name for worlds in self.worlds for name in worlds.tied}

    @property
    def beyond(self) -> TooMuch | None:
        """Why the networks take too much memory (E450) or time (E437), if they do."""
        joints = (self.evidence, *filter(None, self.cells.values()))
        return first(joint.beyond for joint in joints)

    @property
    def room(self) -> float:
        """How many batches of tables fit where one table may have `limit` numbers."""
        joints = [joint for joint in self.cells.values() if joint is not None]
        largest = max(joint.way.largest for joint in (self.evidence, *joints))
        return self.evidence.limit // largest

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the free targets."""
        sizes = self.graph.sizes
        return tuple(sizes[variable.node] for variable in self.question.free)

    def value(self, rows: Rows, join: Join, *, checked: bool = True) -> Array:
        """The answer, shape (batch…, size of each free target…) or (batch…) for an expectation.

        Args:
            rows: The tables.
            join: The noise model.
            checked: Whether evidence that is impossible is refused; else it gives no number.

        Raises:
            ScmError: E431 if the evidence is impossible, E455 if only this noise model makes it
                so, E450 if a table would be too large.
        """
        whole = self.evidence.log_mass(rows, join)
        if checked and np.any(whole == -np.inf):
            raise refuse(self._impossible) if whole.ndim else self._refusal(rows)
        with np.errstate(invalid="ignore"):
            parts = [
                np.zeros(whole.shape)
                if joint is None
                else np.minimum(np.exp(joint.log_mass(rows, join) - whole), 1.0)
                for joint in self.cells.values()
            ]
        table = np.stack(np.broadcast_arrays(*parts), -1)
        if self.question.weights is not None:
            return np.asarray(table @ np.array(self.question.weights))
        return table.reshape((*table.shape[:-1], *self.shape))

    def bounds(self, rows: Rows, point: Array, unseen: Masks | None = None) -> list[Bounds]:
        """The bounds of each number of the answer; they hold the point also after rounding.

        Args:
            rows: The tables.
            point: The answer.
            unseen: For labels with guessed rows, true at those parent configurations, where the
                bounds are to hold whatever is true there.
        """
        found = [self._concerned._cell(values, rows, unseen) for values in self.cells]
        if self.question.weights is not None:
            found = [mean_bounds(found, self.question.weights)]
        return [holding(b, float(p)) for b, p in zip(found, point.ravel(), strict=True)]

    def drawn_bounds(self, rows: Replicates) -> list[list[Bounds]]:
        """The bounds of each number on each of many tables."""
        cells = [self._concerned._drawn(values, rows) for values in self.cells]
        every = [list(each) for each in zip(*cells, strict=True)]
        weights = self.question.weights
        return every if weights is None else [[mean_bounds(each, weights)] for each in every]

    def _drawn(self, values: tuple[int, ...], rows: Replicates) -> list[Bounds]:
        joint = self.cells[values]
        if joint is not None and joint.worlds != self.evidence.worlds:
            case = Case(joint, self.evidence, partial(self._others, values), rows)
            if (found := drawn_bounds(case, rows.count)) is not None:
                return found
        return [self._cell(values, rows.one(rank), None) for rank in range(rows.count)]

    @cached_property
    def _concerned(self) -> "Prepared":
        """The same question without the evidence that nothing ties to a target: it cancels."""
        question = self.question
        aims = [event.variable for event in question.targets]
        given = concerning(aims, question.given, question.do, self.graph)
        if len(given) == len(self.question.given):
            return self
        smaller = prepare(replace(self.question, given=given), self.graph, self.evidence.limit)
        return smaller if smaller.beyond is None else self

    def _cell(self, values: tuple[int, ...], rows: Rows, unseen: Masks | None) -> Bounds:
        joint = self.cells[values]
        if joint is None:
            return Bounds(0.0, 0.0, sharp=True)
        if joint.worlds == self.evidence.worlds:
            return Bounds(1.0, 1.0, sharp=True)  # the evidence says it already
        others = partial(self._others, values)
        if not unseen:
            return bounds(Case(joint, self.evidence, others, rows))
        return bounds(Case(joint, self.evidence, others, rows, unseen, self._open))

    @cached_property
    def _open(self) -> Joint | None:
        """The network of all that is asked and seen, with no values; None if it is too large."""
        events = (*self.question.targets, *self.question.given)
        worlds = unite(self.graph, (), self.question.do, tuple(e.variable for e in events))
        assert worlds is not None  # nothing is known that could contradict itself
        joint = Joint(worlds, self.graph, self.evidence.limit)
        return joint if joint.beyond is None else None

    def guessed(self, rows: Rows, noise: Join, masks: Masks) -> float | None:
        """The share of the units that fit the evidence that meet a guessed row in some world.

        None where it takes too much to work out.

        Args:
            rows: The tables, whose guesses are used.
            noise: Makes the table of copies that share noise.
            masks: For labels with guessed rows, true at those parent configurations.
        """
        question = self.question
        targets = [event.variable for event in question.targets]
        worlds = unite(self.graph, question.given, question.do, targets)
        if worlds is None:
            raise contradiction(question, self.graph)
        joint = Joint(worlds, self.graph, self.evidence.limit)
        if joint.beyond is not None:
            return None
        alone = masks.keys() - set(worlds.tied)
        sure = {
            name: np.where(masks[name][..., None], 0.0, table) if name in alone else table
            for name, table in rows.items()
        }

        def join(group: Group) -> Array:
            table = noise(group)
            if group.node not in masks:
                return table
            met = [masks[group.node].ravel()[row] for row in group.rows]
            return np.where(group.beside(reduce(np.logical_or, met)), 0.0, table)

        seen = joint.log_mass(sure, join) - joint.log_mass(rows, noise)
        return float(1.0 - np.exp(seen))

    def _others(self, values: tuple[int, ...]) -> tuple[Joint, ...] | None:
        """The networks in which the targets have other values than in one cell.

        None where they are too many or too large.
        """
        own = {e.variable: e.value for e in self.question.with_values(values)}
        sizes = [self.graph.sizes[variable.node] for variable in own]
        if prod(sizes) > _MOST_OTHERS:
            return None
        limit = self.evidence.limit
        found = [
            unite(
                self.graph,
                (*self.question.given, *map(ir.Event, own, other)),
                self.question.do,
            )
            for other in product(*map(range, sizes))
            if other != tuple(own.values())
        ]
        joints = tuple(Joint(worlds, self.graph, limit) for worlds in found if worlds is not None)
        return joints if all(joint.beyond is None for joint in joints) else None

    def _refusal(self, rows: Rows) -> ScmError:
        """Of evidence that is impossible, under this noise model or under all.

        What the noise models that allow it can say is told of a single number.
        """
        if not np.isfinite(most_log_mass(self.evidence, rows)):
            return contradiction(self.question, self.graph)
        if np.isnan(bounds(Case(self.evidence, self.evidence, lambda: None, rows)).low):
            return contradiction(self.question, self.graph)
        spans = [self._concerned._cell(values, rows, None) for values in self.cells]
        if self.question.weights is not None:
            spans = [mean_bounds(spans, self.question.weights)]
        ends = (spans[0].low, spans[0].high) if len(spans) == 1 else None
        allowing = tuple(self._allowing(rows))
        return refuse(replace(self._impossible, ends=ends, allowing=allowing))

    @property
    def _impossible(self) -> ImpossibleUnderNoise:
        query = phrase(as_query(self.question), self.graph)
        return ImpossibleUnderNoise(_evidence(self.question, self.graph), query)

    def _allowing(self, rows: Rows) -> Iterator[str]:
        """The noise models with a name that allow the evidence."""
        groups = self.evidence.groups(rows)
        for name, join in NOISE_MODELS.items():
            knows = name != "gumbel-max" or not any(map(beyond_gumbel, groups))
            if knows and self.evidence.log_mass(rows, join) > -np.inf:
                yield name


def prepare(question: Question, graph: Graph, limit: float) -> Prepared:
    """Build a question's networks, and refuse what its tables cannot answer.

    Raises:
        ScmError: E431 if the evidence contradicts itself, E432 if the answer rests on a hidden
            common cause, E454 if there are too many rows.
    """
    prepared = networks_of(question, graph, limit)
    refuse_hidden_causes(prepared.worlds, graph)
    return prepared


def networks_of(question: Question, graph: Graph, limit: float) -> Prepared:
    """A question's networks, whether hidden common causes reach into them or not.

    Raises:
        ScmError: E431 if the evidence contradicts itself, E454 if there are too many rows.
    """
    sizes = [graph.sizes[variable.node] for variable in question.free]
    if prod(sizes) > MOST_ROWS:
        raise refuse(TooManyRows(rows=prod(sizes), limit=MOST_ROWS))
    evidence = unite(graph, question.given, question.do)
    if evidence is None:
        raise contradiction(question, graph)
    cells = {}
    for values in product(*map(range, sizes)):
        events = (*question.given, *question.with_values(values))
        worlds = unite(graph, events, question.do)
        cells[values] = None if worlds is None else Joint(worlds, graph, limit)
    return Prepared(question, Joint(evidence, graph, limit), cells, graph)


def as_query(question: Question) -> ir.Query:
    """A question as it is asked."""
    if question.weights is None:
        return ir.Probability(question.targets, question.do, question.given)
    return ir.Expectation(question.targets[0].variable, question.do, question.given)


def _expectation(
    target: ir.Variable, given: tuple[ir.Event, ...], do: ir.World, graph: Graph
) -> Question:
    weights = numeric_values(graph.domain(target.node))
    return Question((ir.Event(target),), given, do, weights)


def refuse_hidden_causes(networks: Iterable[Worlds], graph: Graph) -> None:
    """Refuse (E432) where hidden common causes reach into networks of worlds."""
    if pairs := hidden_causes(networks, graph):
        raise refuse(HiddenCause(pairs))


def hidden_causes(networks: Iterable[Worlds], graph: Graph) -> tuple[str, ...]:
    """The hidden common causes that reach into networks of worlds, as `A <-> B`.

    A node with a hidden cause may stand alone in one world; in two, the hidden cause ties its
    copies together in a way that its table does not hold.
    """
    declared = fold(graph)
    if not declared.confounders:
        return ()
    worlds = tuple(networks)
    nodes = {name for network in worlds for name in network.nodes}
    tied = {name for network in worlds for name in network.tied}
    return confounded(declared, nodes & declared.by_name.keys()) or tuple(
        f"{pair.left} <-> {pair.right}"
        for pair in declared.confounders
        if not tied.isdisjoint((pair.left, pair.right))
    )


def contradiction(question: Question, graph: Graph) -> ScmError:
    """The refusal of evidence that never happens."""
    world = phrase(ir.Regime(question.do), graph) if question.do else ""
    return refuse(ImpossibleEvidence(evidence=_evidence(question, graph), world=world))


def _evidence(question: Question, graph: Graph) -> str:
    return phrase_events(question.given, graph)
