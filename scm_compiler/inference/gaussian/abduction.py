"""What values that were seen say of normal noises: each value is one linear equation in them."""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from scm_compiler.inference.contraction import Array

NOTHING = 1e-10
"""What share of a row may be left of it for it to follow from the rows before."""

AGREES = 1e-8
"""How far, beside the numbers that it is the sum of, a value may be off that it follows from."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """The noises given what was seen: normal, in each configuration.

    Attributes:
        mean: (configurations, noises).
        settled: (configurations, values seen, noises) orthonormal directions in which nothing is
            open any more; zero where a value followed from those before.
        logs: (configurations,) the log density of the values; minus infinity where they cannot be.
    """

    mean: Array
    settled: Array
    logs: Array

    def open(self, loads: Array) -> Array:
        """What of rows (…, configurations, noises) is still open."""
        size = np.linalg.norm(loads, axis=-1, keepdims=True)
        left = loads
        for _ in range(2):  # once more for what rounding left of it
            along = np.einsum("ken,...kn->...ke", self.settled, left)
            left = left - np.einsum("ken,...ke->...kn", self.settled, along)
        there = np.linalg.norm(left, axis=-1, keepdims=True) > NOTHING * size
        return np.asarray(np.where(there, left, 0.0))


def abduct(constants: Array, loads: Array, values: Array) -> Posterior:
    """The posterior of the noises, value by value (Gram and Schmidt).

    A value that follows from those before has no density of its own. Where that is so in some
    configurations alone, these are infinitely more likely than the others.

    Args:
        constants: (values, configurations).
        loads: (values, configurations, noises).
        values: (values,).
    """
    seen, count, noises = loads.shape
    found = Posterior(np.zeros((count, noises)), np.zeros((count, seen, noises)), np.zeros(count))
    logs, rank = found.logs, np.zeros(count, np.int64)
    for place, value in enumerate(values):
        row = found.open(loads[place])
        left = np.linalg.norm(row, axis=-1)
        free = left > 0
        safe = np.where(free, left, 1.0)
        parts = loads[place] * found.mean
        off = value - constants[place] - parts.sum(-1)
        size = abs(value) + np.abs(constants[place]) + np.abs(parts).sum(-1)
        with np.errstate(over="ignore"):  # of evidence that is too far out: -inf
            density = -0.5 * (off / safe) ** 2 - np.log(safe) - 0.5 * log(2 * pi)
        logs += np.where(free, density, np.where(np.abs(off) <= AGREES * size, 0.0, -np.inf))
        found.settled[:, place] = row / safe[:, None]
        found.mean[...] += found.settled[:, place] * np.where(free, off / safe, 0.0)[:, None]
        rank += free
    possible = logs > -np.inf
    if possible.any():
        logs[rank > rank[possible].min()] = -np.inf
    return found
