"""How firmly rows of data determine an answer: its quantiles on posterior draws of the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.drawing import Ends, Range
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.number import POSTERIOR, Bounds, Interval

COUNT = 1000
"""Tables drawn for an interval: its ends are then known to about a tenth of its width."""

_ENOUGH = 100  # draws, for quantiles

FEWER = 100
"""Tables drawn for the interval of bounds, which are worked out one after the other."""


@dataclass(frozen=True)
class Intervals:
    """The intervals of an answer's numbers.

    Attributes:
        level: Of all.
        rows: How many rows of data there are.
        parts: The ends for each part of the answer.
        spans: For each part, of its bounds, in the order of the flat part.
        by: How they were worked out.
    """

    level: float
    rows: int
    parts: Mapping[str, Ends]
    spans: Mapping[str, Ends] = field(default_factory=dict)
    by: str = POSTERIOR

    def at(self, name: str, place: tuple[int, ...]) -> Interval:
        """That of one number."""
        ends = self.parts[name]
        low, high = float(ends.low[place]), float(ends.high[place])
        return Interval(low, high, self.level, self.rows, self.by)

    def of_bounds(self, name: str, rank: int) -> Interval | None:
        """That of both bounds of one number."""
        if name not in self.spans:
            return None
        low, high = (float(end[rank]) for end in (self.spans[name].low, self.spans[name].high))
        return Interval(low, high, self.level, self.rows, self.by)


def ends_of(drawn: Numbers, point: Numbers, level: float, reach: Range) -> dict[str, Ends]:
    """The quantiles of each part, drawn along its first axis; they hold the point itself.

    Of a few draws Student's interval around the point, inside of what the numbers can be.
    """
    # Where there are only bounds there is no point, and nothing to say of it.
    drawn = {name: np.where(np.isnan(point[name]), 0.0, part) for name, part in drawn.items()}
    few = min(map(len, drawn.values()))
    if few < _ENOUGH:
        width = float(_t_quantile((1 + level) / 2, np.asarray(few - 1)))
        arms = {name: width * np.nanstd(part, axis=0, ddof=1) for name, part in drawn.items()}
        return {
            name: Ends(
                np.maximum(point[name] - arm, reach[0]), np.minimum(point[name] + arm, reach[1])
            )
            for name, arm in arms.items()
        }
    return {
        name: Ends(
            np.minimum(_quantile(part, (1 - level) / 2), point[name]),
            np.maximum(_quantile(part, (1 + level) / 2), point[name]),
        )
        for name, part in drawn.items()
    }


def replicate_ends(drawn: Numbers, point: Numbers, level: float) -> dict[str, Ends]:
    """As many standard deviations of a few replicates to either side as a t distribution says.

    No further than what replicates of this kind can reach: a probability stays one.
    """
    found = {}
    for name, part in drawn.items():
        number = (~np.isnan(part)).sum(0)
        # Of one replicate there is no deviation, and of bounds alone there is no point.
        known = np.where(number > 1, part, 0.0)
        deviation = np.where(number > 1, np.nanstd(known, axis=0, ddof=1), np.nan)
        arm = _t_quantile((1 + level) / 2, np.maximum(number, 2) - 1) * deviation
        inside = bool(np.all((part[~np.isnan(part)] >= 0) & (part[~np.isnan(part)] <= 1)))
        low, high = point[name] - arm, point[name] + arm
        found[name] = Ends(np.maximum(low, 0), np.minimum(high, 1)) if inside else Ends(low, high)
    return found


def _t_quantile(share: float, freedom: Array) -> Array:
    """By Cornish and Fisher's expansion: to one part in a hundred from three degrees on."""
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return np.asarray(z + sum(term / freedom ** (k + 1) for k, term in enumerate(terms)))


def span_ends(
    drawn: Mapping[str, tuple[Array, Array]],
    bounds: Mapping[str, tuple[Bounds, ...]],
    level: float,
) -> dict[str, Ends]:
    """The quantile of each lower bound below, and of each upper bound above."""
    return {
        name: Ends(
            np.fmin(_quantile(low, (1 - level) / 2), [span.low for span in bounds[name]]),
            np.fmax(_quantile(high, (1 + level) / 2), [span.high for span in bounds[name]]),
        )
        for name, (low, high) in drawn.items()
    }


def _quantile(drawn: Array, share: float) -> Array:
    """Of those drawn tables that allow the evidence."""
    with np.errstate(invalid="ignore"):  # between two infinite ends there is nothing
        return np.asarray(np.nanquantile(drawn, share, axis=0))
