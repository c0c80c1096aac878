"""`scmc train` with images: both stages in one run."""

import json
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest
import torch

from scm_compiler.cli.main import main
from scm_compiler.cli.options import by_name, settings
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.run import latest_run, open_run
from scm_compiler.runtime.storage.tensors import read_tensors
from tests.copies import Copy

PROGRAM = """graph small
Male, Mustache : binary
Face : image(3, 16, 16)
Male -> Mustache
Male, Mustache -> Face
"""
TINY = [
    *("--images", "drawn-faces:64", "--precision", "float32", "--device", "cpu"),
    *("--option", "width=4", "--option", "batch=8", "--option", "noise_size=4"),
]


@pytest.fixture(autouse=True, scope="module")
def _cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCMC_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(autouse=True)
def here(here) -> Path:
    (here / "small.scm").write_text(PROGRAM)
    return here


def test_both_stages_and_what_is_printed(capsys):
    assert main(["train", "small.scm", *TINY, "--steps", "4"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith("TVD      0.0000")
    assert lines[1].startswith("image    Face by causal_gan: 4 steps in ")
    assert lines[3] == "run      runs/small-1"
    assert lines[5] == (
        'then     scmc sample "do(Mustache=1)" --vs "given(Mustache=1)" -n 10 -o figure.png'
    )
    assert "training Face with causal_gan on drawn-faces:64, seed 0" in err
    assert "images/s" in err
    assert " left" in err
    assert main(["verify", "runs/small-1"]) == 0
    assert "10 of 10 checks passed" in capsys.readouterr().out


def test_the_document_tells_of_the_images(capsys):
    assert main(["train", "small.scm", *TINY, "--steps", "2", "--json", "--seed", "7"]) == 0
    document = json.loads(capsys.readouterr().out)
    face = document["images"]["Face"]
    assert (face["status"], face["steps"], face["head"]) == ("complete", 2, "causal_gan")
    assert document["status"] == "complete"
    assert open_run(document["run"]).head_config("Face").seed == 7


def test_a_head_is_added_to_a_run_of_labels(capsys):
    assert main(["train", "small.scm", "-q", "--stage", "labels"]) == 0
    run = latest_run()
    before = (run.path / "labels.safetensors").read_bytes()
    asked = ["--head", "conditional_gan", "--steps", "2"]
    assert main(["train", "--run", str(run.path), "--stage", "images", *TINY, *asked]) == 0
    opened = open_run(run.path)
    assert opened.images == ("Face",)
    assert opened.manifest.heads["Face"].head == "conditional_gan"
    assert (run.path / "labels.safetensors").read_bytes() == before
    capsys.readouterr()
    assert main(["train", "--stage", "images", *TINY]) == 2
    assert "error[E711]" in capsys.readouterr().err
    assert main(["train", "--resume"]) == 2
    assert "error[E705]" in capsys.readouterr().err


def test_a_run_of_another_graph_is_refused(here, capsys):
    assert main(["train", "small.scm", "-q", "--stage", "labels"]) == 0
    (here / "other.scm").write_text(PROGRAM.replace("Male, Mustache -> Face", "Male -> Face"))
    capsys.readouterr()
    assert main(["train", "other.scm", "--stage", "images", *TINY]) == 2
    assert "error[E706]" in capsys.readouterr().err
    assert latest_run().images == ()


@pytest.fixture
def unfinished(here, capsys):
    """A run of two images whose training its budget ended; how to resume it, and what is said."""
    (here / "two.scm").write_text(PROGRAM + "Bust : image(3, 16, 16)\nMale, Mustache -> Bust\n")
    asked = [*TINY, "--images", "Bust=drawn-faces:65", "--head", "Bust=causal_began"]
    assert main(["train", "two.scm", "-q", *asked, "--budget", "0.1s", "--run", "two"]) == 0

    def resume(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["train", "-q", "--resume", "--run", "two", *words]), capsys.readouterr().err

    return resume


def test_what_a_resumed_training_of_two_images_is_asked_for(unfinished):
    for words, started, asked in (
        (("--head", "Face=causal_began"), "--head Face=causal_gan", "--head Face=causal_began"),
        (("--head", "causal_gan"), "--head Bust=causal_began", "--head Bust=causal_gan"),
        (("--images", "drawn-faces:65"), "--images Face=drawn-faces:64", "drawn-faces:65"),
        (("--option", "width=8"), "--option width=4", "--option width=8"),
        (("--precision", "bfloat16"), "--precision float32", "--precision bfloat16"),
        (("--steps", "7"), "--steps 1000000", "--steps 7"),
        (("--seed", "1"), "--seed 0", "--seed 1"),
    ):
        code, err = unfinished(*words)
        assert (code, err.count("error[E706]")) == (2, 1), words
        assert f"`two` was started with `{started}`, not `" in err
        assert f"{asked}`" in err
    assert "error[E560]" in unfinished("--option", "no_such=1")[1]


def test_what_was_asked_for_may_be_said_again(unfinished):
    heads = ("--head", "Face=causal_gan", "--head", "Bust=causal_began")
    sources = ("--images", "drawn-faces:64", "--images", "Bust=drawn-faces:65")
    assert unfinished(*heads, *sources, *TINY[2:], "--seed", "0", "--budget", "0.1s")[0] == 0


def test_a_budget_that_is_spent_is_not_spent_again(unfinished):
    before = open_run("two").manifest.heads
    assert unfinished("--budget", "1s")[0] == 0
    after = open_run("two").manifest.heads
    assert sum(after[name].seconds - before[name].seconds for name in after) < 0.5


def test_labels_that_drawn_faces_do_not_show(here, capsys):
    (here / "hat.scm").write_text(PROGRAM.replace("Mustache", "Hat"))
    (here / "hat.csv").write_text("Male,Hat\n0,1\n1,0\n1,1\n0,0\n")
    assert main(["train", "hat.scm", "--data", "csv:hat.csv"]) == 0
    err = capsys.readouterr().err
    assert "note[N701]: the image `Face` was not trained: no images were named for it" in err
    assert "`scmc train --stage images --images SPEC`" in err
    assert main(["train", "--stage", "images"]) == 2
    assert "error[E718]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--stage", "pictures"], "E707"),
        (["--device", "abacus"], "E707"),
        (["--devices", "0"], "E707"),
        (["--precision", "half"], "E707"),
        (["--option", "width"], "E707"),
        (["--option", "width=0"], "E662"),
        (["--head", "causalgan"], "E661"),
        (["--head-preset", "papers"], "E662"),
        (["--images", "faces"], "E670"),
    ],
)
def test_refusals_leave_no_run(here, capsys, words, code):
    assert main(["train", "small.scm", *words]) in (1, 2)
    assert f"error[{code}]" in capsys.readouterr().err
    assert not (here / "runs").exists()


def test_a_size_that_no_head_can_do(here, capsys):
    (here / "big.scm").write_text(PROGRAM.replace("16, 16", "512, 512"))
    assert main(["train", "big.scm", "--images", "folder:unread"]) == 1
    assert "error[E660]" in capsys.readouterr().err
    assert not (here / "runs").exists()


def test_options_by_name():
    assert by_name(["a", "Face=b", "x=1"], ["Face"]) == {"": "x=1", "Face": "b"}
    assert settings("--option", ["a=null", "b=1e-3", "c=x=y"]) == {
        "a": None,
        "b": 1e-3,
        "c": "x=y",
    }
    with pytest.raises(ScmError):
        settings("--option", ["=3"])


def start(*words: str) -> Copy:
    return Copy(partial(main, ["train", *words]), Path.cwd(), seconds=300)


def numbers(run) -> list[dict]:
    lines = (run / "Face.metrics.jsonl").read_text().splitlines()
    varying = ("seconds", "images_per_second", "seconds_left")
    return [{k: v for k, v in json.loads(line).items() if k not in varying} for line in lines]


@pytest.mark.slow
def test_killed_and_resumed_it_ends_with_the_same_losses(here, capsys):
    asked = ["small.scm", *TINY, "--steps", "60"]
    assert main(["train", *asked, "--run", "whole", "-q"]) == 0
    copy = start(*asked, "--run", "parts")
    copy.wait_for("step 30/")
    copy.signal(signal.SIGKILL)
    copy.ended()
    assert open_run("parts").manifest.heads["Face"].status == "training"
    assert main(["train", "--resume", "--run", "parts"]) == 0
    assert numbers(here / "parts") == numbers(here / "whole")
    whole, parts = (read_tensors(here / name / "Face.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(held, parts.tensors[name]) for name, held in whole.tensors.items())


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_two_devices_stop_when_the_process_that_started_them_is_killed(here):
    copy = start("small.scm", *TINY, "--steps", "100000", "--run", "two", "--devices", "2")
    copy.wait_for("step 200/")
    copy.signal(signal.SIGKILL)
    copy.ended()
    end = time.monotonic() + 60
    while open_run("two").manifest.heads["Face"].status == "training" and time.monotonic() < end:
        time.sleep(0.02)
    assert open_run("two").manifest.heads["Face"].status == "interrupted"
    assert open_run("two").manifest.heads["Face"].steps >= 200


@pytest.mark.slow
def test_two_devices_give_the_run_of_one(here):
    asked = ["small.scm", *TINY, "--steps", "5"]
    assert main(["train", *asked, "--run", "one", "-q"]) == 0
    found = start(*asked, "--run", "two", "--devices", "2").ended()
    assert found.code == 0, found.err
    assert found.out.count("run      two") == 1
    for one, two in zip(numbers(here / "one"), numbers(here / "two"), strict=True):
        assert two == pytest.approx(one, rel=1e-4, abs=1e-5)
    assert main(["verify", "two"]) == 0
    found = start("--resume", "--run", "two", "--devices", "2").ended()
    assert found.code == 2
    assert found.err.count("error[E705]") == 1
    found = start("small.scm", "--head", "causalgan", "--devices", "2").ended()
    assert found.code == 1
    assert found.err.count("error[E661]") == 1
    assert "Traceback" not in found.err
