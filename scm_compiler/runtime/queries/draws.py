"""Exact draws of the labels in a regime: never a rejected row, however rare the evidence.

The labels are summed out one after the other, and drawn in the opposite order, each from its
distribution given those already drawn (Dechter 1999: bucket elimination, run backwards).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.answers import TooLarge
from scm_compiler.ir import query as ir
from scm_compiler.ir.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.runtime.queries import engine_of
from scm_compiler.runtime.queries.contraction import Array, Scope, elimination_order
from scm_compiler.runtime.queries.engine import (
    Condition,
    Engine,
    impossible,
    refuse_confounded,
)
from scm_compiler.runtime.queries.evaluation import condition_of
from scm_compiler.runtime.queries.refusals import refuse_unanswerable


@dataclass(frozen=True)
class Factor:
    """A table and the labels of its axes."""

    scope: Scope
    table: Array


@dataclass(frozen=True)
class Bucket:
    """What the distribution of one label rests on when its turn comes to be drawn.

    Attributes:
        name: The label.
        factor: P(name, known labels) up to a constant; the label is the last axis.
    """

    name: str
    factor: Factor


@dataclass(frozen=True)
class Draws:
    """Draws of all labels in a regime, ready to be made again and again.

    Attributes:
        labels: The columns.
        buckets: The labels in the order of their elimination.
        condition: What is held or seen.
    """

    labels: tuple[str, ...]
    buckets: tuple[Bucket, ...]
    condition: Condition

    def rows(self, count: int, seed: int) -> NDArray[np.int64]:
        """Rows (count, V); the same seed gives the same rows."""
        random = np.random.default_rng(seed)
        values = _draw(self.buckets, self.condition, count, random)
        columns = [values[name] for name in self.labels]
        return np.stack(columns, axis=1) if columns else np.empty((count, 0), np.int64)


def draws_of(regime: ir.Regime, model: Tables) -> Draws:
    """What draws the labels of a regime; the arguments and errors are those of `draw_labels`."""
    refuse_unanswerable(regime, model.graph)
    engine = engine_of(model)
    condition = condition_of(regime.do, regime.given)
    labels = tuple(node.name for node in fold(model.graph).labels)
    return Draws(labels, tuple(eliminate(engine, condition)), condition)


def draw_labels(
    regime: ir.Regime, model: Tables, rows: int, *, seed: int = 0
) -> NDArray[np.int64]:
    """Draw rows of all labels from P(labels | do(...), given).

    Args:
        regime: Resolved against the model's graph.
        model: The tables.
        rows: How many; at least 0.
        seed: Of the random numbers; the same seed gives the same rows.

    Returns:
        Shape (rows, V): value indices in the order of declaration.

    Raises:
        ScmError: E431 if the evidence is impossible, E432 if the graph has hidden common causes
            that keep it from being drawn so, E433 if a table would be too large.
    """
    return draws_of(regime, model).rows(rows, seed)


def eliminate(engine: Engine, condition: Condition) -> tuple[Bucket, ...]:
    """Sum the labels out in a good order; one bucket a label, in that order.

    Raises:
        ScmError: As for `draw_labels`.
    """
    names = [name for name in engine.sizes if name not in condition.do]
    refuse_confounded(engine.graph, names)
    factors = [_cut(engine, name, condition) for name in names]
    order = elimination_order([factor.scope for factor in factors], engine.sizes, ())
    buckets = []
    for name in order:
        touching = [factor for factor in factors if name in factor.scope]
        bucket = _multiply(touching, name, engine)
        buckets.append(Bucket(name, bucket))
        message = bucket.table.sum(-1)
        if not message.any():
            raise impossible(engine.graph, condition)
        factors = [factor for factor in factors if name not in factor.scope]
        factors.append(Factor(bucket.scope[:-1], message / message.max()))
    if not all(factor.table.all() for factor in factors):
        raise impossible(engine.graph, condition)
    return tuple(buckets)


def _cut(engine: Engine, name: str, condition: Condition) -> Factor:
    scope = (*engine.graph.parents[name], name)
    free = tuple(other for other in scope if other not in condition.fixed)
    return Factor(free, engine.cut(name, condition.fixed, engine.rows))


def _multiply(factors: Sequence[Factor], last: str, engine: Engine) -> Factor:
    """The product, with the named label as its last axis, scaled so that its peak is 1."""
    joint = dict.fromkeys(other for factor in factors for other in factor.scope)
    scope = (*(other for other in joint if other != last), last)
    cells = float(np.prod([float(engine.sizes[other]) for other in scope]))
    if cells > engine.limit:
        raise refuse(TooLarge(cells=np.log2(cells), limit=np.log2(engine.limit)))
    product = np.ones([engine.sizes[other] for other in scope])
    for factor in factors:
        product *= _aligned(factor, scope)
    peak = product.max()
    return Factor(scope, product / peak if peak else product)


def _aligned(factor: Factor, scope: Scope) -> Array:
    order = [factor.scope.index(name) for name in scope if name in factor.scope]
    index = tuple(slice(None) if name in factor.scope else None for name in scope)
    return factor.table.transpose(order)[index]


def _draw(
    buckets: Sequence[Bucket], condition: Condition, rows: int, random: np.random.Generator
) -> Mapping[str, NDArray[np.int64]]:
    values = {name: np.full(rows, value) for name, value in condition.fixed.items()}
    for bucket in reversed(buckets):
        known = tuple(values[name] for name in bucket.factor.scope[:-1])
        bounds = bucket.factor.table.cumsum(-1)[known]
        noise = random.random(rows) * bounds[..., -1]
        # A draw below the first bound is value 0; ties cannot pick a value of probability zero.
        values[bucket.name] = (noise[:, None] >= bounds[..., :-1]).sum(-1, dtype=np.int64)
    return values
