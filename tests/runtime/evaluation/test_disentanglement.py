"""DCI and MCC of codes whose scores are known in closed form."""

from itertools import permutations

import numpy as np
import pytest

from scm_compiler.runtime.evaluation.disentanglement import (
    SPARSITY,
    disentangled,
    importance_scores,
    lasso,
    matched,
)


def labels(count=3000, kinds=3):
    """Independent, of mean 0 and variance 1, and uncorrelated exactly."""
    drawn = np.random.default_rng(0).normal(size=(count, kinds))
    left, _, right = np.linalg.svd(drawn - drawn.mean(0), full_matrices=False)
    return left @ right * np.sqrt(count)


def test_a_code_for_each_label():
    told = labels()
    codes = (told * [3.0, -1, 0.1])[:, [1, 2, 0], None]
    found = disentangled(codes, told)
    assert found.disentanglement == pytest.approx(1)
    assert found.completeness == pytest.approx(1)
    assert found.informativeness == pytest.approx(1 - SPARSITY**2, abs=1e-3)
    assert found.mcc == pytest.approx(1)


def test_codes_of_several_numbers():
    told = labels()
    codes = np.stack([told, 2 * told, np.zeros_like(told)], 2)
    found = disentangled(codes, told)
    assert (found.disentanglement, found.completeness) == pytest.approx((1, 1))


def test_turned_by_half_a_right_angle():
    """Two labels that two codes share alike: nothing is disentangled, all is known."""
    told = labels(kinds=2)
    codes = (told @ np.array([[1.0, 1], [-1, 1]]) / np.sqrt(2))[:, :, None]
    found = disentangled(codes, told)
    assert found.disentanglement == pytest.approx(0, abs=1e-3)
    assert found.completeness == pytest.approx(0, abs=1e-3)
    assert found.informativeness > 0.99
    assert found.mcc == pytest.approx(np.sqrt(0.5))


def test_codes_that_tell_nothing():
    codes = np.random.default_rng(1).normal(size=(3000, 3, 1))
    found = disentangled(codes, labels())
    assert found.informativeness < 0.01
    assert found.mcc < 0.05


def test_entropies():
    """P of the first code is (1/4, 3/4), of the second (1, 0): by hand."""
    entropy = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    shares = np.array([1 / 2, 1 / 2])  # the first label is told by both alike
    completeness = (1 + shares @ np.log2(shares) + 1) / 2
    found = importance_scores(np.array([[1.0, 3.0], [1.0, 0.0]]))
    assert found == pytest.approx(((4 * (1 - entropy) + 1) / 5, completeness))
    assert importance_scores(np.zeros((2, 2))) == (0, 0)


def test_matching_is_the_best_one():
    random = np.random.default_rng(2)
    told = random.normal(size=(200, 4))
    codes = told @ random.normal(size=(4, 4))
    related = np.abs(np.corrcoef(codes.T, told.T)[:4, 4:])
    best = max(sum(related[row, at] for row, at in enumerate(p)) for p in permutations(range(4)))
    assert matched(codes[:, :, None], told) == pytest.approx(best / 4)


def test_the_lasso_has_no_descent_left():
    """At the least value the slope is in the penalty's subdifferential."""
    random = np.random.default_rng(3)
    inputs, outputs = random.normal(size=(300, 6)), random.normal(size=(300, 2))
    outputs += inputs[:, :2]
    weights = lasso(inputs, outputs)
    slope = inputs.T @ (outputs - inputs @ weights) / 300
    assert np.abs(slope[weights == 0]).max() <= SPARSITY + 1e-6
    assert slope[weights != 0] == pytest.approx(
        SPARSITY * np.sign(weights[weights != 0]), abs=1e-5
    )
