"""Softmax regression on labels."""

from math import lgamma

import numpy as np
import pytest
import torch

from scm_compiler.runtime.data.softmax import (
    Penalty,
    _log_gamma,
    contrasts,
    design,
    regressions,
    width,
)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_contrasts_are_orthonormal_and_sum_to_zero(size):
    found = contrasts(size)
    assert found.T @ found == pytest.approx(np.eye(size - 1))
    assert found.sum(0) == pytest.approx(np.zeros(size - 1))


@pytest.mark.parametrize("penalty", [Penalty(), Penalty(1.0), Penalty(1.0, 2.0)])
def test_a_design_is_as_wide_as_it_says(penalty):
    regressors, costs = design((2, 3, 4), np.arange(24), penalty)
    assert regressors.shape == (24, width((2, 3, 4), penalty))
    assert len(costs) == regressors.shape[1]
    assert np.linalg.matrix_rank(regressors) == regressors.shape[1]


def test_the_logarithm_of_the_gamma_function():
    values = np.array([1e-3, 0.3, 1.0, 2.5, 40.0, 1e4])
    assert _log_gamma(values) == pytest.approx([lgamma(v) for v in values], abs=1e-8)


def test_the_fit_is_where_the_gradient_of_an_independent_likelihood_is_zero():
    """For a very large weight the counts are multinomial, and torch knows their likelihood."""
    counts = np.random.default_rng(0).integers(1, 9, (6, 3)).astype(float)
    penalty = Penalty(0.7)
    (found,) = regressions(counts, (2, 3), [penalty], [1e9])
    regressors, costs = design((2, 3), np.arange(6), penalty)
    free = torch.tensor(found.coefficients, requires_grad=True)
    logits = torch.tensor(regressors) @ free @ torch.tensor(contrasts(3).T)
    loss = -(torch.tensor(counts) * torch.log_softmax(logits, -1)).sum()
    loss = loss + 0.5 * (torch.tensor(costs)[:, None] * free**2).sum()
    loss.backward()
    assert free.grad.abs().max() < 1e-4
    assert found.mean(regressors) == pytest.approx(torch.softmax(logits, -1).detach().numpy())

    def curved(coefficients):
        logits = torch.tensor(regressors) @ coefficients @ torch.tensor(contrasts(3).T)
        loss = -(torch.tensor(counts) * torch.log_softmax(logits, -1)).sum()
        return loss + 0.5 * (torch.tensor(costs)[:, None] * coefficients**2).sum()

    second = torch.autograd.functional.hessian(curved, free.detach())
    assert found.precision == pytest.approx(
        second.reshape(len(found.precision), -1).numpy(), rel=1e-4, abs=1e-4
    )


def test_counts_that_vary_more_than_a_regression_says_make_a_small_weight_likely():
    random = np.random.default_rng(0)
    even = random.multinomial(40, [0.5, 0.5], size=32).astype(float)
    spread = np.array([random.multinomial(40, random.dirichlet([1, 1])) for _ in range(32)], float)
    weights = (1000.0, 2.0)
    for counts, likely in ((even, 1000.0), (spread, 2.0)):
        found = regressions(counts, (2,) * 5, [Penalty(3.0)], weights)
        assert max(found, key=lambda one: one.evidence).weight == likely
