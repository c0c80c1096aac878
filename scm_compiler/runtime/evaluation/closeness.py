"""How near numbers are that a judge reads to those that were asked for, and how they spread."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from scm_compiler.runtime.evaluation.estimate import NOTHING, Array, Estimate, mean

LOW, HIGH = 0.1, 0.9
"""The quantiles between which most of a distribution lies."""


@dataclass(frozen=True)
class Closeness:
    """How near what is read of a number is to what was asked for.

    Attributes:
        error: The mean absolute error, in the number's own units.
        explained: R², the share of the variance of what was asked for that the reading explains.
        images: How many images.
    """

    error: Estimate
    explained: Estimate
    images: int


def closeness(asked: Array, read: Array) -> Closeness:
    """Compare the numbers asked for (n,) with those that are read (n,).

    >>> found = closeness(np.array([0.0, 2.0]), np.array([0.5, 1.5]))
    >>> found.error.value, found.explained.value  # each off by 0.5, with a variance of 1
    (0.5, 0.75)
    """
    wrong = read - asked
    variance, squares = float(asked.var()), wrong**2
    explained = NOTHING
    if variance > 0:
        error = float(squares.std()) / sqrt(len(squares)) / variance
        explained = Estimate(1 - float(squares.mean()) / variance, error)
    return Closeness(mean(np.abs(wrong)), explained, len(asked))


@dataclass(frozen=True)
class Course:
    """Where the numbers of some units lie.

    Attributes:
        mean: Their mean.
        low: Their quantile of 10 %.
        high: That of 90 %.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """The mean, and where most lie.

        >>> str(Course(92.04, 80, 101.3)), str(Course(3, 3, 3))
        ('92.04 [80, 101.3]', '3')
        """
        if self.low == self.high:
            return f"{self.mean:.4g}"
        return f"{self.mean:.4g} [{self.low:.4g}, {self.high:.4g}]"


def course_of(numbers: Array) -> Course:
    """Where numbers (n,) lie."""
    low, high = np.quantile(numbers, (LOW, HIGH))
    return Course(float(numbers.mean()), float(low), float(high))
