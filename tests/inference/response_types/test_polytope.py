import numpy as np
import pytest

from scm_compiler.inference.response_types.polytope import (
    Infeasible,
    Objective,
    Polytope,
    side_by_side,
)

SIMPLEX = Polytope(np.ones((1, 3)), np.ones(1))


def test_the_ends_of_a_linear_function():
    assert SIMPLEX.ends(Objective(np.array([1.0, 2.0, 4.0]), 1.0)) == pytest.approx((2, 5))


def test_the_ends_of_a_ratio_leave_out_what_it_is_not_defined_on():
    above, below = Objective(np.array([1.0, 0.0, 0.0])), Objective(np.array([1.0, 2.0, 0.0]))
    assert SIMPLEX.ratio_ends(above, below) == pytest.approx((0, 1))
    above = Objective(np.array([1.0, 1.0, 0.0]))
    assert SIMPLEX.ratio_ends(above, below) == pytest.approx((0.5, 1))
    with pytest.raises(Infeasible):
        SIMPLEX.ratio_ends(above, Objective(np.zeros(3)))


def test_corners():
    assert sorted(map(tuple, SIMPLEX.corners.round(9))) == [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    # Two coins with chances 0.3 and 0.6: what both show has two extreme joint distributions.
    rows = np.array([[1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1]], float)
    corners = Polytope(rows, np.array([1, 0.3, 0.6])).corners
    assert sorted(corners[:, 3]) == pytest.approx([0.0, 0.3])
    with pytest.raises(Infeasible):
        _ = Polytope(np.vstack([rows, rows[:1]]), np.array([1, 0.3, 0.6, 0.9])).corners
    assert Polytope(np.ones((1, 30_000)), np.ones(1)).corners is None


def test_the_nearest_points_to_totals_that_cannot_be():
    rows = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1]], float)
    with pytest.raises(Infeasible):
        Polytope(rows, np.array([0.2, 0.6, 1.0])).ends(Objective(np.array([1.0, 0, 0])))
    near, missed = Polytope(rows, np.array([0.2, 0.6, 1.0])).nearest()
    assert missed == pytest.approx(0.4)
    assert near.ends(Objective(np.array([1.0, 0, 0]))) == pytest.approx((0.2, 0.6), abs=1e-6)


def test_side_by_side():
    both = side_by_side([SIMPLEX, SIMPLEX])
    assert both.ends(Objective(np.array([1.0, 0, 0, 0, 3.0, 0]))) == pytest.approx((0, 4))
