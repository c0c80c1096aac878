"""Estimands as numbers with two ends: what they could be where data are missing.

Positivity may fail: a formula asks for P(y | x, z) where no row has x and z. Such a conditional
can be anything, so that the formula has an interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.estimand import Estimand, Factor, Product, Ratio, Sum
from scm_compiler.identify.evaluation import (
    Array,
    Joint,
    Table,
    check_size,
    divided,
    eliminated,
    spread,
    times,
)
from scm_compiler.identify.identification import Identified

_ENDS = ("low", "values", "high")
_OTHER = {"low": "high", "values": "values", "high": "low"}
_UNDEFINED = {"low": 0.0, "values": np.nan, "high": 1.0}
_SAME = 1e-12


class Sighted(Joint, Protocol):
    """A distribution that knows how much of itself was seen, and how much is a guess."""

    @property
    def guessed(self) -> float:
        """The most probability that guesses can have together."""
        ...

    def seen(self, names: tuple[str, ...]) -> Array:
        """The part of P(names) that no guess can take away, one axis a name."""
        ...


@dataclass(frozen=True, eq=False)
class Band:
    """A function of some variables, and what it could be whatever the guesses behind it.

    Attributes:
        names: The variable of each axis.
        low: The least.
        values: As the distribution has it; NaN where it says nothing.
        high: The most.
    """

    names: tuple[str, ...]
    low: Array
    values: Array
    high: Array

    @property
    def width(self) -> float:
        """How far apart the ends are at most; infinite where the distribution says nothing."""
        wide = np.where(np.isnan(self.values), np.inf, self.high - self.low)
        return float(np.max(wide))

    def mean(self, weights: Sequence[float]) -> "Band":
        """The expectation of a distribution of one variable whose values have these weights.

        At its ends, what is open goes to the smallest, or largest, values.

        >>> ends = np.array([0.2, 0.3]), np.array([0.4, 0.6]), np.array([0.7, 0.8])
        >>> found = Band(("Y",), *ends).mean([0.0, 1.0])
        >>> [float(end.round(6)) for end in (found.low, found.values, found.high)]
        [0.3, 0.6, 0.8]
        """
        worth = np.array(weights)
        low, high = (self._filled(np.argsort(sign * worth)) @ worth for sign in (1, -1))
        return Band((), np.asarray(low), np.asarray(self.values @ worth), np.asarray(high))

    def _filled(self, order: NDArray[np.intp]) -> Array:
        """The distribution that gives what is open to the first values."""
        found, left = self.low.copy(), 1.0 - self.low.sum()
        for value in order:
            taken = min(max(left, 0.0), self.high[value] - self.low[value])
            found[value] += taken
            left -= taken
        return found


def evaluate_band(found: Identified, source: Sighted) -> Band:
    """`evaluate`, and what it could be: each unseen conditional can be anything from 0 to 1.

    A formula has only sums, products and quotients of numbers that are not negative, so that the
    ends of its factors give its ends (interval arithmetic: sure, and perhaps wider than need be).
    Of variables that may have any value those are averaged over that leave the least open.

    Args:
        found: An identified query.
        source: The observational distribution.

    Raises:
        ValueError: If a table would have more than 2^24 numbers.
    """
    work = _Banded(source)
    parts = [work.of(found.estimand, end) for end in _ENDS]
    asked = (*found.treatments, *found.conditions, *found.outcomes)
    sizes = {name: source.marginal((name,)).size for name in (*asked, *found.arbitrary)}
    low, values, high = (_over(part, sizes) for part in parts)
    high = np.minimum(high, 1.0)
    width = np.where(np.isnan(values), np.inf, high - low)
    axes = tuple(range(len(asked), width.ndim))
    best = width <= width.min(axes, keepdims=True) + _SAME
    low, values, high = (_mean_where(best, part, axes) for part in (low, values, high))
    return Band(asked, low, values, high)


class _Banded:
    """One evaluation of a formula and of its two ends."""

    def __init__(self, source: Sighted) -> None:
        self.source = source
        self._parts: dict[tuple[int, str], Table] = {}

    def of(self, formula: Estimand, end: str) -> Table:
        """The table of a formula at one end."""
        known = self._parts.get((id(formula), end))
        if known is None:
            known = self._parts[id(formula), end] = self._fresh(formula, end)
        return known

    def _fresh(self, formula: Estimand, end: str) -> Table:
        match formula:
            case Factor(of, given):
                return self._factor(of, given, end)
            case Product(factors):
                return times([self.of(part, end) for part in factors])
            case Sum(over, term):
                parts = term.factors if isinstance(term, Product) else (term,)
                return eliminated([self.of(part, end) for part in parts], over)
            case Ratio(above, below):
                found = divided(self.of(above, end), self.of(below, _OTHER[end]))
                values = np.where(np.isnan(found.values), _UNDEFINED[end], found.values)
                return Table(found.names, np.minimum(values, 1.0))

    def _factor(self, of: tuple[str, ...], given: tuple[str, ...], end: str) -> Table:
        """P(of | given); where `given` was never seen it is guessed as P(of), or is anything."""
        names, axes = (*given, *of), tuple(range(len(given), len(given) + len(of)))
        if end == "values":
            both = self.source.marginal(names)
            below = both.sum(axes, keepdims=True)
            return Table(names, _quotient(both, below, self.source.marginal(of)))
        both, left = self.source.seen(names), self.source.guessed
        below = both.sum(axes, keepdims=True) + left
        if end == "low":
            return Table(names, _quotient(both, below, np.zeros(())))
        return Table(names, np.minimum(_quotient(both + left, below, np.ones(())), 1.0))


def _quotient(above: Array, below: Array, otherwise: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, otherwise)


def _over(table: Table, sizes: dict[str, int]) -> Array:
    """The table's array over these variables, all of which it may have; see `evaluate`."""
    names = tuple(sizes)
    check_size(tuple(sizes.values()), names)
    return np.array(np.broadcast_to(spread(table, names), tuple(sizes.values())))


def _mean_where(chosen: NDArray[np.bool_], values: Array, axes: tuple[int, ...]) -> Array:
    kept = np.where(chosen, values, 0.0)
    return np.asarray(kept.sum(axes) / chosen.sum(axes))
