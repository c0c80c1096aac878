"""Mixtures of multivariate normal distributions over configurations of discrete variables."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, log, pi

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.gaussian.abduction import NOTHING, abduct
from scm_compiler.inference.gaussian.network import Instance
from scm_compiler.inference.gaussian.unrolled import Values
from scm_compiler.model.real.linear import normal_cdf, normal_quantile
from scm_compiler.model.real.uniform import log_sum

TIGHT = 1e-14
"""How near, beside where it began, the bisection of a quantile comes to an end."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Some of the real numbers. Whether an end belongs to it matters where nothing is random."""

    low: float = -inf
    high: float = inf
    low_in: bool = False
    high_in: bool = True

    def probabilities(self, means: Array, deviations: Array) -> Array:
        """Of normal variables; one without a deviation is its mean.

        >>> Interval(low=1.96).probabilities(np.zeros(1), np.ones(1)).round(6).tolist()
        [0.024998]
        """
        low, high = self._standard(means, deviations)
        upper = low > 0  # from the end that is nearer: small probabilities keep their digits
        below = normal_cdf(np.where(upper, -low, high))
        found = np.maximum(below - normal_cdf(np.where(upper, -high, low)), 0.0)
        above = (means >= self.low) if self.low_in else (means > self.low)
        under = (means <= self.high) if self.high_in else (means < self.high)
        return np.asarray(np.where(deviations > 0, found, above & under))

    def moments(self, means: Array, deviations: Array) -> tuple[Array, Array]:
        """The mean and the variance of standardised normal variables inside of it."""
        low, high = self._standard(means, deviations)
        chance = self.probabilities(means, deviations)
        safe = np.where(chance > 0, chance, 1.0)
        left, right = _normal_density(low), _normal_density(high)
        first = (left - right) / safe
        ends = (
            np.where(np.isfinite(low), low, 0) * left
            - np.where(np.isfinite(high), high, 0) * right
        )
        return first, np.maximum(1 + ends / safe - first**2, 0.0)

    def _standard(self, means: Array, deviations: Array) -> tuple[Array, Array]:
        safe = np.where(deviations > 0, deviations, 1.0)
        return (self.low - means) / safe, (self.high - means) / safe


@dataclass(frozen=True, eq=False)
class Mixture:
    """The distribution of some variables: discrete ones, and given these normal ones.

    Attributes:
        discrete: The value of each discrete variable in each part (parts,), and how many it has.
        real: The real variables.
        logs: (parts,) the logs of the weights, which sum to one.
        means: (parts, real).
        roots: (parts, real, noises) what each makes of independent standard normal noises.
    """

    discrete: Mapping[Instance, tuple[Values, int]]
    real: tuple[Instance, ...]
    logs: Array
    means: Array
    roots: Array

    @classmethod
    def of(
        cls,
        discrete: Mapping[Instance, tuple[Values, int]],
        real: tuple[Instance, ...],
        logs: Array,
        means: Array,
        roots: Array,
    ) -> "Mixture":
        """The parts that weigh anything, of any weights."""
        logs = logs - log_sum(logs)
        some = np.exp(logs) > 0
        kept = {each: (values[some], size) for each, (values, size) in discrete.items()}
        return cls(kept, real, logs[some], means[some], roots[some])

    @cached_property
    def weights(self) -> Array:
        """(parts,)."""
        return np.asarray(np.exp(self.logs))

    @cached_property
    def covariances(self) -> Array:
        """(parts, real, real)."""
        return np.asarray(self.roots @ self.roots.swapaxes(-1, -2))

    def where(self, values: Mapping[Instance, Collection[int]]) -> "Mixture":
        """The same given what some discrete variables are.

        Raises:
            ValueError: If that has probability zero.
        """
        some = self._meets(values)
        if not some.any():
            raise ValueError("the event has probability zero")
        kept = {each: (own[some], size) for each, (own, size) in self.discrete.items()}
        return self.of(kept, self.real, self.logs[some], self.means[some], self.roots[some])

    def table(self, *names: Instance) -> Array:
        """P(discrete variables), one axis each."""
        found = np.zeros([self.discrete[name][1] for name in names])
        np.add.at(found, tuple(self.discrete[name][0] for name in names), self.weights)
        return found

    def mean(self) -> Array:
        """Of the real variables (real,)."""
        return self.moments()[0]

    def covariance(self) -> Array:
        """Of the real variables (real, real)."""
        return self.moments()[1]

    def moments(self, within: tuple[Instance, Interval] | None = None) -> tuple[Array, Array]:
        """The mean and the covariance of the real variables.

        Args:
            within: A real variable and the interval that it is known to be in.

        Raises:
            ValueError: If that has probability zero.
        """
        weights, means, covariances = self.weights, self.means, self.covariances
        if within is not None:
            place = self.real.index(within[0])
            deviations = self._deviations(place)
            chance = within[1].probabilities(means[:, place], deviations)
            weights = weights * chance / (total := (weights * chance).sum() or 1.0)
            if not weights.any() or not total:
                raise ValueError("the event has probability zero")
            first, second = within[1].moments(means[:, place], deviations)
            slopes = covariances[:, :, place] / np.where(deviations > 0, deviations, 1.0)[:, None]
            means = means + slopes * first[:, None]
            narrower = slopes[:, :, None] * slopes[:, None, :]
            covariances = covariances - narrower * (1 - second)[:, None, None]
        mean = weights @ means
        away = means - mean
        return mean, np.einsum(
            "k,kij->ij", weights, covariances + away[:, :, None] * away[:, None]
        )

    def probability(
        self,
        values: Mapping[Instance, Collection[int]] | None = None,
        intervals: Mapping[Instance, Interval] | None = None,
    ) -> float | None:
        """Of an event; None where several real variables that are correlated are in it.

        Args:
            values: What discrete variables may be.
            intervals: Where real variables are.
        """
        inside = self._meets(values or {})
        places = [self.real.index(name) for name in intervals or {}]
        chances = self.weights[inside]
        own = self.covariances[inside][:, places][:, :, places]
        deviations = np.sqrt(np.diagonal(own, axis1=1, axis2=2))
        tied = np.abs(own) > NOTHING * deviations[:, :, None] * deviations[:, None, :]
        if (tied.sum((1, 2)) > (deviations > 0).sum(1)).any():
            return None
        for rank, interval in enumerate((intervals or {}).values()):
            means = self.means[inside, places[rank]]
            chances = chances * interval.probabilities(means, deviations[:, rank])
        return float(min(chances.sum(), 1.0))

    def cdf(self, name: Instance, value: float) -> float:
        """P(real variable <= value)."""
        found = self.probability(intervals={name: Interval(high=value)})
        assert found is not None  # of one variable it is known
        return found

    def quantile(self, name: Instance, level: float) -> float:
        """The least value with at least this probability below or at it; the level is in (0, 1).

        Raises:
            ValueError: If the level is not.
        """
        if not 0 < level < 1:
            raise ValueError(f"{level:g} is no level of a quantile")
        place = self.real.index(name)
        ends = self.means[:, place] + self._deviations(place) * normal_quantile(np.array(level))
        low, high = float(ends.min()), float(ends.max())
        near = TIGHT * (high - low)
        while high - low > near and low < (middle := (low + high) / 2) < high:
            if self._reaches(name, middle, level):
                high = middle
            else:
                low = middle
        return high

    def density(self, point: Mapping[Instance, float]) -> float:
        """Of some real variables; infinite where one is not random."""
        places = [self.real.index(name) for name in point]
        roots = self.roots[:, places].swapaxes(0, 1)
        found = abduct(self.means[:, places].T, roots, np.array([*point.values()]))
        free = (np.linalg.norm(found.settled, axis=-1) > 0).sum(-1)
        if not np.isfinite(found.logs).any():
            return 0.0
        if (free[np.isfinite(found.logs)] < len(places)).any():
            return inf
        return float(np.exp(log_sum(self.logs + found.logs)))

    def _reaches(self, name: Instance, value: float, level: float) -> bool:
        """Whether P(<= value) is the level at least, told from the end that is nearer."""
        if level <= 0.5:
            return self.cdf(name, value) >= level
        above = self.probability(intervals={name: Interval(low=value)})
        assert above is not None
        return above <= 1 - level

    def _deviations(self, place: int) -> Array:
        return np.asarray(np.sqrt(self.covariances[:, place, place]))

    def _meets(self, values: Mapping[Instance, Collection[int]]) -> Values:
        found = np.ones(len(self.logs), np.bool_)
        for name, wanted in values.items():
            found &= np.isin(self.discrete[name][0], list(wanted))
        return np.asarray(found)


def _normal_density(value: Array) -> Array:
    return np.asarray(np.exp(-0.5 * value**2 - 0.5 * log(2 * pi)))
