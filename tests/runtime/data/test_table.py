"""Counts of distinct rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.runtime.data.table import LabelTable, flat_index, gathered, tabulate


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 4)), max_size=40))
def test_gathering_agrees_with_a_dictionary(rows):
    expected: dict[tuple[int, ...], int] = {}
    for *cell, count in rows:
        expected[tuple(cell)] = expected.get(tuple(cell), 0) + count
    cells = np.array([row[:2] for row in rows], dtype=np.int64).reshape(-1, 2)
    counts = np.array([row[2] for row in rows], dtype=np.int64)
    found, sums = gathered(cells, counts, (2, 3))
    assert [tuple(row) for row in found.tolist()] == sorted(expected)
    assert sums.tolist() == [expected[key] for key in sorted(expected)]


def test_gathering_with_more_cells_than_an_integer_counts():
    cells = np.ones((3, 80), dtype=np.int64)
    cells[1, 79] = 0
    found, sums = gathered(cells, np.array([1, 2, 4]), (2,) * 80)
    assert found.shape == (2, 80)
    assert sums.tolist() == [2, 5]


def test_flat_index_is_that_of_numpy():
    cells = np.array([[0, 2, 1], [1, 0, 3]])
    expected = np.ravel_multi_index(tuple(cells.T), (2, 3, 4))
    assert flat_index(cells, (2, 3, 4)).tolist() == expected.tolist()


def test_counts_of_some_labels(make_graph):
    graph = make_graph("A B")
    table = tabulate(graph, np.array([[0, 1], [1, 1], [0, 1]]), np.array([1, 2, 3]), "test")
    assert table.counts_of(["B", "A"]).tolist() == [[0, 0], [4, 2]]
    assert table.counts_of(["A"]).tolist() == [4, 2]


def test_wrong_tables_are_refused():
    good = {"labels": ("A",), "sizes": (2,), "origin": "test"}
    with pytest.raises(ValueError, match="out of range"):
        LabelTable(**good, cells=np.array([[2]]), counts=np.array([1]))
    with pytest.raises(ValueError, match="out of range"):
        LabelTable(**good, cells=np.array([[1]]), counts=np.array([0]))
    with pytest.raises(ValueError, match="shape"):
        LabelTable(**good, cells=np.array([[1, 1]]), counts=np.array([1]))
