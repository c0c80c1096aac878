"""The evaluation of labels against closed forms."""

import numpy as np
import pytest

from scm_compiler.model.tables import Estimated, Tables
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.table import tabulate
from scm_compiler.runtime.evaluation.label_model import evaluate_labels, telling


@pytest.fixture
def small(make_graph):
    """Sun -> Warm, and a model that is off by known amounts."""
    graph = make_graph("Sun Warm", "Sun>Warm")
    cells = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    data = tabulate(graph, cells, np.array([30, 10, 12, 48]), "by hand")
    model = {"Sun": np.array([0.5, 0.5]), "Warm": np.array([[0.75, 0.25], [0.1, 0.9]])}
    return graph, data, Tables(graph, model)


def of(report, regime, label):
    return next(i for i in report.interventions if (i.regime, i.label) == (regime, label))


def test_marginals_pairs_and_distance_are_exact(small):
    _, data, tables = small
    found = evaluate_labels(None, tables, data)
    assert found.agreement.marginals["Sun"].tolist() == [[0.4, 0.6], [0.5, 0.5]]
    joint = np.array([[0.375, 0.125], [0.05, 0.45]])
    assert found.agreement.pairs["Sun", "Warm"][1] == pytest.approx(joint)
    shares = np.array([[0.3, 0.1], [0.12, 0.48]])
    assert found.distance.value == pytest.approx(np.abs(joint - shares).sum() / 2)
    assert found.distance.draws is None


def test_doing_differs_from_seeing_where_it_should(small):
    _, data, tables = small
    report = evaluate_labels(None, tables, data)
    forward, backward = of(report, "do(Sun=1)", "Warm"), of(report, "do(Warm=1)", "Sun")
    assert forward.model.value == pytest.approx(0.9)
    assert forward.data == pytest.approx(0.8)
    assert forward.seen == pytest.approx(0.8)  # a cause: seeing is doing
    assert backward.model.value == pytest.approx(0.5)
    assert backward.data == pytest.approx(0.6)
    assert backward.seen == pytest.approx(48 / 58)  # an effect: it is not
    assert report.worst_intervention == pytest.approx(0.1)


def test_what_the_data_never_show_has_no_answer_of_theirs(make_graph):
    graph = make_graph("Sun Warm", "Sun>Warm")
    data = tabulate(graph, np.array([[0, 0], [0, 1]]), np.array([3, 1]), "no sun")
    report = evaluate_labels(None, fit_tables(graph, data), data)
    assert "do(Sun=1)" not in {i.regime for i in report.interventions}
    assert of(report, "do(Sun=0)", "Warm").data == pytest.approx(0.25)


def test_estimated_tables_pass_their_error_on(small):
    graph, data, tables = small
    estimated = Tables(graph, tables.probabilities, Estimated({"Warm": 1000}))
    found = of(evaluate_labels(None, estimated, data), "do(Sun=1)", "Warm")
    assert found.model.error == pytest.approx(np.sqrt(0.9 * 0.1 / 1000), rel=0.2)


def test_of_several_values_each_is_reported(make_graph):
    graph = make_graph("A H:red|blue|green", "A>H")
    cells = np.array([[a, h] for a in range(2) for h in range(3)])
    data = tabulate(graph, cells, np.array([1, 2, 3, 4, 5, 6]), "hues")
    report = evaluate_labels(None, fit_tables(graph, data), data)
    hues = {i.value: i.model.value for i in report.interventions if i.regime == "do(A=0)"}
    assert hues == pytest.approx({"red": 1 / 6, "blue": 2 / 6, "green": 3 / 6})


@pytest.fixture
def confounded(make_graph):
    """Sun -> Warm, Out and Warm -> Out, and tables that were fitted to rows."""
    graph = make_graph("Sun Warm Out", "Sun>Warm Sun>Out Warm>Out")
    cells = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    data = tabulate(graph, cells, np.array([30, 5, 6, 9, 4, 7, 9, 30]), "by hand")
    return data, fit_tables(graph, data)


def test_causes_and_their_effects_tell_most(confounded):
    data, tables = confounded
    report = evaluate_labels(None, tables, data)
    found = telling(report.interventions)
    assert {(item.regime, item.label) for item in found} == {
        ("do(Warm=0)", "Out"),
        ("do(Warm=1)", "Out"),
    }
    gaps = [abs(item.seen - item.model.value) for item in found]
    assert gaps == sorted(gaps, reverse=True)
    assert not of(report, "do(Out=1)", "Sun").caused


@pytest.mark.parametrize("most", [0, 400])
def test_of_many_answers_those_that_tell_most_have_intervals(confounded, monkeypatch, most):
    monkeypatch.setattr("scm_compiler.runtime.evaluation.label_model.MOST_FIRM", most)
    data, tables = confounded
    report = evaluate_labels(None, tables, data)
    firm = {item for item in report.interventions if item.model.interval is not None}
    assert firm == set(report.interventions if most else telling(report.interventions))
    for item in firm:
        interval = item.model.interval
        assert interval.low <= item.model.value <= interval.high
        assert interval.rows == 100
    assert set(report.intervals) == set(report.values) == {"Sun", "Warm", "Out"}
