"""From a graph and data to a run, stopped and gone on with."""

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scm_compiler.compiler import load
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Graph, Image, Node
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.runtime.controller.mle import trainer
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.folder import create_run
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.sequence import create
from scm_compiler.runtime.training import loop
from tests.copies import Copy

SMALL = {
    "mle": {"table_limit": 1, "hidden": 8, "steps": 40, "check_steps": 10},
    "wgan-gp": {"hidden": 8, "critic_hidden": 8, "batch": 32, "critic_updates": 2, "steps": 40},
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def celeba(make_graph):
    graph = make_graph("Male Young Mustache", "Male>Mustache Young>Mustache", "faces")
    return graph, load_labels("celeba-labels", graph)


class StopAt:
    """Sends a signal to this process once a step is reached."""

    def __init__(self, step: int, number: int = signal.SIGINT) -> None:
        self._step, self._number = step, number

    def start(self, total, done):
        pass

    def move(self, done, seconds):
        if done >= self._step:
            self._step = 10**9
            signal.raise_signal(self._number)

    def report(self, step, metrics):
        pass

    def stop(self):
        pass


def logged(run) -> list[int]:
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


def test_causal_graph_1_reaches_the_floor_of_its_graph():
    graph = load("celeba_g1")
    found = train_labels(create(graph, load_labels("celeba-labels", graph), configure()))
    assert found.outcome.ending == "complete"
    assert found.run.path == Path("runs/celeba_g1-1")
    assert found.run.manifest.metrics["tvd"] == pytest.approx(0.15168, abs=1e-4)
    files = set(found.run.manifest.files)
    assert files == {
        "model.scm",
        "graph.json",
        "config.json",
        "cells.safetensors",
        "labels.safetensors",
        "tables.safetensors",
        "certificate.json",
        "metrics.jsonl",
    }
    assert not (found.run.path / "checkpoint.safetensors").exists()
    certificate = json.loads((found.run.path / "certificate.json").read_text())
    assert certificate["consistent"]
    assert certificate["graph_hash"] == graph.hash


class ReadsNonParent(ExplicitModule):
    """Young, which has no parents, follows Male."""

    def forward(self, noise, do=None):
        found = super().forward(noise, do).clone()
        if "Young" not in (do or {}):
            found[:, 1] ^= found[:, 0]
        return found


def test_a_module_that_is_not_consistent_is_told(celeba, monkeypatch):
    """A planted fault in what the training gives: the run holds it, and says so."""
    graph, table = celeba
    monkeypatch.setattr(trainer, "ExplicitModule", ReadsNonParent)
    with pytest.raises(ScmError) as caught:
        train_labels(create(graph, table, configure(), path=Path("runs/wrong")))
    assert {d.code for d in caught.value.diagnostics} == {"E501"}
    assert "do(Male) moves Young" in caught.value.diagnostics[0].message()
    run = open_run(Path("runs/wrong"))
    assert run.manifest.status == "complete"
    assert not json.loads((run.path / "certificate.json").read_text())["consistent"]


@pytest.mark.parametrize("name", ["celeba_cg1", "celeba_rcg1"])
def test_a_complete_graph_reaches_the_data(name):
    graph = load(name)
    found = train_labels(create(graph, load_labels("celeba-labels", graph), configure()))
    assert found.run.manifest.metrics["tvd"] < 1e-6


@pytest.mark.parametrize("name", list(SMALL))
def test_interrupted_and_resumed_it_ends_byte_for_byte_the_same(celeba, name):
    graph, table = celeba
    config = configure(name, seed=5, **SMALL[name])
    whole = train_labels(create(graph, table, config), checkpoint_seconds=0.0)
    stopped = train_labels(create(graph, table, config), progress=StopAt(13, signal.SIGTERM))
    assert stopped.outcome.signal == signal.SIGTERM
    assert stopped.run.manifest.status == "interrupted"
    assert 13 <= stopped.run.manifest.steps < 40
    half = open_run(stopped.run.path)
    assert half.trained
    half.module().sample(3)
    again = train_labels(half)
    assert again.run.manifest.status == "complete"
    for part in ("labels.safetensors", "config.json", "graph.json", "cells.safetensors"):
        assert (again.run.path / part).read_bytes() == (whole.run.path / part).read_bytes()
    assert logged(again.run) == logged(whole.run)
    assert again.run.manifest.metrics["tvd"] == whole.run.manifest.metrics["tvd"]


def test_the_seed_decides(celeba):
    graph, table = celeba
    runs = [
        train_labels(create(graph, table, configure("wgan-gp", seed=seed, **SMALL["wgan-gp"]))).run
        for seed in (0, 0, 1)
    ]
    one, two, other = ((run.path / "labels.safetensors").read_bytes() for run in runs)
    assert one == two != other
    tables = [(run.path / "tables.safetensors").read_bytes() for run in runs[:2]]
    assert tables[0] == tables[1]
    assert [run.path.name for run in runs] == ["faces-1", "faces-2", "faces-3"]


def test_a_budget_ends_a_training_which_can_go_on(celeba, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(loop, "monotonic", lambda: next(ticks) * 0.01)
    graph, table = celeba
    config = configure("mle", **SMALL["mle"] | {"steps": 100_000, "patience": 10_000})
    found = train_labels(create(graph, table, config), budget=0.2)
    manifest = found.run.manifest
    assert (manifest.status, found.outcome.ending) == ("complete", "budget")
    assert 0 < manifest.steps < manifest.total == 100_000
    more = train_labels(open_run(found.run.path), budget=manifest.seconds + 0.2)
    assert manifest.steps < more.run.manifest.steps < manifest.total


def test_what_is_complete_is_not_resumed(celeba):
    graph, table = celeba
    found = train_labels(create(graph, table, configure()))
    with pytest.raises(ScmError) as caught:
        train_labels(found.run)
    assert [d.code for d in caught.value.diagnostics] == ["E705"]


def test_a_divergence_keeps_the_last_good_weights(celeba, monkeypatch):
    graph, table = celeba
    real = trainer.Mle.advance

    def advance(self, steps):
        if self.done >= 20:
            raise trainer.Diverged("the likelihood is not finite")
        return real(self, min(steps, 20 - self.done))

    monkeypatch.setattr(trainer.Mle, "advance", advance)
    with pytest.raises(ScmError) as caught:
        train_labels(create(graph, table, configure(**SMALL["mle"])), checkpoint_seconds=0.0)
    assert caught.value.exit_code == 4
    assert [d.code for d in caught.value.diagnostics] == ["E702"]
    run = open_run("runs/faces-1")
    assert (run.manifest.status, run.manifest.steps) == ("diverged", 20)
    assert all(weight.isfinite().all() for weight in run.module().node_weights().values())
    with pytest.raises(ScmError, match="its training diverged"):
        train_labels(run)


def test_a_graph_without_labels_leaves_no_run(make_graph):
    graph = Graph("pictures", (Node("Face", "image", Image(3, 64, 64)),))
    table = load_labels("celeba-labels", make_graph("Male"))
    with pytest.raises(ScmError) as caught:
        train_labels(create(graph, table, configure()))
    assert [d.code for d in caught.value.diagnostics] == ["E703"]
    assert not Path("runs").exists()


def test_options_that_are_not_the_trainers(make_graph):
    with pytest.raises(ValueError, match="extra"):
        MleOptions.model_validate({"epochs": 3})


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SMALL))
def test_killed_at_random_moments_it_ends_byte_for_byte_the_same(celeba, name, tmp_path):
    graph, table = celeba
    config = configure(name, seed=2, **SMALL[name] | {"steps": 300})
    whole = train_labels(create(graph, table, config, path=tmp_path / "whole"))
    run = create_run(graph, table, config, path=tmp_path / "parts")

    def go_on():
        left = open_run(run.path)
        sys.stderr.write("ready\n")
        train_labels(left, checkpoint_seconds=0.0)

    draw, codes = random.Random(4), []
    while 0 not in codes:
        copy = Copy(go_on, tmp_path)
        if len(codes) < 3:
            copy.wait_for("ready")
            time.sleep(draw.uniform(0.05, 0.5))
            copy.signal(signal.SIGKILL)
        codes.append(copy.ended().code)
    assert set(codes) <= {0, -signal.SIGKILL}
    left = open_run(run.path)
    assert left.manifest.status == "complete"
    for part in set(left.manifest.files) - {"metrics.jsonl"}:
        assert (left.path / part).read_bytes() == (whole.run.path / part).read_bytes(), part


def test_a_run_that_another_process_trains_is_left_alone(celeba, tmp_path):
    graph, table = celeba
    run = create_run(graph, table, configure("mle", **SMALL["mle"]), path=tmp_path / "r")
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    hold = (
        "import sys; from pathlib import Path\n"
        "from scm_compiler.runtime.runs.lock import sole_trainer\n"
        "with sole_trainer(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(run.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ScmError) as caught:
            train_labels(run)
        assert caught.value.exit_code == 2
        assert [found.code for found in caught.value.diagnostics] == ["E730"]
        assert {path.name: path.read_bytes() for path in run.path.iterdir()} == before
        other.kill()
    assert train_labels(run).outcome.ending == "complete"
