"""Scales: maps from domains with ends to all real numbers."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.ir.domain import Real
from scm_compiler.model.real.scale import EDGE, Scale, levels_of, quantiles, read_scale

DOMAINS = [Real(), Real(0.0), Real(-inf, 3.0), Real(-1.0, 4.0), Real(1e6, 1e6 + 1)]


def drawn(domain, seed, rows=200):
    random = np.random.default_rng(seed)
    if domain == Real():
        return random.normal(50, 9, rows)
    if domain.high == inf:
        return domain.low + random.exponential(7, rows)
    if domain.low == -inf:
        return domain.high - random.exponential(7, rows)
    return random.uniform(domain.low, domain.high, rows)


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_values_are_got_back(domain, seed):
    values = drawn(domain, seed)
    scale = Scale.of(domain, values, np.ones(len(values)))
    places = scale.place(values)
    assert np.allclose(scale.value(places), values, rtol=1e-12, atol=1e-10)
    assert (np.diff(places[values.argsort()]) >= 0).all()
    ends = [end for end in (domain.low, domain.high) if np.isfinite(end)]
    assert scale.value(scale.place(np.array(ends))).tolist() == ends


@pytest.mark.parametrize("domain", DOMAINS[:4], ids=str)
def test_the_slope_is_that_of_the_map(domain):
    values = drawn(domain, 1)
    scale = Scale.of(domain, values, np.ones(len(values)))
    slope = (scale.place(values + 1e-6) - scale.place(values - 1e-6)) / 2e-6
    far = np.minimum(values - domain.low, domain.high - values) > 1e-3
    assert np.allclose(np.log(slope[far]), scale.log_slope(values)[far], atol=1e-3)


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_no_place_is_beyond_an_end(domain):
    scale = Scale.of(domain, drawn(domain, 2), np.ones(200))
    values = scale.value(np.array([-1e5, -50.0, 0.0, 50.0, 1e5]))
    assert ((values >= domain.low) & (values <= domain.high)).all()


def test_outliers_do_not_move_it():
    values = np.append(np.random.default_rng(0).normal(size=999), 1e9)
    scale = Scale.of(Real(), values, np.ones(1000))
    assert scale.middle == pytest.approx(0, abs=0.1)
    assert scale.spread == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e90, 1e-200])
def test_one_value_has_a_spread(value):
    scale = Scale.of(Real(), np.full(7, value), np.ones(7))
    assert scale.middle == value
    assert scale.spread > 0
    assert scale.value(scale.place(np.array([value])))[0] == value


def test_a_weight_of_two_is_a_row_that_stands_twice():
    values, weights = np.array([3.0, 1.0, 2.0, 2.0]), np.array([2.0, 1.0, 0.0, 3.0])
    twice = np.repeat(values, weights.astype(int))
    levels = np.linspace(0, 1, 7)
    assert np.allclose(quantiles(values, weights, levels), quantiles(twice, np.ones(6), levels))
    assert levels_of(values, weights)[0].tolist() == [1, 2, 3]
    first, second = Scale.of(Real(), values, weights), Scale.of(Real(), twice, np.ones(6))
    assert np.allclose(first.numbers, second.numbers)
    assert read_scale(Real(), first.numbers) == first


def test_next_to_an_end_is_the_end():
    scale = Scale(Real(0.0, 1.0))
    assert scale.value(scale.place(np.array([EDGE / 2, 1 - EDGE / 2]))).tolist() == [0.0, 1.0]
