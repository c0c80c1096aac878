"""Runs with real nodes beside rows of data: closed forms, and what a wrong model looks like."""

import json
from math import log, pi

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.nodes import DRAWS, evaluate_nodes
from scm_compiler.runtime.evaluation.text import report_text

PROGRAM = "Ill : binary\nAge, Dose : real\nIll -> Age -> Dose"
ROWS = 400


def rows(seed=0, shift=0.0):
    draw = np.random.default_rng(seed)
    ill = draw.integers(0, 2, ROWS)
    age = 50 + 10 * ill + 5 * draw.normal(size=ROWS)
    dose = 0.1 * age + shift + draw.normal(size=ROWS)
    return {"Ill": ill, "Age": age, "Dose": dose}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "dose"
    return scm.train(scm.parse(PROGRAM, "dose"), data=rows(), real="linear", run=folder)


def test_a_linear_mechanism_scores_as_least_squares_do(run):
    found = {node.node: node for node in evaluate_nodes(run).scores}
    data = rows()
    matrix = np.column_stack([np.ones(ROWS), data["Age"]])
    left = data["Dose"] - matrix @ np.linalg.lstsq(matrix, data["Dose"], rcond=None)[0]
    expected = -(log(2 * pi * left.var()) + 1) / 2
    assert found["Dose"].log_likelihood == pytest.approx(expected, abs=0.005)
    share = data["Ill"].mean()
    entropy = share * log(share) + (1 - share) * log(1 - share)
    assert found["Ill"].log_likelihood == pytest.approx(entropy, abs=0.005)
    assert found["Ill"].calibration is found["Ill"].data is None
    assert found["Age"].data == pytest.approx((data["Age"].mean(), data["Age"].std()))
    assert all(node.distance < node.chance for node in found.values())
    assert found["Dose"].calibration < 0.07


def test_correlations_are_those_of_numpy(run):
    data = rows()
    found = {pair[:2]: pair[2:] for pair in evaluate_nodes(run).correlations}
    for (one, other), (here, there) in found.items():
        assert here == pytest.approx(np.corrcoef(data[one], data[other])[0, 1])
        assert there == pytest.approx(here, abs=0.1)


def test_rows_of_another_law_are_told(run):
    same, other = (evaluate_nodes(run, data=rows(1, shift)) for shift in (0.0, 2.0))
    assert not same.trained
    assert evaluate_nodes(run, data=rows()).trained  # the very rows, named once more
    dose = {node.node: node for node in other.scores}["Dose"]
    assert dose.distance > 3 * dose.chance
    assert dose.calibration > 0.3
    assert other.log_likelihood < same.log_likelihood - 1
    assert dose.data[0] - dose.model[0] == pytest.approx(2, abs=0.2)


def test_the_distance_is_that_of_the_distribution_functions(run):
    found = {node.node: node for node in evaluate_nodes(run, seed=3).scores}["Age"]
    drawn = np.sort(run.sample(DRAWS, seed=3)["Age"])
    places = rows()["Age"]
    own = np.array([(places <= x).mean() for x in places])
    model = np.searchsorted(drawn, places, "right") / DRAWS
    assert found.distance >= np.abs(own - model).max() - 1e-12
    assert found.distance == pytest.approx(np.abs(own - model).max(), abs=1 / ROWS)


def test_of_nodes_with_hidden_causes_the_law_is_scored(tmp_path):
    """Y given X and Z is a regression; labels whose tables hold a hidden cause have no score."""
    draw = np.random.default_rng(0)
    u, h = draw.normal(size=ROWS), draw.random(ROWS) < 0.5
    x = u + draw.normal(size=ROWS)
    z = x + draw.normal(size=ROWS)
    a, b = ((draw.random(ROWS) < 0.2 + 0.6 * h).astype(int) for _ in range(2))
    data = {"A": a, "B": b, "X": x, "Z": z, "Y": z - 2 * u + a + draw.normal(size=ROWS)}
    program = "A, B : binary\nX, Z, Y : real\nX -> Z -> Y\nX <-> Y\nA -> Y\nA <-> B"
    run = scm.train(scm.parse(program, "law"), data=data, real="linear", run=tmp_path / "law")
    report = evaluate_nodes(run)
    found = {node.node: node for node in report.scores}
    assert set(found) == {"X", "Z", "Y"}
    assert report.left_out == ("A", "B")
    assert "nats a row without A, B" in report_text(evaluate_run(run))
    left = 0.0
    for value in (0, 1):
        chosen = a == value
        matrix = np.column_stack([np.ones(chosen.sum()), x[chosen], z[chosen]])
        y = data["Y"][chosen]
        away = y - matrix @ np.linalg.lstsq(matrix, y, rcond=None)[0]
        left -= chosen.mean() * (log(2 * pi * away.var()) + 1) / 2
    assert found["Y"].log_likelihood == pytest.approx(left, abs=0.01)


def test_the_command_prints_and_keeps_it(run, capsys):
    assert main(["eval", str(run.path)]) == 0
    shown = capsys.readouterr().out
    assert "nats a row" in shown
    assert "farthest correlations" in shown
    kept = json.loads((run.path / "eval.json").read_text("utf-8"))
    assert [node["node"] for node in kept["nodes"]["scores"]] == ["Ill", "Age", "Dose"]
    assert "<table>" in (run.path / "eval.html").read_text("utf-8")
    assert kept == evaluate_run(run).to_dict()  # in Python, too
    assert kept["nodes"]["correlations"][0].keys() == {"node", "other", "data", "model"}
