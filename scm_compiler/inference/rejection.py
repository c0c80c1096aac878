"""Rejection sampling, as the paper conditions: draw from the model, keep what agrees.

It is a cross-check of the exact engine, not a substitute: its cost is 1 / P(evidence).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.answers import TooFewAccepted
from scm_compiler.inference.contraction import Array, contract
from scm_compiler.inference.drawing import (
    ADDED,
    UNIT,
    Ends,
    Range,
    Side,
    around,
    signed_sum,
)
from scm_compiler.inference.evaluation import Numbers, Term, condition_of, terms
from scm_compiler.inference.posteriors import Engine, impossible
from scm_compiler.inference.shape import Condition, confounded, plan_over, refuse_confounded
from scm_compiler.ir import query as ir
from scm_compiler.model.coupling import values_above
from scm_compiler.passes import mutilate
from scm_compiler.passes.prune import ancestors
from scm_compiler.telling import told

MOST_DRAWS = 10_000_000
_MOST_CELLS = 500_000_000  # of drawn values: large graphs get fewer draws
_CHUNK = 2**17
_MOST_AT_ONCE = 2**24

Columns = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Sampled:
    """An answer by sampling.

    Attributes:
        numbers: The estimates.
        errors: Their standard errors, of sampling alone.
        ends: Their intervals.
        accepted: Draws kept, the fewest of any term.
    """

    numbers: Numbers
    errors: Numbers
    ends: Mapping[str, Ends]
    accepted: int


def sample_answer(query: ir.Query, engine: Engine, seed: int, wanted: int) -> Sampled:
    """Answer by rejection sampling.

    Args:
        query: A flattened query of rung 1 or 2.
        engine: Holds the model.
        seed: Of the random numbers.
        wanted: The least number of accepted draws for each term.

    Raises:
        ScmError: E434 if too few draws are accepted, E431 if none can be, E432 if the answer
            rests on a hidden common cause.
    """
    random = np.random.default_rng(seed)
    if isinstance(query, ir.Regime):
        condition = condition_of(query.do, query.given)
        refuse_confounded(engine.graph, engine.sizes.keys() - condition.do.keys())
        return _sample_regime(condition, engine, random, wanted)
    total, variance, fewest = np.zeros(()), np.zeros(()), MOST_DRAWS
    sides = []
    for sign, term in terms(query, engine.graph):
        side, square, accepted = _sample_term(sign, term, engine, random, wanted)
        total, variance = total + sign * side.value, variance + sign**2 * square
        fewest = min(fewest, accepted)
        sides.append(side)
    alone = len(sides) == 1 and sides[0].sign == 1
    whole = np.asarray(sum(side.sign**2 * side.variance for side in sides))
    ends = sides[0].ends if alone else signed_sum(sides, whole)
    return Sampled({"": np.asarray(total)}, {"": np.sqrt(variance)}, {"": ends}, fewest)


def _sample_regime(
    condition: Condition, engine: Engine, random: "np.random.Generator", wanted: int
) -> Sampled:
    tallies = {name: itemgetter(name) for name in engine.sizes}
    counts = _collect(condition, tallies, engine.sizes, engine, random, wanted)
    accepted = int(next(iter(counts.values())).sum())
    means = {name: count / accepted for name, count in counts.items()}
    errors = {name: np.sqrt(_variance(count)) for name, count in counts.items()}
    ends = {name: _around(mean, accepted) for name, mean in means.items()}
    for name in condition.fixed:
        errors[name] = np.zeros(engine.sizes[name])
        ends[name] = Ends(means[name], means[name])
    return Sampled(means, errors, ends, accepted)


def _around(mean: Array, accepted: int, reach: Range = UNIT, square: Array | None = None) -> Ends:
    """The interval of means over the accepted draws; of shares if no mean square is given."""
    variance = ((mean if square is None else square) - np.square(mean)) / accepted
    return around(mean, variance, np.asarray(accepted), reach, None)


def _sample_term(
    sign: float, term: Term, engine: Engine, random: "np.random.Generator", wanted: int
) -> tuple[Side, Array, int]:
    """The estimate, its squared standard error and the draws accepted.

    Each accepted draw falls in a cell of the free targets' table, or in the last cell, which
    takes the draws in which the targets with a value do not have it.
    """
    fixed = term.condition.fixed
    targets = (*term.asked, *term.free)
    engine.shape(tuple(name for name in targets if name not in fixed), term.condition)
    shape = tuple(engine.sizes[name] for name in term.free)
    cells = int(np.prod(shape, dtype=np.int64))

    def tally(columns: Columns) -> NDArray[np.int64]:
        hit = np.full(len(columns[targets[0]]), not term.never)
        for name, value in term.asked.items():
            hit &= columns[name] == value
        place = np.zeros(len(hit), np.int64)
        for name in term.free:
            place = place * engine.sizes[name] + columns[name]
        return np.where(hit, place, cells)

    needs = {name: engine.sizes[name] for name in targets}
    counts = _collect(
        term.condition, {"": tally}, {**needs, "": cells + 1}, engine, random, wanted
    )
    count = counts[""]
    accepted = int(count.sum())
    if term.weights is not None:
        count = count[:-1]  # nothing is asked by value: the last cell is empty
        weights = np.array(term.weights)
        smooth = (count + 0.5) / (accepted + len(count) / 2)
        variance = np.asarray((smooth @ weights**2 - (smooth @ weights) ** 2) / accepted)
        mean, square = (np.asarray(count @ part / accepted) for part in (weights, weights**2))
        reach = (weights.min(), weights.max())
    else:
        variance = _variance(count)[:-1].reshape(shape)
        mean = square = (count[:-1] / accepted).reshape(shape)
        reach = UNIT
    ends = _around(mean, accepted, reach, square)
    floor = np.asarray(ADDED * (reach[1] - reach[0]) / accepted)
    return Side(sign, mean, (square - mean**2) / accepted, ends, floor), variance, accepted


def _variance(count: Array) -> Array:
    """Of each proportion, at its Jeffreys estimate, so that a count of zero has an error."""
    total = count.sum()
    smooth = (count + 0.5) / (total + 1.0)
    return np.asarray(smooth * (1 - smooth) / total)


def _collect(
    condition: Condition,
    tallies: Mapping[str, Callable[[Columns], NDArray[np.int64]]],
    sizes: Mapping[str, int],
    engine: Engine,
    random: "np.random.Generator",
    wanted: int,
) -> dict[str, Array]:
    """Count accepted draws in the cells that each tally names, until enough are accepted."""
    probability = _probability(condition, engine)
    if probability == 0.0:
        raise impossible(engine.graph, condition)
    mutilated = mutilate(engine.graph, condition.do)
    needed = ancestors(mutilated, [*(name for name in sizes if name), *condition.given])
    order = [name for name in mutilated.topological if name in needed]
    most = min(MOST_DRAWS, max(wanted, _MOST_CELLS // len(order)))
    counts = {name: np.zeros(sizes[name]) for name in tallies}
    drawn = accepted = 0
    while accepted < wanted:
        if drawn >= most:
            raise refuse(TooFewAccepted(accepted, drawn, wanted, probability))
        size = min(_CHUNK, most - drawn, max(1, _MOST_AT_ONCE // len(order)))
        kept = _draw(order, condition, engine, random, size)
        drawn, accepted = drawn + size, accepted + len(kept[order[0]])
        for name, tally in tallies.items():
            counts[name] += np.bincount(tally(kept), minlength=sizes[name])
        told()("accepted draws", min(accepted, wanted), wanted)
    return counts


def _draw(
    order: Sequence[str],
    condition: Condition,
    engine: Engine,
    random: "np.random.Generator",
    size: int,
) -> dict[str, NDArray[np.int64]]:
    """Ancestral sampling of the mutilated model; the draws that agree with the evidence."""
    columns: dict[str, NDArray[np.int64]] = {}
    for name in order:
        if name in condition.do:
            columns[name] = np.full(size, condition.do[name])
            continue
        bounds = engine.model.mechanisms[name].bounds(columns)
        columns[name] = values_above(random.random(size), bounds)
    keep = np.ones(size, np.bool_)
    for name, value in condition.given.items():
        keep &= columns[name] == value
    return {name: column[keep] for name, column in columns.items()}


def _probability(condition: Condition, engine: Engine) -> float | None:
    """P(evidence) exactly; None where it cannot be had so."""
    above = ancestors(mutilate(engine.graph, condition.do), condition.given)
    names = [name for name in engine.sizes if name in above and name not in condition.do]
    if not names or confounded(engine.graph, names):
        return None
    way = plan_over(engine.graph, names, condition, engine.sizes, ())
    if way.peak > engine.limit or not engine.networks.isdisjoint(names):
        return None
    tables = [engine.cut(name, condition.fixed, engine.rows) for name in names]
    return float(np.exp(contract(way, tables).log_total))
