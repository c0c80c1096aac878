"""`scmc export RUN --to DIR`: what others can use, and what reading it back does not do."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import scm_compiler as scm
from scm_compiler.cli.main import main

PROGRAM = 'graph rain\nRain, "wet <b>`lawn`" : binary\nRain -> "wet <b>`lawn`"\n'


@pytest.fixture
def run(here):
    (here / "d.csv").write_text('Rain,"wet <b>`lawn`"\n0,0\n1,1\n0,1\n1,1\n')
    return scm.train(scm.parse(PROGRAM, "rain"), data="csv:d.csv")


@pytest.fixture
def model(here, run):
    words = ["export", str(run.path), "--to", "model", "--license", "MIT", "-q"]
    assert main(words) == 0
    return here / "model"


def test_the_folder_has_the_layout_of_a_hub(model, capsys):
    names = {path.name for path in model.iterdir()}
    assert {"README.md", "config.json", "model.safetensors", ".gitattributes"} <= names
    card = (model / "README.md").read_text("utf-8")
    header = card.split("---\n")[1]
    assert 'license: "MIT"\n' in header
    assert "library_name: scmc\n" in header
    headings = re.findall(r"^## (.+)$", card, re.MULTILINE)
    assert headings == ["Use", "Data", "Measures", "Limits", "Licence"]
    assert "csv:d.csv`: 4 rows, 3 of them distinct" in card
    assert "![The graph](graph.svg)" in card


def test_torch_alone_draws_its_labels(model):
    code = """
import sys
sys.modules["scm_compiler"] = None
from model import load
model = load("model.safetensors")
drawn = model.sample(1000, do={"Rain": 0})
assert drawn[:, 0].tolist() == [0] * 1000
assert 0 < drawn[:, 1].float().mean() < 1
"""
    subprocess.run([sys.executable, "-c", code], cwd=model, check=True)


def test_it_answers_as_the_run_and_executes_nothing(model, run, monkeypatch):
    for name in ("model.py", "__init__.py", "conftest.py", "sitecustomize.py", "scm_compiler.py"):
        (model / name).write_text("raise SystemExit('executed')\n")
    (model / "model.pkl").write_bytes(b"cos\nabort\n(tR.")
    asked = "P(Rain=1)"
    command = [sys.executable, "-m", "scm_compiler", "query", asked, "--run", "model", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["answer"]["probability"] == run.query(asked).probability
    assert main(["verify", "model", "-q"]) == 0


def test_hostile_names_do_no_harm_to_the_card(model):
    card = (model / "README.md").read_text("utf-8")
    outside = re.sub(r"^(`{3,}).*?^\1$", "", card, flags=re.MULTILINE | re.DOTALL)
    assert "<b>" not in outside


def test_a_folder_that_holds_something_is_left_alone(here, run, capsys):
    (here / "full").mkdir()
    (here / "full/notes.txt").write_text("mine")
    assert main(["export", str(run.path), "--to", "full"]) == 2
    assert "error[E871]" in capsys.readouterr().err
    assert [path.name for path in (here / "full").iterdir()] == ["notes.txt"]
    (here / "file").write_text("mine")
    assert main(["export", str(run.path), "--to", "file"]) == 2
    assert (here / "file").read_text() == "mine"
    (here / "empty").mkdir()
    assert main(["export", str(run.path), "--to", "empty"]) == 0


def test_only_a_run_is_shared(here, capsys):
    (here / "g.scm").write_text(PROGRAM)
    assert main(["export", "g.scm", "--to", "model"]) == 2
    assert "error[E651]" in capsys.readouterr().err
    assert not (here / "model").exists()


def test_a_run_with_a_head_shows_what_it_draws(here, capsys):
    assert main(["export", "drawn_faces", "--to", "faces"]) == 0
    card = (here / "faces/README.md").read_text("utf-8")
    assert "![Drawn: Face](samples-0.png)" in card
    assert (here / "faces/samples-0.png").read_bytes().startswith(b"\x89PNG")
    assert scm.open_run("faces").images == ("Face",)


NUMBERS = "Ill : binary\nAge, Dose : real\nIll -> Age -> Dose"


@pytest.fixture
def numbers(here):
    rows = [
        f"{rank % 2},{40 + (rank * 7) % 31 + 5 * (rank % 2)},{rank * 13 % 17}\n"
        for rank in range(60)
    ]
    (here / "n.csv").write_text("Ill,Age,Dose\n" + "".join(rows))
    return scm.train(scm.parse(NUMBERS, "dose"), data="csv:n.csv", real="linear")


def test_a_run_with_real_nodes_answers_as_it_did(here, numbers):
    assert main(["export", str(numbers.path), "--to", "model", "-q"]) == 0
    for name in ("model.py", "sitecustomize.py"):
        (here / "model" / name).write_text("raise SystemExit('executed')\n")
    read = scm.open_run("model")
    for asked in ("E(Dose | do(Age=50))", "P(Age > 50 | Ill=1)", "Q(Dose, 0.9)"):
        assert read.query(asked).probability == numbers.query(asked).probability
    card = (here / "model/README.md").read_text("utf-8")
    assert "scmc query 'P(Dose | do(Ill=1))' --run ." in card
    assert "rows.safetensors" in card
    assert "`real_loglik` is" in card


def test_torch_alone_draws_its_numbers(here, numbers):
    assert main(["export", str(numbers.path), "--to", "model", "-q"]) == 0
    code = """
import sys
sys.modules["scm_compiler"] = None
import torch
from model import load
torch.manual_seed(0)
model = load("model.safetensors")
drawn = model.sample(20_000, do={"Age": 50.0})
print(drawn[:, 1].min().item(), drawn[:, 1].max().item(), drawn[:, 2].mean().item())
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd="model", check=True, capture_output=True, text=True)
    low, high, mean = map(float, done.stdout.split())
    assert (low, high) == (50.0, 50.0)
    assert mean == pytest.approx(numbers.query("E(Dose | do(Age=50))").probability, abs=0.2)


def test_a_run_of_real_nodes_alone(here):
    (here / "n.csv").write_text("A,B\n" + "".join(f"{n},{n * 7 % 5}\n" for n in range(20)))
    run = scm.train(scm.parse("A, B : real\nA -> B", "two"), data="csv:n.csv", real="linear")
    assert main(["export", str(run.path), "--to", "model", "-q"]) == 0
    assert "P(B | do(A=0.0))" in (here / "model/README.md").read_text("utf-8")
    assert scm.open_run("model").query("E(B)").probability == run.query("E(B)").probability


def test_a_run_of_the_observed_law_has_no_source_to_share(here):
    """There are no mechanisms that a module could hold one by one; the run answers as it did."""
    draw = np.random.default_rng(0)
    u, x = draw.normal(size=(2, 60))
    data = {"X": x + u, "Z": x + u + draw.normal(size=60)}
    data["Y"] = data["Z"] - u + draw.normal(size=60)
    graph = scm.parse("X, Z, Y : real\nX -> Z -> Y\nX <-> Y", "front")
    run = scm.train(graph, data=data, real="linear")
    assert main(["export", str(run.path), "--to", "model", "-q"]) == 0
    files = {path.name for path in (here / "model").iterdir()}
    assert "reals.safetensors" in files
    assert not {"model.py", "model.safetensors"} & files
    card = (here / "model/README.md").read_text("utf-8")
    assert "model.py" not in card
    assert "scmc query 'P(Y | do(X=0.0))' --run ." in card
    asked = "E(Y | do(X=1))"
    assert scm.open_run("model").query(asked).probability == run.query(asked).probability


def test_images_of_real_nodes_are_shown_and_drawn_as_the_run_draws_them(here):
    program = "Pendulum, Light : real\nPicture : image(3, 16, 16)\n* -> Picture"
    random = np.random.default_rng(0)
    rows = {"Pendulum": random.uniform(-40, 42, 40), "Light": random.uniform(60, 146, 40)}
    run = scm.train(
        scm.parse(program, "swing"),
        data=rows,
        images="pendulum:60",
        head_steps=1,
        head_options={"width": 8, "labeler_width": 8, "batch": 8, "noise_size": 4},
        real="linear",
        device="cpu",
    )
    assert main(["export", str(run.path), "--to", "model", "-q"]) == 0
    with Image.open(here / "model/samples-0.png") as shown:
        assert shown.width == shown.height > 6 * 16
    card = (here / "model/README.md").read_text("utf-8")
    assert "![Drawn: Picture](samples-0.png)" in card
    assert "`model.py` draws no images" in card
    for place, name in ((run.path, "own.png"), ("model", "shared.png")):
        words = ["sample", "do(Light=100)", "--run", str(place), "-n", "2", "-o", name, "-q"]
        assert main(words) == 0
    assert (here / "own.png").read_bytes() == (here / "shared.png").read_bytes()


def test_what_is_made_of_a_run_has_the_name_of_the_run(here, numbers):
    """The program says none, and is called `model.scm` in every run."""
    assert main(["export", str(numbers.path), "--to", "model", "-q"]) == 0
    assert main(["compile", str(numbers.path), "-q"]) == 0
    for made in ("model/model.py", "build/dose/model.py"):
        assert (here / made).read_text("utf-8").startswith('"""The causal model dose in plain')
