"""`scmc compile`."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from scm_compiler.cli.main import main
from scm_compiler.runtime.run import open_run

PROGRAM = """graph rain
Season : categorical(wet, dry)
Rain, "wet grass" : binary
Photo : image(3, 8, 8)
Season -> Rain -> "wet grass"
Rain, "wet grass" -> Photo
"""

FILES = ["certificate.json", "graph.json", "graph.svg", "manifest.json", "model.py", "model.scm"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rain.scm").write_text(PROGRAM)
    return tmp_path


def contents(path):
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


def test_a_build_is_made_and_summed_up(folder, capsys):
    assert main(["compile", "rain.scm"]) == 0
    assert sorted(contents(folder / "build" / "rain")) == FILES
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["node", "kind", "parents", "mechanism", "parameters"]
    assert lines[2].split() == ["Rain", "binary", "Season", "table", "of", "2", "2"]
    assert "rain: 4 nodes, 4 edges, 4 levels, 5 parameters" in lines
    assert lines[-1] == "consistent with the graph (Definition 1): 7 of 7 checks passed"
    assert err == "wrote build/rain\n"
    assert (folder / "build" / "rain" / "model.scm").read_text() == PROGRAM


def test_the_same_file_gives_the_same_bytes(folder, capsys):
    assert main(["compile", "rain.scm"]) == 0
    before = contents(folder / "build" / "rain")
    assert main(["compile", "rain.scm", "-o", "elsewhere"]) == 0
    assert main(["compile", "rain.scm"]) == 0
    assert contents(folder / "build" / "rain") == before
    assert contents(folder / "elsewhere") == before


def test_the_document(folder, capsys):
    assert main(["compile", "rain.scm", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["diagnostics"] == []
    assert found["graph"]["name"] == "rain"
    stored = json.loads((folder / "build" / "rain" / "graph.json").read_text())
    assert found["graph"]["hash"] == stored["hash"]
    assert [node["name"] for node in found["graph"]["nodes"]][2] == "wet grass"
    assert found["graph"]["levels"] == [["Season"], ["Rain"], ["wet grass"], ["Photo"]]
    assert found["certificate"]["consistent"] is True
    assert found["artifacts"] == [f"build/rain/{name}" for name in FILES]


def test_the_papers_networks_compile_too(folder, capsys):
    assert main(["compile", "rain.scm", "--mechanisms", "implicit"]) == 0
    assert "network of 6 layers, 10 wide, 10 noise" in capsys.readouterr().out
    manifest = json.loads((folder / "build" / "rain" / "manifest.json").read_text())
    assert manifest["spec"] == {"family": "implicit", "hidden": 10, "layers": 6, "noise": 10}


def test_the_emitted_model_runs_from_the_command_line(folder, capsys):
    assert main(["compile", "rain.scm", "-q"]) == 0
    capsys.readouterr()
    code = "import model; print(model.Model().sample(3, do={'Rain': 1})[:, 1].tolist())"
    command = [sys.executable, "-c", code]
    where = folder / "build" / "rain"
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=True)
    assert done.stdout == "[1, 1, 1]\n"
    assert main(["compile", "rain.scm", "-q"]) == 0  # what Python cached is no one's file


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Face : image(1, 4, 4)\n", "1 nodes, 0 edges, 1 levels, 0 parameters"),
        ("A : binary\n", "1 nodes, 0 edges, 1 levels, 1 parameters"),
        (
            "A, B : binary\nA <-> B\n",
            "2 nodes, 0 edges, 1 hidden common cause, 1 levels, 16 parameters",
        ),
    ],
)
def test_small_graphs_compile(folder, capsys, text, lines):
    (folder / "small.scm").write_text(text)
    assert main(["compile", "small.scm"]) == 0
    assert f"small: {lines}" in capsys.readouterr().out
    assert main(["verify", "build/small"]) == 0


def test_a_wrong_program_is_refused_and_leaves_the_build(folder, capsys):
    assert main(["compile", "rain.scm", "-q"]) == 0
    before = contents(folder / "build" / "rain")
    (folder / "rain.scm").write_text(PROGRAM + "Rain -> Season\n")
    capsys.readouterr()
    assert main(["compile", "rain.scm", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["diagnostics"][0]["severity"] == "error"
    assert contents(folder / "build" / "rain") == before


def test_a_graph_with_real_nodes_has_no_implicit_mechanisms(folder, capsys):
    (folder / "age.scm").write_text("Age : real\nIll : binary\nAge -> Ill\n")
    assert main(["compile", "age.scm", "--mechanisms", "implicit"]) == 1
    assert "error[E303]: `Age` is real" in capsys.readouterr().err
    assert not (folder / "build").exists()


def test_a_run_with_real_nodes_is_built_with_its_weights(folder, capsys):
    (folder / "age.scm").write_text("Age : real\nIll : binary\nSex : binary\nAge, Sex -> Ill\n")
    rows = "".join(f"{30 + n % 40},{n % 3 // 2},{n % 2}\n" for n in range(300))
    (folder / "age.csv").write_text("Age,Ill,Sex\n" + rows)
    assert main(["train", "-q", "age.scm", "--data", "csv:age.csv", "--run", "trained"]) == 0
    assert main(["compile", "-q", "trained", "-o", "first"]) == 0
    assert main(["compile", "-q", "trained", "-o", "second"]) == 0
    assert contents(folder / "first") == contents(folder / "second")
    assert main(["verify", "first"]) == 0
    capsys.readouterr()
    names = {}
    exec(compile((folder / "first" / "model.py").read_text(), "model.py", "exec"), names)
    model = names["load"](folder / "first" / "model.safetensors")
    module = open_run("trained").module()
    noise = module.draw_noise(500, generator=torch.Generator().manual_seed(0))
    for do in (None, {"Age": 44.5}, {"Ill": 1}):
        assert torch.equal(model(noise, do), module(noise, do))
    for do in ({"Age": float("nan")}, {"Ill": 2}, {"Ill": 0.5}, {"Who": 1}):
        with pytest.raises(ValueError, match="is not a value of a node"):
            model(noise, do)
    assert 30 < float(model.sample(2000)[:, 0].mean()) < 70

    (folder / "first" / "model.safetensors").write_bytes(b"")
    assert main(["verify", "first"]) == 1
    assert "error[E502]: `first/model.safetensors`" in capsys.readouterr().err


def test_a_run_whose_real_node_is_a_regression_is_built(folder, capsys):
    (folder / "age.scm").write_text("Age, Dose : real\nAge -> Dose\n")
    random = np.random.default_rng(0)
    age = 50 + 10 * random.standard_normal(500)
    dose = age / 10 + (age / 20) ** 2 + random.standard_normal(500)
    rows = "".join(f"{a},{d}\n" for a, d in zip(age, dose, strict=True))
    (folder / "age.csv").write_text("Age,Dose\n" + rows)
    assert main(["train", "-q", "age.scm", "--data", "csv:age.csv", "--run", "trained"]) == 0
    assert main(["compile", "trained", "-o", "built"]) == 0
    assert "consistent with the graph" in capsys.readouterr().out
    assert main(["verify", "built"]) == 0
    text = (folder / "built" / "model.py").read_text()
    assert "class Transform" not in text
    names = {}
    exec(compile(text, "model.py", "exec"), names)
    model = names["load"](folder / "built" / "model.safetensors")
    module = open_run("trained").module()
    noise = module.draw_noise(500, generator=torch.Generator().manual_seed(0))
    assert noise.dtype == torch.float64
    for do in (None, {"Age": 44.5}):
        assert torch.equal(model(noise, do), module(noise, do))
    assert abs(float(module(noise, {"Age": 60.0})[:, 1].mean()) - 15) < 0.3


def test_a_missing_program_ends_with_2(folder, capsys):
    assert main(["compile", "nothing.scm"]) == 2
    assert "nothing.scm" in capsys.readouterr().err


def test_a_folder_with_other_files_is_left_alone(folder, capsys):
    before = sorted(entry.name for entry in folder.iterdir())
    assert main(["compile", "rain.scm", "-o", "."]) == 2
    assert "error[E508]: `.` holds files that are not a build" in capsys.readouterr().err
    assert sorted(entry.name for entry in folder.iterdir()) == before


def test_a_files_name_cannot_lead_out_of_the_build_folder(folder, capsys):
    (folder / "..odd name.scm").write_text("A : binary\n")
    assert main(["compile", "..odd name.scm"]) == 0
    assert [entry.name for entry in (folder / "build").iterdir()] == ["odd name"]


def test_hidden_common_causes_are_listed(folder, capsys):
    (folder / "f.scm").write_text("A, B, C : binary\nA -> B -> C\nA <-> C\nC <-> B\n")
    assert main(["compile", "f.scm"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "<-> C" in lines[1]
    assert "A; <-> C" in lines[2]
    assert "B; <-> A, B" in lines[3]
    assert "f: 3 nodes, 2 edges, 2 hidden common causes, 3 levels" in "\n".join(lines)
