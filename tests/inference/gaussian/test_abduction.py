"""Values that were seen as equations in normal noises."""

import numpy as np
import pytest

from scm_compiler.inference.gaussian.abduction import abduct


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_posterior_of_the_joint_distribution(seed):
    random = np.random.default_rng(seed)
    seen, noises, count = random.integers(1, 4), random.integers(4, 7), 5
    loads = random.normal(size=(seen, count, noises))
    constants, values = random.normal(size=(seen, count)), random.normal(size=seen)
    found = abduct(constants, loads, values)
    for k in range(count):
        rows, off = loads[:, k], values - constants[:, k]
        covariance = rows @ rows.T
        gain = rows.T @ np.linalg.inv(covariance)
        log = -0.5 * (off @ np.linalg.solve(covariance, off))
        log -= 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]
        assert np.allclose(found.mean[k], gain @ off)
        assert found.logs[k] == pytest.approx(log)
    target = random.normal(size=(2, count, noises))
    left = found.open(target)
    for k in range(count):
        rows = loads[:, k]
        projector = np.eye(noises) - rows.T @ np.linalg.solve(rows @ rows.T, rows)
        assert np.allclose(left[:, k] @ left[:, k].T, target[:, k] @ projector @ target[:, k].T)


@pytest.mark.parametrize("least", [1e-3, 1e-6, 1e-9])
def test_hardly_any_noise(least):
    """Two children of one cause, each all but a copy of it: the mean of both is the cause."""
    loads = np.array([[[1.0, least, 0.0]], [[1.0, 0.0, least]]])
    values = np.array([1.0, 1.0 + 2 * least])
    found = abduct(np.zeros((2, 1)), loads, values)
    cause = (2 + 2 * least) / (2 + least**2)
    assert found.mean[0, 0] == pytest.approx(cause, abs=least * 1e-4 + 1e-15)
    assert found.mean[0, 1:] == pytest.approx((values - cause) / least, rel=1e-4, abs=1e-4)


def test_what_follows_from_the_rest_has_no_density_of_its_own():
    row = np.array([[[3.0, 4.0]]])
    once, twice = (abduct(np.zeros((n, 1)), np.repeat(row, n, 0), np.full(n, 2.0)) for n in (1, 2))
    assert twice.logs == pytest.approx(once.logs)
    wrong = abduct(np.zeros((2, 1)), np.repeat(row, 2, 0), np.array([2.0, 2.1]))
    assert wrong.logs.tolist() == [-np.inf]
    nothing = abduct(np.ones((1, 1)), np.zeros((1, 1, 2)), np.ones(1))
    assert nothing.logs.tolist() == [0.0]
