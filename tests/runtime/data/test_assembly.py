"""What uneven weights are worth: intervals of so many even rows hold the truth."""

import numpy as np

from scm_compiler.compiler import parse_text
from scm_compiler.inference import answer
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import load_labels
from scm_compiler.semantics.query import read_query


def test_intervals_of_weighted_rows_hold_the_truth():
    graph = parse_text("A, B : binary\nA -> B\n")
    query, held, plain = read_query("P(B=1 | do(A=1))", graph), [], []
    for seed in range(250):
        random = np.random.default_rng(seed)
        a = random.random(200) < 0.5
        b = random.random(200) < np.where(a, 0.7, 0.3)
        data = {"A": a.tolist(), "B": b.tolist(), "w": random.lognormal(0, 1, 200).tolist()}
        table = load_labels(data, graph, weight="w")
        interval = answer(query, fit_tables(graph, table)).interval
        held.append(interval.low <= 0.7 <= interval.high)
        counted = table.counts * (200 / table.counts.sum())
        naive = type(table)(table.labels, table.sizes, table.cells, counted, "as if even")
        interval = answer(query, fit_tables(graph, naive)).interval
        plain.append(interval.low <= 0.7 <= interval.high)
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(plain) < 0.85
