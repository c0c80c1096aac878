"""Mixtures of normal distributions, against quadrature and draws' closed forms."""

from itertools import pairwise
from math import inf
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.inference.gaussian import Instance, Interval, Mixture

A, X, Y = Instance.of("A"), Instance.of("X"), Instance.of("Y")


def mixture(seed, parts=4, real=(X, Y)):
    random = np.random.default_rng(seed)
    roots = random.normal(size=(parts, len(real), len(real)))
    values = random.integers(0, 2, parts)
    values[:2] = 0, 1
    logs = random.normal(size=parts)
    return Mixture.of({A: (values, 2)}, real, logs, random.normal(size=(parts, len(real))), roots)


def grid(found, name, count=200_001):
    """The density of a real variable on a grid."""
    place = found.real.index(name)
    spread = np.sqrt(found.covariances[:, place, place])
    low = (found.means[:, place] - 12 * spread).min()
    high = (found.means[:, place] + 12 * spread).max()
    where = np.linspace(low, high, count)
    laws = zip(found.weights, found.means[:, place], spread, strict=True)
    dense = sum(
        w * np.exp(-0.5 * ((where - m) / s) ** 2) / s / np.sqrt(2 * np.pi) for w, m, s in laws
    )
    return where, dense


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("interval", [Interval(0.5), Interval(-1.0, 0.3), Interval(high=0.2)])
def test_moments_within_an_interval(seed, interval):
    found = mixture(seed)
    where, dense = grid(found, X, 400_001)
    inside = (where > interval.low) & (where <= interval.high)
    chance = np.trapezoid(dense[inside], where[inside])
    mean = np.trapezoid(where[inside] * dense[inside], where[inside]) / chance
    square = np.trapezoid(where[inside] ** 2 * dense[inside], where[inside]) / chance
    means, covariance = found.moments((X, interval))
    assert found.probability(intervals={X: interval}) == pytest.approx(chance, abs=1e-4)
    assert means[0] == pytest.approx(mean, abs=1e-3)
    assert covariance[0, 0] == pytest.approx(square - mean**2, abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_cutting_a_line_into_intervals_loses_nothing(seed):
    """The laws of total probability, expectation and covariance."""
    found, cuts = mixture(seed), [-inf, -0.7, 0.1, 1.3, inf]
    pieces = [Interval(low, high) for low, high in pairwise(cuts)]
    chances = np.array([found.probability(intervals={X: piece}) for piece in pieces])
    moments = [found.moments((X, piece)) for piece in pieces]
    means = np.array([mean for mean, _ in moments])
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(chances @ means, found.mean(), atol=1e-10)
    away = means - found.mean()
    inner = np.einsum("k,kij->ij", chances, np.array([covariance for _, covariance in moments]))
    assert np.allclose(inner + (away.T * chances) @ away, found.covariance(), atol=1e-10)
    parts = [found.where({A: [value]}) for value in (0, 1)]
    shares = found.table(A)
    assert np.allclose(sum(s * p.mean() for s, p in zip(shares, parts, strict=True)), found.mean())
    assert found.probability({A: [1]}) == pytest.approx(shares[1])


@given(st.integers(0, 10_000), st.floats(1e-9, 1 - 1e-9))
def test_quantiles_invert_the_distribution_function(seed, level):
    found = mixture(seed)
    value = found.quantile(X, level)
    step = 1e-12 * (1 + abs(value))
    assert found.cdf(X, value - step) <= level + 1e-15
    assert found.cdf(X, value + step) >= level - 1e-15


def test_quantiles_far_out():
    law = Mixture.of({}, (X,), np.zeros(1), np.zeros((1, 1)), np.ones((1, 1, 1)))
    assert law.quantile(X, 1e-300) == pytest.approx(NormalDist().inv_cdf(1e-300), rel=1e-12)
    assert law.quantile(X, 0.975) == pytest.approx(1.959963984540054, abs=1e-12)
    assert law.probability(intervals={X: Interval(30.0)}) == pytest.approx(4.906714e-198, rel=1e-6)
    for level in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match="no level"):
            law.quantile(X, level)


@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(-2, 2))
def test_joint_densities(seed, x, y):
    found = mixture(seed)
    logs = [
        -0.5 * (np.array([x, y]) - m) @ np.linalg.solve(c, np.array([x, y]) - m)
        - 0.5 * np.linalg.slogdet(2 * np.pi * c)[1]
        for m, c in zip(found.means, found.covariances, strict=True)
    ]
    assert found.density({X: x, Y: y}) == pytest.approx(found.weights @ np.exp(logs), rel=1e-6)


def test_several_events_only_where_they_are_independent():
    roots = np.array([[[1.0, 0.0], [0.0, 2.0]]])
    apart = Mixture.of({}, (X, Y), np.zeros(1), np.zeros((1, 2)), roots)
    both = {X: Interval(high=0.0), Y: Interval(low=0.0)}
    assert apart.probability(intervals=both) == pytest.approx(0.25)
    assert mixture(0).probability(intervals=both) is None


def test_what_is_not_random_is_where_it_is():
    fixed = Mixture.of({}, (X,), np.zeros(1), np.full((1, 1), 2.0), np.zeros((1, 1, 1)))
    within = {
        Interval(low=2.0): 0.0,
        Interval(low=2.0, low_in=True): 1.0,
        Interval(high=2.0): 1.0,
        Interval(high=2.0, high_in=False): 0.0,
    }
    assert {each: fixed.probability(intervals={X: each}) for each in within} == within
    assert fixed.quantile(X, 0.01) == fixed.quantile(X, 0.99) == 2.0
    assert (fixed.density({X: 2.0}), fixed.density({X: 2.1})) == (inf, 0.0)
    assert fixed.moments((X, Interval(high=3.0)))[0].tolist() == [2.0]
    for refused in (
        lambda: fixed.moments((X, Interval(low=3.0))),
        lambda: mixture(1).where({A: []}),
    ):
        with pytest.raises(ValueError, match="probability zero"):
            refused()
