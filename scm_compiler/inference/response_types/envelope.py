"""A relaxation for products of open districts: each product between its planes.

Where the corners are too many to be tried, a product of two probabilities becomes an unknown of
its own, between the planes that hold it on the rectangle of what the two can be (McCormick 1976).
The programme is linear again; its optimum is valid, and perhaps wider than need be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.response_types.asked import Factor, Polynomial
from scm_compiler.inference.response_types.district import System
from scm_compiler.inference.response_types.polytope import (
    Ends,
    Objective,
    Polytope,
    side_by_side,
)

Place = tuple[int, tuple[int, ...]]


@dataclass
class Envelope:
    """The types of several blocks, and products of their probabilities as further unknowns.

    Attributes:
        systems: What is known of each block.
        ranges: The distributions of its types.
    """

    systems: Mapping[Place, System]
    ranges: Mapping[Place, Polytope]
    _products: dict[tuple[Factor, ...], Ends] = field(default_factory=dict)

    def programme(self, sides: Sequence[Polynomial]) -> tuple[Polytope, list[Objective]]:
        """The points, and polynomials as linear functions of them."""
        monomials = [tuple(sorted(m, key=repr)) for side in sides for m in side]
        for monomial in monomials:
            self._ends(monomial)
        whole = side_by_side(list(self.ranges.values()))
        wide = whole.wide + len(self._products) * 5
        rows = [np.append(row, np.zeros(wide - whole.wide)) for row in whole.rows]
        totals = list(whole.totals)
        for rank, product_ in enumerate(self._products):
            more, right = self._planes(product_, rank, wide)
            rows, totals = rows + more, totals + right
        objectives = [
            Objective(
                sum(
                    (
                        coefficient * self._vector(tuple(sorted(m, key=repr)), wide)
                        for m, coefficient in side.items()
                        if m
                    ),
                    start=np.zeros(wide),
                ),
                side.get(frozenset(), 0.0),
            )
            for side in sides
        ]
        return Polytope(np.stack(rows), np.array(totals)), objectives

    def _planes(
        self, product_: tuple[Factor, ...], rank: int, wide: int
    ) -> tuple[list[Array], list[float]]:
        """The four planes about one product, each with an unknown for how far it is off."""
        *first, last = product_
        left, right = self._vector(tuple(first), wide), self._vector((last,), wide)
        (low, high), (least, most) = self._ends(tuple(first)), self._ends((last,))
        start = wide - (len(self._products) - rank) * 5
        rows, totals = [], []
        planes = ((low, least, -1), (high, most, -1), (high, least, 1), (low, most, 1))
        for number, (one, other, side) in enumerate(planes, start=1):
            row = -one * right - other * left
            row[start] += 1.0
            row[start + number] = side
            rows.append(row)
            totals.append(-one * other)
        return rows, totals

    def _vector(self, product_: tuple[Factor, ...], wide: int) -> Array:
        vector = np.zeros(wide)
        if len(product_) > 1:
            rank = list(self._products).index(product_)
            vector[wide - (len(self._products) - rank) * 5] = 1.0
            return vector
        ((home, at, reading),) = product_
        types = self.systems[home, at].vector(reading)
        start = self._starts[home, at]
        vector[start : start + len(types)] = types
        return vector

    @property
    def _starts(self) -> Mapping[Place, int]:
        ends = accumulate((part.wide for part in self.ranges.values()), initial=0)
        return dict(zip(self.ranges, ends, strict=False))

    def _ends(self, product_: tuple[Factor, ...]) -> Ends:
        """What a product can be, each factor by itself."""
        if product_ in self._products:
            return self._products[product_]
        if len(product_) == 1:
            ((home, at, reading),) = product_
            types = self.systems[home, at].vector(reading)
            return self.ranges[home, at].ends(Objective(types))
        if not product_:
            return 1.0, 1.0
        (low, high), (least, most) = self._ends(product_[:-1]), self._ends(product_[-1:])
        found = max(low, 0.0) * max(least, 0.0), high * most
        self._products[product_] = found
        return found
