"""`scmc query`."""

import json

import numpy as np
import pytest

from scm_compiler.cli import opening
from scm_compiler.cli.main import main
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Estimated, Tables
from scm_compiler.passes import unfold
from scm_compiler.runtime.run import Run


def table_run(path, tables):
    """A run that has tables and was never trained."""
    made = Run(path, None, None, tables.graph)
    vars(made)["_tables"] = tables
    return made


def model(draws=None, unseen=None):
    nodes = tuple(Node(name, "binary", BINARY) for name in ("Rain", "Wet"))
    graph = Graph("g", nodes, (Edge("Rain", "Wet"),))
    tables = {"Rain": np.array([0.75, 0.25]), "Wet": np.array([[0.9, 0.1], [0.2, 0.8]])}
    return Tables(graph, tables, Estimated(draws or {}, unseen or {}))


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Makes the last run one with the given tables."""

    def place(tables):
        made = table_run(tmp_path / "runs" / "g-1", tables)
        monkeypatch.setattr(opening, "latest_run", lambda: made)
        monkeypatch.setattr(opening, "open_run", lambda path: made)
        return made

    place(model())
    return place


def test_an_answer_says_first_how_it_was_got(run, capsys):
    assert main(["query", "P(Wet=1 | do(Rain=1))"]) == 0
    how, value, note = capsys.readouterr().out.splitlines()
    assert how.startswith("rung 2 (intervene), identified, exact, ")
    assert value == "P(Wet=1 | do(Rain=1)) = 0.80000"
    assert note.startswith("how firmly the data determine it is not known")


@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_a_query_over_several_lines_is_told_on_one(run, capsys, explain):
    assert main(["query", "P(Wet=1 |\r\n  do(Rain=1))\n", *explain]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("P(Wet=1 | do(Rain=1))") for line in lines)


def test_json(run, capsys, tmp_path):
    assert main(["query", "P(Rain=1 | Wet=1)", "--json", "--run", "somewhere"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["answer"]["probability"] == pytest.approx(0.2 / 0.275)
    assert "std_error" not in document["answer"]  # nothing was drawn
    assert document["ok"] is True
    assert (document["rung"], document["method"], document["samples"]) == (1, "exact", None)
    assert document["run"] == str(tmp_path / "runs" / "g-1")
    assert {"version", "query", "identified", "seconds", "graph_hash"} <= set(document)


def test_a_regime_stands_beside_what_seeing_would_say(run, capsys):
    assert main(["query", "do(Wet=1)"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["label", "value", "do(Wet=1)", "given(Wet=1)"]
    assert lines[2].split() == ["Rain", "1", "0.25000", "0.72727"]
    assert lines[3].split() == ["Wet", "1", "1.00000", "1.00000"]
    assert main(["query", "given(Wet=1)"]) == 0
    assert "0.72727" in capsys.readouterr().out
    assert main(["query", "do(Wet=1)", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["answer"]["marginals"]["Rain"]["1"]["probability"] == 0.25
    seen = document["seeing"]["marginals"]["Rain"]["1"]["probability"]
    assert (document["seeing"]["query"], round(seen, 5)) == ("given(Wet=1)", 0.72727)


def test_an_estimate_has_its_error(run, capsys):
    run(model(draws={"Wet": 400}))
    assert main(["query", "P(Wet=1 | do(Rain=1))"]) == 0
    how, value, _ = capsys.readouterr().out.splitlines()
    assert "from tables estimated with 400 draws a row" in how
    assert value.startswith("P(Wet=1 | do(Rain=1)) = 0.8000 ± 0.0")
    assert main(["query", "P(Wet=1)", "--method", "sample", "--samples", "500", "-q"]) == 0
    assert "draws accepted" in capsys.readouterr().out


def test_a_warning_goes_to_standard_error(run, capsys):
    run(model(unseen={"Wet": np.array([False, True])}))
    assert main(["query", "P(Wet=1)"]) == 0
    assert "warning[W440]" in capsys.readouterr().err
    assert main(["query", "P(Wet=1)", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in document["diagnostics"]] == ["W440"]
    assert main(["query", "P(Wet=1 | do(Rain=1))"]) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("P(Wet=1", "E401"),
        ("P(Wett=1)", "E410"),
        ("P(Wet=wet)", "E411"),
        ("P(Wet[Rain=0]=1 | Rain=1, Wet=1, Wet[Rain=1]=0)", "E431"),
    ],
)
def test_refusals(run, capsys, query, code):
    assert main(["query", query]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"error[{code}]" in err
    assert query in err
    assert main(["query", query, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["diagnostics"][0]["code"] == code
    assert document["diagnostics"][0]["span"] is not None


def test_explain_prints_the_plan_and_no_answer(run, capsys):
    assert main(["query", "P(Rain=1 | do(Wet=1))", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "Rain -> Wet" in out
    assert "rung 2" in out
    assert "= 0." not in out
    assert main(["query", "P(Rain=1 | do(Wet=1))", "--explain", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["plan"][0]["cut"] == ["Rain -> Wet"]
    assert "answer" not in document


def test_without_a_run_it_says_which_command_makes_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["query", "P(Wet=1)"]) == 2
    assert "scmc train" in capsys.readouterr().err


def test_a_syntax_error_is_said_even_without_a_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["query", "P(Wet=1"]) == 1
    assert "E401" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--samples", "0"], ["--method", "guess"]])
def test_wrong_options_are_usage(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["query", "P(Wet=1)", *words])
    assert stopped.value.code == 2
    capsys.readouterr()


def test_a_seed_that_is_none_is_refused(run, capsys):
    assert main(["query", "P(Rain=1)", "--seed", "-1"]) == 2
    assert "error[E707]" in capsys.readouterr().err


def test_the_last_run_is_named_where_no_run_was(run, capsys, tmp_path):
    assert main(["query", "P(Rain=1)"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(f", on {tmp_path / 'runs' / 'g-1'}")
    assert main(["query", "P(Rain=1)", "--run", "somewhere"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(" ms")


def test_an_unknown_name_is_answered_with_the_nodes_of_the_run(run, capsys, tmp_path):
    assert main(["query", "P(Hair=1)"]) == 1
    err = capsys.readouterr().err
    assert f"help: the graph of `{tmp_path / 'runs' / 'g-1'}` has Rain, Wet" in err
    assert main(["query", "P(Ran=1)"]) == 1
    assert "help: did you mean `Rain`? the graph of " in capsys.readouterr().err


@pytest.fixture
def bow(run):
    """The last run has a hidden common cause of its two labels."""
    nodes = tuple(Node(name, "binary", BINARY) for name in ("Rain", "Wet"))
    graph = Graph("g", nodes, (Edge("Rain", "Wet"),), (Confounder("Rain", "Wet"),))
    whole, (hidden,) = unfold(graph, 2)
    rain, wet = np.array([[0.9, 0.1], [0.1, 0.9]]), np.full((2, 2, 2), 0.5)
    run(Tables(whole, {hidden: np.array([0.5, 0.5]), "Rain": rain, "Wet": wet}))


def test_what_is_not_identified_is_an_answer_with_a_warning(bow, capsys):
    assert main(["query", "P(Wet=1 | do(Rain=1))"]) == 0
    said = capsys.readouterr()
    assert "P(Wet=1 | do(Rain=1)) in [0.25000, 0.75000], sharp: " in said.out
    assert said.err.startswith("warning[W532]: `P(Wet=1 | do(Rain=1))` is not identified: ")
    assert main(["query", "--json", "P(Wet=1 | do(Rain=1))"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["identified"]) == (True, False)
    assert said["answer"]["probability"] is None
    assert main(["query", "--method", "exact", "P(Wet=1 | do(Rain=1))"]) == 1
    assert "error[E520]" in capsys.readouterr().err


def test_how_strong_a_hidden_cause_must_be(run, capsys):
    assert main(["query", "--sensitivity", "ATE(Rain -> Wet)"]) == 0
    head, *_ = capsys.readouterr().out.splitlines()
    assert head == "ATE(Rain -> Wet) = 0.70000, adjusted for nothing"
    assert main(["query", "--sensitivity", "--json", "ATE(Rain -> Wet)"]) == 0
    assert json.loads(capsys.readouterr().out)["e_value"] == pytest.approx(8 + 56**0.5)
    assert main(["query", "--sensitivity", "P(Wet=1)"]) == 1
    assert "error[E534]" in capsys.readouterr().err
