"""Terms of a regression: products of powers and splines of standardised columns."""

from dataclasses import dataclass

import numpy as np

from scm_compiler.model.coupling import Values
from scm_compiler.model.real.uniform import Array

POWERS = 3
"""The powers of a column come first, then its splines."""

FAR = 1e6
"""How many spreads from the middle a column goes on, so that its cube stays a number."""


def elementary(knots: int) -> int:
    """How many elementary functions a column has."""
    return POWERS + knots - 2


@dataclass(frozen=True, eq=False)
class Terms:
    """Functions of standardised columns, each the product of two of elementary ones.

    The elementary functions are 1, and of each column its powers and one natural cubic spline for
    each knot but the last two (Hastie, Tibshirani and Friedman 2009, 5.2.1), which is straight
    beyond the first and the last knot.

    Attributes:
        knots: (columns, K) increasing in each column.
        left: (terms,) which elementary function is the one factor.
        right: (terms,) which is the other.

    >>> two = Terms(np.array([[-1.0, 0.0, 1.0]]), np.array([0, 1, 2]), np.array([0, 0, 1]))
    >>> two.of(np.array([[2.0]])).tolist()
    [[1.0, 2.0, 8.0]]
    """

    knots: Array
    left: Values
    right: Values

    @property
    def each(self) -> int:
        """How many elementary functions a column has."""
        return elementary(int(self.knots.shape[1]))

    def of(self, columns: Array) -> Array:
        """The terms (B, terms) of columns (B, columns)."""
        found = self.elementary(columns)
        return np.asarray(found[:, self.left] * found[:, self.right])

    def elementary(self, columns: Array) -> Array:
        """1 and the functions of each column (B, 1 + columns * each)."""
        columns = np.clip(columns, -FAR, FAR)
        powers = columns[..., None] ** np.arange(1, POWERS + 1)
        away = np.maximum(columns[..., None] - self.knots, 0.0) ** 3
        last = self.knots[:, -1:]
        slopes = (away[..., :-1] - away[..., -1:]) / (last - self.knots[:, :-1])
        splines = slopes[..., :-1] - slopes[..., -1:]
        every = np.concatenate([powers, splines], -1).reshape(len(columns), -1)
        return np.concatenate([np.ones((len(columns), 1)), every], 1)
