"""Softmax regression on labels: what rows of data say of a label by way of each parent, and pairs.

The logits of a label are a sum over its parents, or over these and their pairs, in orthonormal
contrasts, so that no value is set apart. The counts of each parent configuration vary more than
the regression says by a Dirichlet distribution of some weight m about it (`evidence`): a small m
says that it tells little of any one configuration.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

UPDATES, SETTLED, LONGEST = 50, 1e-5, 2.0
"""The most Newton steps, the step after which none is needed, and the longest step."""


@dataclass(frozen=True)
class Penalty:
    """What large coefficients cost: the precisions of their normal prior.

    Attributes:
        single: Of those of one parent; None leaves the parents out.
        pair: Of those of two; None leaves these out.
    """

    single: float | None = None
    pair: float | None = None


INTERCEPT = 1e-3
"""The precision of the coefficients that no parent has a part in."""


@lru_cache(maxsize=64)
def contrasts(size: int) -> Array:
    """Orthonormal columns that sum to zero: (size, size - 1); not to be written to.

    >>> contrasts(2).round(3).tolist()
    [[0.707], [-0.707]]
    """
    columns = np.tril(np.ones((size, size)), -1)[:, : size - 1] * -1.0
    found = np.eye(size)[:, : size - 1] * np.arange(size - 1, 0, -1) + columns
    return np.asarray(found / np.linalg.norm(found, axis=0))


def width(sizes: Sequence[int], penalty: Penalty) -> int:
    """How many columns the design has."""
    free = [size - 1 for size in sizes]
    single = 0 if penalty.single is None else sum(free)
    return (
        1 + single + (0 if penalty.pair is None else sum(a * b for a, b in combinations(free, 2)))
    )


def design(
    sizes: Sequence[int], places: NDArray[np.int64], penalty: Penalty
) -> tuple[Array, Array]:
    """The regressors of parent configurations, and the precision of each column's coefficients.

    Args:
        sizes: Of the parents.
        places: (C,) the configurations, by their place in a table.
        penalty: Says which columns there are.
    """
    cells = np.unravel_index(places, tuple(sizes))
    single = [contrasts(size)[cell] for size, cell in zip(sizes, cells, strict=True)]
    columns, costs = [np.ones((len(places), 1))], [np.full(1, INTERCEPT)]
    if penalty.single is not None:
        columns += single
        costs += [np.full(each.shape[1], penalty.single) for each in single]
    if penalty.pair is not None:
        for left, right in combinations(single, 2):
            both = (left[:, :, None] * right[:, None, :]).reshape(len(places), -1)
            columns.append(both)
            costs.append(np.full(both.shape[1], penalty.pair))
    return np.concatenate(columns, 1), np.concatenate(costs)


@dataclass(frozen=True, eq=False)
class Regression:
    """A softmax regression as it was fitted, with what the rows leave open of it.

    Attributes:
        penalty: Of its coefficients.
        weight: m, how many rows of data it stands for in each parent configuration.
        coefficients: (columns, values - 1) the most probable ones.
        precision: Of all coefficients in C order, about these.
        evidence: The logarithm of how likely it makes the counts (Laplace's approximation).
    """

    penalty: Penalty
    weight: float
    coefficients: Array
    precision: Array
    evidence: float

    def mean(self, regressors: Array) -> Array:
        """The distribution in each configuration: (C, values)."""
        return _softmax(regressors @ self.coefficients)

    def draws(self, regressors: Array, count: int, random: "np.random.Generator") -> Array:
        """It with coefficients that may be as well: (count, C, values)."""
        normal = random.standard_normal((len(self.precision), count))
        moved = np.linalg.solve(np.linalg.cholesky(self.precision).T, normal)
        drawn = self.coefficients + moved.T.reshape(count, *self.coefficients.shape)
        return _softmax(regressors @ drawn)


def regressions(
    counts: Array, sizes: Sequence[int], penalties: Sequence[Penalty], weights: Sequence[float]
) -> Iterator[Regression]:
    """The regressions of each penalty and weight.

    Args:
        counts: (configurations, values) rows of data.
        sizes: Of the parents.
        penalties: To be tried.
        weights: To be tried, in an order in which neighbours are alike.
    """
    assert len(counts) == prod(sizes)
    places = np.flatnonzero(counts.sum(1))
    for penalty in penalties:
        regressors, costs = design(sizes, places, penalty)
        start = np.zeros((len(costs), counts.shape[1] - 1))
        for weight in weights:
            found = _fit(counts[places], regressors, costs, weight, start)
            start = found[0]
            yield Regression(penalty, weight, *found)


def _fit(
    counts: Array, regressors: Array, costs: Array, weight: float, start: Array
) -> tuple[Array, Array, float]:
    """The most probable coefficients by Newton's method, their precision, and the evidence.

    A configuration of n rows tells as much as n (m + 1) / (n + m) independent ones do.
    """
    rows = counts.sum(1, keepdims=True)
    worth = (weight + 1) / (rows + weight)
    coefficients, basis = start, contrasts(counts.shape[1])
    for _ in range(UPDATES):
        mean = _softmax(regressors @ coefficients)
        slope = (
            regressors.T @ (worth * (counts - rows * mean) @ basis) - costs[:, None] * coefficients
        )
        precision = _curvature(regressors, mean @ basis, mean, (worth * rows)[:, 0], basis)
        precision += np.diag(np.repeat(costs, basis.shape[1]))
        step = np.linalg.solve(precision, slope.reshape(-1)).reshape(slope.shape)
        longest = np.abs(step).max(initial=0.0)
        coefficients = coefficients + step * min(1.0, LONGEST / max(longest, LONGEST))
        if longest < SETTLED:
            break
    prior = 0.5 * float(
        np.log(costs).sum() * basis.shape[1] - (costs[:, None] * coefficients**2).sum()
    )
    likely = _log_likelihood(counts, _softmax(regressors @ coefficients), weight)
    return coefficients, precision, likely + prior - 0.5 * float(np.linalg.slogdet(precision)[1])


def _curvature(regressors: Array, centre: Array, mean: Array, rows: Array, basis: Array) -> Array:
    """Minus the second derivative of the log-likelihood."""
    free = basis.shape[1]
    found = np.empty((regressors.shape[1], free, regressors.shape[1], free))
    for i in range(free):
        for j in range(i + 1):
            both = mean @ (basis[:, i] * basis[:, j]) - centre[:, i] * centre[:, j]
            block = regressors.T @ (regressors * (rows * both)[:, None])
            found[:, i, :, j] = found[:, j, :, i] = block
    return found.reshape(regressors.shape[1] * free, -1)


def _softmax(scores: Array) -> Array:
    """The distributions whose logits these contrasts are."""
    logits = scores @ contrasts(scores.shape[-1] + 1).T
    odds = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(odds / odds.sum(-1, keepdims=True))


def _log_likelihood(counts: Array, mean: Array, weight: float) -> float:
    """Of counts of Dirichlet-multinomial distributions about a mean, but for a constant."""
    shapes = weight * np.maximum(mean, 1e-12)
    seen = counts > 0
    each = _log_gamma(shapes[seen] + counts[seen]) - _log_gamma(shapes[seen])
    rows = counts.sum(1)
    whole = _log_gamma(np.full(len(rows), weight)) - _log_gamma(rows + weight)
    return float(each.sum() + whole.sum())


def _log_gamma(values: Array) -> Array:
    """The logarithm of the gamma function above zero, by Stirling's series eight further on."""
    far = values + 8
    series = 1 / (12 * far) - 1 / (360 * far**3) + 1 / (1260 * far**5) - 1 / (1680 * far**7)
    stirling = (far - 0.5) * np.log(far) - far + 0.5 * np.log(2 * np.pi) + series
    return np.asarray(stirling - np.log(values[..., None] + np.arange(8)).sum(-1))
