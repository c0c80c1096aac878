"""A question for every row of a table."""

import numpy as np
import pytest

from benchmarks.coverage import fitted
from scm_compiler.cli import opening
from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.by_row import Rows, ask_by_row
from scm_compiler.semantics.question import read_query


class TableRun:
    """A run that has tables and was never trained."""

    path = "runs/g-1"

    def __init__(self):
        self.graph = causal(parse_text("T, Y : binary\nAge : categorical(1, 2, 3)\nAge, T -> Y\n"))
        y = np.array([[0.1, 0.3], [0.2, 0.5], [0.4, 1.0]])
        tables = {"T": np.array([0.6, 0.4]), "Age": np.array([0.2, 0.5, 0.3])}
        order = self.graph.parents["Y"]
        y = y if order == ("Age", "T") else y.T
        self.model = Tables(self.graph, tables | {"Y": np.stack([1 - y, y], -1)})
        self.asked = 0

    def ask(self, query, text, **options):
        self.asked += 1
        return answer(query, self.model, text=text, **options)

    def one(self, text):
        return answer(read_query(text, self.graph), self.model).probability


@pytest.fixture
def run():
    return TableRun()


def by_row(run, text, rows):
    return ask_by_row(run, text, Rows.of(rows))


def test_each_row_is_evidence_and_a_missing_cell_none(run):
    rows = {"T": [1, 0, None, True], "Age": [1.0, float("nan"), "3", 1], "name": list("abcd")}
    found = by_row(run, "P(Y=1 | T, Age)", rows)
    wanted = [run.one(f"P(Y=1 | {seen})") for seen in ("T=1, Age=1", "T=0", "Age=3", "T=1, Age=1")]
    assert found.probabilities == pytest.approx(wanted)
    assert (len(found), run.asked) == (4, 3)
    assert found[1].probability == pytest.approx(wanted[1])


def test_what_was_seen_of_a_unit_is_evidence_of_its_own_world(run):
    found = by_row(run, "P(Y[T=0]=1 | T, Y)", {"T": ["yes", "no"], "Y": [1, 1]})
    assert found.probabilities == pytest.approx([run.one("P(Y[T=0]=1 | T=1, Y=1)"), 1.0])


def test_tables_differences_and_most_probable_values(run):
    table = by_row(run, "P(Age | Y)", {"Y": [1, 0]})
    assert [*table.columns] == ["Age=1", "Age=2", "Age=3"]
    assert table.probabilities.sum(1) == pytest.approx([1, 1])
    effect = by_row(run, "ATE(T -> Y | Age)", {"Age": [3]})
    assert effect.probabilities == pytest.approx([0.6])
    ratio = by_row(run, "P(Y=1 | T=1, Age) / P(Y=1 | T=0, Age)", {"Age": [2]})
    assert ratio.probabilities == pytest.approx([2.5])
    best = by_row(run, "argmax(Age | Y)", {"Y": [0]})
    assert best.columns["argmax Age"] == ["2"]


def test_evidence_that_cannot_be_leaves_its_row_without_an_answer(run):
    found = by_row(run, "P(T=1 | Age, Y, T=1)", {"Age": [3, 1], "Y": [0, 0]})
    assert np.isnan(found.probabilities[0])
    assert found.probabilities[1] == 1.0
    assert found.unanswered == 1
    assert found.to_dict()["answers"][0] is None


@pytest.mark.parametrize(
    ("text", "rows", "code"),
    [
        ("P(Y=1 | T=1)", {"T": [1]}, "E468"),
        ("given(T)", {"T": [1]}, "E468"),
        ("P(Y=1 | T)", {"Age": [1]}, "E604"),
        ("P(Y=1 | T)", {"T": ["maybe"]}, "E607"),
        ("P(Y=1 | Tea)", {"Tea": [1]}, "E410"),
        ("P(Y=1 | do(T=1), T)", {"T": [1]}, "E413"),
    ],
)
def test_what_is_wrong_has_a_code(run, text, rows, code):
    with pytest.raises(ScmError) as refusal:
        by_row(run, text, rows)
    assert [found.code for found in refusal.value.diagnostics] == [code]


def test_the_table_with_the_answers_beside(run, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(opening, "latest_run", lambda: run)
    rows, out = tmp_path / "people.csv", tmp_path / "out.csv"
    rows.write_text('name;T;answer\n"ann";1;x\nbob;;y\n')
    command = ["query", "P(Y=1 | T)", "--rows", str(rows), "-o", str(out)]
    assert main(command) == 0
    assert capsys.readouterr().out == f"P(Y=1 | T): 2 rows, 2 of them different: {out}\n"
    first, *lines = out.read_text().splitlines()
    assert first == "name,T,answer,answer_"
    values = [float(line.split(",")[-1]) for line in lines]
    assert values == pytest.approx([run.one("P(Y=1 | T=1)"), run.one("P(Y=1)")])
    assert main(command) == 2  # nothing is overwritten
    rows.write_text("T\n1,2\n")
    assert main([*command, "--force"]) == 2
    assert "E608" in capsys.readouterr().err
    rows.write_text("T,T\n1,2\n")
    assert main([*command, "--force"]) == 2
    assert "E605" in capsys.readouterr().err


def test_what_is_not_identified_has_bounds_beside_the_row():
    run = TableRun()
    run.graph = causal(parse_text("T, Y : binary\nAge : categorical(1, 2, 3)\nT -> Y\nT <-> Y\n"))
    random = np.random.default_rng(0)
    run.model = fitted(run.graph, random.integers(0, 2, (300, 3)))
    found = by_row(run, "P(Y=1 | do(T=1), Age)", {"Age": [1, 2, None]})
    assert np.isnan(found.probabilities).all()
    columns = found.columns
    assert columns["answer"] == ["", "", ""]
    bounds = found[0].bounds
    assert columns["bounds_low"][0] == repr(bounds.low)
    assert columns["bounds_high"][0] == repr(bounds.high)
    assert 0 < bounds.low < bounds.high < 1


def test_a_local_effect_leaves_nothing_open(run):
    with pytest.raises(ScmError) as refusal:
        by_row(run, "LATE(T -> Age -> Y)", {"T": [1]})
    assert [found.code for found in refusal.value.diagnostics] == ["E468"]
