"""Exact draws of the labels in a regime: never a rejected row, however rare the evidence.

What stands above the evidence is summed out, one label after the other, and drawn in the opposite
order, each from its distribution given those already drawn (Dechter 1999: bucket elimination, run
backwards). What stands below is drawn from its parents, as without evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.identified import OnlyByFormula
from scm_compiler.inference.codes.weighting import NoExactDraws
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.elimination import RULES, Scope, elimination_order
from scm_compiler.inference.evaluation import condition_of
from scm_compiler.inference.observation import observation_of
from scm_compiler.inference.possible import refuse_impossible
from scm_compiler.inference.posteriors import Engine, engine_of, impossible
from scm_compiler.inference.refusals import refuse_unanswerable
from scm_compiler.inference.route import refuse_unidentified
from scm_compiler.inference.shape import (
    Condition,
    confounded,
    refuse_confounded,
)
from scm_compiler.ir import query as ir
from scm_compiler.model.coupling import values_above
from scm_compiler.model.mechanism import Chances, Tabular
from scm_compiler.model.tables import Counted, Tables
from scm_compiler.passes import flatten, fold, mutilate
from scm_compiler.passes.prune import ancestors

Values = NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """A table and the labels of its axes."""

    scope: Scope
    table: Array


@dataclass(frozen=True)
class Step:
    """One label's distribution when its turn comes to be drawn.

    Attributes:
        name: The label.
        mechanism: P(name | known labels); its own where no evidence stands below it.
    """

    name: str
    mechanism: Chances

    def draw(self, values: Mapping[str, Values], uniform: Array) -> Values:
        """The label's values, one for each uniform number in [0, 1)."""
        return values_above(uniform, self.mechanism.bounds(values))


@dataclass(frozen=True)
class Draws:
    """Draws of all labels in a regime, ready to be made again and again.

    Attributes:
        labels: The columns.
        steps: The labels that are not fixed, in the order of drawing.
        condition: What is held or seen.
    """

    labels: tuple[str, ...]
    steps: tuple[Step, ...]
    condition: Condition

    def rows(self, count: int, seed: int) -> Values:
        """Rows (count, V); the same seed gives the same rows."""
        random = np.random.default_rng(seed)
        values = {name: np.full(count, value) for name, value in self.condition.fixed.items()}
        for step in self.steps:
            values[step.name] = step.draw(values, random.random(count))
        columns = [values[name] for name in self.labels]
        return np.stack(columns, axis=1) if columns else np.empty((count, 0), np.int64)


def draws_of(regime: ir.Regime, model: Tables) -> Draws:
    """What draws the labels of a regime; the arguments and errors are those of `draw_labels`."""
    regime = flatten(regime, model.graph)
    refuse_unanswerable(regime, model.graph)
    observed = observation_of(model) if regime.given else None
    if observed is not None:
        refuse_impossible(regime, observed)
    condition = condition_of(regime.do, regime.given)
    engine = engine_of(_multiplying(regime, model))
    refuse_confounded(engine.graph, [name for name in engine.sizes if name not in condition.do])
    labels = tuple(node.name for node in fold(model.graph).labels)
    above = ancestors(mutilate(engine.graph, condition.do), condition.given)
    backward = eliminate(engine, condition, [name for name in engine.sizes if name in above])
    below = (name for name in engine.graph.topological if name in engine.sizes)
    free = [name for name in below if name not in above and name not in condition.do]
    forward = (Step(name, engine.model.mechanisms[name]) for name in free)
    return Draws(labels, (*reversed(backward), *forward), condition)


def _multiplying(regime: ir.Regime, model: Tables) -> Tables:
    """Tables whose product the labels are drawn from.

    Raises:
        ScmError: E520 or E441 for an intervention on networks that share noise.
    """
    if not isinstance(model.known, Counted) or model.observational is None:
        return model
    if not regime.do:
        return model.observational
    refuse_unidentified(regime, model.graph)
    held = condition_of(regime.do, ()).do
    if confounded(model.graph, model.graph.sizes.keys() - held.keys()):
        raise refuse(OnlyByFormula())
    return model


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
            that keep it from being drawn so, E441 if its networks share noise, E520 if it is not
            identified, E440 if what stands above the evidence does not fit.
    """
    return draws_of(regime, model).rows(rows, seed)


def eliminate(engine: Engine, condition: Condition, names: Sequence[str]) -> tuple[Step, ...]:
    """Sum labels out in a good order; one step a label that is not fixed, in that order.

    Args:
        engine: Holds the model.
        condition: What is held and seen.
        names: The labels that are seen, and all that stands above them in the world of `do`.

    Raises:
        ScmError: As for `draw_labels`.
    """
    names = [name for name in names if name not in condition.do]
    scopes = [_scope(engine, name, condition) for name in names]
    order = _smallest_order(engine, scopes)
    factors = [
        Factor(scope, engine.cut(name, condition.fixed, engine.rows))
        for name, scope in zip(names, scopes, strict=True)
    ]
    steps = []
    for name in order:
        touching = [factor for factor in factors if name in factor.scope]
        bucket = _multiply(touching, name, engine)
        domain = engine.graph.domain(name)
        steps.append(Step(name, Tabular(domain, bucket.scope[:-1], rows=bucket.table)))
        message = bucket.table.sum(-1)
        if not message.any():
            raise impossible(engine.graph, condition)
        factors = [factor for factor in factors if name not in factor.scope]
        factors.append(Factor(bucket.scope[:-1], message / message.max()))
    if not all(factor.table.all() for factor in factors):
        raise impossible(engine.graph, condition)
    return tuple(steps)


def _scope(engine: Engine, name: str, condition: Condition) -> Scope:
    scope = (*engine.graph.parents[name], name)
    return tuple(other for other in scope if other not in condition.fixed)


def _smallest_order(engine: Engine, scopes: Sequence[Scope]) -> tuple[str, ...]:
    """The order whose tables are the smallest together; none is made to find it.

    Raises:
        ScmError: E440 if together they are beyond the limit.
    """
    orders = [elimination_order(scopes, engine.sizes, (), rule) for rule in RULES]
    cells, order = min((_cells(scopes, order, engine.sizes), order) for order in orders)
    if cells > engine.limit:
        raise refuse(NoExactDraws(cells=log2(cells), limit=log2(engine.limit)))
    return order


def _cells(scopes: Sequence[Scope], order: Sequence[str], sizes: Mapping[str, int]) -> float:
    """The numbers in the given tables and in those that an elimination makes, all together."""
    near: dict[str, set[str]] = {}
    for scope in scopes:
        for name in scope:
            near.setdefault(name, set()).update(scope)
    total = sum(_product(scope, sizes) for scope in scopes)
    for name in order:
        around = near.pop(name)
        total += _product(around, sizes)
        for other in around - {name}:
            near[other] = (near[other] | around) - {name}
    return total


def _product(names: Iterable[str], sizes: Mapping[str, int]) -> float:
    return prod((float(sizes[name]) for name in names), start=1.0)


def _multiply(factors: Sequence[Factor], last: str, engine: Engine) -> Factor:
    """The product, with the named label as its last axis, scaled so that its peak is 1."""
    joint = dict.fromkeys(other for factor in factors for other in factor.scope)
    scope = (*(other for other in joint if other != last), last)
    product = np.ones([engine.sizes[other] for other in scope])
    for factor in factors:
        product *= _aligned(factor, scope)
    peak = product.max()
    return Factor(scope, product / peak if peak else product)


def _aligned(factor: Factor, scope: Scope) -> Array:
    order = [factor.scope.index(name) for name in scope if name in factor.scope]
    index = tuple(slice(None) if name in factor.scope else None for name in scope)
    return factor.table.transpose(order)[index]
