"""FID and KID in closed form, and the classifier of real and generated images."""

import numpy as np
import pytest
import torch

from scm_compiler.runtime.evaluation.realism import discrepancy, fid, frechet, kid, told_apart


def test_the_distance_of_two_gaussians():
    """|mu - nu|^2 + sum (sqrt s - sqrt t)^2 where the covariances share their axes."""
    axes, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))
    s, t = np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 3.0, 0.0, 1.0])
    mu, nu = np.arange(4.0), np.ones(4)
    found = frechet(mu, axes * s @ axes.T, nu, axes * t @ axes.T)
    expected = ((mu - nu) ** 2).sum() + ((np.sqrt(s) - np.sqrt(t)) ** 2).sum()
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_root_of_a_product_that_is_not_symmetric():
    """tr (S T)^(1/2) from the eigenvalues of S T itself."""
    random = np.random.default_rng(1)
    s, t = (m @ m.T for m in random.normal(size=(2, 5, 5)))
    cross = np.sqrt(np.linalg.eigvals(s @ t).real).sum()
    found = frechet(np.zeros(5), s, np.zeros(5), t)
    assert found == pytest.approx(np.trace(s) + np.trace(t) - 2 * cross)


def test_fid_of_large_samples_is_the_closed_form():
    random = np.random.default_rng(2)
    left, right = random.normal(size=(40_000, 3)), 2 * random.normal(size=(40_000, 3)) + 1
    found = fid(left, right)
    assert found.value == pytest.approx(3 + 3, abs=4 * found.error)
    assert found.error < 0.1


def test_fids_error_is_that_of_repeated_samples():
    random = np.random.default_rng(3)
    found = [
        fid(random.normal(size=(200, 2)), random.normal(size=(200, 2)) + 1) for _ in range(150)
    ]
    assert np.mean([f.error for f in found]) == pytest.approx(
        np.std([f.value for f in found]), rel=0.25
    )


def test_fid_of_a_sample_with_itself_is_nothing():
    rows = np.random.default_rng(4).normal(size=(50, 3))
    assert fid(rows, rows).value == pytest.approx(0, abs=1e-9)


def test_the_discrepancy_leaves_out_pairs_of_a_row_with_itself():
    left, right = np.array([[1.0], [2.0]]), np.array([[3.0], [0.0]])
    within = (1 * 2 + 1) ** 3 + (3 * 0 + 1) ** 3
    across = np.mean([(x * y + 1) ** 3 for x in (1.0, 2.0) for y in (3.0, 0.0)])
    assert discrepancy(left, right) == pytest.approx(within - 2 * across)


@pytest.mark.statistics
def test_kid_of_equal_laws_is_zero_within_its_error():
    """A false alarm at four standard errors: once in 10,000 seeds."""
    random = np.random.default_rng(5)
    found = kid(random.normal(size=(8000, 6)), random.normal(size=(8000, 6)))
    assert abs(found.value) < 4 * found.error
    assert 0 < found.error < 0.05


@pytest.mark.statistics
def test_kid_has_no_bias_in_small_blocks():
    random = np.random.default_rng(6)
    values = [
        kid(random.normal(size=(20, 4)), random.normal(size=(20, 4)), block=10).value
        for _ in range(2000)
    ]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))


def test_kid_sees_a_shift():
    random = np.random.default_rng(7)
    found = kid(random.normal(size=(2000, 6)), random.normal(size=(2000, 6)) + 0.5)
    assert found.value > 10 * found.error


def images(count, seed, grain=0):
    """Smooth grey ramps, with or without a grain."""
    generator = torch.Generator().manual_seed(seed)
    ramp = torch.linspace(0, 1, 16).expand(count, 3, 16, 16)
    level = 60 + 100 * torch.rand(count, 1, 1, 1, generator=generator)
    noise = grain * torch.randn(count, 3, 16, 16, generator=generator)
    return (level + 60 * ramp + noise).round().clamp(0, 255).to(torch.uint8)


def test_a_grain_is_told_apart_and_the_real_is_not():
    known, unseen = images(300, 0), images(200, 1)
    grainy = told_apart((known, images(300, 2, 8)), (unseen, images(200, 3, 8)), steps=100)
    same = told_apart((known, images(300, 4)), (unseen, images(200, 5)), steps=100)
    assert grainy.value > 0.95
    assert abs(same.value - 0.5) < 4 * same.error
    assert same == told_apart((known, images(300, 4)), (unseen, images(200, 5)), steps=100)
