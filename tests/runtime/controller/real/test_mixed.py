"""Graphs with real nodes, from data to answers and back from disk."""

import numpy as np
import pytest
import torch

from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.registry import configure, make_trainer
from scm_compiler.runtime.data import load_table
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.numbers import REALS, TABLES

PROGRAM = "A, B : binary\nX, Y : real\nL : binary\nA -> B\nA -> X\nB, X -> Y\nX -> L"


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    a = random.integers(0, 2, 1500)
    b = (random.random(1500) < 0.3 + 0.4 * a).astype(int)
    x = a + random.standard_normal(1500)
    y = 2 * x + b + random.standard_normal(1500)
    low = (x + 0.5 * random.standard_normal(1500) > 0).astype(int)
    return {"A": a, "B": b, "X": x, "Y": y, "L": low}


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    graph = parse_text(PROGRAM)
    return train(graph, data=data, run=tmp_path_factory.mktemp("mixed") / "r", real="linear")


def test_the_tables_are_those_of_the_labels_alone(run, data, tmp_path):
    labels = {name: data[name] for name in ("A", "B")}
    alone = train(parse_text("A, B : binary\nA -> B"), data=labels, run=tmp_path / "alone")
    ours, theirs = run.tables().probabilities, alone.tables().probabilities
    assert all((ours[name] == theirs[name]).all() for name in ("A", "B"))


def test_what_was_trained_is_read_again(run):
    again = open_run(run.path)
    text = "E(Y | do(X=2))"
    assert again.query(text).probability == run.query(text).probability
    assert abs(again.query(text).probability - 4.5) < 0.2
    assert again.query("P(B=1 | do(A=1))").method == "exact"
    assert set(run.manifest.metrics) >= {"real_loglik", "real_ks"}
    assert run.manifest.metrics["real_ks"] < 0.15
    assert run.table.rows == 1500


def test_the_same_seed_gives_the_same_bytes(run, data, tmp_path):
    other = train(parse_text(PROGRAM), data=data, run=tmp_path / "r", real="linear")
    for name in (REALS, TABLES):
        assert (other.path / name).read_bytes() == (run.path / name).read_bytes()


def test_what_does_not_train_real_nodes(data, tmp_path):
    graph, folder = parse_text("A : binary\nX : real\nA -> X"), tmp_path / "r"
    with pytest.raises(ScmError, match="E572"):
        train(graph, data=data, stage="labels", run=folder, trainer="wgan-gp")


def test_a_graph_of_real_nodes_alone(data, tmp_path):
    graph = parse_text("X, Y : real\nX -> Y")
    trained = train(graph, data=data, run=tmp_path / "r", real="linear")
    assert abs(trained.query("E(Y | do(X=1)) - E(Y | do(X=0))").probability - 2.0) < 0.3


def test_the_command_line_trains_and_answers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.scm").write_text("X, Y : real\nX -> Y\n")
    rows = "".join(f"{n % 7 + n / 50},{n % 5 + n / 9}\n" for n in range(60))
    (tmp_path / "t.csv").write_text(f"X,Y\n{rows}")
    words = ["--data", "csv:t.csv", "--run", "r", "--option", "real=linear"]
    assert main(["train", "-q", "g.scm", *words]) == 0
    assert 'scmc query "E(Y)" --run r' in capsys.readouterr().out
    assert main(["query", "E(Y | X > 2)", "--run", "r"]) == 0
    assert "exact" in capsys.readouterr().out
    assert main(["sample", "do(X=1)", "--run", "r", "-n", "4", "-o", "s.csv"]) == 0
    assert (tmp_path / "s.csv").read_text().startswith("X,Y\n1.0,")


def test_replicates_give_an_interval(data, tmp_path):
    graph = parse_text("A : binary\nX : real\nA -> X")
    trained = train(graph, data=data, run=tmp_path / "r", real="linear", replicates=20)
    answer = open_run(trained.path).query("E(X | A=1) - E(X | A=0)")
    assert answer.method == "exact"
    interval = answer.interval
    assert interval is not None
    # 1.96 standard errors of a difference of means: 2 * sqrt(1 / 750 + 1 / 750).
    assert 0.06 < (interval.high - interval.low) / 2 < 0.16
    assert interval.low < answer.probability < interval.high
    assert trained.query("E(X)", level=None).interval is None


def test_a_training_that_goes_on_ends_as_one_that_was_not_stopped(data):
    graph = parse_text(PROGRAM)
    table = load_table(data, graph)
    config = configure("mle", seed=3)
    whole, first, second = (make_trainer(graph, table, config) for _ in range(3))
    whole.advance(120)
    first.advance(50)
    second.restore(first.state())
    assert second.done == 50
    second.advance(70)
    expected, found = whole.state(), second.state()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_regime_from_python_holds_numbers(run):
    regime = run.do(X=0.5).given(A=1)
    assert regime.text == "do(X=0.5), given(A=1)"
    sample = regime.sample(50)
    assert (sample["X"] == 0.5).all()
    assert (sample["A"] == 1).all()
    held = {row.values: row.probability.value for row in regime.answer().value.rows}
    assert held["X", "mean"] == 0.5
    with pytest.raises(ScmError, match="E411"):
        run.do(A=0.5)


def test_the_most_steps_of_each_stage_are_those_of_networks_as_well(data):
    """`L` has a real parent, so that a network draws it."""
    graph = parse_text(PROGRAM)
    table = load_table(data, graph)
    assert make_trainer(graph, table, configure("mle", steps=4)).total == 4
    assert make_trainer(graph, table, configure()).total == 1500
