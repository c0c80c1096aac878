"""A question for every row of a table."""

import re

import numpy as np
import pytest

from benchmarks.coverage import fitted
from scm_compiler.cli import opening
from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer
from scm_compiler.inference.real import drawing
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.by_row import Rows, ask_by_row
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run
from scm_compiler.semantics.query import read_query


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

    def distributions(self):
        self.asked += 1
        return self.model

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


def real_run(folder):
    random = np.random.default_rng(0)
    t, x = random.integers(0, 2, 300), random.normal(size=300)
    y = 1 + 2 * t + x + 0.1 * random.normal(size=300)
    program = folder / "g.scm"
    program.write_text("T, Z : binary\nX, Y : real\nT, X -> Y\nT -> Z\n")
    source = folder / "g.csv"
    rows = zip(t, 1 - t, x, y, strict=True)
    source.write_text("T,Z,X,Y\n" + "\n".join(f"{a},{b},{c},{d}" for a, b, c, d in rows))
    data, run = f"csv:{source}", str(folder / "run")
    assert (
        main(
            ["train", "-q", str(program), "--data", data, "--option", "real=linear", "--run", run]
        )
        == 0
    )
    return run


def test_rows_of_real_nodes(tmp_path, capsys):
    run = open_run(real_run(tmp_path))
    rows = {"T": ["0", "1", ""], "X": ["0.5", "", "-1e0"], "Y": ["1.5", "3", "2"]}
    found = run.query("E(Y | T, X)", rows=rows)
    asked = ("T=0, X=0.5", "T=1", 'X="-1"')
    assert found.probabilities == pytest.approx(
        [run.query(f"E(Y | {a})").probability for a in asked]
    )
    units = run.query("E(Y[T=1] | T, X, Y)", rows={"T": [0], "X": [0.5], "Y": [1.5]})
    assert units.probabilities[0] == pytest.approx(3.5, abs=0.1)
    assert run.query("P(Z=1 | T)", rows={"T": [0, 1]}).probabilities == pytest.approx(
        [1, 0], abs=0.02
    )
    for wrong, code in (("much", "E"), ("nan", "")):
        if code:
            with pytest.raises(ScmError):
                run.query("E(Y | X)", rows={"X": [wrong]})
        else:
            assert len(run.query("E(Y | X)", rows={"X": [wrong]})) == 1
    with pytest.raises(ScmError, match="E410"):
        run.query("E(Y | W)", rows={"W": [1]})
    with pytest.raises(ScmError, match="E468"):
        run.query("E(Y | do(X=0..1), T)", rows={"T": [1]})


def test_intervals_of_rows_take_a_fraction_of_the_draws(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    data = {"X": x, "Y": np.exp(0.3 * x) + 0.3 * random.normal(size=300) ** 2}
    graph = parse_text("X, Y : real\nX -> Y")
    run = train(graph, data=data, replicates=3, steps=20, run=tmp_path / "r")
    drawn: list[int] = []

    class Counted(drawing.Draw):
        def __init__(self, *args):
            super().__init__(*args)
            drawn.append(self.count)

    monkeypatch.setattr(drawing, "Draw", Counted)
    alone = run.query("E(Y | X=0.5)")
    wanted, whole = alone.interval, sum(drawn)
    drawn.clear()
    (row,) = run.query("E(Y | X)", rows={"X": [0.5]})
    found, few = row.interval, sum(drawn)
    assert row.probability == alone.probability
    assert (whole, few) == (4 * 32_768, 32_768 + 3 * 2048)
    assert found.high - found.low == pytest.approx(wanted.high - wanted.low, rel=0.1)
    assert (found.low + found.high) / 2 == pytest.approx(row.probability)


def test_the_picture_of_a_curve(tmp_path, capsys):
    run = real_run(tmp_path)
    for name in ("curve.svg", "curve.png"):
        path = tmp_path / name
        assert main(["query", "E(Y | do(X=-1..1 by 0.5))", "--run", run, "-o", str(path)]) == 0
        assert path.stat().st_size > 1000
    for text, name in (("E(Y)", "a.svg"), ("E(Y | do(X=0..1))", "a.pdf")):
        assert main(["query", text, "--run", run, "-o", str(tmp_path / name)]) == 2
    assert {"E584", "E801"} <= set(re.findall(r"E\d+", capsys.readouterr().err))
