"""The distribution of an exponential family that makes counts most likely.

The log-likelihood of a row of shares is a . mean(t) - log Z(a): concave, with the gradient
mean(t) - E_a(t) and the curvature Cov_a(t). Newton's steps find its maximum, all rows at once.
"""

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.domain import Exponential

Array = NDArray[np.float64]

_STEPS, _HALVINGS = 500, 20
_CLOSE = 1e-12
"""How close to the mean of the shares the mean of the distribution is to be."""


def chances(family: Exponential, natural: Array) -> Array:
    """P(k) for every value (…, size), by the parameters (…, parameters)."""
    logits = np.array(family.base) + natural @ np.array(family.statistics)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(weights / weights.sum(-1, keepdims=True))


def likeliest(family: Exponential, shares: Array) -> Array:
    """The parameters (…, parameters) that make shares of the values (…, size) most likely.

    Where no finite ones do, as of values that are all the lowest, they end so far out that the
    mean is that of the shares to `_CLOSE`.

    >>> fair = Exponential((0.0, 0.0), ((0.0, 1.0),))
    >>> likeliest(fair, np.array([[0.5, 0.5], [0.25, 0.75]])).round(6).tolist()
    [[0.0], [1.098612]]
    """
    rows = shares.reshape(-1, shares.shape[-1])
    statistics = np.array(family.statistics)
    wanted, close = rows @ statistics.T, _CLOSE * np.ptp(statistics, -1)
    natural, left = np.zeros_like(wanted), np.arange(len(rows))
    for _ in range(_STEPS):
        now = chances(family, natural[left])
        mean = now @ statistics.T
        far = (np.abs(wanted[left] - mean) > close).any(-1)
        left, now, mean = left[far], now[far], mean[far]
        if not len(left):
            break
        second = np.einsum("rk,ik,jk->rij", now, statistics, statistics)
        step = _newton(wanted[left] - mean, second - mean[:, :, None] * mean[:, None])
        natural[left] += _uphill(family, natural[left], step, wanted[left])
    found: Array = natural.reshape(*shares.shape[:-1], len(statistics))
    return found


def nearest(family: Exponential, shares: Array) -> Array:
    """The distributions of a family that make shares of the values (…, size) most likely."""
    return chances(family, likeliest(family, shares))


def _newton(gap: Array, curvature: Array) -> Array:
    """Newton's step, damped by how many standard deviations it moves the mean."""
    step = (np.linalg.pinv(curvature, hermitian=True) @ gap[:, :, None])[:, :, 0]
    far = np.sqrt(np.maximum((step * gap).sum(-1, keepdims=True), 0))
    return np.asarray(step / (1 + far))


def _uphill(family: Exponential, natural: Array, step: Array, wanted: Array) -> Array:
    """The steps, halved where they would lower the likelihood."""
    before = _likelihood(family, natural, wanted)
    for _ in range(_HALVINGS):
        lower = _likelihood(family, natural + step, wanted) < before - 1e-15
        if not lower.any():
            break
        step = np.where(lower[:, None], step / 2, step)
    return step


def _likelihood(family: Exponential, natural: Array, wanted: Array) -> Array:
    logits = np.array(family.base) + natural @ np.array(family.statistics)
    top = logits.max(-1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(-1))
    return np.asarray((natural * wanted).sum(-1) - total)
