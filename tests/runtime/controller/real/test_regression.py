"""Regressions of real nodes: their terms, their noise, and what they leave to networks."""

import numpy as np
import pytest

from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.real.mechanism import Transform
from scm_compiler.model.real.regression import Regression
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.regression import SURE, unexplained
from scm_compiler.runtime.controller.real.target import Rows, Target
from scm_compiler.runtime.controller.real.trainer import Reals

TARGET = Target("Y", Real(), {"A": BINARY, "X": Real(), "Z": Real()})
FUNCTIONS = {
    "straight": (lambda a, x, z: x - 2 * z, lambda x: 1.0),
    "square": (lambda a, x, z: x**2 - z, lambda x: 1.0),
    "cube": (lambda a, x, z: x**3 / 2, lambda x: 0.5),
    "product": (lambda a, x, z: x * z + a * x, lambda x: 1.0),
    "wave": (lambda a, x, z: np.sin(2 * x) + a, lambda x: 0.5),
    "wider": (lambda a, x, z: z, lambda x: 0.2 + 0.5 * x**2),
}


def drawn(function, width, rows=4000, seed=0):
    random = np.random.default_rng(seed)
    a, (x, z) = random.integers(0, 2, rows), random.normal(size=(2, rows))
    noise = random.gamma(2.0, size=rows) - 2
    return {"A": a, "X": x, "Z": z, "Y": function(a, x, z) + width(x) * noise / np.sqrt(2)}


def fitted(columns, form="regression", options=None):
    trainer = Reals([TARGET], columns, options=options or RealOptions(form=form))
    trainer.advance(trainer.total)
    return trainer.mechanisms()["Y"]


@pytest.mark.parametrize(("function", "width"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_effects_and_widths_are_found(function, width):
    columns = drawn(function, width)
    found = fitted(columns)
    random = np.random.default_rng(1)
    a, (x, z) = random.integers(0, 2, 500), random.uniform(-2, 2, (2, 500))
    middle, spread = found.moments({"A": a, "X": x, "Z": z})
    middle = found.scale.middle + found.scale.spread * middle
    away = middle - function(a, x, z)
    assert np.sqrt(np.mean((away - away.mean()) ** 2)) < 0.12
    ratio = np.log(spread * found.scale.spread / width(x))
    assert (ratio - ratio.mean()).std() < 0.25
    assert unexplained(found, "Y", Rows(columns, np.ones(4000))) < SURE


@pytest.mark.parametrize(
    ("name", "terms"), [("straight", 3), ("square", 4), ("cube", 4), ("product", 6)]
)
def test_polynomials_have_no_more_terms_than_they_need(name, terms):
    found = fitted(drawn(*FUNCTIONS[name]))
    assert (found.location != 0).sum() == terms
    assert (found.log_scale != 0).sum() <= 1


def test_the_mean_of_its_noise_is_that_of_the_rows():
    columns = drawn(*FUNCTIONS["square"])
    found = fitted(columns)
    levels = (np.arange(4000) + 0.5) / 4000
    noise = np.random.default_rng(0).permutation(levels)
    made = found.sample(columns, found.noise_of(noise[:, None]))
    assert made.mean() == pytest.approx(columns["Y"].mean(), abs=0.02)
    assert made.std() == pytest.approx(columns["Y"].std(), rel=0.02)


def shaped(rows=4000):
    """Noise with two modes for one half of the units, and one mode for the other."""
    columns = drawn(*FUNCTIONS["straight"], rows=rows)
    random = np.random.default_rng(2)
    two = np.where(random.random(rows) < 0.5, 1, -1) + 0.1 * random.normal(size=rows)
    shape = np.where(columns["X"] > 0, two, random.normal(size=rows))
    return {**columns, "Y": columns["X"] + shape}


def test_noise_whose_shape_parents_change_is_left_to_a_network():
    columns = shaped()
    found = fitted(columns)
    assert unexplained(found, "Y", Rows(columns, np.ones(4000))) > 3 * SURE
    options = RealOptions(steps=400, hidden=16)
    assert isinstance(fitted(columns, options=options), Transform)


def test_a_network_that_predicts_worse_is_not_taken():
    options = RealOptions(steps=1, hidden=4, parts=1)
    assert isinstance(fitted(shaped(), options=options), Regression)


def test_weights_are_rows_that_stand_twice():
    columns = drawn(*FUNCTIONS["wave"], rows=1000)
    weights = np.random.default_rng(0).integers(1, 3, 1000)
    twice = {name: np.repeat(column, weights) for name, column in columns.items()}
    some = Reals([TARGET], columns, weights.astype(float), RealOptions(form="regression"))
    own, other = some.mechanisms()["Y"], fitted(twice)
    assert np.allclose(own.moments(columns)[0], other.moments(columns)[0], atol=0.15)
