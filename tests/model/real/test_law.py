"""Laws: both ways exact, densities the slopes of their distribution functions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.model.real.law import Knots, Mixture
from scm_compiler.model.real.uniform import expit, log_expit, log_sum, logit

UNITS = 12


def mixture(seed, parts=5, distance=3.0):
    random = np.random.default_rng(seed)
    shape = (UNITS, parts)
    widths = np.exp(random.normal(-1, 1.5, shape))
    return Mixture.of(random.normal(0, 1.5, shape), random.normal(0, distance, shape), widths)


def knots(seed, count=12):
    random = np.random.default_rng(seed)
    rise = np.exp(random.normal(0, 1, (UNITS, count, 2)))
    scores, places = np.moveaxis(rise.cumsum(1) - rise.sum(1, keepdims=True) / 2, -1, 0)
    slopes = np.exp(random.normal(0, 1, (UNITS, count)))
    return Knots(scores, places, slopes, np.arange(UNITS))


LAWS = {"mixture": mixture, "knots": knots}
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(seed=seeds, far=st.sampled_from([1.0, 30.0, 300.0]))
@settings(max_examples=25, deadline=None)
def test_a_place_is_got_back_from_its_score(law, seed, far):
    made = law(seed)
    place = far * np.random.default_rng(seed + 1).standard_normal(UNITS)
    back = made.place(made.score(place))
    assert np.abs(back - place).max() <= 1e-10 * max(1.0, far)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(seed=seeds, far=st.sampled_from([1.0, 10.0, 700.0]))
@settings(max_examples=25, deadline=None)
def test_a_score_is_got_back_from_its_place(law, seed, far):
    made = law(seed)
    score = far * np.random.default_rng(seed + 1).standard_normal(UNITS)
    assert np.allclose(made.score(made.place(score)), score, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_scores_rise_with_places(law, seed):
    made = law(seed)
    places = np.sort(np.random.default_rng(seed + 1).normal(0, 20, (50, UNITS)), 0)
    scores = np.stack([made.score(place) for place in places])
    assert (np.diff(scores, axis=0) >= -1e-12).all()


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_the_density_is_the_slope_of_the_distribution_function(law, seed):
    made = law(seed)
    place = made.place(np.random.default_rng(seed + 1).logistic(size=UNITS))
    step = 1e-6 * np.exp(-np.maximum(made.log_density(place), 0.0))
    up, down = (expit(made.score(place + side * step)) for side in (1, -1))
    slope = (up - down) / (2 * step)
    assert np.allclose(slope, np.exp(made.log_density(place)), rtol=1e-3, atol=1e-8)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("seed", range(3))
def test_the_density_integrates_to_one(law, seed):
    made = law(seed)
    cuts = np.stack([made.place(np.full(UNITS, score)) for score in np.linspace(-40, 40, 161)])
    cuts = np.sort(np.concatenate([cuts, made.places.T]), 0)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    whole = np.zeros(UNITS)
    for low, high in pairwise(cuts):
        for node, weight in zip(nodes, weights, strict=True):
            density = np.exp(made.log_density((low + high + node * (high - low)) / 2))
            whole += weight * density * (high - low) / 2
    assert np.allclose(whole, 1.0, atol=1e-3)


def test_one_logistic_is_what_it_is():
    law = Mixture.of(np.zeros((1, 1)), np.array([[2.0]]), np.array([[3.0]]))
    assert law.score(np.array([8.0]))[0] == pytest.approx(2.0)
    density = np.log(expit(np.array(2.0)) * expit(np.array(-2.0)) / 3)
    assert law.log_density(np.array([8.0]))[0] == pytest.approx(density)
    assert law.place(np.array([-1e6]))[0] == pytest.approx(2.0 - 3e6)


def test_modes_far_apart_leave_a_place_between_them_a_score_of_its_own():
    law = Mixture.of(np.zeros((1, 2)), np.array([[-500.0, 500.0]]), np.full((1, 2), 1e-3))
    place = np.array([123.456])
    assert abs(law.place(law.score(place)) - place)[0] < 1e-9


def test_uniform_numbers_by_their_logits():
    far = np.array([-700.0, -40.0, 0.0, 40.0, 700.0])
    assert np.allclose(log_expit(far), [-700, -40, -np.log(2), -np.exp(-40), -np.exp(-700)])
    assert np.allclose(logit(expit(far[:3])), far[:3])
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
    assert log_sum(np.array([[-np.inf, -np.inf], [0.0, 0.0]])).tolist() == [-np.inf, np.log(2)]
