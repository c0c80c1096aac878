"""Laws of one real number a unit, on the scale of its mechanism.

A law is a strictly increasing map between places y and scores, the logits of uniform numbers:
y = F^-1(1 / (1 + e^-score)). Both ways are exact out to where float64 ends, since a score tells
the number 1 - 1e-300 from 1.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

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

LEAST = 1e-290
"""Probabilities from here on are summed as they are, and smaller ones by their logs."""

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
        return self._parts.score(place)

    def log_density(self, place: Array) -> Array:
        """See `Law`."""
        away = (place[:, None] - self.places) / self.widths
        below = log_expit(away)
        return log_sum(self.logs + below + (below - away) - np.log(self.widths))

    def place(self, score: Array) -> Array:
        """Where F(y) has a logit (B,), by Chandrupatla's method (1997).

        The places that the single parts have at this score enclose the mixture's: two of them
        next to each other do.
        """
        parts = self._parts
        ends = np.sort(parts.places + parts.widths * score, 0)
        offs = np.stack([parts.off(end, score) for end in ends])
        lower = np.clip((offs <= 0).sum(0) - 1, 0, len(ends) - 2)
        units = np.arange(len(score))
        root = Root(
            *(ends[lower + side, units] for side in (0, 1)),
            *(offs[lower + side, units] for side in (0, 1)),
        )
        narrow = parts.widths.min(0)
        found, left = np.empty(len(score)), units
        for _ in range(ROUNDS):
            near = root.near(narrow)
            found[left] = root.best
            keep = ~near
            left, root, narrow, score = left[keep], root.of(keep), narrow[keep], score[keep]
            if not len(left):
                break
            parts = parts.of(keep)
            here = root.next(narrow)
            root = root.at(here, parts.off(here, score))
        return found

    @property
    def _parts(self) -> "_Parts":
        numbers = (self.logs, self.places, self.widths)
        return _Parts(*(np.array(part.T, order="C") for part in numbers))


@dataclass(frozen=True, eq=False)
class _Parts:
    """The parts of mixtures with the units (K, B) side by side, which is quicker."""

    logs: Array
    places: Array
    widths: Array

    def score(self, place: Array) -> Array:
        """The logit of F at places (B,)."""
        away = (place - self.places) / self.widths
        near = np.exp(-np.abs(away))
        more = np.exp(self.logs) / (1 + near)
        less, up = more * near, away >= 0
        below, above = np.where(up, more, less).sum(0), np.where(up, less, more).sum(0)
        if len(below) and min(below.min(), above.min()) > LEAST:
            return np.asarray(np.log(below) - np.log(above))
        logs = log_expit(away)
        return np.asarray(_log_total(self.logs + logs) - _log_total(self.logs + (logs - away)))

    def off(self, place: Array, score: Array) -> Array:
        """How much more the logit of F at places (B,) is than scores (B,)."""
        return np.asarray(self.score(place) - score)

    def of(self, keep: NDArray[np.bool_]) -> "_Parts":
        """Those of some units."""
        return _Parts(self.logs[:, keep], self.places[:, keep], self.widths[:, keep])


def _log_total(logs: Array) -> Array:
    """The log of the sum of exponentials along the first axis."""
    most = logs.max(0)
    return np.asarray(np.log(np.exp(logs - most).sum(0)) + most)


@dataclass(frozen=True, eq=False)
class Root:
    """Where increasing functions (B,) pass zero: two ends each, and how far off they are there.

    Attributes:
        last: The end that was looked at last.
        other: The other end.
        last_off: The function there.
        other_off: The function there.
        before: What an end was before, which makes three points of a curve; the same as `last` at
            first.
        before_off: The function there.
    """

    last: Array
    other: Array
    last_off: Array
    other_off: Array
    before: Array | None = None
    before_off: Array | None = None

    @property
    def best(self) -> Array:
        """The better end."""
        return np.where(np.abs(self.last_off) < np.abs(self.other_off), self.last, self.other)

    def near(self, scale: Array) -> NDArray[np.bool_]:
        """Whether the ends are as near as numbers are, or one of them is it."""
        exact = (self.last_off == 0) | (self.other_off == 0)
        return np.asarray(exact | (np.abs(self.other - self.last) < 2 * self._least(scale)))

    def next(self, scale: Array) -> Array:
        """Where to look next: on a curve through three points if it can be trusted, or halfway."""
        a, b, fa, fb = self.last, self.other, self.last_off, self.other_off
        share = np.full(len(a), 0.5)
        if self.before is not None and self.before_off is not None:
            c, fc = self.before, self.before_off
            with np.errstate(all="ignore"):
                place, height = (a - b) / (c - b), (fa - fb) / (fc - fb)
                trusted = (height**2 < place) & ((1 - height) ** 2 < 1 - place)
                curve = fa / (fb - fa) * fc / (fb - fc)
                curve = curve + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            share = np.where(trusted & np.isfinite(curve), curve, share)
        least = self._least(scale) / np.abs(b - a)
        return np.asarray(a + np.clip(share, least, 1 - least) * (b - a))

    def at(self, here: Array, off: Array) -> "Root":
        """With a place looked at, which is an end from now on."""
        same = np.sign(off) == np.sign(self.last_off)
        return Root(
            here,
            np.where(same, self.other, self.last),
            off,
            np.where(same, self.other_off, self.last_off),
            np.where(same, self.last, self.other),
            np.where(same, self.last_off, self.other_off),
        )

    def of(self, keep: NDArray[np.bool_]) -> "Root":
        """Those of some units."""
        parts = (self.last, self.other, self.last_off, self.other_off)
        more = (self.before, self.before_off)
        return Root(*(p[keep] for p in parts), *(None if p is None else p[keep] for p in more))

    def _least(self, scale: Array) -> Array:
        return np.asarray(2e-16 * np.maximum(np.abs(self.best), scale))


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
