"""Exact answers of linear Gaussian networks, against enumeration and joint covariances."""

from itertools import product
from math import inf, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.gaussian import Instance, Interval, LinearNetwork, prepare
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.real.linear import Linear
from tests.inference.gaussian.conftest import closed, configurations, here, network, total, unit

NETWORKS = 200
CLOSE = {"rtol": 1e-8, "atol": 1e-8}


def asked(seed):
    """A network, a unit of it, and what is seen, asked and held."""
    net = network(seed)
    random = np.random.default_rng((seed, 2))
    world = unit(net, seed)
    names = list(random.permutation(list(net.graph.topological)))
    seen = names[: random.integers(0, len(names))]
    given = {name: world[name] for name in seen}
    reals = [name for name in names if name in net.mechanisms]
    return net, given, reals, random


def check_law(mixture, target, parts, place):
    """Probabilities, quantiles and densities of one real variable."""
    laws = [(w, m[place], max(c[place, place], 0.0)) for _, w, m, c in parts]
    if any(variance < 1e-9 for _, _, variance in laws):
        return
    normal = [(w, NormalDist(m, sqrt(variance))) for w, m, variance in laws]
    middle = mixture.mean()[mixture.real.index(target)]
    for value in (middle, middle - 1.0, middle + 2.0):
        below = sum(w * law.cdf(value) for w, law in normal)
        assert mixture.cdf(target, value) == pytest.approx(below, abs=1e-9)
        density = sum(w * law.pdf(value) for w, law in normal)
        assert mixture.density({target: value}) == pytest.approx(density, rel=1e-7, abs=1e-12)
    inside = mixture.probability(intervals={target: Interval(middle - 1.0, middle + 2.0)})
    ends = sum(w * (law.cdf(middle + 2.0) - law.cdf(middle - 1.0)) for w, law in normal)
    assert inside == pytest.approx(ends, abs=1e-9)
    quantile = mixture.quantile(target, 0.3)
    assert sum(w * law.cdf(quantile) for w, law in normal) == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_observations(seed):
    net, given, reals, _ = asked(seed)
    targets = [here(name) for name in net.graph.topological if name not in given]
    mixture = prepare(net, targets, {here(n): v for n, v in given.items()}).mixture()
    parts = closed(net, given, [{}])
    order = [n for n in net.graph.topological if n in net.mechanisms]
    places = [order.index(each.node) for each in mixture.real]
    mean, covariance = total(parts, places)
    assert np.allclose(mixture.mean(), mean, **CLOSE)
    assert np.allclose(mixture.covariance(), covariance, **CLOSE)
    for target in mixture.discrete:
        table = np.zeros(net.graph.sizes[target.node])
        for own, weight, _, _ in parts:
            table[own[target.node]] += weight
        assert np.allclose(mixture.table(target), table, **CLOSE)
    for target, place in zip(mixture.real[:2], places, strict=False):
        check_law(mixture, target, parts, place)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_interventions(seed):
    net, _, reals, random = asked(seed)
    names = [*net.tables, *reals]
    held = {
        name: int(random.integers(net.graph.sizes[name])) if name in net.tables else 1.5
        for name in random.permutation(names)[: random.integers(1, 3)]
    }
    wanted = [name for name in reals if name not in held]
    targets = [Instance.of(name, held) for name in wanted]
    mixture = prepare(net, targets).mixture()
    parts = closed(net, {}, [{}], held)
    order = [n for n in net.graph.topological if n in net.mechanisms]
    mean, covariance = total(parts, [order.index(name) for name in wanted])
    assert np.allclose(mixture.mean(), mean, **CLOSE)
    assert np.allclose(mixture.covariance(), covariance, **CLOSE)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_counterfactuals_of_partial_evidence(seed):
    net, given, reals, random = asked(seed)
    held = {str(random.choice(reals)): 0.7}
    targets = [Instance.of(name, held) for name in reals]
    question = prepare(net, targets, {here(n): v for n, v in given.items()})
    mixture = question.mixture()
    parts = closed(net, given, [{}, held])
    order = [n for n in net.graph.topological if n in net.mechanisms]
    places = [len(order) + order.index(name) for name in reals]
    mean, covariance = total(parts, places)
    assert np.allclose(mixture.mean(), mean, **CLOSE)
    assert np.allclose(mixture.covariance(), covariance, **CLOSE)
    check_law(mixture, targets[0], parts, places[0])


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_counterfactuals_of_units(seed):
    """By what the mechanisms themselves make of the unit's noise."""
    net, _, reals, random = asked(seed)
    world = unit(net, seed)
    held = {str(random.choice(reals)): -0.4}
    targets = [Instance.of(name, held) for name in reals]
    mixture = prepare(net, targets, {here(n): v for n, v in world.items()}).mixture()
    columns = {name: np.array([value]) for name, value in world.items()}
    then = {name: columns[name] for name in net.tables}
    for name in net.graph.topological:
        if name in net.mechanisms:
            own = net.mechanisms[name]
            noise = own.abduct(columns[name], columns, np.zeros((1, 1)))
            then[name] = np.array([held[name]]) if name in held else own.sample(then, noise)
    assert np.allclose(mixture.mean(), [then[name][0] for name in reals], **CLOSE)
    assert np.abs(mixture.covariance()).max() == 0


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_nothing_changed_gives_the_unit_back(seed):
    net, _, reals, _ = asked(seed)
    world = unit(net, seed)
    held = {reals[0]: world[reals[0]]}
    targets = [Instance.of(name, held) for name in reals]
    mixture = prepare(net, targets, {here(n): v for n, v in world.items()}).mixture()
    assert np.allclose(mixture.mean(), [world[name] for name in reals], rtol=1e-10, atol=1e-10)
    assert np.abs(mixture.covariance()).max() == 0
