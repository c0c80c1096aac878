"""Units drawn in one world or in several, and the weight that what was seen gives them.

In several worlds the copies of a label share its uniform number, which each copy compares with its
own thresholds (the noise model `threshold`). A copy that was seen narrows the interval that the
number lies in: abduction, node by node.
"""

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.contraction import Array
from scm_compiler.model.coupling import interval, tails, values_below
from scm_compiler.model.tables import Tables
from scm_compiler.passes.twin import Held, Worlds

Values = NDArray[np.int64]


class Units:
    """Units that are being drawn: the values of the copies so far, and the weights.

    Args:
        model: The tables.
        worlds: The network.
        count: How many units, B.
        random: The random numbers.

    Attributes:
        values: (B,) of each copy that was taken.
        log_weights: (B,).
    """

    def __init__(
        self, model: Tables, worlds: Worlds, count: int, random: "np.random.Generator"
    ) -> None:
        self.model, self.worlds, self.count, self.random = model, worlds, count, random
        self.values: dict[int, Values] = {}
        self.log_weights = np.zeros(count)
        self._noise = {worlds.copies[group[0]].node: _Noise(count) for group in worlds.coupled}

    def take(self, place: int) -> None:
        """Draw a copy whose inputs were taken, or put it at its value and weigh the units."""
        known = self.worlds.known.get(place)
        table = self.table(place)
        noise = self._noise.get(self.worlds.copies[place].node)
        if known is None:
            uniform = self._uniform(noise)
            below = values_below(uniform, _at_least(table)[:, 1:-1], np.int64)
            self.values[place] = below.astype(np.int64)
            return
        self.values[place] = np.full(self.count, known)
        chance = table[:, known] if noise is None else noise.narrow(_at_least(table), known)
        with np.errstate(divide="ignore"):
            self.log_weights = self.log_weights + np.log(chance)

    def _uniform(self, noise: "_Noise | None") -> Array:
        if noise is None:
            return self.random.random(self.count)
        return noise.draw(self.random)

    def table(self, place: int) -> Array:
        """P(copy | its inputs), one row a unit: (B, size)."""
        copy = self.worlds.copies[place]
        mechanism = self.model.mechanisms[copy.node]
        inputs = (
            np.asarray(i.value) if isinstance(i, Held) else self.values[i] for i in copy.inputs
        )
        found = mechanism.chances(dict(zip(mechanism.parents, inputs, strict=True)))
        return np.broadcast_to(found, (self.count, found.shape[-1]))


def _at_least(table: Array) -> Array:
    """P(x >= k) for k = 0 … size: (B, size + 1); it begins with 1 and ends with 0."""
    found = np.minimum(tails(table), 1.0)
    found[:, 0] = 1.0
    return found


class _Noise:
    """The uniform number of one label in each unit: where it lies, until it is drawn."""

    def __init__(self, count: int) -> None:
        self.low, self.high = np.zeros(count), np.ones(count)
        self.drawn: Array | None = None

    def draw(self, random: "np.random.Generator") -> Array:
        """The number, drawn on first use from where it lies."""
        if self.drawn is None:
            share = random.random(len(self.low))
            self.drawn = self.low + (self.high - self.low) * share
        return self.drawn

    def narrow(self, at_least: Array, value: int) -> Array:
        """See a copy at a value; the probability that it had for it."""
        low, high = interval(at_least, value)
        if self.drawn is not None:
            return ((self.drawn >= low) & (self.drawn < high)).astype(np.float64)
        low, high = np.maximum(low, self.low), np.minimum(high, self.high)
        width = self.high - self.low
        chance = np.maximum(high - low, 0.0) / np.where(width > 0, width, 1.0)
        self.low, self.high = low, np.maximum(low, high)
        return np.asarray(chance)
