"""Maximum likelihood in exponential families, beside what is known in closed form."""

import math

import numpy as np
import pytest
import torch

from scm_compiler.ir.domain import Exponential
from scm_compiler.model.exponential import chances, likeliest, nearest
from scm_compiler.model.logits import logits_of, probabilities

STEPS = np.arange(7)
BINOMIAL = Exponential(
    tuple(math.log(math.comb(6, k)) for k in range(7)), (tuple(map(float, range(7))),)
)
FREE = Exponential((0.0,) * 3, ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
CURVED = Exponential((0.0,) * 7, (tuple(map(float, range(7))), tuple(k * k / 6 for k in range(7))))


def shares(count, size):
    return np.random.default_rng(0).dirichlet(np.ones(size), count)


def test_a_binomial_has_the_share_of_successes():
    rows = shares(50, 7)
    odds = likeliest(BINOMIAL, rows)[:, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-odds)), rows @ STEPS / 6, atol=1e-9)


def test_with_a_parameter_a_value_the_shares_are_met():
    rows = shares(50, 3)
    np.testing.assert_allclose(nearest(FREE, rows), rows, atol=1e-9)


def test_two_statistics_meet_two_means():
    rows = shares(50, 7).reshape(5, 10, 7)
    found = nearest(CURVED, rows)
    assert found.shape == rows.shape
    for power in (1, 2):
        np.testing.assert_allclose(found @ STEPS**power, rows @ STEPS**power, atol=1e-9)


@pytest.mark.parametrize("value", [0, 6])
def test_a_value_at_the_end_is_nearly_sure(value):
    found = nearest(BINOMIAL, np.eye(7)[value])
    assert found[value] == pytest.approx(1, abs=1e-10)
    assert np.isfinite(likeliest(BINOMIAL, np.eye(7)[value])).all()


def test_no_other_parameters_make_the_shares_more_likely():
    rows = shares(20, 7)
    best = likeliest(CURVED, rows)
    top = (rows * np.log(chances(CURVED, best))).sum(-1)
    for rank in range(2):
        for move in (-0.01, 0.01):
            other = best + move * np.eye(2)[rank]
            assert ((rows * np.log(chances(CURVED, other))).sum(-1) < top).all()


def test_tensors_say_the_same():
    natural = np.random.default_rng(0).normal(size=(4, 2))
    found = probabilities(logits_of(CURVED, torch.from_numpy(natural)))
    np.testing.assert_allclose(found, chances(CURVED, natural), atol=1e-12)
