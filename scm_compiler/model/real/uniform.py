"""Uniform numbers by their logits, which tell numbers near 0 and near 1 apart equally well."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TINY = float(np.finfo(np.float64).tiny)


def logit(uniform: Array) -> Array:
    """The logit log u / (1 - u); the ends are taken for the numbers next to them.

    >>> logit(np.array([0.5, 1e-300])).round(3).tolist()
    [0.0, -690.776]
    """
    inside = np.clip(uniform, TINY, 1 - 2.0**-53)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def log_expit(score: Array) -> Array:
    """The log of the uniform number with a logit: log 1 / (1 + e^-score)."""
    return np.asarray(np.minimum(score, 0.0) - np.log1p(np.exp(-np.abs(score))))


def expit(score: Array) -> Array:
    """The uniform number with a logit."""
    return np.asarray(np.exp(log_expit(score)))


def log_sum(logs: Array) -> Array:
    """The log of the sum of exponentials along the last axis, -inf where all are."""
    most = logs.max(-1, keepdims=True)
    level = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(np.exp(logs - level).sum(-1, keepdims=True)) + level)[..., 0])
