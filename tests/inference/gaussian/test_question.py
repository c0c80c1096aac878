"""Exact answers of linear Gaussian networks, against enumeration and joint covariances."""

from math import log2, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.gaussian import Instance, Interval, LinearNetwork, prepare
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.real.linear import Linear
from tests.inference.gaussian.conftest import (
    by_noise,
    closed,
    here,
    network,
    total,
    unit,
)

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
    net, given, _, _ = asked(seed)
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


def seen(world):
    return {here(name): value for name, value in world.items()}


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_counterfactuals_with_discrete_causes_held(seed):
    """Discrete nodes differ between the worlds; what ties them is the threshold noise model."""
    net = network(seed, most=7, discrete=3)
    if not net.tables or max(t.size for t in net.tables.values()) > 18:
        return
    random = np.random.default_rng((seed, 3))
    world = unit(net, seed)
    names = list(random.permutation(list(world)))
    given = {name: world[name] for name in names[: random.integers(0, len(names))]}
    cause = str(random.choice(list(net.tables)))
    held = {cause: int(random.integers(net.graph.sizes[cause]))}
    targets = [Instance.of(name, held) for name in net.graph.topological]
    mixture = prepare(net, targets, seen(given)).mixture()
    parts = by_noise(net, given, [{}, held])
    order = [n for n in net.graph.topological if n in net.mechanisms]
    mean, covariance = total(parts, [len(order) + rank for rank in range(len(order))])
    assert np.allclose(mixture.mean(), mean, **CLOSE)
    assert np.allclose(mixture.covariance(), covariance, **CLOSE)
    for target in mixture.discrete:
        table = np.zeros(net.graph.sizes[target.node])
        for own, weight, _, _ in parts:
            table[own[1][target.node]] += weight
        assert np.allclose(mixture.table(target), table, **CLOSE)


units = st.integers(0, 100_000)


@for_all(units, st.floats(-3, 3), st.data())
def test_composition_effectiveness_and_reversibility(seed, value, data):
    net, _, reals, _ = asked(seed % 1000)
    first, second = data.draw(st.sampled_from(reals)), data.draw(st.sampled_from(reals))
    world = unit(net, seed)
    held = {first: value}
    then, also = Instance.of(second, held), Instance.of(first, held)
    (found,) = prepare(net, [then], seen(world)).mixture().mean()
    assert prepare(net, [also], seen(world)).mixture().mean().tolist() == [value]
    others = [Instance.of(name, held | {second: found}) for name in reals if name != second]
    same = [Instance.of(name, held) for name in reals if name != second]
    if not same:
        return
    composed = prepare(net, others, seen(world)).mixture().mean()
    assert np.allclose(composed, prepare(net, same, seen(world)).mixture().mean(), **CLOSE)
    back = {second: found, first: value}  # X[Y=y]=x and Y[X=x]=y leave no other value
    assert prepare(net, [Instance.of(second, back)], seen(world)).mixture().mean()[0] == found


@for_all(units)
def test_consistency_of_partial_evidence(seed):
    """Where X is seen to be x, Y[X=x] is Y."""
    net, given, reals, random = asked(seed)
    world = unit(net, seed)
    held = {name: world[name] for name in random.permutation(list(world))[:2]}
    targets, plain = [Instance.of(n, held) for n in reals], [here(n) for n in reals]
    given = seen(given | held)
    found, same = (prepare(net, each, given).mixture() for each in (targets, plain))
    assert np.allclose(found.mean(), same.mean(), **CLOSE)
    assert np.allclose(found.covariance(), same.covariance(), **CLOSE)


def model(edges, tables, mechanisms, confounders=()):
    """A network of tables of binary nodes and of coefficients and deviations of real ones."""
    domains = dict.fromkeys(tables, BINARY) | dict.fromkeys(mechanisms, Real())
    edges = tuple(Edge(*edge.split(">")) for edge in edges)
    nodes = tuple(Node(n, "binary" if n in tables else "real", d) for n, d in domains.items())
    graph = Graph("g", nodes, edges, confounders)
    linears = {
        name: Linear(
            Real(),
            {parent: domains[parent] for parent in graph.parents[name]},
            np.array(coefficients, float),
            np.array(deviations, float),
        )
        for name, (coefficients, deviations) in mechanisms.items()
    }
    return LinearNetwork(graph, {n: np.array(t, float) for n, t in tables.items()}, linears)


TRIAL = model(
    ["A>B", "A>Y", "B>Y", "X>Y"],
    {"A": [0.4, 0.6], "B": [[0.9, 0.1], [0.3, 0.7]]},
    {"X": ([[1.0]], [2.0]), "Y": ([[0, 1], [1, 1], [2, 0.5], [4, -1]], [1, 1, 2, 0.5])},
)


def test_effects_in_closed_form():
    one, zero = Instance.of("Y", {"A": 1}), Instance.of("Y", {"A": 0})
    means = [[0 + 1, 1 + 1], [2 + 0.5, 4 - 1]]  # E(Y | A, B) with E(X) = 1
    (mean,) = prepare(TRIAL, [one]).mixture().mean()
    assert mean == pytest.approx(0.3 * means[1][0] + 0.7 * means[1][1])
    treated = prepare(TRIAL, [one, zero], {here("A"): 1}).mixture()
    high, low = treated.means.T
    variances = treated.covariances @ [1.0, -1.0] @ [1.0, -1.0]
    gains = zip(treated.weights, high - low, np.sqrt(variances), strict=True)
    # B and B[A=0] of the treated: B=0 0.3; B=1 0.7, of which B[A=0]=1 in 0.1
    expected = 0.3 * means[1][0] + 0.7 * means[1][1] - 0.9 * means[0][0] - 0.1 * means[0][1]
    assert treated.weights @ (high - low) == pytest.approx(expected)
    found = sum(weight * (1 - NormalDist(mean, width).cdf(0.0)) for weight, mean, width in gains)
    assert found == pytest.approx(
        sum(
            weight * (1 - NormalDist(m1 - m0, sqrt((a1 - a0) ** 2 * 4 + (s1 - s0) ** 2)).cdf(0.0))
            for weight, m1, a1, s1, m0, a0, s0 in (
                (0.3, 2.5, 0.5, 2.0, 1.0, 1.0, 1.0),
                (0.6, 3.0, -1.0, 0.5, 1.0, 1.0, 1.0),
                (0.1, 3.0, -1.0, 0.5, 2.0, 1.0, 1.0),
            )
        )
    )


def test_discrete_given_real():
    table = prepare(TRIAL, [here("B"), here("A")], {here("Y"): 3.0, here("X"): 0.0}).mixture()
    laws = [[NormalDist(0, 1), NormalDist(1, 1)], [NormalDist(2, 2), NormalDist(4, 0.5)]]
    prior = np.array([0.4 * np.array([0.9, 0.1]), 0.6 * np.array([0.3, 0.7])])
    joint = prior * [[law.pdf(3.0) for law in row] for row in laws]
    assert np.allclose(table.table(here("A"), here("B")), joint / joint.sum(), atol=1e-12)
    assert table.real == ()


def test_a_value_that_follows_from_others_settles_the_configuration():
    """Y and Y[A=1] of a unit with B=1: the same only if A is 1, which has no density to lose."""
    both = {here("X"): 0.5, here("Y"): 2.0, Instance.of("Y", {"A": 1, "B": 1}): 2.0}
    found = prepare(TRIAL, [here("A"), here("B")], both).mixture().table(here("A"), here("B"))
    assert found.tolist() == [[0.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    "given",
    [
        {Instance.of("X", {"X": 1.0}): 2.0},
        {Instance.of("A", {"A": 1}): 0},
        {here("X"): 1.0, Instance.of("X", {"A": 1}): 2.0},
        {here("A"): 1, here("Y"): 1.0, Instance.of("Y", {"A": 1}): 2.0},
        {here("B"): 1, here("A"): 0, Instance.of("B", {"A": 1}): 0},
    ],
)
def test_what_cannot_be_is_refused(given):
    with pytest.raises(ScmError, match="E431"):
        prepare(TRIAL, [here("Y")], given).mixture()


def test_what_is_held_or_seen_is_what_it_is():
    targets = [Instance.of("X", {"X": 3.0}), here("Y"), Instance.of("B", {"B": 1}), here("A")]
    found = prepare(TRIAL, targets, {here("Y"): 1.25, here("A"): 1}).mixture()
    assert found.mean().tolist() == [3.0, 1.25]
    assert found.covariance().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.table(*found.discrete).tolist() == [[0.0, 0.0], [0.0, 1.0]]


def chain(length):
    """D0 > X0, X0 and D1 > X1, and so on: each step doubles the configurations."""
    edges = [f"D{k}>X{k}" for k in range(length)]
    edges += [f"X{k}>X{k + 1}" for k in range(length - 1)]
    mechanisms = {"X0": ([[0.0], [1.0]], [1, 1])}
    mechanisms |= {f"X{k}": ([[0, 1], [1, 1]], [1, 1]) for k in range(1, length)}
    return model(edges, {f"D{k}": [0.5, 0.5] for k in range(length)}, mechanisms)


def test_only_what_matters_is_summed():
    net = chain(40)
    assert prepare(net, [here("X3")]).configurations == 16
    assert prepare(net, [here("X3")], {here("X2"): 1.0}).configurations == 2
    assert prepare(net, [here("X3")], {here("X2"): 1.0, here("X5"): 0.0}).configurations == 8
    assert prepare(net, [here("X3")], {here("D1"): 1}).configurations == 8
    assert prepare(net, [Instance.of("X39", {"X37": 1.0})]).configurations == 4


def test_too_much_is_told_before_it_is_begun():
    question = prepare(chain(40), [here("X39")])
    assert isinstance(question.beyond, TooLarge)
    assert question.beyond.cells == pytest.approx(40 + log2(40 * 40))
    with pytest.raises(ScmError, match="E433"):
        question.mixture()
    assert prepare(TRIAL, [here("Y")], limit=4.0).beyond is not None
    assert prepare(TRIAL, [here("Y")]).beyond is None


def test_what_is_no_such_network():
    with pytest.raises(ValueError, match="A is discrete and has the real parent X"):
        model(["X>A"], {"A": [0.5, 0.5]}, {"X": ([[0.0]], [1.0])})
    ends = {"X": ([[0.0]], [1.0]), "Y": ([[0.0]], [1.0])}
    with pytest.raises(ValueError, match="ties the noise"):
        model([], {}, ends, (Confounder("X", "Y"),))
