"""Models, their discrete view, and how firmly they are known."""

import numpy as np
import pytest

from scm_compiler.model.tables import (
    GIVEN,
    Counted,
    Estimated,
    Fitted,
    Tables,
    on_data,
)
from scm_compiler.runtime.data import tabulate


@pytest.fixture
def pair(build_graph):
    return build_graph({"A": 2, "B": 2}, [("A", "B")])


def tables_of(graph, known=GIVEN):
    return Tables(graph, {"A": np.array([0.25, 0.75]), "B": np.full((2, 2), 0.5)}, known)


def test_tables_are_the_discrete_view_of_their_model(pair):
    tables = tables_of(pair, Estimated({"B": 10}))
    again = tables.model.tables
    assert again.known is tables.known
    assert all(again.probabilities[name] is tables.probabilities[name] for name in "AB")


def test_a_model_that_was_fitted_has_its_counts(pair):
    data = tabulate(pair, np.array([[0, 1], [1, 1], [1, 0]]), np.array([2, 3, 4]), "test")
    tables = tables_of(pair, Fitted(data=data))
    assert tables.rows == 9
    assert tables.counts("A").tolist() == [2, 7]
    assert tables.counts("B").tolist() == [[0, 2], [4, 3]]
    given = tables_of(pair)
    assert (given.rows, given.counts("A")) == (0, None)


@pytest.mark.parametrize(
    ("known", "kind"),
    [(GIVEN, Fitted), (Estimated({"A": 5}), Estimated), (Counted(7, {"A": 5}), Counted)],
)
def test_what_is_known_on_data(known, kind):
    unseen = {"B": np.array([True, False])}
    found = on_data(known, unseen, None)
    assert isinstance(found, kind)
    assert found.unseen is unseen
    assert found.draws == known.draws
    assert on_data(GIVEN, {}, None) is GIVEN
