"""Linear programmes over response types: the least and the most of what is asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice
from math import comb
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.bounds import NoSolver
from scm_compiler.inference.contraction import Array

MOST_BASES = 20_000
"""How many systems of equations are solved to find the corners of a polytope."""

_TOLERANCE = 1e-9
_NEGLIGIBLE = 1e-7
_OPTIMAL, _INFEASIBLE = 0, 2

Ends = tuple[float, float]


class Infeasible(Exception):  # noqa: N818  (no error of anyone: it is met and dealt with)
    """No distribution of types fits."""


@dataclass(frozen=True)
class Objective:
    """A linear function of the points, and a constant."""

    slope: Array
    constant: float = 0.0


@dataclass(frozen=True, eq=False)
class Polytope:
    """The points x >= 0 with `rows @ x == totals`; their first coordinates are probabilities."""

    rows: Array
    totals: Array

    @property
    def wide(self) -> int:
        """The number of coordinates."""
        return int(self.rows.shape[1])

    def nearest(self) -> "tuple[Polytope, float]":
        """The points that miss the totals by as little as can be, and how much that is.

        What is missed is added up over the rows.
        """
        count, (rows, wide) = np.eye(len(self.rows)), self.rows.shape
        loose = np.hstack([self.rows, count, -count])
        cost = np.concatenate([np.zeros(wide), np.ones(2 * rows)])
        least = _minimum(cost, loose, self.totals)
        budget = np.append(cost, 1.0)
        stacked = np.vstack([np.hstack([loose, np.zeros((rows, 1))]), budget])
        return Polytope(stacked, np.append(self.totals, least + _TOLERANCE)), least

    def ends(self, above: Objective) -> Ends:
        """The least and the most of a linear function.

        Raises:
            Infeasible: If there is no point.
        """
        slope = _padded(above.slope, self.wide)
        low, high = (sign * _minimum(sign * slope, self.rows, self.totals) for sign in (1, -1))
        return low + above.constant, high + above.constant

    def ratio_ends(self, above: Objective, below: Objective) -> Ends:
        """The least and the most of a ratio, where what it is divided by is not zero.

        By Charnes and Cooper 1962: the point is scaled such that what is below is 1.

        Raises:
            Infeasible: If there is no point, or what is below is zero at each.
        """
        scaled = np.hstack([self.rows, -self.totals[:, None]])
        one = np.append(_padded(below.slope, self.wide), below.constant)
        slope = np.append(_padded(above.slope, self.wide), above.constant)
        rows, totals = np.vstack([scaled, one]), np.append(np.zeros(len(scaled)), 1.0)
        low, high = (sign * _minimum(sign * slope, rows, totals) for sign in (1, -1))
        return low, high

    @cached_property
    def corners(self) -> Array | None:
        """All corners, (corners, coordinates); None where they are too many to be looked for.

        Raises:
            Infeasible: If there is none.
        """
        rows, totals = self._independent
        rank, wide = rows.shape
        if comb(wide, rank) > MOST_BASES:
            return None
        found: dict[bytes, Array] = {}
        bases = combinations(range(wide), rank)
        while chunk := list(islice(bases, 4096)):
            chosen = np.array(chunk)
            squares = rows[:, chosen].transpose(1, 0, 2)
            regular = np.abs(np.linalg.det(squares)) > _TOLERANCE
            right = np.broadcast_to(totals[:, None], (int(regular.sum()), rank, 1))
            solved = np.linalg.solve(squares[regular], right)[..., 0]
            fits = (solved >= -_NEGLIGIBLE).all(1)
            for basis, values in zip(chosen[regular][fits], solved[fits], strict=True):
                corner = np.zeros(wide)
                corner[basis] = np.maximum(values, 0.0)
                found.setdefault(np.round(corner, 8).tobytes(), corner)
        if not found:
            raise Infeasible
        return np.stack(list(found.values()))

    @property
    def _independent(self) -> tuple[Array, Array]:
        """The same by as few equations as there can be."""
        left, values, right = np.linalg.svd(self.rows, full_matrices=False)
        rank = int((values > _TOLERANCE * values[0]).sum())
        along = left[:, :rank].T @ self.totals
        if np.abs(left[:, :rank] @ along - self.totals).max() > _NEGLIGIBLE:
            raise Infeasible
        return right[:rank], along / values[:rank]


def side_by_side(parts: Sequence[Polytope]) -> Polytope:
    """Points made of one point of each."""
    height, wide = (sum(part.rows.shape[axis] for part in parts) for axis in (0, 1))
    rows, down, right = np.zeros((height, wide)), 0, 0
    for part in parts:
        tall, broad = part.rows.shape
        rows[down : down + tall, right : right + broad] = part.rows
        down, right = down + tall, right + broad
    return Polytope(rows, np.concatenate([part.totals for part in parts]))


def _padded(slope: Array, wide: int) -> Array:
    return np.append(slope, np.zeros(wide - len(slope)))


def _minimum(cost: Array, rows: Array, totals: Array) -> float:
    """The least of a linear function of the points x >= 0 with `rows @ x == totals`."""
    found = solver()(
        cost,
        A_eq=rows,
        b_eq=totals,
        bounds=(0, None),
        method="highs-ds",
        options={
            "presolve": False,  # of many types and few constraints it takes most of the time
            "primal_feasibility_tolerance": _TOLERANCE,
            "dual_feasibility_tolerance": _TOLERANCE,
        },
    )
    if found.status == _OPTIMAL:
        return float(found.fun)
    if found.status == _INFEASIBLE:
        raise Infeasible
    raise ArithmeticError(f"HiGHS: {found.message}")


def solver() -> Any:  # noqa: ANN401  (scipy has no types)
    """What solves linear programmes.

    Raises:
        ScmError: E533 if scipy is not installed.
    """
    try:
        from scipy.optimize import linprog  # noqa: PLC0415  (an extra, and slow to import)
    except ImportError:
        raise refuse(NoSolver()) from None
    return linprog
