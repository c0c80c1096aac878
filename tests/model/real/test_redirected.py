"""Mechanisms that read other names."""

import numpy as np

from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.redirected import redirected, same


def test_a_linear_mechanism_reads_the_other_node():
    own = Linear(Real(), {"A": BINARY, "X": Real()}, np.array([[0, 1.0], [5, 2]]), np.ones(2))
    found = redirected(own, {"A": "A'1", "X": "Z"})
    assert found.parents == ("A'1", "Z")
    world = {"A'1": np.array([0, 1]), "Z": np.array([3.0, 4.0])}
    assert found.sample(world, np.zeros(2)).tolist() == [3, 13]


def test_a_table_reads_the_other_label():
    own = Tabular(BINARY, ("A",), rows=np.array([[0.9, 0.1], [0.2, 0.8]]))
    found = redirected(own, {"A": "B"})
    assert found.chances({"B": np.array([1])}).tolist() == [[0.2, 0.8]]


def test_a_node_that_is_another_one():
    values, numbers = np.array([0, 1, 1]), np.array([0.25, -3, 7])
    label, real = same(BINARY, "A"), same(Real(), "X")
    assert label.sample({"A": values}, np.full(3, 0.5)).tolist() == values.tolist()
    assert real.sample({"X": numbers}, np.ones(3)).tolist() == numbers.tolist()
