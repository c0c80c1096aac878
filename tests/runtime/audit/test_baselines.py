"""The baselines on pairs whose direction is known."""

import numpy as np
import pytest

from scm_compiler.runtime.audit.baselines import (
    additive_noise,
    directions,
    independent,
    lingam,
    notears,
)


def standard(values):
    return (values - values.mean(0)) / values.std(0)


@pytest.mark.parametrize("seed", range(4))
def test_lingam_finds_a_linear_cause_that_is_not_normal(seed):
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, 2000)
    y = 0.8 * x + 0.4 * random.uniform(-1, 1, 2000)
    x, y = standard(x), standard(y)
    assert (lingam(x, y), lingam(y, x)) == (1, -1)
    assert lingam(x, standard(random.normal(size=2000))) in (0, 1, -1)


@pytest.mark.parametrize("seed", range(3))
def test_additive_noise_finds_a_curved_cause(seed):
    random = np.random.default_rng(seed)
    x = random.uniform(-2, 2, 300)
    y = standard(x**3 + x + random.normal(size=300))
    assert (additive_noise(standard(x), y), additive_noise(y, standard(x))) == (1, -1)


@pytest.mark.statistics
def test_independence_is_refused_as_often_as_is_said():
    random = np.random.default_rng(0)
    found = [independent(*random.normal(size=(2, 60)), random) for _ in range(200)]
    assert 0.9 <= np.mean(found) <= 0.985
    x = random.normal(size=200)
    assert not independent(x, x**2 + 0.1 * random.normal(size=200), random)


def test_notears_finds_a_chain_of_equal_noise():
    random = np.random.default_rng(0)
    a, b, c = random.normal(size=(3, 3000))
    b += 1.5 * a
    c += 1.2 * b
    weights = notears(np.stack([a, b, c], axis=1) - np.mean([a, b, c], axis=1))
    expected = [[0, 1.5, 0], [0, 0, 1.2], [0, 0, 0]]
    np.testing.assert_allclose(weights, expected, atol=0.06)


def test_every_pair_is_told_of_both_ways():
    random = np.random.default_rng(0)
    columns = 1 / (1 + np.exp(-random.normal(size=(200, 3))))
    for found in directions(columns).values():
        assert found.shape == (3, 3)
        assert (found == -found.T).all()
