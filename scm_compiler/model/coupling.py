"""How a node's own noise and its value are tied: the one place where a number becomes a value.

By thresholds, one uniform number u gives x = #{k : u < P(x > k | parents)}. For two values this is
x = 1[u < P(x = 1)]; for more it is the inverse of the distribution function, read from the top,
which is the same law since u and 1 - u are alike. The tables P(x | parents) leave the coupling
open: in one world all couplings give the same law, in several they do not.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = NDArray[np.int64]

Numbers = TypeVar("Numbers")


def values_below(uniform: Numbers, steps: Numbers, kind: object) -> Numbers:
    """#{k : u < step k}, for uniform numbers (…) and steps (…, size - 1).

    Args:
        uniform: An array of numpy or a tensor of torch.
        steps: Another.
        kind: The type of the values: `np.int64`, or one of torch's.

    Returns:
        The values (…): bool for two values, which takes the least memory, else of this kind.
    """
    given: Any = uniform
    limits: Any = steps
    found: Numbers
    if limits.shape[-1] == 1:
        found = given < limits[..., 0]
    else:
        found = (given[..., None] < limits).sum(-1, dtype=kind)
    return found


def values_above(uniform: Array, bounds: Array) -> Values:
    """#{k : u >= P(x <= k)}: the same law read from the bottom, as rows are drawn.

    >>> values_above(np.array([0.1, 0.3, 0.9]), bounds(np.array([0.25, 0.25, 0.5])))
    array([0, 1, 2])
    """
    return np.asarray(bounds.shape[-1] - values_below(uniform, bounds, np.int64))


def tails(chances: Array) -> Array:
    """P(x >= k) for k = 0 … size, along the last axis: (…, size + 1)."""
    none = np.zeros_like(chances[..., :1])
    return np.concatenate([chances[..., ::-1].cumsum(-1)[..., ::-1], none], -1)


def bounds(chances: Array) -> Array:
    """P(x <= k) for every value k but the last, along the last axis: (…, size - 1).

    No uniform number falls on a value of probability zero.
    """
    heaps = chances.cumsum(-1)
    whole = np.where(heaps[..., -1:] > 0, heaps[..., -1:], 1.0)
    return np.asarray((heaps / whole)[..., :-1])


def interval(at_least: Array, value: int | Values) -> tuple[Array, Array]:
    """Where the uniform numbers lie that give a value: from P(x > v), to below P(x >= v).

    Args:
        at_least: What `tails` gave (B, size + 1).
        value: One for all, or (B,).
    """
    place = np.broadcast_to(np.asarray(value), at_least.shape[:1])[:, None]
    low, high = (np.take_along_axis(at_least, place + k, 1)[:, 0] for k in (1, 0))
    return low, high


class Coupling(Protocol):
    """How a node's own noise gives its value under any parents."""

    def width(self, size: int) -> int:
        """How many uniform numbers the noise of one unit is made of."""

    def value(self, chances: Array, noise: Array) -> Values:
        """The values (B,) that noise gives where the probabilities are these (B, size)."""

    def noise(self, chances: Array, values: Values, uniform: Array) -> Array:
        """A draw of the noise that gave these values, made of uniform numbers (B, width)."""


class Threshold:
    """One uniform number, compared with thresholds, as the explicit mechanisms have it."""

    def width(self, size: int) -> int:
        """One number, however many values."""
        return 1

    def value(self, chances: Array, noise: Array) -> Values:
        """Where rounding hits a value of probability zero it is the likeliest in its place."""
        drawn = values_below(noise, _scaled(chances)[:, 1:-1], np.int64).astype(np.int64)
        likely = np.take_along_axis(chances, drawn[:, None], 1)[:, 0] > 0
        return np.where(likely, drawn, chances.argmax(1))

    def noise(self, chances: Array, values: Values, uniform: Array) -> Array:
        """Uniform numbers (B,), each between P(x > value) and P(x >= value)."""
        low, high = interval(_scaled(chances), values)
        return np.asarray(low + uniform[:, 0] * (high - low))


def _scaled(chances: Array) -> Array:
    ends = tails(chances)
    return np.asarray(ends / ends[:, :1])


class GumbelMax:
    """x = argmax over v of log P(v | parents) + G_v, with a Gumbel number for each value."""

    def width(self, size: int) -> int:
        """A number for each value."""
        return size

    def value(self, chances: Array, noise: Array) -> Values:
        """The value that wins."""
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(chances) + noise).argmax(1), dtype=np.int64)

    def noise(self, chances: Array, values: Values, uniform: Array) -> Array:
        """The numbers G_v (B, size) given that the unit's value has won.

        The largest of log P(v) + G_v is Gumbel distributed whichever v it is of; the others are
        cut off below it (Maddison et al. 2014, Oberst and Sontag 2019).
        """
        with np.errstate(divide="ignore"):
            logs = np.log(chances)
        units = np.arange(len(values))
        tiny = np.finfo(np.float64).tiny
        exponential = -np.log(np.maximum(uniform, tiny))
        top = -np.log(exponential[units, values])
        with np.errstate(divide="ignore", over="ignore"):
            cut = -np.log(np.exp(-top)[:, None] + exponential / np.maximum(chances, tiny))
        free = -np.log(exponential)
        noise = np.where(chances > 0, cut - np.where(chances > 0, logs, 0.0), free)
        noise[units, values] = top - logs[units, values]
        return np.asarray(noise)


THRESHOLD = Threshold()

COUPLINGS: Mapping[str, Coupling] = {"threshold": THRESHOLD, "gumbel-max": GumbelMax()}
"""The couplings by the names that a question may give them."""
