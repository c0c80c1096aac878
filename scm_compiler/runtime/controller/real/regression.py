"""Fits a regression for a real node, and tells whether it leaves anything to a network."""

from math import pi, sqrt

import numpy as np

from scm_compiler.ir.domain import Real
from scm_compiler.model.coupling import Values
from scm_compiler.model.real.features import Features
from scm_compiler.model.real.mechanism import WIDEST
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.scale import Scale
from scm_compiler.model.real.terms import Terms
from scm_compiler.model.real.uniform import Array
from scm_compiler.runtime.controller.real.closed import Spline, matched
from scm_compiler.runtime.controller.real.selection import Candidates, Selection
from scm_compiler.runtime.controller.real.target import Rows, Target, resolution

MOST_ROWS = 20_000
"""Rows from which terms are chosen."""

ROUNDS = 2
"""How often the middle and the width are chosen in turn."""

OUTLIER = 9.0
"""The greatest square of a rest that tells of the width."""

SURE = 4.0
"""How many deviations off what rests say of the parents may be."""

WAVES, CURVES = 5, 40
"""Of the rests and of the parents, which are held against each other."""


def fit_regression(target: Target, rows: Rows, features: Features, floor: float) -> Regression:
    """The regression of a real node without heaps."""
    assert isinstance(target.domain, Real)
    values, weights = rows.columns[target.name], rows.weights
    scale = Scale.of(target.domain, values, weights)
    places = scale.place(values)
    least = max(floor, resolution(places, weights) / 4)
    columns = np.broadcast_to(features.of(rows.columns), (len(values), len(features.middles)))
    terms, middle_of, width_of = _chosen(columns, places, weights, least)
    design = terms.of(columns)
    middle, width = np.zeros(len(terms.left)), np.zeros(len(terms.left))
    middle[middle_of] = _squares(design[:, middle_of], places, weights)
    for _ in range(ROUNDS):
        width[width_of] = _widths(design[:, width_of], places - design @ middle, weights, least)
        spread = _spread(design @ width, least)
        middle[middle_of] = _squares(design[:, middle_of], places, weights / spread**2)
    rest = (places - design @ middle) / _spread(design @ width, least)
    scores, knots, slopes = _noise(rest, weights)
    return Regression(
        target.domain,
        target.inputs,
        scale,
        features=features,
        terms=terms,
        location=middle,
        log_scale=width,
        floor=least,
        scores=scores,
        places=knots,
        slopes=slopes,
    )


def unexplained(found: Regression, name: str, rows: Rows) -> float:
    """How many deviations the rests tell more of the parents than chance would have them.

    The numbers F(x | parents) are even and tell nothing of the parents if the regression is right:
    the sums of their first waves (Neyman 1937) with curves of the parents are then normal.
    """
    number = found.cdf(rows.columns[name], rows.columns)
    said = sqrt(2) * np.cos(pi * number[:, None] * np.arange(1, WAVES + 1))
    columns = found.features.of(rows.columns)
    random = np.random.default_rng(0)
    slopes = random.normal(size=(columns.shape[1], CURVES))
    curves = np.tanh(np.clip(columns, -3, 3) @ slopes + random.normal(size=CURVES))
    constant = np.ones((len(curves), 1))
    root = np.sqrt(rows.weights / rows.weights.mean())[:, None]
    basis, _ = np.linalg.qr(np.concatenate([constant, curves], 1) * root)
    told = float(((basis[:, 1:].T @ (said * root)) ** 2).sum())
    count = WAVES * CURVES
    return (told - count) / sqrt(2 * count)


def _chosen(
    columns: Array, places: Array, weights: Array, floor: float
) -> tuple[Terms, Values, Values]:
    """The terms, and which of them are for the middle and for the width."""
    some = np.linspace(0, len(places) - 1, min(len(places), MOST_ROWS)).astype(np.int64)
    places, weights = places[some], weights[some]
    candidates = Candidates.of(columns[some])
    design = candidates.terms.of(columns[some])
    spread = np.ones(len(some))
    middle = width = np.array([0])
    for _ in range(ROUNDS):
        own = weights / spread**2
        middle = Selection.of(design, places, own).chosen(candidates.groups)
        rest = places - design[:, middle] @ _squares(design[:, middle], places, own)
        said = np.log(np.abs(rest) + floor / 10)
        width = Selection.of(design, said, weights).chosen(candidates.groups)
        if len(width) == 1:
            break
        found = _widths(design[:, width], rest, weights, floor)
        spread = _spread(design[:, width] @ found, floor)
    both = np.union1d(middle, width)
    terms = candidates.kept(both)
    return terms, np.searchsorted(both, middle), np.searchsorted(both, width)


def _squares(design: Array, target: Array, weights: Array) -> Array:
    """Weighted least squares; the first term is 1."""
    root = np.sqrt(weights / weights.mean())
    size = np.sqrt(np.mean((design * root[:, None]) ** 2, 0))
    size = np.where(size > 0, size, 1.0)
    return np.asarray(
        np.linalg.lstsq(design / size * root[:, None], target * root, rcond=1e-10)[0] / size
    )


def _widths(design: Array, rest: Array, weights: Array, floor: float) -> Array:
    """For the log of the width: from the logs of the rests, then by scoring of their squares."""
    found = _squares(design, np.log(np.abs(rest) + floor / 10), weights)
    for _ in range(5):
        square = np.minimum((rest / _spread(design @ found, floor)) ** 2, OUTLIER)
        found = found + _squares(design, (square - 1) / 2, weights)
    return found


def _spread(logs: Array, floor: float) -> Array:
    return np.exp(np.clip(logs, np.log(floor), WIDEST))


def _noise(rest: Array, weights: Array) -> Spline:
    """Quantiles of the rests, with their mean and deviation; a logistic if there is hardly any."""
    mean = np.average(rest, weights=weights)
    deviation = np.sqrt(np.average((rest - mean) ** 2, weights=weights))
    if deviation < 0.5:
        return np.array([-1.0, 1.0]), np.array([-1.0, 1.0]), np.ones(2)
    return matched(rest, weights)
