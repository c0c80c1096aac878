"""`scmc verify`."""

import json

import pytest

from scm_compiler.cli.main import main


@pytest.fixture
def built(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.scm").write_text("A, B : binary\nA -> B\n")
    assert main(["compile", "g.scm", "-q"]) == 0
    capsys.readouterr()
    return tmp_path / "build" / "g"


def test_a_build_as_it_was_written(built, capsys):
    assert main(["verify", "build/g"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "build/g: every file is as it was written",
        "consistent with the graph (Definition 1): 7 of 7 checks passed",
    ]


def test_the_document(built, capsys):
    assert main(["verify", "build/g", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["kind"]) == (True, "build")
    assert found["certificate"] == json.loads((built / "certificate.json").read_text())
    assert found["graph_hash"] == found["certificate"]["graph_hash"]


@pytest.mark.parametrize("name", ["model.py", "graph.json", "certificate.json", "graph.svg"])
def test_a_damaged_file_is_named(built, capsys, name):
    whole = (built / name).read_bytes()
    (built / name).write_bytes(whole[:-1])
    assert main(["verify", "build/g"]) == 1
    assert f"error[E502]: `build/g/{name}` is not the file" in capsys.readouterr().err
    (built / name).unlink()
    assert main(["verify", "build/g", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "E503"


def test_what_is_missing_ends_with_2(built, capsys):
    assert main(["verify", "build/other"]) == 2
    assert "error[E506]: `build/other` is not a build: there is no such folder" in (
        capsys.readouterr().err
    )
    (built / "manifest.json").unlink()
    assert main(["verify", "build/g"]) == 2


def test_every_damaged_file_is_named_at_once(built, capsys):
    for name in ("model.py", "graph.svg"):
        (built / name).write_text("")
    assert main(["verify", "build/g", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [entry["code"] for entry in found] == ["E502", "E502"]


def test_the_tables_of_a_run_are_those_of_its_weights(built, capsys):
    (built.parents[1] / "g.csv").write_text("A,B\n0,0\n0,1\n1,1\n1,1\n")
    for trainer in ("mle", "wgan-gp --steps 2"):
        words = ["train", "g.scm", "--data", "csv:g.csv", "-q", "--trainer", *trainer.split()]
        assert main([*words, "--run", trainer[:3]]) == 0
        assert main(["verify", trainer[:3]]) == 0
    capsys.readouterr()


def test_it_says_where_it_saw_few_of_the_labels(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = [f"N{rank}" for rank in range(8)]
    variables = "".join(f"variable {n} {{ type discrete [2] {{ a, b }}; }}\n" for n in names)
    tables = "".join(f"probability ( {name} ) {{ table 0.5, 0.5; }}\n" for name in names)
    (tmp_path / "many.bif").write_text(f"network many {{ }}\n{variables}{tables}")
    assert main(["import", "many.bif", "-q"]) == 0
    capsys.readouterr()
    assert main(["verify", "runs/many-1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "consistent with the graph (Definition 1): 7 of 7 checks passed",
        "  what is declared was checked of all 8 labels, "
        "what the module does of 6, drawn at random",
    ]
