"""The stage of encoders: what it writes and leaves alone, and that stopping it changes nothing."""

import json
import signal
import subprocess
import sys

import pytest
import torch
from PIL import Image

from scm_compiler.cli.main import main
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.fit import train_encoder
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.heads import restart_head
from scm_compiler.runtime.runs.trained_encoder import encoder_config, has_encoder, pending_encoders
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.stages import encoders
from scm_compiler.runtime.stages.encoders import extend_encoders
from scm_compiler.runtime.stages.sequence import train_stages
from scm_compiler.runtime.storage.tensors import read_tensors
from scm_compiler.runtime.training import Diverged

TINY = {"width": 4, "hidden": 8, "batch": 8}
WEIGHTS = "Face.encoder.safetensors"
CHECKPOINT = "Face.encoder.checkpoint.safetensors"


def extended(run, steps=12):
    return extend_encoders(run, options=TINY, seed=0, steps=steps)


def trained(run):
    return train_stages(extended(run), labels=False, images=False).run


def code_of(call):
    with pytest.raises(ScmError) as caught:
        call()
    return caught.value.diagnostics[0].code


def test_what_it_adds_to_a_run(run):
    names = ("Face.safetensors", "certificate.json", "labels.safetensors")
    before = {name: (run.path / name).read_bytes() for name in names}
    assert code_of(lambda: abducting(run, run.head())) == "E693"
    done = train_encoder(run, options=TINY, steps=12, device="cpu")
    assert {name: (run.path / name).read_bytes() for name in names} == before
    opened = open_run(run.path)
    assert {"Face.encoder.config.json", WEIGHTS} <= opened.manifest.files.keys()
    assert not (run.path / CHECKPOINT).exists()
    images = done.sample(3, seed=1).images
    found = abducting(opened, opened.head()).abduct(images, torch.zeros(3, 2, dtype=torch.int64))
    assert found.shape == (3, opened.head().generator.noise_size)
    assert code_of(lambda: extended(opened)) == "E695"
    assert code_of(lambda: train_stages(opened)) == "E705"


def test_killed_it_goes_on_from_the_checkpoint(run, trained_copy):
    whole = trained(run)
    other = extended(trained_copy)
    script = (
        "import os, signal, sys\n"
        "from scm_compiler.runtime.progress import Silent\n"
        "from scm_compiler.runtime.runs.record import open_record\n"
        "from scm_compiler.runtime.data.images import load_images\n"
        "from scm_compiler.runtime.stages import encoders\n"
        "import torch; torch.set_num_threads(1)\n"
        "class Kills(Silent):\n"
        "    def move(self, done, seconds):\n"
        "        if done >= 7: os.kill(os.getpid(), signal.SIGKILL)\n"
        "run = open_record(sys.argv[1])\n"
        "table = load_images(run.head_config('Face').source, run.graph, 'Face')\n"
        "encoders.train_encoder(run, 'Face', table, progress=Kills(), checkpoint_seconds=0.0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(other.path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    left = open_run(other.path)
    assert pending_encoders(left) == ("Face",)
    assert not has_encoder(left, "Face")
    assert code_of(lambda: abducting(left, left.head())) == "E693"
    assert 0 < int(read_tensors(other.path / CHECKPOINT).facts["step"]) < 12
    again = train_stages(left).run
    assert (again.path / WEIGHTS).read_bytes() == (whole.path / WEIGHTS).read_bytes()


def test_interrupted_it_serves_as_it_is_and_goes_on(run, trained_copy):
    class Stops(Silent):
        def move(self, done, seconds):
            if done == 5:
                signal.raise_signal(signal.SIGINT)

    whole = trained(run)
    ended = train_stages(extended(trained_copy), watch=lambda _: Stops(), labels=False)
    assert ended.stage == "Face.encoder"
    assert ended.outcome.signal == signal.SIGINT
    assert has_encoder(ended.run, "Face")
    again = train_stages(open_run(ended.run.path)).run
    assert pending_encoders(again) == ()
    assert (again.path / WEIGHTS).read_bytes() == (whole.path / WEIGHTS).read_bytes()


def test_a_divergence_keeps_the_last_good_weights(run, monkeypatch):
    def diverging(self, steps):
        raise Diverged("the loss is not finite")

    waiting = extended(run)
    monkeypatch.setattr(encoders.EncoderTrainer, "advance", diverging)
    assert code_of(lambda: train_stages(waiting, labels=False)) == "E702"
    assert pending_encoders(open_run(run.path)) == ()


def test_an_encoder_is_of_the_generator_that_it_was_trained_for(run):
    done = trained(run)
    restarted = restart_head(done, "Face")
    assert not has_encoder(restarted, "Face")


def test_other_images_than_the_heads_own(run):
    done = train_encoder(run, images="drawn-faces:90", options=TINY, steps=2, device="cpu")
    config = encoder_config(done, "Face")
    assert config.source == "drawn-faces:90"
    assert config.fingerprint != done.head_config("Face").fingerprint


def test_options_that_there_are_not(run):
    assert code_of(lambda: extend_encoders(run, options={"depth": 2}, seed=0)) == "E662"
    assert code_of(lambda: extend_encoders(run, options={"width": 1}, seed=0)) == "E662"


def test_on_the_command_line(run, tmp_path, capsys):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (20, 30), (200, 90, 30)).save(photo)

    def scmc(*words):
        return main([*map(str, words)]), capsys.readouterr()

    asked = ("sample", "do(Male=0)", "--of", photo, "--run", run.path, "-o", tmp_path / "had.png")
    code, told = scmc(*asked)
    assert code == 2
    assert f"scmc train --run {run.path} --stage encoder`" in told.err
    options = [word for name, value in TINY.items() for word in ("--option", f"{name}={value}")]
    stage = ("train", "--run", run.path, "--stage", "encoder", "--steps", 3, "--device", "cpu")
    code, told = scmc(*stage, *options)
    assert code == 0
    assert "encoder  for Face: 3 steps in" in told.out
    code, told = scmc(*asked, "--refine", 3, "--given", "Mustache=1")
    assert code == 0
    assert "composition error" in told.out
    assert "Mustache=1 (given)" in told.out
    config = json.loads((run.path / "Face.encoder.config.json").read_text())
    assert config["steps"] == 3
