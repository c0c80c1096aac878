"""Gaussian mechanisms."""

from statistics import NormalDist

import numpy as np
import pytest

from scm_compiler.model.real.linear import normal_cdf, normal_quantile
from tests.model.real.conftest import linear, world


def test_it_is_gaussian_given_its_parents():
    mechanism, parents = linear(0), world(0, 50)
    random = np.random.default_rng(0)
    value = random.normal(0, 3, 50)
    row = parents["A"] * 3 + parents["B"]
    mean = mechanism.coefficients[row, 0] + mechanism.coefficients[row, 1] * parents["R"]
    laws = [NormalDist(m, s) for m, s in zip(mean, mechanism.deviations[row], strict=True)]
    density = [law.pdf(x) for law, x in zip(laws, value, strict=True)]
    assert np.allclose(np.exp(mechanism.log_prob(value, parents)), density)
    cdf = [law.cdf(x) for law, x in zip(laws, value, strict=True)]
    assert np.allclose(mechanism.cdf(value, parents), cdf)
    noise = mechanism.abduct(value, parents, random.random((50, 1)))
    assert np.allclose(mechanism.columns(noise)[:, 0], cdf)
    uniform = random.random((50, 1))
    drawn = mechanism.sample(parents, mechanism.noise_of(uniform))
    assert np.allclose([law.cdf(x) for law, x in zip(laws, drawn, strict=True)], uniform[:, 0])


@pytest.mark.parametrize("far", [1.0, 1e3, 1e8])
def test_values_are_got_back_however_far_out(far):
    mechanism, parents = linear(1), world(1, 80)
    value = np.random.default_rng(1).normal(0, far, 80)
    noise = mechanism.abduct(value, parents, np.zeros((80, 1)))
    assert np.allclose(mechanism.sample(parents, noise), value, rtol=1e-14, atol=1e-12)


def test_normal_numbers_far_out():
    far = np.array([-37.0, -8.0, -1.0, 0.0, 1.0, 5.0])
    assert np.allclose(normal_quantile(normal_cdf(far)), far, atol=1e-9)
    assert np.isfinite(normal_quantile(np.array([0.0, 1.0]))).all()
    assert linear(0).table() is None
