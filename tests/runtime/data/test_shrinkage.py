"""Tables where rows are few."""

import numpy as np
import pytest

from scm_compiler.inference import answer
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import tabulate
from scm_compiler.runtime.data.shares import closed_form
from scm_compiler.runtime.data.shrinkage import MOST_COEFFICIENTS, RARE, Shrunk, shrunk
from scm_compiler.runtime.data.softmax import Penalty
from scm_compiler.semantics.query import read_query

PARENTS = 8


def drawn(make_graph, rows, seed=0):
    """Rows of a graph in which the first of eight parents raises a chance by 0.2."""
    names = [f"p{i}" for i in range(PARENTS)]
    graph = make_graph(" ".join([*names, "y"]), " ".join(f"{name}>y" for name in names))
    random = np.random.default_rng(seed)
    causes = random.integers(0, 2, (rows, PARENTS))
    effects = random.random(rows) < 0.4 + 0.2 * causes[:, 0]
    cells = np.column_stack([causes, effects]).astype(np.int64)
    return graph, tabulate(graph, cells, np.ones(rows, np.int64), "test")


def test_an_effect_is_found_where_most_configurations_were_never_seen(make_graph):
    errors = []
    for seed in range(8):
        graph, table = drawn(make_graph, 150, seed)
        query = read_query("ATE(p0 -> y)", graph)
        tables = [fit_tables(graph, table, way) for way in ("shares", "shrunk")]
        errors.append([answer(query, each, level=None).probability - 0.2 for each in tables])
    shares, shrunken = np.abs(errors).mean(0)
    assert shrunken < 0.08 < shares


def test_where_rows_are_many_tables_are_the_shares(make_graph):
    graph, table = drawn(make_graph, 20_000)
    assert shrunk(graph, table, "y") is None
    found = fit_tables(graph, table, "shrunk")
    assert not found.backoffs
    assert (found.probabilities["y"] == closed_form(graph, table, "y")).all()


def test_a_table_is_shrunk_from_the_share_of_rows_on_that_are_rare(make_graph):
    graph = make_graph("A C B", "A>B C>B")
    for rare, found in ((RARE - 1, True), (RARE, False)):
        cells = np.array([(0, 0, 0), (0, 0, 1), (1, 0, 0)])
        table = tabulate(graph, cells, np.array([50, 50, rare]), "test")
        assert (shrunk(graph, table, "B") is not None) == found
        assert shrunk(graph, table, "A") is None
    few = tabulate(graph, cells, np.array([5000, 5000, RARE - 1]), "test")
    assert shrunk(graph, few, "B") is None


def test_one_parent_alone_has_nothing_to_borrow_from(make_graph):
    graph = make_graph("A B", "A>B")
    table = tabulate(graph, np.array([(0, 0), (0, 1), (1, 0)]), np.array([1, 1, 1]), "test")
    assert shrunk(graph, table, "B") is None


def test_a_label_of_very_many_values_is_left_alone(make_graph):
    values = "|".join(f"v{i}" for i in range(MOST_COEFFICIENTS + 1))
    graph = make_graph(f"A B:{values}", "A>B")
    table = tabulate(graph, np.array([(0, 0), (1, 1)]), np.array([1, 1]), "test")
    assert shrunk(graph, table, "B") is None


def test_the_mean_is_that_of_the_draws():
    """By the law of large numbers: 4000 draws know a mean of these rows to about 0.004."""
    counts = np.random.default_rng(0).integers(0, 4, (3, 2, 2, 3)).astype(float)
    one = Shrunk(counts)
    shapes = one.shapes(4000, np.random.default_rng(1))
    assert shapes.shape == (4000, *counts.shape)
    mean = (shapes / shapes.sum(-1, keepdims=True)).mean(0)
    assert mean == pytest.approx(one.table, abs=0.03)
    assert one.table.sum(-1) == pytest.approx(1)
    assert (shapes >= counts).all()


def test_without_parents_in_the_regression_rows_are_drawn_towards_the_marginal():
    counts = np.array([[8.0, 2.0], [0.0, 0.0], [3.0, 7.0]])
    table = Shrunk(counts, [Penalty()]).table
    assert table[1] == pytest.approx([11 / 20, 9 / 20], abs=0.05)
    assert 0.55 < table[0, 0] < 0.8
    assert 0.3 < table[2, 0] < 0.55


def test_draws_depend_on_the_seed_alone():
    one = Shrunk(np.array([[8.0, 2.0], [0.0, 0.0], [3.0, 7.0]]))
    first, again = (one.shapes(5, np.random.default_rng(3)) for _ in range(2))
    assert (first == again).all()


def test_a_function_of_its_parents_stays_one():
    random = np.random.default_rng(0)
    function, rows = random.integers(0, 5, (12, 10)), random.poisson(2.0, (12, 10))
    counts = np.eye(5)[function] * rows[..., None]
    one, seen = Shrunk(counts), rows > 0
    values = np.where(np.eye(5)[function] > 0, one.table, 0).sum(-1)
    assert values[seen].min() > 0.99
    assert values[~seen].max() < 0.9
    shapes = one.shapes(400, np.random.default_rng(1))
    chances = random.standard_gamma(shapes)
    chances /= chances.sum(-1, keepdims=True)
    low = np.quantile(np.where(np.eye(5)[function] > 0, chances, 0).sum(-1), 0.05, axis=0)
    assert low[seen].min() > 0.75
    # What was never seen is one value, too, and the regression says with what chance which.
    assert chances[:, ~seen].max(-1).mean() > 0.9
    assert chances[:, ~seen].mean(0) == pytest.approx(one.table[~seen], abs=0.25)


def test_a_label_that_is_nearly_a_function_is_blurred_little():
    random = np.random.default_rng(0)
    truth = np.eye(5)[random.integers(0, 5, (12, 10))] * 0.95 + 0.01
    counts = random.multinomial(4, truth).astype(float)
    assert (truth * Shrunk(counts).table).sum(-1).mean() > 0.85
