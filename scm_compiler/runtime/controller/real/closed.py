"""What is fitted in one step: tables of quantiles, and linear mechanisms."""

from math import prod

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.ir.domain import Finite, Real
from scm_compiler.model.mechanism import row_of
from scm_compiler.model.real.law import Knots
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles
from scm_compiler.model.real.scale import Scale, levels_of
from scm_compiler.model.real.uniform import Array, logit
from scm_compiler.runtime.controller.real.codes.fits import LinearHasNoEnds
from scm_compiler.runtime.controller.real.target import Rows, Target, heaps_of

LINEAR_FLOOR = 1e-6
"""The least deviation of a linear mechanism, in spreads of the node."""

EVEN, MOST_STRETCH = 5000, 1.5
"""Levels at which a spline's mean and deviation are taken; how far it is stretched at most."""

TAIL_ROWS = 10
MOST_PIECES = 128


def row_numbers(target: Target, rows: Rows) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Which configuration of the discrete parents each row has."""
    found = row_of(rows.columns, target.discrete, target.sizes)
    return np.broadcast_to(found, rows.weights.shape)


def off_heaps(
    target: Target, rows: Rows, heaps: Array
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which rows have a value of their own."""
    return ~np.isin(rows.columns[target.name], heaps)


def fit_quantiles(target: Target, rows: Rows) -> Quantiles:
    """The quantiles of every configuration of discrete parents; where no row is, those of all."""
    assert isinstance(target.domain, Real)
    values, weights = rows.columns[target.name], rows.weights
    heaps = heaps_of(values, weights)
    free = off_heaps(target, rows, heaps)
    some = free if free.any() else np.ones_like(free)
    scale = Scale.of(target.domain, values[some], weights[some])
    places, number = scale.place(values), row_numbers(target, rows)
    pooled = matched(places[free], weights[free])
    found, chances = [], []
    everything = _shares(values, weights, heaps)
    for row in range(prod(target.sizes)):
        here = number == row
        inside = here & free
        few = len(np.unique(places[inside])) < 2
        found.append(pooled if few else matched(places[inside], weights[inside]))
        chances.append(_shares(values[here], weights[here], heaps) if here.any() else everything)
    longest = max(len(each[0]) for each in found)
    scores, knots, slopes = (
        np.stack(part) for part in zip(*(_padded(each, longest) for each in found), strict=True)
    )
    return Quantiles(
        target.domain,
        target.inputs,
        scale,
        heaps,
        scores=scores,
        places=knots,
        slopes=slopes,
        chances=np.stack(chances),
    )


def _shares(values: Array, weights: Array, heaps: Array) -> Array:
    """The shares of the rows at each heap and at none."""
    at = [weights[values == heap].sum() for heap in heaps]
    total = weights.sum()
    return np.array([*at, weights[~np.isin(values, heaps)].sum()]) / float(total)


Spline = tuple[Array, Array, Array]
"""Scores, places and slopes of knots."""


def matched(places: Array, weights: Array) -> Spline:
    """A spline through quantiles, moved and stretched to the rows' mean and deviation."""
    scores, knots, slopes = knots_of(places, weights)
    if len(places) == 0:
        return scores, knots, slopes
    mean = np.average(places, weights=weights)
    deviation = np.sqrt(np.average((places - mean) ** 2, weights=weights))
    levels = (np.arange(EVEN) + 0.5) / EVEN
    law = Knots(scores[None], knots[None], slopes[None], np.zeros(EVEN, np.int64))
    made = law.place(logit(levels))
    stretch = deviation / made.std()
    if not 1 / MOST_STRETCH < stretch < MOST_STRETCH:
        return scores, knots, slopes
    return scores, mean + (knots - made.mean()) * stretch, slopes * stretch


def knots_of(places: Array, weights: Array) -> Spline:
    """A spline through quantiles: more of them the more rows, and closer in the tails."""
    if len(places) == 0:
        return np.array([-1.0, 1.0]), np.array([-1.0, 1.0]), np.ones(2)
    where, level = levels_of(places, weights)
    if len(where) < 2:
        width = 1e-3
        return np.array([-1.0, 1.0]), where + np.array([-width, width]), np.full(2, width)
    wanted = _levels(float(weights.sum()))
    wanted = wanted[(wanted >= level[0]) & (wanted <= level[-1])]
    if len(wanted) < 2:
        wanted = level[[0, -1]]
    scores, knots = logit(wanted), np.interp(wanted, level, where)
    rise = np.diff(knots) / np.diff(scores)
    middle = 2 * rise[1:] * rise[:-1] / (rise[1:] + rise[:-1])
    first = _tail(knots[0] - places, weights, rise[0])
    last = _tail(places - knots[-1], weights, rise[-1])
    return scores, knots, np.array([first, *middle, last])


def _levels(rows: float) -> Array:
    pieces = int(np.clip(2 * rows ** (1 / 3), 2, MOST_PIECES))
    inner = np.arange(1, pieces) / pieces
    tail = [inner[0]]
    while tail[-1] / 2 * rows >= TAIL_ROWS:
        tail.append(tail[-1] / 2)
    outer = np.array(tail[:0:-1])
    return np.concatenate([outer, inner, 1 - outer[::-1]])


def _tail(beyond: Array, weights: Array, rise: float) -> float:
    """How fast a tail goes on: the mean of what is beyond the last knot, as of an exponential."""
    out = beyond > 0
    mean = float(np.average(beyond[out], weights=weights[out])) if out.any() else rise
    return float(np.clip(mean, rise / 4, 4 * rise))


def _padded(spline: Spline, length: int) -> Spline:
    """With further knots on the upper tail, which change nothing."""
    scores, places, slopes = spline
    more = np.arange(1, length - len(scores) + 1)
    return (
        np.concatenate([scores, scores[-1] + more]),
        np.concatenate([places, places[-1] + more * slopes[-1]]),
        np.concatenate([slopes, np.full(len(more), slopes[-1])]),
    )


def fit_linear(target: Target, rows: Rows) -> Linear:
    """Least squares for every configuration of discrete parents; where no row is, those of all.

    Raises:
        ScmError: E565 if the node has an end.
    """
    if not isinstance(target.domain, Real) or target.domain != Real():
        raise refuse(LinearHasNoEnds(name=target.name), exit_code=2)
    real = [name for name, domain in target.inputs.items() if not isinstance(domain, Finite)]
    values = rows.columns[target.name]
    causes = np.column_stack([np.ones(len(values)), *(rows.columns[name] for name in real)])
    number = row_numbers(target, rows)
    spread = Scale.of(target.domain, values, rows.weights).spread
    pooled = _squares(causes, values, rows.weights)
    found = []
    for row in range(prod(target.sizes)):
        here = number == row
        enough = here.sum() > causes.shape[1]
        found.append(
            _squares(causes[here], values[here], rows.weights[here]) if enough else pooled
        )
    coefficients = np.stack([each[0] for each in found])
    deviations = np.maximum([each[1] for each in found], LINEAR_FLOOR * spread)
    return Linear(target.domain, target.inputs, coefficients, deviations)


def _squares(causes: Array, values: Array, weights: Array) -> tuple[Array, float]:
    """Weighted least squares, and the root of the mean squared rest."""
    middle = np.average(causes[:, 1:], axis=0, weights=weights)
    spread = np.sqrt(np.average((causes[:, 1:] - middle) ** 2, axis=0, weights=weights))
    spread = np.where(spread > 0, spread, 1.0)
    mean = np.average(values, weights=weights)
    root = np.sqrt(weights)
    standard = (causes[:, 1:] - middle) / spread
    slopes = np.linalg.lstsq(standard * root[:, None], (values - mean) * root, rcond=None)[0]
    rest = values - mean - standard @ slopes
    deviation = float(np.sqrt(np.average(rest**2, weights=weights)))
    slopes = slopes / spread
    return np.array([mean - slopes @ middle, *slopes]), deviation
