"""Noise models: the common law of a node's values under different parents."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.counterfactual.joint import Group
from scm_compiler.inference.counterfactual.noise import gumbel, opposed, threshold


def group_of(*tables, rows=None, known=None):
    count = len(tables)
    places = rows or range(count)
    return Group(
        "A",
        tuple(np.asarray(table) for table in tables),
        tuple(np.array(row) for row in places),
        known or (None,) * count,
    )


FIRST, SECOND = [0.2, 0.5, 0.3], [0.6, 0.1, 0.3]


def test_threshold_is_the_law_of_one_uniform_number():
    random = np.random.default_rng(0)
    u = random.random(400_000)
    values = [sum(u < np.array(table)[k:].sum() for k in (1, 2)) for table in (FIRST, SECOND)]
    drawn = np.zeros((3, 3))
    np.add.at(drawn, tuple(values), 1 / len(u))
    assert np.abs(threshold(group_of(FIRST, SECOND)) - drawn).max() < 0.004


def test_gumbel_is_the_law_of_the_greatest_perturbed_logarithm():
    random = np.random.default_rng(0)
    noise = random.gumbel(size=(400_000, 3))
    values = [(np.log(table) + noise).argmax(1) for table in (FIRST, SECOND)]
    drawn = np.zeros((3, 3))
    np.add.at(drawn, tuple(values), 1 / len(noise))
    assert np.abs(gumbel(group_of(FIRST, SECOND)) - drawn).max() < 0.004


@pytest.mark.parametrize("model", [threshold, gumbel])
def test_margins_are_the_tables(model):
    random = np.random.default_rng(1)
    for _ in range(50):
        first, second = random.dirichlet(np.full(4, 0.5), size=2)
        first[random.random(4) < 0.3] = 0.0
        first = first / first.sum() if first.any() else second
        joint = model(group_of(first, second))
        assert joint.min() >= 0
        np.testing.assert_allclose(joint.sum(1), first, atol=1e-12)
        np.testing.assert_allclose(joint.sum(0), second, atol=1e-12)


@pytest.mark.parametrize("model", [threshold, gumbel])
def test_the_same_parents_give_the_same_value(model):
    np.testing.assert_allclose(
        model(group_of(FIRST, FIRST, rows=(3, 3))), np.diag(FIRST), atol=1e-15
    )


def test_the_models_agree_on_two_values():
    group = group_of([0.3, 0.7], [0.6, 0.4])
    np.testing.assert_allclose(threshold(group), [[0.3, 0.0], [0.3, 0.4]], atol=1e-15)
    np.testing.assert_array_equal(gumbel(group), threshold(group))


def test_gumbel_keeps_a_value_that_gained_against_all_others():
    # Counterfactual stability (Oberst and Sontag 2019): mid gained on low, so low cannot follow.
    joint = gumbel(group_of([0.4, 0.4, 0.2], [0.2, 0.6, 0.2]))
    assert joint[1, 0] == pytest.approx(0)
    assert joint[0, 1] > 0.1


def test_opposed_values_differ_whenever_they_can():
    group = group_of([0.3, 0.7], [0.6, 0.4])
    np.testing.assert_allclose(opposed(group), [[0.0, 0.3], [0.6, 0.1]], atol=1e-15)
    known = group_of([0.3, 0.7], [0.6, 0.4], known=(1, None))
    np.testing.assert_allclose(opposed(known), [0.6, 0.1], atol=1e-15)
    same = group_of([0.3, 0.7], [0.3, 0.7], rows=(5, 5))
    np.testing.assert_allclose(opposed(same), np.diag([0.3, 0.7]), atol=1e-15)


def test_tiny_probabilities_keep_their_digits():
    low, high = [1e-30, 1 - 1e-30], [3e-30, 1 - 3e-30]
    assert threshold(group_of(low, high, known=(0, 0))) == pytest.approx(1e-30, rel=1e-12)
    assert threshold(group_of(low[::-1], high[::-1], known=(1, 1))) == pytest.approx(1e-30)
    assert threshold(group_of(low, high, known=(0, 1))) == 0.0


def test_rounding_makes_nothing_possible():
    # 0.1 + 0.2 and 0.3 are different floats, the same number.
    table = threshold(group_of([0.1, 0.2, 0.7], [0.3, 0.0, 0.7]))
    assert table[2, 0] == table[1, 2] == table[0, 2] == 0.0


def test_many_worlds_at_once():
    tables = [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]
    joint = threshold(group_of(*tables))
    assert joint.shape == (2, 2, 2)
    assert joint[1, 1, 1] == pytest.approx(0.1)
    assert joint[0, 0, 1] == pytest.approx(0.3)
    assert joint[1, 0, 1] == 0.0
    assert joint.sum() == pytest.approx(1)


def test_three_worlds_are_too_many_for_gumbel():
    with pytest.raises(ScmError) as refusal:
        gumbel(group_of(FIRST, SECOND, FIRST))
    assert refusal.value.diagnostics[0].code == "E453"
