"""`scmc query --identify` and `--adjustment`, `scmc check --implied`."""

import json

import pytest

from scm_compiler.cli.main import main


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "front.scm"
    path.write_text("S, T, C, G : binary\nG -> S -> T -> C\nS <-> C\n", encoding="utf-8")
    return str(path)


def test_a_formula(program, capsys):
    assert main(["query", "--identify", "P(C | do(S))", "--on", program]) == 0
    captured = capsys.readouterr()
    assert captured.out == "P(C | do(S)) = sum_{T} P(T | S) sum_{S'} P(C | S', T) P(S')\n"
    assert "  ID line 7: go on among S, C, with the rest held\n" in captured.err


def test_what_is_held_needs_no_formula(program, capsys):
    assert main(["query", "--identify", "ATE(S -> S)", "--on", program]) == 0
    assert capsys.readouterr().out.startswith("ATE(S -> S) asks for what it holds or sees")


def test_a_formula_as_json(program, capsys):
    assert main(["query", "--identify", "ATE(S -> C)", "--on", program, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["identified"] is True
    (estimand,) = document["estimands"]
    assert estimand["treatments"] == ["S"]
    assert estimand["latex"].startswith(r"\sum_{\mathit{T}}")
    assert {step["line"] for step in estimand["steps"]} >= {"ID line 4", "ID line 7"}


def test_any_value_of_a_variable_will_do(tmp_path, capsys):
    path = tmp_path / "napkin.scm"
    text = "W, Z, X, Y : binary\nW -> Z -> X -> Y\nW <-> X; W <-> Y\n"
    path.write_text(text, encoding="utf-8")
    assert main(["query", "--identify", "P(Y | do(X))", "--on", str(path)]) == 0
    assert "any value of Z gives the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["--identify", "P(T | do(Q))"], 1, "E410"),
        (["--adjustment", "ATE(Q -> T)"], 1, "front.scm` has S, T, C, G"),
        (["--identify", "P(C[T=1]=1, C[T=0]=0)"], 1, "E523"),
        (["--identify", "P(C"], 1, "E401"),
        (["--adjustment", "P(C | do(S, T))"], 1, "E521"),
        (["--adjustment", "P(C | do(S), T)"], 1, "E521"),
        (["--adjustment", "ATE(S -> C)"], 1, "another formula"),
    ],
)
def test_refusals(program, capsys, words, code, text):
    assert main(["query", *words, "--on", program]) == code
    assert text in capsys.readouterr().err


def test_a_hedge(tmp_path, capsys):
    path = tmp_path / "bow.scm"
    path.write_text("X, Y : binary\nX -> Y\nX <-> Y\n", encoding="utf-8")
    assert main(["query", "--identify", "P(Y | do(X))", "--on", str(path), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (diagnostic,) = document["diagnostics"]
    assert diagnostic["code"] == "E520"


def test_adjustment_sets(program, capsys):
    assert main(["query", "--adjustment", "ATE(T -> C)", "--on", program]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["  {S}"]
    assert main(["query", "--adjustment", "P(C | do(T))", "--on", program, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["adjustment"] == [["S"]]


def test_implied_independences(program, capsys):
    assert main(["check", program, "--implied"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == ["T _||_ G | S", "no set separates C, G"]


def test_implied_independences_on_data(tmp_path, capsys):
    path, data = tmp_path / "chain.scm", tmp_path / "rows.csv"
    path.write_text("A, B, C : binary\nA -> B -> C\n", encoding="utf-8")
    rows = ["A,B,C,n", *(f"{a},{b},{c},{50 if a == c else 20}" for a, b, c in CELLS)]
    data.write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = ["check", str(path), "--implied", "--data", f"csv:{data}?count=n"]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert "A _||_ C | B" in captured.out
    assert captured.out.endswith(
        "rejected: 1 of 1 tested, at a chance of 5% that any true one is (Holm)\n"
    )
    assert "W520" in captured.err
    assert main([*words, "--json"]) == 0
    (claims,) = json.loads(capsys.readouterr().out)["implied"].values()
    (claim,) = claims["independences"]
    assert (claim["left"], claim["right"], claim["given"], claim["df"]) == ("A", "C", ["B"], 2)
    assert claim["p_holm"] < 1e-6


CELLS = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def test_a_graph_that_implies_nothing(tmp_path, capsys):
    path = tmp_path / "full.scm"
    path.write_text("A, B : binary\nA -> B\n", encoding="utf-8")
    assert main(["check", str(path), "--implied"]) == 0
    assert "no independence is implied" in capsys.readouterr().out


def test_independences_of_real_nodes_are_not_tested_on_data(tmp_path, capsys):
    path, data = tmp_path / "g.scm", tmp_path / "t.csv"
    path.write_text("A : real\nB, C : binary\nD : real\nA -> D\nB -> D\nC -> D")
    rows = [f"{rank / 7},{rank % 2},{rank // 2 % 2},{rank * 1.5}" for rank in range(40)]
    data.write_text("\n".join(["A,B,C,D", *rows]))
    words = ["check", str(path), "--implied", "--data", f"csv:{data}"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert out.count("not tested: real nodes take part") == 2
    assert "rejected: 0 of 1 tested" in out
    assert main([*words, "--json"]) == 0
    (claims,) = json.loads(capsys.readouterr().out)["implied"].values()
    told = [claim.get("untested") for claim in claims["independences"]]
    assert told.count("not tested: real nodes take part") == 2
    assert told.count(None) == 1


def test_the_data_are_to_blame_where_a_label_does_not_vary(tmp_path, capsys):
    path, data = tmp_path / "g.scm", tmp_path / "t.csv"
    path.write_text("A, B : binary")
    data.write_text("A,B\n0,1\n0,0\n")
    assert main(["check", str(path), "--implied", "--data", f"csv:{data}"]) == 0
    assert "not testable with these data" in capsys.readouterr().out
