"""Draws of the posterior that rows with gaps leave, beside a sum over everything missing."""

import itertools
from math import lgamma

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.inference import answer
from scm_compiler.inference.precision import PRIOR
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.imputation import Imputation
from scm_compiler.runtime.data.table import tabulate
from scm_compiler.semantics.query import read_query

GRAPH = parse_text("A, B : binary\nA -> B\n")


def of_rows(rows):
    cells = np.array([row for row, _ in rows])
    return tabulate(GRAPH, cells, np.array([n for _, n in rows]), "rows")


def test_completed_counts_follow_the_posterior_of_what_is_missing():
    """Few rows, so that every completion can be weighed by its marginal likelihood."""
    rows = [((0, 0), 2), ((1, 1), 3), ((0, 1), 1), ((-1, 1), 3), ((1, -1), 2)]
    table = of_rows(rows)
    tables = fit_tables(GRAPH, table).probabilities
    counts = np.concatenate(
        [Imputation(GRAPH, table, tables, seed).counts["A"] for seed in range(10)]
    )
    # A row without B says nothing of B: what is missing are the three values of A.
    weights = {}
    for values in itertools.product((0, 1), repeat=3):
        ones = sum(values)
        of_a = np.array([3 + 3 - ones, 5 + ones]) + PRIOR / 2
        of_b = np.array([[2, 1 + 3 - ones], [0, 3 + ones]]) + PRIOR / 2
        log = _log_dirichlet(of_a) + sum(map(_log_dirichlet, of_b))
        weights[ones] = weights.get(ones, 0) + np.exp(log)
    total = sum(weights.values())
    drawn = counts[:, 1] - 5
    for ones, weight in weights.items():
        assert (drawn == ones).mean() == pytest.approx(weight / total, abs=0.04)


def _log_dirichlet(shapes):
    return sum(map(lgamma, shapes)) - lgamma(sum(shapes))


def test_an_interval_widens_by_what_is_missing():
    complete = of_rows([((0, 0), 60), ((0, 1), 40), ((1, 0), 30), ((1, 1), 70)])
    gone = of_rows(
        [((0, 0), 30), ((0, 1), 20), ((1, 0), 15), ((1, 1), 35), ((-1, 0), 45), ((-1, 1), 55)]
    )
    query = read_query("P(B=1 | do(A=1))", GRAPH)
    wide, full, few = (
        answer(query, fit_tables(GRAPH, table)).interval
        for table in (gone, complete, gone.complete)
    )
    assert full.high - full.low < wide.high - wide.low < 1.02 * (few.high - few.low)
    assert wide == answer(query, fit_tables(GRAPH, gone)).interval


def test_every_label_is_drawn_of_the_same_completion():
    table = of_rows([((0, 0), 5), ((1, 1), 5), ((-1, 1), 8)])
    backoffs = fit_tables(GRAPH, table).backoffs
    random = np.random.default_rng(0)
    a, b = (backoffs[name].shapes(50, random, 3) - PRIOR / 2 for name in "AB")
    assert (b.sum(-1) == a).all()
    assert len(np.unique(a[:, 0])) > 1


def test_weighted_rows_with_gaps():
    table = of_rows([((0, 0), 5.25), ((1, 1), 5.5), ((-1, 1), 3.4)])
    found = fit_tables(GRAPH, table)
    interval = answer(read_query("P(A=1)", GRAPH), found).interval
    assert 0 < interval.low < interval.high < 1
