"""The scale on which the mechanism of a real node works: without ends, and about one wide.

y = (T(x) - middle) / spread. T leaves numbers without ends as they are. Above a low end it is the
inverse of softplus, a logarithm near the end and a straight line far from it, so that the tail
on the open side stays what it is; between two ends it is the logit.
"""

from dataclasses import dataclass
from math import isinf, log
from typing import Self

import numpy as np

from scm_compiler.ir.domain import Real
from scm_compiler.model.real.uniform import Array, expit, log_expit

EDGE = 1e-12
"""How near to an end, in units of the scale, a number is the end itself."""


@dataclass(frozen=True)
class Scale:
    """A strictly increasing map from a domain to all real numbers.

    Attributes:
        domain: The values x.
        unit: How far from its only end a number is when T goes over from log to straight.
        middle: What is 0.
        spread: What is 1 away from it.

    >>> scale = Scale(Real(0.0, float("inf")), unit=2.0)
    >>> scale.value(scale.place(np.array([0.0, 1e-6, 5.0]))).round(12).tolist()
    [0.0, 1e-06, 5.0]
    """

    domain: Real
    unit: float = 1.0
    middle: float = 0.0
    spread: float = 1.0

    def place(self, value: Array) -> Array:
        """The place y of values of the domain."""
        return np.asarray((self._free(np.asarray(value, np.float64)) - self.middle) / self.spread)

    def value(self, place: Array) -> Array:
        """The value x at a place; what is next to an end is the end."""
        low, high = self.domain.low, self.domain.high
        free = self.middle + self.spread * place
        if isinf(low) and isinf(high):
            return np.asarray(free)
        if isinf(high):
            return np.asarray(low + self.unit * _over(free))
        if isinf(low):
            return np.asarray(high - self.unit * _over(-free))
        above, below = (
            np.where(part <= 2 * EDGE, 0.0, part) for part in (expit(free), expit(-free))
        )
        width = high - low
        return np.asarray(np.where(free < 0, low + width * above, high - width * below))

    def log_slope(self, value: Array) -> Array:
        """The log of dy/dx, by which a density of y becomes one of x."""
        low, high = self.domain.low, self.domain.high
        found = np.full(np.shape(value), -log(self.spread))
        if not (isinf(low) or isinf(high)):
            free = self._free(value)
            return np.asarray(found - log(high - low) - log_expit(free) - log_expit(-free))
        if not (isinf(low) and isinf(high)):
            return np.asarray(found - log(self.unit) - np.log(-np.expm1(-self._from_end(value))))
        return found

    @property
    def numbers(self) -> Array:
        """All that is to be kept of it, but for the domain."""
        return np.array([self.unit, self.middle, self.spread])

    @classmethod
    def of(cls, domain: Real, values: Array, weights: Array) -> Self:
        """The scale of data, from their middle and their tenths, which outliers do not move.

        Args:
            domain: What the values are of.
            values: (rows,), one at least.
            weights: (rows,), in proportion to which each counts.
        """
        unit = 1.0
        if isinf(domain.low) != isinf(domain.high):
            end = domain.high if isinf(domain.low) else domain.low
            unit = float(quantiles(np.abs(values - end), weights, np.array([0.5]))[0]) or 1.0
        free = cls(domain, unit)._free(values)
        tenths = quantiles(free, weights, np.array([0.1, 0.5, 0.9]))
        least = 1e-12 * float(np.abs(free).max())
        spreads = ((tenths[2] - tenths[0]) / 2.563, _deviation(free, weights), 1e9 * least, 1.0)
        spread = next(each for each in spreads if each > least)
        return cls(domain, unit, float(tenths[1]), float(spread))

    def _free(self, value: Array) -> Array:
        low, high = self.domain.low, self.domain.high
        if isinf(low) and isinf(high):
            return value
        if isinf(high):
            return _under(self._from_end(value))
        if isinf(low):
            return -_under(self._from_end(value))
        width = high - low
        above, below = (np.clip(part / width, EDGE, 1.0) for part in (value - low, high - value))
        return np.asarray(np.log(above) - np.log(below))

    def _from_end(self, value: Array) -> Array:
        """How far from the only end, in units."""
        away = value - self.domain.low if isinf(self.domain.high) else self.domain.high - value
        return np.asarray(np.maximum(away / self.unit, EDGE))


def read_scale(domain: Real, numbers: Array) -> Scale:
    """The scale of a domain with these numbers (3,)."""
    unit, middle, spread = (float(number) for number in numbers)
    return Scale(domain, unit, middle, spread)


def quantiles(values: Array, weights: Array, levels: Array) -> Array:
    """Weighted quantiles; a weight of 2 is a row that stands twice."""
    where, level = levels_of(values, weights)
    return np.interp(levels, level, where)


def levels_of(values: Array, weights: Array) -> tuple[Array, Array]:
    """The distinct values that weigh anything, and the share below each with half its own."""
    distinct, inverse = np.unique(values[weights > 0], return_inverse=True)
    mass = np.bincount(inverse.reshape(-1), weights[weights > 0], len(distinct))
    return distinct, (mass.cumsum() - mass / 2) / mass.sum()


def _deviation(values: Array, weights: Array) -> float:
    away = values - np.average(values, weights=weights)
    most = float(np.abs(away).max()) or 1.0
    return most * float(np.sqrt(np.average((away / most) ** 2, weights=weights)))


def _over(free: Array) -> Array:
    """Softplus, and 0 where it is next to nothing."""
    found = -log_expit(-free)
    return np.asarray(np.where(found <= 2 * EDGE, 0.0, found))


def _under(value: Array) -> Array:
    """The inverse of softplus."""
    return np.asarray(value + np.log(-np.expm1(-value)))
