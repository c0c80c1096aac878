"""Gaussian mechanisms that are linear in real parents, for each configuration of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, log, pi, sqrt
from statistics import NormalDist

import numpy as np

from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.mechanism import Column, Noise, World, row_of
from scm_compiler.model.real.uniform import TINY, Array


@dataclass(frozen=True, eq=False)
class Linear:
    """x = c0 + c1 p1 + … + s z, with standard normal noise z: answers have closed forms.

    Attributes:
        domain: All real numbers.
        inputs: The parents and their domains.
        coefficients: (rows, 1 + real parents) for each configuration of the discrete parents, in
            C order, the constant first.
        deviations: (rows,) positive.
    """

    domain: Real
    inputs: Mapping[str, Domain]
    coefficients: Array
    deviations: Array

    @property
    def parents(self) -> tuple[str, ...]:
        """What it reads of a world."""
        return tuple(self.inputs)

    @property
    def real(self) -> tuple[str, ...]:
        """The parents that have coefficients."""
        return tuple(name for name, d in self.inputs.items() if not isinstance(d, Finite))

    @property
    def width(self) -> int:
        """One uniform number."""
        return 1

    def noise_of(self, uniform: Array) -> Noise:
        """The normal numbers (B,) that uniform numbers (B, 1) are."""
        return normal_quantile(uniform[:, 0])

    def sample(self, world: World, noise: Noise) -> Column:
        """The values (B,)."""
        mean, deviation = self._moments(world)
        return np.asarray(mean + deviation * noise)

    def cdf(self, value: Column, world: World) -> Array:
        """P(node <= value | parents) (B,)."""
        return normal_cdf(self._away(value, world))

    def log_prob(self, value: Column, world: World) -> Array:
        """The log of the density (B,), in nats."""
        _, deviation = self._moments(world)
        away = self._away(value, world)
        with np.errstate(over="ignore"):  # of what is too far out: -inf
            return np.asarray(-0.5 * away**2 - np.log(deviation) - 0.5 * log(2 * pi))

    def abduct(self, value: Column, world: World, uniform: Array) -> Noise:
        """The normal numbers (B,); nothing is left to be drawn."""
        return self._away(value, world)

    def table(self) -> None:
        """There is none."""

    def columns(self, noise: Noise) -> Array:
        """The uniform numbers (B, 1)."""
        return normal_cdf(noise)[:, None]

    def _away(self, value: Column, world: World) -> Array:
        mean, deviation = self._moments(world)
        return np.asarray((value - mean) / deviation)

    def _moments(self, world: World) -> tuple[Array, Array]:
        discrete = {n: d.size for n, d in self.inputs.items() if isinstance(d, Finite)}
        row = row_of(world, tuple(discrete), tuple(discrete.values()))
        own = self.coefficients[row]
        mean = own[..., 0]
        for rank, name in enumerate(self.real, 1):
            mean = mean + own[..., rank] * world[name]
        return mean, self.deviations[row]


_erfc = np.frompyfunc(erfc, 1, 1)
_quantile = np.frompyfunc(NormalDist().inv_cdf, 1, 1)


def normal_cdf(value: Array) -> Array:
    """The standard normal distribution function.

    >>> normal_cdf(np.array([0.0, -38.0])).tolist()
    [0.5, 2.88542835e-316]
    """
    return np.asarray(_erfc(np.asarray(value) / -sqrt(2)) / 2, np.float64)


def normal_quantile(uniform: Array) -> Array:
    """Its inverse; the ends are taken for the numbers next to them."""
    return np.asarray(_quantile(np.clip(uniform, TINY, 1 - 2.0**-53)), np.float64)
