"""Marginals and pairs."""

import numpy as np
import pytest

from scm_compiler.runtime.data import tabulate
from scm_compiler.runtime.evaluation import agreement


def test_small_tables_of_two_samples(make_graph):
    graph = make_graph("A H:x|y|z")
    data = tabulate(graph, np.array([[0, 0], [1, 2]]), np.array([1, 3]), "data")
    model = tabulate(graph, np.array([[0, 1], [1, 2]]), np.array([1, 1]), "model")
    found = agreement(data, model)
    assert found.marginals["A"].tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert found.marginals["H"].tolist() == [[0.25, 0, 0.75], [0, 0.5, 0.5]]
    assert found.pairs["A", "H"][1].tolist() == [[0, 0.5, 0], [0, 0, 0.5]]
    assert found.worst_marginal == 0.5
    assert found.worst_pair == 0.5


def test_the_same_data_agree(make_graph):
    graph = make_graph("A B C")
    cells = np.random.default_rng(0).integers(0, 2, (50, 3))
    data = tabulate(graph, cells, np.ones(50, dtype=np.int64), "data")
    found = agreement(data, data)
    assert (found.worst_marginal, found.worst_pair) == (0.0, 0.0)
    assert set(found.pairs) == {("A", "B"), ("A", "C"), ("B", "C")}


def test_other_labels_are_refused(make_graph):
    one = tabulate(make_graph("A"), np.array([[0]]), np.array([1]), "one")
    two = tabulate(make_graph("B"), np.array([[0]]), np.array([1]), "two")
    with pytest.raises(ValueError, match="same labels"):
        agreement(one, two)
