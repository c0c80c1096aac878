"""Nulls, p-values, Holm's correction and MMD beside plain computations."""

import numpy as np
import pytest
import torch

from scm_compiler.runtime.audit.mmd import done_against_seen, mmd
from scm_compiler.runtime.audit.null import (
    holm,
    p_counted,
    p_fitted,
    permuted_directions,
    random_directions,
    student_tail,
)


@pytest.mark.parametrize("freedom", [5, 30, 100])
def test_the_tail_is_that_of_students_t(freedom):
    stats = pytest.importorskip("scipy.stats")
    t = np.array([0.0, 0.5, 1.0, 2.0, 4.0])
    np.testing.assert_allclose(student_tail(t, freedom), 2 * stats.t.sf(t, freedom), rtol=0.05)


def test_holm_steps_down():
    p = np.array([[0.01, 0.02], [0.04, 0.5]])
    np.testing.assert_allclose(holm(p), [[0.04, 0.06], [0.08, 0.5]])


@pytest.mark.statistics
def test_p_values_are_even_where_there_is_nothing():
    random = np.random.default_rng(0)
    null, found = random.normal(size=(99, 1)), random.normal(size=(1, 4000))
    for p in (p_counted(found[0], null), p_fitted(found[0], null)):
        assert abs((p < 0.05).mean() - 0.05) < 0.03


def test_directions_are_of_length_one_and_lead_everywhere():
    draws = torch.Generator().manual_seed(0)
    found = random_directions(4000, 3, draws)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(4000, dtype=torch.float64))
    assert found.mean(0).abs().max() < 0.05
    torch.testing.assert_close(
        found.square().mean(0), torch.full((3,), 1 / 3).double(), atol=0.02, rtol=0
    )


def test_shuffled_values_lead_where_codes_are_spread_least():
    """A classifier's slope is the larger the less a coordinate varies."""
    draws = torch.Generator().manual_seed(0)
    codes = torch.randn(500, 2, generator=draws, dtype=torch.float64) * torch.tensor([1.0, 3.0])
    labels = (torch.rand(500, generator=draws) < 0.3).double()
    found = permuted_directions(codes, labels, 300, draws)
    assert found.shape == (300, 2)
    assert (found[:, 0].abs() > found[:, 1].abs()).double().mean() > 0.7


def test_mmd_is_the_sum_that_defines_it():
    draws = torch.Generator().manual_seed(0)
    left, right = (torch.randn(n, 3, generator=draws).double() for n in (7, 5))
    both = torch.cat([left, right])
    distances = torch.stack([(a - b).square().sum() for a in both for b in both])
    width = distances[distances > 0].median()

    def k(a, b):
        return float((-(a - b).square().sum() / width).exp())

    within = sum(k(a, b) for i, a in enumerate(left) for j, b in enumerate(left) if i != j) / 42
    within += sum(k(a, b) for i, a in enumerate(right) for j, b in enumerate(right) if i != j) / 20
    across = sum(k(a, b) for a in left for b in right) / 35
    assert mmd(left, right) == pytest.approx(within - 2 * across)


def test_doing_leads_away_from_seeing():
    draws = torch.Generator().manual_seed(0)
    codes = torch.randn(800, 4, generator=draws)
    direction = torch.eye(4)[0]
    near, far = done_against_seen(codes, codes[:, 0] > 0, direction, (0.8, 4.0))
    assert -0.01 < near < far
    nothing = done_against_seen(codes, torch.zeros(800, dtype=torch.bool), direction, (1.0,))
    assert np.isnan(nothing[0])
