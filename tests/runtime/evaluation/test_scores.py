"""Accuracy, balanced accuracy and AUC against counts by hand."""

from itertools import product

import numpy as np
import pytest

from scm_compiler.runtime.evaluation.estimate import Estimate, average, share
from scm_compiler.runtime.evaluation.scores import auc, score


def test_the_area_is_the_share_of_pairs_in_order():
    random = np.random.default_rng(0)
    positive = random.integers(0, 12, 40) / 10
    negative = random.integers(0, 10, 30) / 10
    pairs = [(p > n) + (p == n) / 2 for p, n in product(positive, negative)]
    assert auc(positive, negative).value == pytest.approx(np.mean(pairs))


def test_the_areas_error_is_that_of_repeated_samples():
    random = np.random.default_rng(1)
    found = [auc(random.normal(1, 1, 60), random.normal(0, 1, 90)) for _ in range(400)]
    spread = np.std([f.value for f in found])
    assert np.mean([f.error for f in found]) == pytest.approx(spread, rel=0.1)
    assert np.mean([f.value for f in found]) == pytest.approx(0.7602, abs=0.01)  # Phi(1 / sqrt 2)


def test_no_positives_no_area():
    assert np.isnan(auc(np.array([]), np.array([0.5])).value)


def test_a_perfect_area_still_has_an_error():
    assert auc(np.array([0.9, 0.8]), np.array([0.1, 0.2])).error > 0


def test_balanced_accuracy_is_the_mean_recall():
    asked = np.array([0, 0, 0, 1])
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]])
    found = score(asked, chances)
    assert found.accuracy.value == 0.75
    assert found.balanced.value == pytest.approx((2 / 3 + 1) / 2)
    assert found.auc.value == 1.0
    assert found.images == 4


def test_of_several_values_each_is_set_against_the_rest():
    asked = np.array([0, 1, 2])
    assert score(asked, np.eye(3)).auc.value == 1.0
    assert score(asked, np.full((3, 3), 1 / 3)).auc.value == 0.5


def test_errors_pass_through_differences_and_ratios():
    left, right = Estimate(0.6, 0.03), Estimate(0.5, 0.04)
    assert left.minus(right).error == pytest.approx(0.05)
    random = np.random.default_rng(2)
    ratios = random.normal(0.6, 0.03, 200_000) / random.normal(0.5, 0.04, 200_000)
    assert left.over(right).error == pytest.approx(ratios.std(), rel=0.05)
    assert average([left, right]).value == pytest.approx(0.55)
    assert np.isnan(share(0, 0).value)
