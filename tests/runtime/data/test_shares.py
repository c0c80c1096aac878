"""Rows of tables that rest on no data."""

import numpy as np

from scm_compiler.model.tables import Tables
from scm_compiler.runtime.data import tabulate
from scm_compiler.runtime.data.shares import with_data


def test_configurations_that_the_data_lack(make_graph):
    graph = make_graph("A B C", "A>C B>C")
    table = tabulate(graph, np.array([[0, 1, 0], [1, 1, 1]]), np.array([4, 4]), "test")
    half = np.full(2, 0.5)
    tables = Tables(graph, {"A": half, "B": half, "C": np.full((2, 2, 2), 0.5)})
    assert with_data(tables, table).unseen["C"].tolist() == [[True, False], [True, False]]
    assert set(with_data(tables, table).unseen) == {"C"}


def test_hidden_parents_are_not_in_the_data(make_graph):
    seen = make_graph("A B", "A>B")
    table = tabulate(seen, np.array([[1, 0]]), np.array([2]), "test")
    unfolded = make_graph("A B U:0|1|2", "A>B U>B")
    shares = {"A": np.full(2, 0.5), "B": np.full((2, 3, 2), 0.5), "U": np.full(3, 1 / 3)}
    found = with_data(Tables(unfolded, shares), table)
    assert found.unseen["B"].tolist() == [[True] * 3, [False] * 3]
