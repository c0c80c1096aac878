"""An image head of another package, which draws images of one size alone."""

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
from PIL import Image as Pillow

from scm_compiler import load
from scm_compiler.cli.main import main
from scm_compiler.ir import Image
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.heads.registry import BUILTIN, installed

WORDS = ("--data", "tiles", "--images", "tiles", "--device", "cpu", "-q")


@pytest.fixture(autouse=True)
def _packages(install, here):
    install("mosaic", "scmc.heads", "mosaic = mosaic:MOSAIC")
    install("tiles", "scmc.sources", "tiles = tiles:TILES")


def scmc(*words, code=0):
    assert main([*map(str, words)]) == code


def weights(run):
    return (Path(run) / "Tile.safetensors").read_bytes()


def test_it_says_itself_what_it_draws(capsys):
    head = installed()["mosaic"]
    head.check("Tile", Image(3, 100, 100), 2)
    text = Path("tiles.scm").read_text()
    Path("large.scm").write_text(text.replace("100, 100", "300, 300"))
    scmc("train", "large.scm", *WORDS, code=1)
    assert "the head `causal_gan` cannot draw `Tile` at 300 by 300" in capsys.readouterr().err
    text = text.replace("100, 100", "64, 64")
    Path("small.scm").write_text(text)
    scmc("train", "small.scm", *WORDS, "--head", "mosaic", code=1)
    said = capsys.readouterr().err
    assert "error[E660]: the head `mosaic` cannot draw `Tile` at 64 by 64 pixels" in said
    assert "the nearest size that it can do is 100 by 100" in said
    for built_in in BUILTIN.values():
        built_in.check("Tile", Image(3, 64, 64), 2)


def test_it_works_from_check_to_sample(capsys):
    scmc("check", "tiles.scm", "--data", "tiles")
    scmc("compile", "tiles.scm", "-q")
    scmc("train", "tiles.scm", *WORDS, "--head", "mosaic", "--steps", "30")
    scmc("query", "P(Bright=1 | do(Warm=1))", "-q")
    scmc("verify", "runs/tiles-1", "-q")
    checks = json.loads(Path("runs/tiles-1/certificate.json").read_text())["checks"]
    assert {"image Tile: parents", "image Tile: rows", "image Tile: noise"} <= {
        check["name"] for check in checks
    }
    scmc("sample", "do(Warm=1)", "-n", "2", "-o", "warm.png", "-q")
    scmc("sample", "do(Warm=0)", "-n", "2", "-o", "rows", "-q")
    with Pillow.open("rows/000000.png") as image:
        assert image.size == (100, 100)
    capsys.readouterr()


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(monkeypatch):
    words = ("train", "tiles.scm", *WORDS, "--head", "mosaic", "--steps", "40")
    scmc(*words, "--run", "whole")
    trainer = sys.modules["mosaic"].Trainer
    advance = trainer.advance

    def stopped(self, steps):
        os.kill(os.getpid(), signal.SIGINT)
        return advance(self, min(steps, 10))

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "advance", stopped)
        scmc(*words, "--run", "cut", code=130)
    assert json.loads(Path("cut/manifest.json").read_text())["heads"]["Tile"]["steps"] < 40
    scmc("train", "--resume", "--run", "cut", "-q")
    assert weights("whole") == weights("cut")


def test_python_trains_it_too():
    run = train(
        load("tiles.scm"), data="tiles", images="tiles", head="mosaic", head_steps=5, device="cpu"
    )
    assert run.do(Warm=1).sample(3).images.shape == (3, 3, 100, 100)


@pytest.mark.slow
def test_it_is_evaluated(monkeypatch, capsys):
    few = {"observed": 64, "regime": 32, "realism": 40, "detective": 5, "vectors": 3, "spread": 4}
    judges = {"judge": JudgeRecipe(width=4, steps=20), "features": FeatureRecipe(4, 10)}
    monkeypatch.setattr("scm_compiler.cli.eval.Effort", partial(Effort, **few, **judges))
    scmc("train", "tiles.scm", *WORDS, "--head", "mosaic", "--steps", "30")
    scmc("eval", "-q")
    (told,) = json.loads(Path("runs/tiles-1/eval.json").read_text())["heads"]
    assert told["node"] == "Tile"
    assert "Tile" in capsys.readouterr().out
