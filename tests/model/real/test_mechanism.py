"""Mechanisms x = F^-1(u | parents): noise and value, exactly; probabilities that add up."""

import numpy as np
import pytest

from scm_compiler.model.real.mechanism import ROWS
from scm_compiler.model.real.uniform import expit
from tests.model.real.conftest import HEAPS, quantiles, transform, world

COUNT = 400


def values(mechanism, seed, far=1.0):
    """Values that the mechanism gives, some of them far out in the tails."""
    random = np.random.default_rng(seed)
    score = far * random.logistic(size=COUNT)
    return mechanism.sample(world(seed, COUNT), score)


@pytest.mark.parametrize("far", [1.0, 5.0])
def test_abducted_noise_gives_the_value_back(made, far):
    for seed in range(3):
        mechanism, parents = made(seed), world(seed, COUNT)
        value = values(mechanism, seed, far)
        uniform = np.random.default_rng(seed).random((COUNT, 1))
        back = mechanism.sample(parents, mechanism.abduct(value, parents, uniform))
        assert np.abs(back - value).max() <= 1e-10 * max(1.0, np.abs(value).max())


def test_values_stay_in_the_domain(made):
    mechanism = made(0)
    found = values(mechanism, 1, far=50.0)
    assert ((found >= mechanism.domain.low) & (found <= mechanism.domain.high)).all()


def test_more_noise_is_never_less_of_a_value(made):
    mechanism = made(1)
    parents = {name: column[:1].repeat(COUNT) for name, column in world(3, COUNT).items()}
    score = np.sort(np.random.default_rng(0).normal(0, 8, COUNT))
    found = mechanism.sample(parents, score)
    assert (np.diff(found) >= 0).all()
    assert (np.diff(mechanism.cdf(found, parents)) >= -1e-12).all()


def test_the_distribution_function_is_that_of_the_draws(made):
    mechanism, parents = made(2), world(4, COUNT)
    uniform = np.random.default_rng(1).random(COUNT)
    found = mechanism.sample(parents, mechanism.noise_of(uniform[:, None]))
    above = found > mechanism.domain.low
    heaped = np.isin(found, [*mechanism.heaps, mechanism.domain.high])
    below = mechanism.cdf(found, parents)
    assert np.allclose(below[above & ~heaped], uniform[above & ~heaped], atol=1e-9)
    assert (below[heaped] >= uniform[heaped] - 1e-12).all()


def test_densities_and_heaps_add_up_to_one(made):
    mechanism = made(3)
    parents = {name: column[:1] for name, column in world(5, 1).items()}
    levels = np.linspace(-25, 25, 4001)
    here = {name: np.repeat(column, len(levels)) for name, column in parents.items()}
    grid = np.unique(mechanism.sample(here, levels))
    grid = grid[(grid > mechanism.domain.low) & (grid < mechanism.domain.high)]
    heaped = np.isin(grid, mechanism.heaps)
    middle, width = (grid[1:] + grid[:-1]) / 2, np.diff(grid)
    here = {name: np.repeat(column, len(middle)) for name, column in parents.items()}
    whole = (np.exp(mechanism.log_prob(middle, here)) * width).sum()
    heaped[0] = False
    here = {name: np.repeat(column, heaped.sum()) for name, column in parents.items()}
    whole += np.exp(mechanism.log_prob(grid[heaped], here)).sum()
    first, last = mechanism.cdf(grid[[0, -1]], {n: np.repeat(c, 2) for n, c in parents.items()})
    assert whole == pytest.approx(last - first, abs=5e-3)


def test_the_density_is_the_slope_of_the_distribution_function(made):
    mechanism, parents = made(4), world(6, COUNT)
    value = values(mechanism, 6)
    inside = np.minimum(value - mechanism.domain.low, mechanism.domain.high - value) > 1e-2
    away = [np.abs(value - heap) > 1e-2 for heap in mechanism.heaps]
    kept = np.logical_and.reduce([inside, *away])
    up, down = (mechanism.cdf(value + side * 1e-6, parents) for side in (1, -1))
    density = np.exp(mechanism.log_prob(value, parents))
    assert kept.sum() > COUNT / 10
    assert np.allclose(((up - down) / 2e-6)[kept], density[kept], rtol=2e-3, atol=1e-4)


def test_a_heap_has_all_the_noise_of_its_interval():
    mechanism = quantiles(0, heaps=HEAPS["two"])
    parents = {"A": np.zeros(4000, int), "B": np.ones(4000, int)}
    uniform = np.random.default_rng(0).random((4000, 1))
    noise = mechanism.abduct(np.zeros(4000), parents, uniform)
    found = np.sort(expit(noise))
    chance = mechanism.chances[1, 0]
    assert found[-1] - found[0] == pytest.approx(chance, rel=1e-2)
    assert np.allclose(np.exp(mechanism.log_prob(np.zeros(4000), parents)), chance)
    shares = (mechanism.sample(parents, mechanism.noise_of(uniform)) == 0).mean()
    assert shares == pytest.approx(chance, abs=0.03)


def test_beyond_an_end_there_is_no_density(made):
    mechanism = made(5)
    ends = [mechanism.domain.low - 1, mechanism.domain.high + 1]
    beyond = np.array([end for end in ends if np.isfinite(end)])
    parents = world(0, len(beyond))
    assert (mechanism.log_prob(beyond, parents) == -np.inf).all()
    assert np.array_equal(mechanism.cdf(beyond, parents), beyond > mechanism.domain.low)


def test_one_value_for_all_units_needs_no_axis():
    mechanism = transform(0)
    score = np.random.default_rng(0).logistic(size=5)
    fixed = {"A": np.array(1), "R": np.array(0.5), "B": np.array(2)}
    whole = {name: np.repeat(value, 5) for name, value in fixed.items()}
    assert np.allclose(mechanism.sample(fixed, score), mechanism.sample(whole, score))
    assert np.allclose(mechanism.cdf(score, fixed), mechanism.cdf(score, whole))


def test_many_units_are_worked_out_in_parts():
    mechanism, parents = quantiles(1), world(0, ROWS + 10)
    score = np.random.default_rng(0).logistic(size=ROWS + 10)
    found = mechanism.sample(parents, score)
    last = {name: column[-20:] for name, column in parents.items()}
    assert np.array_equal(found[-20:], mechanism.sample(last, score[-20:]))


def test_it_is_a_mechanism():
    mechanism = transform(0)
    uniform = np.random.default_rng(0).random((50, 1))
    assert np.allclose(mechanism.columns(mechanism.noise_of(uniform)), uniform)
    assert mechanism.table() is None
    assert mechanism.width == 1
    assert mechanism.parents == ("A", "R", "B")
