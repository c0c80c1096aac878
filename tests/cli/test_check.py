"""`scmc check`."""

import io
import json
import os
import subprocess
import sys

import pytest

from scm_compiler.cli.main import main

GOOD = "A, B : binary\nA -> B\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.scm").write_text(GOOD)
    (tmp_path / "bad.scm").write_text("A : binary\nA -> B\nA -> C\n")
    (tmp_path / "warn.scm").write_text("A, B : binary\nA -> B\nA -> B\n")
    return tmp_path


def test_a_right_program(files, capsys):
    assert main(["check", "good.scm"]) == 0
    out, err = capsys.readouterr()
    assert out == "good.scm: ok: 2 labels, 1 edge\n"
    assert err == ""


def test_warnings_do_not_refuse(files, capsys):
    assert main(["check", "warn.scm"]) == 0
    out, err = capsys.readouterr()
    assert "1 warning" in out
    assert "warning[W201]" in err


def test_all_errors_of_all_files(files, capsys):
    assert main(["check", "bad.scm", "good.scm"]) == 1
    out, err = capsys.readouterr()
    assert err.count("error[E201]") == 2
    assert "bad.scm: 2 errors" in err
    assert "good.scm: ok" in out


def test_a_missing_file_does_not_hide_the_others(files, capsys):
    assert main(["check", "goood.scm", "bad.scm", "."]) == 2
    err = capsys.readouterr().err
    assert "error[E113]" in err
    assert "did you mean `good.scm`?" in err
    assert "error[E201]" in err
    assert "error[E114]" in err


@pytest.mark.parametrize("name", ["celeba_g1", "celeba_g1.scm"])
def test_an_example_by_its_name(files, capsys, name):
    assert main(["check", name]) == 0
    assert "9 labels, 1 image" in capsys.readouterr().out


def test_a_file_comes_before_an_example(files, capsys):
    (files / "celeba_g1.scm").write_text(GOOD)
    assert main(["check", "celeba_g1.scm"]) == 0
    assert "2 labels" in capsys.readouterr().out


def test_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"A -> B")))
    assert main(["check", "-"]) == 1
    assert "<stdin>:1:1" in capsys.readouterr().err


def test_json(files, capsys):
    assert main(["check", "--json", "bad.scm"]) == 1
    out, _ = capsys.readouterr()
    document = json.loads(out)
    assert document["ok"] is False
    first, second = document["diagnostics"]
    assert first == {
        "code": "E201",
        "severity": "error",
        "message": "`B` is not declared",
        "file": "bad.scm",
        "span": {
            "start": {"line": 2, "column": 6, "offset": 16},
            "end": {"line": 2, "column": 7, "offset": 17},
        },
        "labels": [],
        "help": second["help"].replace("C", "B"),
    }


def test_json_of_several_files_is_one_document(files, capsys):
    assert main(["check", "--json", "good.scm", "warn.scm", "nowhere.scm"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in document["diagnostics"]] == ["W201", "E113"]


def test_quiet_prints_results_and_errors_only(files, capsys):
    assert main(["check", "-q", "bad.scm"]) == 1
    err = capsys.readouterr().err
    assert "error[E201]" in err
    assert "2 errors" not in err


def test_data_are_checked_too(files, capsys):
    (files / "t.csv").write_text("A,B\n0,1\n0,0\n")
    assert main(["check", "good.scm", "--data", "csv:t.csv"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == [
        "label  parents  configurations  never seen  fewest rows",
        "B      A                     2           1            2",
    ]
    assert "A=1" in err


def test_data_as_json(files, capsys):
    (files / "t.csv").write_text("A,B\n0,1\n1,0\n")
    assert main(["check", "good.scm", "--json", "--data", "csv:t.csv"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["positivity"]["good.scm"]
    assert (row["name"], row["configurations"], row["unseen"]) == ("B", 2, 0)


@pytest.fixture
def medicine(files):
    (files / "m.scm").write_text("Age : real(0, 120)\nIll, Old : binary\nAge, Old -> Ill\n")
    (files / "m.csv").write_text("Age,Ill,Old\n63,1,1\n37.5,0,0\n41,0,0\n37.5,0,0\n")


def test_the_data_of_real_nodes_are_checked(medicine, capsys):
    assert main(["check", "m.scm", "--data", "csv:m.csv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "m.scm: ok: 2 labels, 1 real node, 2 edges, 1 warning",
        "label  parents  configurations  never seen  fewest rows",
        "Ill    Old                   2           0            1",
        "real  rows  least  median  most  different",
        "Age      4   37.5    37.5    63          3",
    ]
    assert main(["check", "m.scm", "--data", "csv:m.csv", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ranges"]["m.scm"][0]["most"] == 63.0
    assert [found["code"] for found in document["diagnostics"]] == ["W616"]


def test_wrong_numbers_are_told_with_their_place(medicine, files, capsys):
    (files / "m.csv").write_text("Age,Ill,Old\n63,1,1\n,0,0\n1e3,0,0\nold,0,0\n")
    assert main(["check", "m.scm", "--data", "csv:m.csv"]) == 2
    said = capsys.readouterr().err
    assert [f"error[{code}]" in said for code in ("E616", "E617", "E619")] == [True] * 3
    assert "row 4 (line 5)" in said


def test_missing_data(files, capsys):
    assert main(["check", "good.scm", "--data", "csv:nowhere.csv"]) == 2
    assert "error[E6" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "fmt --check"])
def test_nothing_heavy_is_imported(verb):
    program = (
        "import sys; from scm_compiler.cli.main import main;"
        f"code = main({[*verb.split(), 'celeba_g1']!r});"
        "heavy = {'torch', 'numpy', 'networkx', 'pydantic', 'rich'} & set(sys.modules);"
        "assert not heavy, heavy; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_colour_where_there_is_no_terminal(files):
    done = subprocess.run(
        [sys.executable, "-m", "scm_compiler", "check", "bad.scm"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"TERM": "xterm"},
    )
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


def test_a_folder_of_an_example_means_its_program(files, capsys):
    assert main(["init", "celeba_g1", "-q"]) == 0
    capsys.readouterr()
    assert main(["check", "celeba_g1"]) == 0
    assert "9 labels, 1 image" in capsys.readouterr().out


def test_wrong_data_are_counted_on_the_data(files, capsys):
    (files / "t.csv").write_text("A,B\n0,1\n1,x\n")
    assert main(["check", "good.scm", "--data", "csv:t.csv"]) == 2
    assert capsys.readouterr().err.endswith("\ncsv:t.csv for good.scm: 1 error\n")


def test_of_very_many_errors_the_first_are_shown(files, capsys):
    edges = "".join(f"x{number} -> A\n" for number in range(230))
    (files / "many.scm").write_text(f"A, A : binary\n{edges}")
    assert main(["check", "many.scm"]) == 1
    err = capsys.readouterr().err
    assert err.count("error[") == 200
    assert err.endswith("\n… and 31 more\nmany.scm: 231 errors\n")
    assert main(["check", "many.scm", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["diagnostics"]) == 231
