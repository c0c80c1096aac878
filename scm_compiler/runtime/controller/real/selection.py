"""Which terms a regression has: groups of them taken and left by Schwarz's criterion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np

from scm_compiler.model.coupling import Values
from scm_compiler.model.real.terms import POWERS, Terms
from scm_compiler.model.real.uniform import Array

KNOTS = 12
"""Of the finest spline of a column."""

MOST_TERMS = 400
"""Candidates; where products of splines are more, there are fewer kinds of products."""

FAR = 30.0
"""A column that goes so many spreads out has no powers, which would be its outliers'."""

ALIKE = 1e-9
"""What share of a term others must leave of it."""

Pair = tuple[int, int]
"""Two elementary functions; 0 is 1."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Terms, and the groups in which they are taken.

    A group has with each power and product those marginal to it (Nelder 1977), so that its span
    does not depend on where the columns have their 0.

    Attributes:
        terms: The first is 1.
        groups: Which terms each has.
    """

    terms: Terms
    groups: tuple[Values, ...]

    @classmethod
    def of(cls, columns: Array) -> "Candidates":
        """Those for columns (rows, columns): powers and splines of each, products of two."""
        levels = np.concatenate([[0.005], np.linspace(0.05, 0.95, KNOTS - 2), [0.995]])
        knots = np.quantile(columns, levels, axis=0).T
        smooth = (np.diff(knots) > 1e-6).all(1)
        knots = np.where(smooth[:, None], knots, np.arange(KNOTS))
        curves = [
            _Column(k, bool(s), bool(f))
            for k, (s, f) in enumerate(
                zip(smooth, np.abs(columns).max(0, initial=0.0) < FAR, strict=True)
            )
        ]
        for kinds in (3, 2, 1, 0):
            groups = [g for each in curves for g in each.groups()]
            groups += [g for two in combinations(curves, 2) for g in _products(*two, kinds)]
            places = {pair: k for k, pair in enumerate(dict.fromkeys(chain([(0, 0)], *groups)))}
            if len(places) <= MOST_TERMS:
                break
        left, right = (np.array(side, np.int64) for side in zip(*places, strict=True))
        chosen = tuple(np.array([places[pair] for pair in group]) for group in groups)
        return cls(Terms(knots, left, right), chosen)

    def kept(self, some: Values) -> Terms:
        """Some of the terms."""
        return Terms(self.terms.knots, self.terms.left[some], self.terms.right[some])


@dataclass(frozen=True)
class _Column:
    """The elementary functions of a column: which there are, and at which place."""

    rank: int
    smooth: bool
    near: bool

    @property
    def line(self) -> list[int]:
        return [1 + self.rank * (POWERS + KNOTS - 2)]

    @property
    def spline(self) -> list[int]:
        start = self.line[0] + POWERS
        return [*range(start, start + KNOTS - 2)] if self.smooth else []

    @property
    def powers(self) -> list[list[int]]:
        """Up to the second and up to the third."""
        some = (2, 3) if self.smooth and self.near else ()
        return [[self.line[0] + k for k in range(most)] for most in some]

    @property
    def coarse(self) -> list[int]:
        """The straight line and a spline on half of the knots."""
        return [*self.line, *self.spline[::2]]

    def groups(self) -> Iterator[list[Pair]]:
        fine = [[*self.line, *self.spline]]
        for some in (self.line, *self.powers, *([self.coarse, *fine] if self.smooth else ())):
            yield [(each, 0) for each in some]


def _products(one: _Column, other: _Column, kinds: int) -> Iterator[list[Pair]]:
    yield _all(one.line, other.line)
    if kinds >= 1:
        yield from (_all(power, other.line) for power in one.powers[:1])
        yield from (_all(one.line, power) for power in other.powers[:1])
    if kinds >= 2:
        if one.smooth:
            yield _all(one.coarse, other.line)
        if other.smooth:
            yield _all(one.line, other.coarse)
    if kinds >= 3 and one.smooth and other.smooth:
        yield _all(one.coarse, other.coarse)


def _all(ones: list[int], others: list[int]) -> list[Pair]:
    """The products of some functions with others, and these themselves."""
    alone = [(each, 0) for each in (*ones, *others)]
    return [*alone, *product(ones, others)]


@dataclass(frozen=True, eq=False)
class Selection:
    """Least squares on some of the terms, from their products alone.

    Attributes:
        gram: (terms, terms) the sums of the products of the terms, which have a mean square of 1.
        target: (terms,) of theirs and the target's.
        square: The target's.
        rows: How many rows there are.
    """

    gram: Array
    target: Array
    square: float
    rows: float

    @classmethod
    def of(cls, design: Array, target: Array, weights: Array) -> "Selection":
        """For a design (rows, terms)."""
        rows = float(weights.sum() ** 2 / (weights**2).sum())
        share = weights / weights.sum()
        size = np.sqrt(share @ design**2)
        scaled = design / np.where(size > 0, size, 1.0)
        mean = float(share @ target)
        own = (target - mean) * share
        gram = scaled.T @ (scaled * share[:, None])
        return cls(gram, own @ scaled, float(own @ (target - mean)), rows)

    def chosen(self, groups: Sequence[Values]) -> Values:
        """The terms of the groups that are worth their number; the first always."""
        taken = [np.array([0])]
        while len(taken) <= len(groups):
            left = self._left(np.unique(np.concatenate(taken)))
            gains = [self._gain(left, group) for group in groups]
            best = int(np.argmax(gains)) if gains else -1
            if best < 0 or gains[best] <= 0:
                break
            taken.append(groups[best])
        every = set(np.concatenate(taken).tolist())
        taken = [taken[0], *(group for group in groups if every.issuperset(group.tolist()))]
        for group in sorted(taken[1:], key=len, reverse=True):
            rest = [other for other in taken if other is not group]
            if self._criterion(rest) <= self._criterion(taken):
                taken = rest
        return np.unique(np.concatenate(taken))

    def _left(self, some: Values) -> tuple[Array, Array, float]:
        """What some terms leave of all products."""
        own = self.gram[np.ix_(some, some)] + ALIKE * np.eye(len(some))
        solved = np.linalg.solve(own, np.column_stack([self.gram[some], self.target[some]]))
        gram = self.gram - self.gram[:, some] @ solved[:, :-1]
        target = self.target - self.gram[:, some] @ solved[:, -1]
        return gram, target, self._floored(self.square - float(self.target[some] @ solved[:, -1]))

    def _gain(self, left: tuple[Array, Array, float], group: Values) -> float:
        """What a group is worth for each of its terms that is new."""
        gram, target, square = left
        new = group[np.diagonal(gram)[group] > 1e-6]
        if not len(new):
            return -1.0
        own = gram[np.ix_(new, new)] + ALIKE * np.eye(len(new))
        less = float(target[new] @ np.linalg.solve(own, target[new]))
        rest = self._floored(square - less)
        return float(self.rows * np.log(square / rest) / len(new) - np.log(self.rows))

    def _criterion(self, taken: Sequence[Values]) -> float:
        some = np.unique(np.concatenate(taken))
        own = self.gram[np.ix_(some, some)] + ALIKE * np.eye(len(some))
        said = float(self.target[some] @ np.linalg.solve(own, self.target[some]))
        square = self._floored(self.square - said)
        return float(self.rows * np.log(square) + len(some) * np.log(self.rows))

    def _floored(self, square: float) -> float:
        return max(square, 1e-14 * self.square, 1e-300)
