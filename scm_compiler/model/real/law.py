"""Laws of one real number a unit, on the scale of its mechanism.

A law is a strictly increasing map between places y and scores, the logits of uniform numbers:
y = F^-1(1 / (1 + e^-score)). Both ways are exact out to where float64 ends, since a score tells
the number 1 - 1e-300 from 1.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from scm_compiler.model.coupling import Values
from scm_compiler.model.real.uniform import Array, log_expit, log_sum

BACKGROUND = 1e-3
"""What share of a mixture is as wide as the whole of it.

It keeps the density between and beyond the other parts from vanishing, so that a place there
still has a score of its own.
"""

FELT = 7.0
"""How many of its widths away the background is felt by a part of weight 1."""

ROUNDS = 200

_ENDS = ((0, -1), (-1, 1))
"""The first and the last knot, and in which direction lies what is beyond it."""


class Law(Protocol):
    """The distribution of each of B units, with a density that is positive everywhere."""

    def score(self, place: Array) -> Array:
        """The logit of F(y) (B,)."""

    def log_density(self, place: Array) -> Array:
        """The log of the density at y (B,)."""

    def place(self, score: Array) -> Array:
        """Where F(y) has a logit (B,)."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Logistic distributions, and one as wide as all of them.

    Attributes:
        logs: (B, K + 1) the logs of the weights, which sum to 1.
        places: (B, K + 1) the middles.
        widths: (B, K + 1) the scales.
    """

    logs: Array
    places: Array
    widths: Array

    @classmethod
    def of(cls, logits: Array, places: Array, widths: Array) -> Self:
        """A mixture (B, K) and its background.

        The background is wide enough to be felt, beside the little that lies beyond, on the way
        to every part: the less a part weighs, the less is asked.
        """
        logs = logits - log_sum(logits)[..., None]
        shares = np.exp(logs)
        middle = (shares * places).sum(-1, keepdims=True)
        away = np.abs(places - middle)
        width = (shares * (away + widths)).sum(-1, keepdims=True)
        width = width + (away / (FELT - logs)).max(-1, keepdims=True)
        logs = logs + np.log1p(-BACKGROUND)
        return cls(
            np.concatenate([logs, np.full_like(middle, np.log(BACKGROUND))], -1),
            np.concatenate([places, middle], -1),
            np.concatenate([widths, width], -1),
        )

    def score(self, place: Array) -> Array:
        """See `Law`."""
        below, above, _ = self._logs(place)
        return below - above

    def log_density(self, place: Array) -> Array:
        """See `Law`."""
        _, _, density = self._logs(place)
        return density

    def place(self, score: Array) -> Array:
        """Newton's method on the logit, which is nearly straight in the tails.

        It starts inside the places that the single parts have at this score, which enclose the
        mixture's, and halves what is left of them where a step would leave it or is not half the
        one before.
        """
        ends = self.places + self.widths * score[:, None]
        low, high = ends.min(-1), ends.max(-1)
        found = np.clip((np.exp(self.logs) * ends).sum(-1), low, high)
        left, last = np.arange(len(score)), high - low
        for _ in range(ROUNDS):
            part = Mixture(self.logs[left], self.places[left], self.widths[left])
            now, target = found[left], score[left]
            below, above, density = part._logs(now)
            off = below - above - target
            low[left] = np.where(off < 0, now, low[left])
            high[left] = np.where(off > 0, now, high[left])
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                step = off * np.exp(below + above - density)
            then = now - step
            good = (then > low[left]) & (then < high[left]) & (np.abs(step) < last[left] / 2)
            then = np.where(good, then, (low[left] + high[left]) / 2)
            last[left] = np.abs(then - now)
            found[left] = np.where(off == 0, now, then)
            small = np.abs(then - now) <= 2e-16 * np.maximum(np.abs(now), part.widths.min(-1))
            left = left[~small & (off != 0)]
            if not len(left):
                break
        return np.asarray(found)

    def _logs(self, place: Array) -> tuple[Array, Array, Array]:
        """The logs of F(y), of 1 - F(y) and of the density."""
        away = (place[:, None] - self.places) / self.widths
        below = log_expit(away)
        above = below - away
        logs = self.logs
        density = logs + below + above - np.log(self.widths)
        return log_sum(logs + below), log_sum(logs + above), log_sum(density)


@dataclass(frozen=True, eq=False)
class Knots:
    """A monotone rational quadratic spline through quantiles, straight beyond the last ones.

    Gregory and Delbourgo 1982; Durkan et al. 2019. A straight line from score to place is a
    logistic distribution, so that is what the tails are.

    Attributes:
        scores: (rows, K) the knots' scores, increasing.
        places: (rows, K) their places, increasing.
        slopes: (rows, K) dy/dscore at them, positive.
        row: (B,) which row is each unit's.
    """

    scores: Array
    places: Array
    slopes: Array
    row: Values

    def score(self, place: Array) -> Array:
        """See `Law`; the root of a quadratic equation."""
        return self._from_place(place)[0]

    def log_density(self, place: Array) -> Array:
        """See `Law`."""
        score, slope = self._from_place(place)
        return np.asarray(log_expit(score) + log_expit(-score) - np.log(slope))

    def place(self, score: Array) -> Array:
        """See `Law`."""
        cut = self._cut(self._passed(self.scores, score))
        found = cut.at(np.clip((score - cut.score) / cut.wide, 0.0, 1.0))
        for end, side in _ENDS:
            start, place, slope = self._end(end)
            found = np.where(side * (score - start) > 0, place + slope * (score - start), found)
        return found

    def _from_place(self, place: Array) -> tuple[Array, Array]:
        """The score, and dy/dscore there."""
        cut = self._cut(self._passed(self.places, place))
        share = cut.share(np.clip(place, cut.place, cut.place + cut.high))
        score, slope = cut.score + share * cut.wide, cut.slope(share)
        for end, side in _ENDS:
            first, start, straight = self._end(end)
            beyond = side * (place - start) > 0
            score = np.where(beyond, first + (place - start) / straight, score)
            slope = np.where(beyond, straight, slope)
        return score, slope

    def _end(self, end: int) -> tuple[Array, Array, Array]:
        """The score, the place and the slope of the first or the last knot."""
        return tuple(part[self.row, end] for part in (self.scores, self.places, self.slopes))

    def _passed(self, knots: Array, number: Array) -> Values:
        """How many knots are at or below a number (B,), by halving."""
        low = np.zeros(len(number), np.int64)
        high = np.full(len(number), knots.shape[-1])
        for _ in range(knots.shape[-1].bit_length()):
            middle = (low + high) // 2
            inside = middle < high
            passed = inside & (knots[self.row, np.minimum(middle, high - 1)] <= number)
            low, high = np.where(passed, middle + 1, low), np.where(passed, high, middle)
        return low

    def _cut(self, knot: Values) -> "_Piece":
        """The pieces of the spline after the knots before this one."""
        first = np.clip(knot - 1, 0, self.scores.shape[-1] - 2)
        both = [
            numbers[self.row, first + side]
            for numbers in (self.scores, self.places, self.slopes)
            for side in (0, 1)
        ]
        return _Piece(both[0], both[1] - both[0], both[2], both[3] - both[2], both[4], both[5])


@dataclass(frozen=True, eq=False)
class _Piece:
    """A piece of a spline a unit, from a knot (score, place) on.

    Attributes:
        score: Where it begins.
        wide: How far it goes.
        place: Where it begins.
        high: How far it goes.
        first: Its slope at the beginning.
        last: Its slope at the end.
    """

    score: Array
    wide: Array
    place: Array
    high: Array
    first: Array
    last: Array

    @property
    def mean(self) -> Array:
        """Its mean slope."""
        return self.high / self.wide

    @property
    def bend(self) -> Array:
        """What its slopes at the ends have over the mean."""
        return self.first + self.last - 2 * self.mean

    def at(self, share: Array) -> Array:
        """The place at a share of the way in scores."""
        both = share * (1 - share)
        over = self.high * (self.mean * share**2 + self.first * both)
        return np.asarray(self.place + over / (self.mean + self.bend * both))

    def slope(self, share: Array) -> Array:
        """dy/dscore there."""
        rest = 1 - share
        over = self.last * share**2 + 2 * self.mean * share * rest + self.first * rest**2
        return np.asarray(self.mean**2 * over / (self.mean + self.bend * share * rest) ** 2)

    def share(self, place: Array) -> Array:
        """The share of the way in scores that a place is at."""
        up = place - self.place
        square = self.high * (self.mean - self.first) + up * self.bend
        linear = self.high * self.first - up * self.bend
        constant = -self.mean * up
        root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0.0))
        return np.clip(2 * constant / (-linear - root), 0.0, 1.0)
