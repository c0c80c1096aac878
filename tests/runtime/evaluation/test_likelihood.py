"""The likelihood of rows against closed forms, and of networks with and without tables."""

import numpy as np
import pytest
import torch

from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data.table import tabulate
from scm_compiler.runtime.evaluation.label_model import DRAWS, evaluate_labels
from scm_compiler.runtime.evaluation.likelihood import likelihood
from scm_compiler.runtime.evaluation.marginals import agreement
from scm_compiler.runtime.evaluation.text import summary

CELLS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def test_it_is_the_mean_of_the_logs(make_graph):
    graph = make_graph("Sun Warm", "Sun>Warm")
    data = tabulate(graph, CELLS, np.array([30, 10, 12, 48]), "by hand")
    model = {"Sun": np.array([0.5, 0.5]), "Warm": np.array([[0.75, 0.25], [0.1, 0.9]])}
    found = likelihood(None, Tables(graph, model), data, data)
    chances = np.array([0.375, 0.125, 0.05, 0.45])
    logs = np.repeat(np.log(chances), data.counts)
    assert found.model.value == pytest.approx(logs.mean())
    assert found.model.error == pytest.approx(logs.std(ddof=1) / 10)
    alone = 0.6 * np.log(60.5 / 101) + 0.4 * np.log(40.5 / 101)
    alone += 0.58 * np.log(58.5 / 101) + 0.42 * np.log(42.5 / 101)
    assert found.alone.value == pytest.approx(alone)
    assert found.impossible == 0
    assert found.kept is None


def test_rows_of_probability_zero_are_told_and_left_out(make_graph):
    graph = make_graph("Sun Warm", "Sun>Warm")
    data = tabulate(graph, CELLS, np.array([3, 1, 4, 2]), "by hand")
    model = {"Sun": np.array([0.5, 0.5]), "Warm": np.array([[1.0, 0.0], [0.5, 0.5]])}
    found = likelihood(None, Tables(graph, model), data, data)
    assert found.impossible == pytest.approx(0.1)
    assert found.model.value == pytest.approx((3 * np.log(0.5) + 6 * np.log(0.25)) / 9)


@pytest.fixture
def wide(make_graph):
    """A chain and a network with three parents, and rows; all is small enough to be enumerated."""
    graph = make_graph("A B H:x|y|z D", "A>B A>H B>H A>D B>D H>D")
    spec = ExplicitSpec(table_limit=2)
    module = ExplicitModule(graph, spec, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_(generator=torch.Generator().manual_seed(2))
    random = np.random.default_rng(0)
    cells = np.column_stack([random.integers(0, size, 500) for size in (2, 2, 3, 2)])
    return module, tabulate(graph, cells, np.ones(500, np.int64), "rows")


@pytest.mark.statistics
def test_networks_without_tables_are_evaluated_as_with_them(wide):
    """Marginals and pairs from draws, five standard errors: below one false alarm in 10,000."""
    module, data = wide
    exact = evaluate_labels(module, module.tables(), data)
    run = evaluate_labels(module, module.tables(most=0), data, seed=4)
    assert module.tables(most=0).networks.keys() == {"H", "D"}
    assert run.agreement.draws == DRAWS
    assert exact.agreement.draws is None
    for mine, theirs in (
        (run.agreement.marginals, exact.agreement.marginals),
        (run.agreement.pairs, exact.agreement.pairs),
    ):
        assert mine.keys() == theirs.keys()
        for key, table in theirs.items():
            assert np.array_equal(mine[key][0], table[0])
            errors = np.sqrt(table[1] * (1 - table[1]) / DRAWS)
            assert (np.abs(mine[key][1] - table[1]) <= 5 * errors + 1e-6).all()
    assert run.likelihood.model.value == pytest.approx(exact.likelihood.model.value, rel=1e-6)
    assert run.distance.value == pytest.approx(exact.distance.value, abs=1e-6)
    assert run.interventions == ()
    assert exact.interventions
    (reason,) = run.left_out
    assert "`D` has 2^4 parent configurations and the data 500 rows" in reason
    assert f"left out: {reason}" in summary(run)
    assert f"(from {DRAWS:,} draws)" in summary(run)


def test_the_rows_kept_from_networks_have_their_own_likelihood(wide):
    module, data = wide
    found = likelihood(module, module.tables(), data, data, configure("mle", held_out=0.3, seed=5))
    kept = found.kept
    assert (kept.networks, kept.rows) == (2, pytest.approx(150, abs=60))
    model = module.tables().probabilities
    a, b, h, d = data.cells.T
    logs = np.log(model["H"][a, b, h] * model["D"][a, b, h, d])
    both = kept.rows * kept.held.value + (data.rows - kept.rows) * kept.fitted.value
    assert both == pytest.approx(data.counts @ logs, rel=1e-6)
    other = tabulate(module.graph, data.cells, data.counts, "the same, as if new")
    assert likelihood(module, module.tables(), other, data, configure("mle")).kept is None


def test_pairs_of_two_values_are_counted_at_once(make_graph):
    """The product of columns against counting each pair."""
    graph = make_graph("A B C", "A>B B>C")
    random = np.random.default_rng(1)
    cells = random.integers(0, 2, (300, 3))
    data = tabulate(graph, cells, np.ones(300, np.int64), "rows")
    other = tabulate(graph, random.integers(0, 2, (200, 3)), np.ones(200, np.int64), "rows")
    found = agreement(data, other)
    for (left, right), both in found.pairs.items():
        for mine, table in zip(both, (data, other), strict=True):
            assert mine == pytest.approx(table.counts_of([left, right]) / table.rows)
