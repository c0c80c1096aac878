"""One coupling of noise and value, in both libraries, from both ends and back."""

import numpy as np
import pytest
import torch

from scm_compiler.emit import templates
from scm_compiler.inference.counterfactual.noise import NOISE_MODELS
from scm_compiler.model.coupling import (
    COUPLINGS,
    bounds,
    interval,
    tails,
    values_above,
    values_below,
)

SIZES = (1, 2, 3, 7)


def chances_of(size, rows=500, seed=0):
    random = np.random.default_rng([seed, size])
    table = random.gamma(0.5, size=(rows, size)) * (random.random((rows, size)) < 0.7)
    table[:, size // 2] += 0.1
    return table / table.sum(1, keepdims=True)


@pytest.mark.parametrize("size", SIZES[1:])
def test_numpy_torch_and_the_emitted_source_agree(size):
    steps = tails(chances_of(size))[:, 1:-1]
    uniform = np.random.default_rng(1).random(len(steps))
    found = values_below(uniform, steps, np.int64)
    drawn = values_below(torch.from_numpy(uniform), torch.from_numpy(steps), torch.int32)
    assert np.array_equal(found, drawn.numpy())
    emitted = {"torch": torch, "Tensor": torch.Tensor}
    exec(templates.SURVIVAL, emitted)
    printed = emitted["values_below"](torch.from_numpy(uniform), torch.from_numpy(steps))
    assert np.array_equal(found, printed.numpy())
    one_by_one = [sum(u < step for step in row) for u, row in zip(uniform, steps, strict=True)]
    assert found.tolist() == one_by_one


@pytest.mark.parametrize("size", SIZES)
def test_from_the_bottom_it_is_the_mirrored_variable_from_the_top(size):
    table = chances_of(size)
    uniform = np.random.default_rng(2).random(len(table))
    mirrored = values_below(uniform, tails(table[:, ::-1])[:, 1:-1], np.int64)
    assert np.array_equal(values_above(uniform, bounds(table)), size - 1 - mirrored)


@pytest.mark.parametrize("size", SIZES)
def test_no_value_of_probability_zero_is_drawn_from_the_bottom(size):
    table = chances_of(size)
    for uniform in (0.0, 1 - 2.0**-53):
        drawn = values_above(np.full(len(table), uniform), bounds(table))
        assert (np.take_along_axis(table, drawn[:, None], 1) > 0).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", COUPLINGS)
def test_abducted_noise_gives_the_value_back(name, size):
    coupling, table = COUPLINGS[name], chances_of(size)
    random = np.random.default_rng(3)
    values = values_above(random.random(len(table)), bounds(table))
    noise = coupling.noise(table, values, random.random((len(table), coupling.width(size))))
    assert np.array_equal(coupling.value(table, noise), values)


def test_an_interval_is_as_wide_as_the_value_is_likely():
    table = chances_of(5)
    for value in range(5):
        low, high = interval(tails(table), value)
        assert np.allclose(high - low, table[:, value], atol=1e-12)


def test_a_noise_model_is_a_coupling_and_a_law_of_several_worlds():
    assert list(COUPLINGS) == list(NOISE_MODELS)
