"""Discrete nodes with real parents."""

import numpy as np

from scm_compiler.model.coupling import COUPLINGS
from tests.model.real.conftest import classes, world


def test_its_probabilities_are_those_of_the_draws():
    mechanism, parents = classes(0), world(0, 30)
    chances = mechanism.chances(parents)
    assert np.allclose(chances.sum(1), 1)
    repeated = {name: np.repeat(column, 4000) for name, column in parents.items()}
    drawn = mechanism.sample(repeated, np.random.default_rng(0).random(120_000))
    shares = np.stack([(drawn.reshape(30, 4000) == value).mean(1) for value in range(3)], 1)
    assert np.abs(shares - chances).max() < 0.04
    assert mechanism.table() is None
    assert list(mechanism.inputs) == list(mechanism.parents)


def test_every_coupling_gives_the_value_back():
    for coupling in COUPLINGS.values():
        mechanism = type(classes(1))(**{**vars(classes(1)), "coupling": coupling})
        parents, random = world(1, 200), np.random.default_rng(1)
        value = mechanism.sample(
            parents, random.random((200, 3)) if mechanism.width > 1 else random.random(200)
        )
        noise = mechanism.abduct(value, parents, random.random((200, mechanism.width)))
        assert np.array_equal(mechanism.sample(parents, noise), value)
