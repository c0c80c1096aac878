"""The closed form."""

import numpy as np
import pytest
import torch

from scm_compiler.model.logits import logits
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import tabulate
from scm_compiler.runtime.data.shares import closed_form


@pytest.fixture
def graph(make_graph):
    return make_graph("A H:x|y|z B", "A>B H>B")


def table_of(graph, rows):
    cells = np.array([row[:-1] for row in rows])
    return tabulate(graph, cells, np.array([row[-1] for row in rows]), "test")


ROWS = [(0, 0, 0, 3), (0, 0, 1, 1), (0, 1, 1, 6), (1, 2, 0, 10)]


def test_shares_of_rows(graph):
    fitted = fit_tables(graph, table_of(graph, ROWS))
    assert fitted.probabilities["A"].tolist() == [0.5, 0.5]
    assert fitted.probabilities["H"].tolist() == [0.2, 0.3, 0.5]
    assert fitted.probabilities["B"][0, 0].tolist() == [0.75, 0.25]
    assert fitted.probabilities["B"][0, 1].tolist() == [0.0, 1.0]
    assert fitted.probabilities["B"][1, 2].tolist() == [1.0, 0.0]


def test_what_was_never_seen_gets_the_marginal_and_is_marked(graph):
    fitted = fit_tables(graph, table_of(graph, ROWS))
    unseen = fitted.unseen["B"]
    assert unseen.tolist() == [[False, False, True], [True, True, False]]
    for row in fitted.probabilities["B"][unseen]:
        assert row.tolist() == [0.65, 0.35]
    assert set(fitted.unseen) == {"B"}


def test_no_other_table_is_more_likely(make_graph):
    graph = make_graph("A B", "A>B")
    rows = [(0, 0, 30), (0, 1, 12), (1, 0, 5), (1, 1, 9)]
    table = table_of(graph, rows)
    fitted = closed_form(graph, table, "B")

    def likelihood(p):
        return sum(n * np.log(p[a, b]) for a, b, n in rows)

    for step in (1e-3, -1e-3):
        for row in (0, 1):
            other = fitted.copy()
            other[row] += [step, -step]
            assert likelihood(other) < likelihood(fitted)


@pytest.mark.parametrize(
    "table",
    [
        [[0.3, 0.7], [1.0, 0.0], [0.0, 1.0], [1e-6, 1 - 1e-6]],
        [[0.2, 0.3, 0.5], [0.0, 0.0, 1.0], [0.0, 0.4, 0.6], [1e-9, 0.5, 0.5 - 1e-9]],
    ],
)
def test_logits_come_back_and_zero_stays_zero(table):
    found = logits(np.array(table))
    assert torch.isfinite(found).all()
    back = (
        torch.cat([torch.sigmoid(-found), torch.sigmoid(found)], -1)
        if len(table[0]) == 2
        else torch.softmax(found, -1)
    )
    np.testing.assert_allclose(back, table, atol=1e-12, rtol=0)
    assert ((back == 0).numpy() == (np.array(table) == 0)).all()
