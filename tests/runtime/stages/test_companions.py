"""Encoders and editors: what their stage writes and leaves alone, and that stopping is nothing."""

import json
import signal
import subprocess
import sys

import pytest
import torch
from PIL import Image

import scm_compiler as scm
from scm_compiler.cli.main import main
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.fit import train_editor, train_encoder
from scm_compiler.runtime.heads.editor import Edited
from scm_compiler.runtime.heads.encoder import Encoded, EncoderTrainer
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.companions import (
    companion_config,
    has_companion,
    pending_companions,
)
from scm_compiler.runtime.runs.heads import restart_head
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.stages.companions import extend_companions
from scm_compiler.runtime.stages.sequence import train_stages
from scm_compiler.runtime.storage.tensors import read_tensors
from scm_compiler.runtime.training import Diverged

TINY = {"width": 4, "hidden": 8, "batch": 8}
WEIGHTS = "Face.encoder.safetensors"
CHECKPOINT = "Face.encoder.checkpoint.safetensors"


@pytest.fixture(params=["encoder", "editor"])
def kind(request):
    return request.param


def extended(run, kind="encoder", steps=12):
    return extend_companions(run, kind, options=TINY, seed=0, steps=steps)


def trained(run, kind="encoder"):
    return train_stages(extended(run, kind), labels=False, images=False).run


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


def test_killed_it_goes_on_from_the_checkpoint(run, trained_copy, kind):
    weights, checkpoint = f"Face.{kind}.safetensors", f"Face.{kind}.checkpoint.safetensors"
    whole = trained(run, kind)
    other = extended(trained_copy, kind)
    script = (
        "import os, signal, sys\n"
        "from scm_compiler.runtime.progress import Silent\n"
        "from scm_compiler.runtime.runs.record import open_record\n"
        "from scm_compiler.runtime.data.images import load_images\n"
        "from scm_compiler.runtime.stages.companions import train_companion\n"
        "import torch; torch.set_num_threads(1)\n"
        "class Kills(Silent):\n"
        "    def move(self, done, seconds):\n"
        "        if done >= 7: os.kill(os.getpid(), signal.SIGKILL)\n"
        "run = open_record(sys.argv[1])\n"
        "table = load_images(run.head_config('Face').source, run.graph, 'Face')\n"
        "train_companion(\n"
        "    run, 'Face', sys.argv[2], table, progress=Kills(), checkpoint_seconds=0.0\n"
        ")\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(other.path), kind], check=False)
    assert ended.returncode == -signal.SIGKILL
    left = open_run(other.path)
    assert pending_companions(left) == (("Face", kind),)
    assert not has_companion(left, "Face", kind)
    assert code_of(lambda: abducting(left, left.head())) == "E693"
    assert 0 < int(read_tensors(other.path / checkpoint).facts["step"]) < 12
    again = train_stages(left).run
    assert (again.path / weights).read_bytes() == (whole.path / weights).read_bytes()


def test_interrupted_it_serves_as_it_is_and_goes_on(run, trained_copy, kind):
    class Stops(Silent):
        def move(self, done, seconds):
            if done == 5:
                signal.raise_signal(signal.SIGINT)

    weights = f"Face.{kind}.safetensors"
    whole = trained(run, kind)
    ended = train_stages(extended(trained_copy, kind), watch=lambda _: Stops(), labels=False)
    assert ended.stage == f"Face.{kind}"
    assert ended.outcome.signal == signal.SIGINT
    assert has_companion(ended.run, "Face", kind)
    again = train_stages(open_run(ended.run.path)).run
    assert pending_companions(again) == ()
    assert (again.path / weights).read_bytes() == (whole.path / weights).read_bytes()


def test_a_divergence_keeps_the_last_good_weights(run, monkeypatch):
    def diverging(self, steps):
        raise Diverged("the loss is not finite")

    waiting = extended(run)
    monkeypatch.setattr(EncoderTrainer, "advance", diverging)
    assert code_of(lambda: train_stages(waiting, labels=False)) == "E702"
    assert pending_companions(open_run(run.path)) == ()


def test_it_is_of_the_generator_that_it_was_trained_for(run, kind):
    done = trained(run, kind)
    restarted = restart_head(done, "Face")
    assert not has_companion(restarted, "Face", kind)


def test_photos_are_asked_about_by_an_editor_where_there_is_one(run):
    done = train_editor(run, options=TINY, steps=3, device="cpu")
    assert isinstance(abducting(done, done.head()), Edited)
    assert code_of(lambda: abducting(done, done.head(), by_noise=True)) == "E693"
    both = train_encoder(done, options=TINY, steps=3, device="cpu")
    assert isinstance(abducting(both, both.head(), by_noise=True), Encoded)
    images = (done.sample(3, seed=1).images * 127.5 + 127.5).byte().numpy()
    had = both.given(image=images[0].transpose(1, 2, 0)).counterfactual(do={"Male": 0})
    assert had.edited
    assert (had.composition == 0).all()
    assert code_of(lambda: extended(both, "editor")) == "E695"


def test_an_editor_turns_no_number(tmp_path):
    made = scm.train(
        scm.parse("graph g\nLight : real\nPicture : image(3, 16, 16)\nLight -> Picture\n"),
        data="pendulum:200",
        images="pendulum:200",
        head="vae",
        head_steps=2,
        head_options={"width": 4, "hidden": 8, "noise_size": 4, "batch": 8},
        real="linear",
        device="cpu",
        run=tmp_path / "run",
    )
    assert code_of(lambda: extended(made, "editor")) == "E696"


def test_other_images_than_the_heads_own(run):
    done = train_encoder(run, images="drawn-faces:90", options=TINY, steps=2, device="cpu")
    config = companion_config(done, "Face", "encoder")
    assert config.source == "drawn-faces:90"
    assert config.fingerprint != done.head_config("Face").fingerprint


def test_options_that_there_are_not(run):
    assert (
        code_of(lambda: extend_companions(run, "encoder", options={"depth": 2}, seed=0)) == "E662"
    )
    assert (
        code_of(lambda: extend_companions(run, "encoder", options={"width": 1}, seed=0)) == "E662"
    )


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
    code, told = scmc(*("editor" if word == "encoder" else word for word in stage), *options)
    assert code == 0
    assert "editor   for Face: 3 steps in" in told.out
    code, told = scmc(*asked, "--given", "Mustache=1")
    assert code == 0
    assert "an editor" in told.out
