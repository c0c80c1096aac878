"""How firmly rows of data determine an answer: its quantiles on posterior draws of the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.drawing import Ends
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.number import Bounds, Interval

COUNT = 1000
"""Tables drawn for an interval: its ends are then known to about a tenth of its width."""

FEWER = 200
"""Tables drawn for the interval of bounds, which are worked out one after the other."""


@dataclass(frozen=True)
class Intervals:
    """The intervals of an answer's numbers.

    Attributes:
        level: Of all.
        rows: How many rows of data there are.
        parts: The ends for each part of the answer.
        spans: For each part, of its bounds, in the order of the flat part.
    """

    level: float
    rows: int
    parts: Mapping[str, Ends]
    spans: Mapping[str, Ends] = field(default_factory=dict)

    def at(self, name: str, place: tuple[int, ...]) -> Interval:
        """That of one number."""
        ends = self.parts[name]
        low, high = float(ends.low[place]), float(ends.high[place])
        return Interval(low, high, self.level, self.rows)

    def of_bounds(self, name: str, rank: int) -> Interval | None:
        """That of both bounds of one number."""
        if name not in self.spans:
            return None
        low, high = (float(end[rank]) for end in (self.spans[name].low, self.spans[name].high))
        return Interval(low, high, self.level, self.rows)


def ends_of(drawn: Numbers, point: Numbers, level: float) -> dict[str, Ends]:
    """The quantiles of each part, drawn along its first axis; they hold the point itself."""
    return {
        name: Ends(
            np.minimum(_quantile(part, (1 - level) / 2), point[name]),
            np.maximum(_quantile(part, (1 + level) / 2), point[name]),
        )
        for name, part in drawn.items()
    }


def span_ends(
    drawn: Mapping[str, tuple[Array, Array]],
    bounds: Mapping[str, tuple[Bounds, ...]],
    level: float,
) -> dict[str, Ends]:
    """The quantile of each lower bound below, and of each upper bound above."""
    return {
        name: Ends(
            np.minimum(_quantile(low, (1 - level) / 2), [span.low for span in bounds[name]]),
            np.maximum(_quantile(high, (1 + level) / 2), [span.high for span in bounds[name]]),
        )
        for name, (low, high) in drawn.items()
    }


def _quantile(drawn: Array, share: float) -> Array:
    """Of those drawn tables that allow the evidence."""
    return np.asarray(np.nanquantile(drawn, share, axis=0))
