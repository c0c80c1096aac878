"""Mechanisms as arrays, and back."""

import numpy as np
import pytest
from safetensors.numpy import load, save

from scm_compiler.model.real.stored import read_mechanism, tensors_of
from tests.model.real.conftest import (
    HEAPS,
    classes,
    linear,
    quantiles,
    regression,
    transform,
    world,
)

MADE = {
    "transform": transform(0, heaps=HEAPS["two"]),
    "regression": regression(0),
    "quantiles": quantiles(0, heaps=HEAPS["two"]),
    "linear": linear(0),
    "classes": classes(0),
}


@pytest.mark.parametrize("mechanism", MADE.values(), ids=MADE)
def test_a_file_keeps_all_of_it(mechanism):
    tensors = load(save(tensors_of(mechanism)))
    again = read_mechanism(mechanism.domain, mechanism.inputs, tensors)
    parents, random = world(0, 60), np.random.default_rng(0)
    value = mechanism.sample(parents, random.random(60))
    assert np.array_equal(again.sample(parents, np.random.default_rng(0).random(60)), value)
    assert np.array_equal(again.log_prob(value, parents), mechanism.log_prob(value, parents))
    assert save(tensors_of(again)) == save(tensors_of(mechanism))


@pytest.mark.parametrize("mechanism", MADE.values(), ids=MADE)
def test_numbers_that_are_not_its_own_are_refused(mechanism):
    tensors = tensors_of(mechanism)
    first = next(iter(tensors))
    for wrong in (
        {},
        {name: array for name, array in tensors.items() if name != first},
        {**tensors, first: np.full_like(tensors[first], np.nan)},
        {**tensors, first: np.zeros((2, 7))},
        {**tensors, "other.thing": np.zeros(1)},
        {**tensors, first.partition(".")[0] + ".thing": np.zeros(1)},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            read_mechanism(mechanism.domain, mechanism.inputs, wrong)


@pytest.mark.parametrize(
    ("form", "name", "change"),
    [
        ("quantiles", "scores", lambda a: a[:, ::-1]),
        ("quantiles", "slopes", lambda a: -a),
        ("quantiles", "chances", lambda a: -a),
        ("quantiles", "heaps", lambda a: a[::-1]),
        ("quantiles", "scale", lambda a: -a),
        ("regression", "knots", lambda a: a[:, ::-1]),
        ("regression", "left", lambda a: a + 100),
        ("regression", "location", lambda a: a[1:]),
        ("regression", "slopes", lambda a: -a),
        ("regression", "floor", lambda a: -a),
        ("transform", "floor", lambda a: -a),
        ("transform", "line", lambda a: a[1:]),
        ("transform", "layer1.bias", lambda a: a[1:]),
        ("transform", "middles", lambda a: a[1:]),
        ("linear", "deviations", lambda a: -a),
        ("classes", "layer0.weight", lambda a: a.T),
    ],
)
def test_numbers_that_make_no_sense_are_refused(form, name, change):
    mechanism = MADE[form]
    tensors = tensors_of(mechanism)
    wrong = {**tensors, f"{form}.{name}": change(tensors[f"{form}.{name}"])}
    with pytest.raises(ValueError, match=r"\w"):
        read_mechanism(mechanism.domain, mechanism.inputs, wrong)
