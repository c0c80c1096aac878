"""The second stage: what it writes, and that stopping it changes nothing."""

import itertools
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from scm_compiler.diagnostics import ScmError
from scm_compiler.emit.checks.contract import Check
from scm_compiler.runtime.heads.training import AdversarialTrainer
from scm_compiler.runtime.run import open_run, run_of
from scm_compiler.runtime.runs.manifest import digest
from scm_compiler.runtime.runs.model_files import read_module
from scm_compiler.runtime.stages import images as train
from scm_compiler.runtime.stages.images import Placement
from scm_compiler.runtime.stages.plan import HeadPlan, refuse_unequal
from scm_compiler.runtime.stages.sequence import extend, pending_heads, train_stages
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors
from scm_compiler.runtime.training import Diverged, Silent, loop, team
from scm_compiler.runtime.training.team import Team, TeamLost
from tests.copies import Copy


def codes(caught) -> list[str]:
    return [found.code for found in caught.value.diagnostics]


def losses(run, image="Face") -> list[dict]:
    lines = (run.path / f"{image}.metrics.jsonl").read_text().splitlines()
    varying = ("seconds", "images_per_second", "seconds_left")
    return [{k: v for k, v in json.loads(line).items() if k not in varying} for line in lines]


def weights(run, image="Face") -> dict[str, torch.Tensor]:
    return dict(read_tensors(run.path / f"{image}.safetensors").tensors)


def same(first, second) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


class Stops(Silent):
    """Asks for a stop at a step, as Ctrl-C does."""

    def __init__(self, at: int) -> None:
        self._at = at

    def move(self, done, seconds):
        if done >= self._at:
            signal.raise_signal(signal.SIGINT)
            self._at = 10**9


def test_what_a_run_with_a_head_holds(run):
    opened = open_run(run.path)
    assert opened.images == ("Face",)
    facts = opened.manifest.heads["Face"]
    assert (facts.status, facts.steps, facts.total, facts.head) == (
        "complete",
        12,
        12,
        "causal_gan",
    )
    config = opened.head_config("Face")
    assert config.options["width"] == 4
    assert config.source == "drawn-faces:64"
    held = read_tensors(run.path / "Face.safetensors").facts
    assert held["graph"] == opened.graph.hash
    assert (held["head"], held["options"]["noise_size"]) == ("causal_gan", 4)
    named = {"Face.safetensors", "Face.config.json", "Face.metrics.jsonl", "certificate.json"}
    assert named <= opened.manifest.files.keys()
    assert not (run.path / "Face.checkpoint.safetensors").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 256},
        {"width": True},
        {"width": 10**9},
        {"noise_size": 1024},
        {"batch": 4.0},
        {"generator_rate": float("nan")},
        {"kernel": 5},
        {"preset": "paper"},
    ],
)
def test_a_head_has_the_size_of_its_weights(run, tmp_path, changes):
    """Also where its weights' file says the same as the configuration."""
    path = Path(shutil.copytree(run.path, tmp_path / "edited"))
    config = json.loads((path / "Face.config.json").read_text())
    config["options"] |= changes
    (path / "Face.config.json").write_text(json.dumps(config))
    held = read_tensors(path / "Face.safetensors")
    write_tensors(path / "Face.safetensors", held.tensors, {**held.facts, **config})
    manifest = json.loads((path / "manifest.json").read_text())
    for name in ("Face.config.json", "Face.safetensors"):
        manifest["files"][name] = digest(path / name)
    (path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ScmError) as caught:
        open_run(path).head("Face")
    (found,) = caught.value.diagnostics
    assert found.code in ("E653", "E656")
    assert caught.value.exit_code == 2


def test_an_option_that_was_left_out_has_its_default(run):
    path = run.path / "Face.config.json"
    config = json.loads(path.read_text())
    held = read_tensors(run.path / "Face.safetensors")
    for name in ("batch", "kernel"):
        del config["options"][name]
    path.write_text(json.dumps(config))
    write_tensors(run.path / "Face.safetensors", held.tensors, {**held.facts, **config})
    manifest = json.loads((run.path / "manifest.json").read_text())
    for name in ("Face.config.json", "Face.safetensors"):
        manifest["files"][name] = digest(run.path / name)
    (run.path / "manifest.json").write_text(json.dumps(manifest))
    opened = open_run(run.path)
    assert opened.head("Face").generator.options.kernel == 4
    assert train._batch(opened.head_config("Face")) == 32


def test_the_log_has_speed_and_time_left(run):
    lines = [json.loads(x) for x in (run.path / "Face.metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, 13))
    assert all(line["images_per_second"] > 0 and line["seconds_left"] >= 0 for line in lines)
    # a lazy Labeler takes a step, and so logs its loss, in some lines only
    logged = set().union(*lines)
    assert {"discriminator", "labeler", "generator"} <= logged


def test_previews_are_grids_of_the_same_noise(run):
    pictures = sorted((run.path / "previews").iterdir())
    assert pictures[0].name == "Face-000001.png"
    assert pictures[-1].name == "Face-000012.png"
    with Image.open(pictures[0]) as picture:
        assert picture.size == (8 * 18 + 2, 8 * 18 + 2)


def test_the_labels_stay_as_they_were(small, tmp_path):
    alone = small.start(tmp_path / "alone")
    labels = train_stages(alone, images=False)
    assert labels.run.images == ()
    assert pending_heads(labels.run) == ("Face",)
    before = (alone.path / "labels.safetensors").read_bytes()
    both = train_stages(labels.run, labels=False)
    assert both.run.images == ("Face",)
    assert (alone.path / "labels.safetensors").read_bytes() == before
    assert read_module(alone.path, alone.graph).sample(3).shape == (3, 3)


@pytest.mark.parametrize(
    ("head", "changes"),
    [
        ("causal_gan", {}),
        ("causal_began", {}),
        ("conditional_gan", {}),
        ("vae", {"hidden": 8}),
        ("causal_vae", {"hidden": 8, "learn_graph": True}),
    ],
)
def test_stopped_and_resumed_it_ends_the_same(small, tmp_path, head, changes):
    planned = small.plan(head=head, **changes)
    whole = train_stages(small.start(tmp_path / "whole", planned), tables=planned.tables).run
    first = train_stages(
        small.start(tmp_path / "parts", planned),
        tables=planned.tables,
        watch=lambda stage: Stops(5) if stage == "Face" else Silent(),
    )
    assert first.outcome.signal == signal.SIGINT
    assert 5 <= first.outcome.step < 12
    assert first.run.images == ("Face",)  # what there is can be sampled
    assert open_run(first.run.path).manifest.heads["Face"].status == "interrupted"
    again = train_stages(open_run(first.run.path)).run
    assert same(weights(again), weights(whole))
    assert losses(again) == losses(whole)
    assert again.manifest.heads["Face"].status == "complete"
    certificates = {(run.path / "certificate.json").read_bytes() for run in (again, whole)}
    assert len(certificates) == 1
    assert json.loads(certificates.pop())["consistent"]


@pytest.mark.slow
@pytest.mark.parametrize("head", ["vae", "causal_vae"])
def test_killed_at_random_moments_it_ends_byte_for_byte_the_same(small, tmp_path, head):
    planned = small.plan(head=head, hidden=8, steps=300)
    whole, parts = (
        train_stages(small.start(tmp_path / name, planned), images=False).run
        for name in ("whole", "parts")
    )

    def go_on(run):
        table = planned.tables["Face"]
        sys.stderr.write("ready\n")
        train.train_image(open_run(run.path), "Face", table, checkpoint_seconds=0.0)

    go_on(whole)
    draw, ended = random.Random(5), []
    while 0 not in ended:
        copy = Copy(lambda: go_on(parts), tmp_path)
        if len(ended) < 3:
            copy.wait_for("ready")
            time.sleep(draw.uniform(0.05, 0.3))
            copy.signal(signal.SIGKILL)
        ended.append(copy.ended().code)
    assert ended == [-signal.SIGKILL] * 3 + [0]
    for name in ("Face.safetensors", "Face.config.json", "certificate.json"):
        assert (parts.path / name).read_bytes() == (whole.path / name).read_bytes(), name
    assert losses(parts) == losses(whole)


def test_killed_it_goes_on_from_the_checkpoint(small, tmp_path):
    class Killed(BaseException):
        pass

    class Kills(Silent):
        def move(self, done, seconds):
            if done >= 7:
                raise Killed

    planned = small.plan()
    whole = train_stages(small.start(tmp_path / "whole", planned), tables=planned.tables).run
    run = train_stages(small.start(tmp_path / "parts", planned), images=False).run
    with pytest.raises(Killed):
        train.train_image(
            run, "Face", planned.tables["Face"], progress=Kills(), checkpoint_seconds=0.0
        )
    left = open_run(run.path)
    assert left.images == ()
    assert left.manifest.heads["Face"].status == "training"
    kept = int(read_tensors(run.path / "Face.checkpoint.safetensors").facts["step"])
    assert 0 < kept < 12
    again = train_stages(left).run
    assert same(weights(again), weights(whole))
    assert losses(again) == losses(whole)


def test_a_budget_is_shared(small, tmp_path, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(loop, "monotonic", lambda: next(ticks) * 0.05)
    text = small.program + "Portrait : image(3, 16, 16)\nMale -> Portrait\n"
    graph = small.graph(text)
    planned = small.plan(graph, steps=100_000)
    run = train_stages(
        small.start(tmp_path / "run", planned, graph), tables=planned.tables, budget=4.0
    ).run
    assert run.images == ("Face", "Portrait")
    for image in run.images:
        facts = run.manifest.heads[image]
        assert facts.status == "complete"
        assert 0 < facts.steps < facts.total
        assert facts.seconds == pytest.approx(2.0, abs=1.0)
    checked = json.loads((run.path / "certificate.json").read_text())["checks"]
    assert sum("image Portrait" in check["name"] for check in checked) == 3
    sample = run_of(run).sample(3)
    assert list(sample.pictures) == ["Face", "Portrait"]
    assert not torch.equal(*sample.pictures.values())


def test_a_full_disk_loses_nothing(small, tmp_path, disk):
    planned = small.plan()
    whole = train_stages(small.start(tmp_path / "whole", planned), tables=planned.tables).run
    run = train_stages(small.start(tmp_path / "run", planned), images=False).run
    disk.left = 8
    with pytest.raises(ScmError) as caught:
        train.train_image(run, "Face", planned.tables["Face"], checkpoint_seconds=0.0)
    assert codes(caught) == ["E657"]
    assert "No space left on device" in str(caught.value)
    disk.left = 10_000
    again = train_stages(open_run(run.path)).run
    assert same(weights(again), weights(whole))


def test_a_divergence_keeps_the_last_good_weights(small, tmp_path, monkeypatch):
    planned = small.plan()
    run = small.start(tmp_path / "run", planned)
    made = train.head_trainer

    def bad(*given):
        trainer, labels = made(*given)
        advance = trainer.advance

        def diverging(steps):
            if trainer.done >= 6:
                raise Diverged("the loss is not finite")
            return advance(steps)

        trainer.advance = diverging
        return trainer, labels

    monkeypatch.setattr(train, "head_trainer", bad)
    with pytest.raises(ScmError) as caught:
        train_stages(run, tables=planned.tables)
    assert codes(caught) == ["E702"]
    assert caught.value.exit_code == 4
    opened = open_run(run.path)
    assert opened.manifest.heads["Face"].status == "diverged"
    assert opened.sample(2).images.isfinite().all()
    assert pending_heads(opened) == ()
    with pytest.raises(ScmError, match="its training diverged"):
        train_stages(opened, tables=planned.tables)


def test_other_images_are_not_gone_on_with(small, tmp_path):
    planned = small.plan()
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    rows = ["file_name,Male,Mustache"]
    for number in range(8):
        picture = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f"{number}.png")
        rows.append(f"{number}.png,{number % 2},0")
    (folder / "metadata.csv").write_text("\n".join(rows))
    planned = small.plan(source=f"folder:{folder}")
    run = train_stages(small.start(tmp_path / "run", planned), images=False).run
    (folder / "metadata.csv").write_text("\n".join(rows).replace("7.png,1", "7.png,0"))
    with pytest.raises(ScmError) as caught:
        train_stages(open_run(run.path))
    assert codes(caught) == ["E712"]


def test_weights_of_another_graph_are_refused(run, small, tmp_path):
    other = small.graph(small.program.replace("Male, Mustache -> Face", "Male -> Face"))
    planned = small.plan(other)
    wrong = train_stages(
        small.start(tmp_path / "other", planned, other), tables=planned.tables
    ).run
    shutil.copy(wrong.path / "Face.safetensors", run.path / "Face.safetensors")
    with pytest.raises(ScmError) as caught:
        open_run(run.path)
    assert codes(caught) == ["E652"]
    with pytest.raises(ScmError) as caught:
        run.head("Face")  # opened before the file was changed
    assert codes(caught) == ["E654"]


def test_a_batch_that_cannot_be_shared(small, tmp_path):
    planned = small.plan()
    run = train_stages(small.start(tmp_path / "run", planned), images=False).run
    where = train.Placement("cpu", train.Team(0, 3))
    with pytest.raises(ScmError) as caught:
        train.head_trainer(run, run.head_config("Face"), planned.tables["Face"], where)
    assert codes(caught) == ["E714"]
    assert "`--option batch=9` can" in str(caught.value)


def held_by_another(path):
    """A process that trains a run, as far as others can see."""
    script = (
        "import sys; from pathlib import Path\n"
        "from scm_compiler.runtime.runs.lock import sole_trainer\n"
        "with sole_trainer(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    held = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    return held


def test_one_process_at_a_time_changes_a_run(small, tmp_path):
    """Neither a head is added to a run that another process trains, nor its head trained."""
    planned = small.plan()
    run = train_stages(small.start(tmp_path / "run", HeadPlan()), images=False).run
    waiting = train_stages(small.start(tmp_path / "other", planned), images=False).run
    manifest = (run.path / "manifest.json").read_bytes()
    for path, act in (
        (run.path, lambda: extend(run, planned.configs)),
        (waiting.path, lambda: train_stages(waiting, tables=planned.tables)),
    ):
        with held_by_another(path) as held:
            with pytest.raises(ScmError) as caught:
                act()
            assert codes(caught) == ["E730"]
            held.communicate("")
    assert (run.path / "manifest.json").read_bytes() == manifest
    assert extend(run, planned.configs).manifest.heads["Face"].status == "waiting"


def test_a_head_that_another_process_trained_meanwhile(small, tmp_path):
    planned = small.plan()
    stale = train_stages(small.start(tmp_path / "run", planned), images=False).run
    done = train_stages(open_run(stale.path), tables=planned.tables).run
    before = (done.path / "Face.safetensors").read_bytes()
    with pytest.raises(ScmError) as caught:
        train_stages(stale, tables=planned.tables)
    assert codes(caught) == ["E705"]
    assert (done.path / "Face.safetensors").read_bytes() == before


def test_what_a_killed_process_left_is_removed(small, tmp_path):
    run = small.start(tmp_path / "run")
    for name in (".Face.checkpoint.safetensors.ab12_cd3", ".manifest.json.abcdefgh"):
        (run.path / name).write_bytes(b"half")
    (run.path / ".notes.txt").write_text("mine")
    done = train_stages(run).run
    assert [path.name for path in done.path.glob(".*")] == [".notes.txt"]


def test_a_head_that_is_not_consistent_is_told(small, tmp_path, monkeypatch):
    found = Check("image Face: rows", "", ("an image of Face differs alone and in a batch",))
    monkeypatch.setattr(train, "check_heads", lambda *_: [found])
    run = small.start(tmp_path / "run")
    with pytest.raises(ScmError) as caught:
        train_stages(run)
    assert codes(caught) == ["E501"]
    assert open_run(run.path).images == ("Face",)
    assert not json.loads((run.path / "certificate.json").read_text())["consistent"]


def test_a_lost_process_of_the_team_is_told(small, tmp_path, monkeypatch):
    """What is kept is the last checkpoint, from which the training goes on."""
    planned = small.plan(batch=8)
    run = train_stages(small.start(tmp_path / "run", planned), images=False).run
    monkeypatch.setattr(team, "pass_on", gone)
    with pytest.raises(ScmError) as caught:
        train.train_image(
            run, "Face", planned.tables["Face"], placement=Placement("cpu", Team(0, 2))
        )
    assert codes(caught) == ["E721"]
    monkeypatch.undo()
    assert train_stages(open_run(run.path), tables=planned.tables).run.images == ("Face",)


def gone(_tensor):
    raise TeamLost("Connection closed by peer")


def test_a_batch_that_processes_cannot_share():
    with pytest.raises(ScmError) as caught:
        refuse_unequal({"batch": 9}, 2)
    assert codes(caught) == ["E714"]
    refuse_unequal({"batch": 9}, 3)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()], ids=["gpu", "cpu"]
)
def test_a_full_memory_is_told(small, tmp_path, monkeypatch, error):
    def full(*_):
        raise error

    run = train_stages(small.start(tmp_path / "run"), images=False).run
    monkeypatch.setattr(AdversarialTrainer, "real", full)
    with pytest.raises(ScmError) as caught:
        train_stages(run)
    assert codes(caught) == ["E723"]
    assert "`--option batch=4`" in str(caught.value)
    monkeypatch.undo()
    assert train_stages(open_run(run.path)).run.images == ("Face",)
