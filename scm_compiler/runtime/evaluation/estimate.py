"""Numbers with their standard errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference import Interval

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its standard error.

    Attributes:
        value: The number; NaN where there was nothing to estimate it from.
        error: Its standard error; 0 where it is exact.
        interval: Of an answer from tables, what the rows that these are fitted to leave open.

    Example:
        >>> str(Estimate(0.91234, 0.0051)), str(Estimate(0.5))
        ('0.912 ± 0.005', '0.500')
        >>> str(Estimate(float("nan")))
        '-'
    """

    value: float
    error: float = 0.0
    interval: Interval | None = None

    def __str__(self) -> str:
        if not isfinite(self.value):
            return "-"
        return f"{self.value:.3f}" + (f" ± {self.error:.3f}" if self.error else "")

    def minus(self, other: "Estimate") -> "Estimate":
        """The difference of two independent estimates."""
        return Estimate(self.value - other.value, hypot(self.error, other.error))

    def over(self, other: "Estimate") -> "Estimate":
        """The ratio of two independent estimates, its error to first order.

        >>> str(Estimate(0.9, 0.03).over(Estimate(0.6, 0.0)))
        '1.500 ± 0.050'
        """
        if not other.value:
            return NOTHING
        ratio = self.value / other.value
        return Estimate(ratio, hypot(self.error, ratio * other.error) / abs(other.value))


NOTHING = Estimate(float("nan"))
"""What is estimated from nothing."""


def share(hits: int, total: int) -> Estimate:
    """The share of hits, with the binomial standard error.

    The error is taken at (hits + 1) / (total + 2), so that 50 hits of 50 are not called certain.

    >>> str(share(50, 50))
    '1.000 ± 0.019'
    """
    if not total:
        return NOTHING
    smooth = (hits + 1) / (total + 2)
    return Estimate(hits / total, sqrt(smooth * (1 - smooth) / total))


def mean(values: Array) -> Estimate:
    """The mean of independent values.

    >>> str(mean(np.array([0.0, 1.0, 0.0, 1.0])))
    '0.500 ± 0.289'
    """
    if not len(values):
        return NOTHING
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else float("nan")
    return Estimate(float(values.mean()), error)


def average(parts: Sequence[Estimate]) -> Estimate:
    """The plain average of independent estimates; those from nothing are left out.

    >>> str(average([Estimate(0.5, 0.03), Estimate(1.0, 0.04), NOTHING]))
    '0.750 ± 0.025'
    """
    known = [part for part in parts if isfinite(part.value)]
    if not known:
        return NOTHING
    error = sqrt(sum(part.error**2 for part in known)) / len(known)
    return Estimate(sum(part.value for part in known) / len(known), error)
