"""A query's numbers: each form of query in terms of posteriors (Pearl 2009, chapters 1 and 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.posteriors import Engine, Rows
from scm_compiler.inference.shape import Condition
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.query import numeric_values

Numbers = Mapping[str, Array]
"""The parts of an answer: under "" its only part, or a table under each label's name."""


@dataclass(frozen=True)
class Term:
    """One probability or expectation, in one world.

    Attributes:
        asked: Targets with a value, by its index.
        free: Targets whose table is asked, in order.
        condition: The world and the evidence.
        weights: The numbers that the one free target's values stand for, in an expectation.
        never: Whether a label is asked, held or seen to have two values: the term is zero.
    """

    asked: Mapping[str, int]
    free: tuple[str, ...]
    condition: Condition
    weights: tuple[float, ...] | None = None
    never: bool = False


def terms(query: ir.Query, graph: Graph) -> list[tuple[float, Term]]:
    """The terms of a query and the weight of each; a regime has none.

    Args:
        query: A flattened query of rung 1 or 2.
        graph: Its graph.
    """
    match query:
        case ir.Probability():
            asked = {e.variable.node: e.value for e in query.targets if e.value is not None}
            free = tuple(variable.node for variable in query.free)
            condition = condition_of(query.do, query.given)
            return [(1.0, Term(asked, free, condition, never=query.never))]
        case ir.Expectation(target, do, given):
            weights = numeric_values(graph.domain(target.node))
            return [(1.0, Term({}, (target.node,), condition_of(do, given), weights))]
        case ir.Sum():
            parts = zip(query.terms, ir.plain(query), strict=True)
            return [(weight, term) for (weight, _), p in parts for _, term in terms(p, graph)]
        case _:
            return []


def evaluate(
    query: ir.Query,
    engine: Engine,
    rows: Rows | None = None,
    signed: Sequence[tuple[float, Term]] = (),
) -> Numbers:
    """The numbers that a query asks for.

    Args:
        query: A flattened query of rung 1 or 2.
        engine: Holds the model.
        rows: Other tables than the model's, possibly with a batch axis.
        signed: Its terms, where they are known.

    Raises:
        ScmError: If it cannot be answered; see `Engine.posterior`.
    """
    if isinstance(query, ir.Regime):
        return engine.marginals(condition_of(query.do, query.given), rows)
    signed = signed or terms(query, engine.graph)
    parts = [sign * term_value(term, engine, rows) for sign, term in signed]
    return {"": np.asarray(sum(parts[1:], start=parts[0]))}


def term_value(term: Term, engine: Engine, rows: Rows | None = None) -> Array:
    """P(asked, free | condition), or the expectation, by the chain rule over the targets."""
    fixed = term.condition.fixed
    shape = [engine.sizes[name] for name in term.free]
    settled = term.never or not fixed.keys().isdisjoint((*term.asked, *term.free))
    if rows is None and settled:
        engine.check_possible(term.condition)  # else a posterior finds it out
    if term.never:
        return np.zeros(shape)
    value: Array = np.ones(())
    *links, (_, last) = chain(term)
    for (name,), condition in links:
        value = value * engine.posterior((name,), condition, rows)[..., term.asked[name]]
        if not value.any():
            return np.zeros(shape)
    if not term.free:
        return value
    table = _free_table(term.free, last, engine, rows)
    joint = value[(..., *[None] * len(shape))] * table
    return joint if term.weights is None else np.asarray(joint @ np.array(term.weights))


def chain(term: Term) -> list[tuple[tuple[str, ...], Condition]]:
    """The posteriors whose product the term is: P(A, B | e) = P(A | e) P(B | A, e).

    Each is given by its targets and its condition; the last has the free targets that are not
    fixed, perhaps none. What never happens takes none.
    """
    condition = term.condition
    if term.never:
        return [((), condition)]
    links: list[tuple[tuple[str, ...], Condition]] = []
    for name, wanted in term.asked.items():
        if name not in condition.fixed:
            links.append(((name,), condition))
            condition = condition.seeing(name, wanted)
    unknown = tuple(name for name in term.free if name not in condition.fixed)
    return [*links, (unknown, condition)]


def condition_of(do: ir.World, given: Sequence[ir.Event]) -> Condition:
    """A flattened query's world and evidence."""
    held = {s.node: s.value for s in do if isinstance(s.value, int)}
    seen = {e.variable.node: e.value for e in given if e.value is not None}
    return Condition(held, seen)


def _free_table(
    free: tuple[str, ...], condition: Condition, engine: Engine, rows: Rows | None
) -> Array:
    """P(free | condition), with a point along the axis of each target that is fixed."""
    unknown = tuple(name for name in free if name not in condition.fixed)
    table = engine.posterior(unknown, condition, rows) if unknown else np.ones(())
    for axis, name in enumerate(free):
        if name in condition.fixed:
            point = np.eye(engine.sizes[name])[condition.fixed[name]]
            after = sum(other in unknown for other in free[axis + 1 :])
            table = np.expand_dims(table, table.ndim - after) * point[(..., *[None] * after)]
    return table
