"""Runs of graphs with real nodes: stopped, gone on with, replicated, and equal by their seed."""

import signal

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.runtime.controller import registry
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_table
from scm_compiler.runtime.run import run_of
from scm_compiler.runtime.runs.record import open_record
from scm_compiler.runtime.stages.sequence import create, train_stages

STEPS, K = 60, 2
VARYING = {"manifest.json", "metrics.jsonl"}


class Short(RealOptions):
    """A training of a moment."""

    steps: int = STEPS
    check_steps: int = 20


class Stop:
    """Sends a signal to this process at some step of a phase."""

    def __init__(self, phase, step):
        self._phase, self._step, self._now = phase, step, ""

    def phase(self, name):
        self._now = name

    def start(self, total, done):
        pass

    def move(self, done, seconds):
        if self._now == self._phase and done >= self._step:
            self._step = 10**9
            signal.raise_signal(signal.SIGINT)

    def report(self, step, metrics):
        pass

    def stop(self):
        pass


@pytest.fixture
def mixed(monkeypatch):
    monkeypatch.setattr(registry, "RealOptions", Short)
    graph = parse_text(
        "A, B : binary\nX : real(0, inf)\nY : real\nL : binary\nA -> B -> X -> Y, L"
    )
    random = np.random.default_rng(0)
    a, b = random.integers(0, 2, (2, 150))
    x = np.exp(b + random.standard_normal(150))
    y = x - random.standard_normal(150)
    data = {"A": a, "B": b, "X": x, "Y": y, "L": (y > 1).astype(int)}
    return graph, load_table(data, graph)


def begun(mixed, path, seed=5, replicates=K):
    return create(*mixed, configure(seed=seed, replicates=replicates), path=path)


def files(run):
    found = {entry.name: entry.read_bytes() for entry in run.path.iterdir()}
    return {name: content for name, content in found.items() if name not in VARYING}


def test_stopped_twice_and_resumed_it_is_the_same_byte_for_byte(mixed, tmp_path):
    whole = train_stages(begun(mixed, tmp_path / "whole")).run
    path = tmp_path / "parts"
    first = train_stages(begun(mixed, path), watch=lambda _: Stop("", 13))
    assert first.outcome.signal == signal.SIGINT
    assert run_of(first.run).module().sample(3).shape == (3, 5)
    second = train_stages(open_record(path), watch=lambda _: Stop(f"replicate 2 of {K}", 30))
    assert second.outcome.signal == signal.SIGINT
    again = train_stages(open_record(path)).run
    assert files(again) == files(whole)
    assert {"reals.safetensors", "replicate-2.reals.safetensors"} <= files(again).keys()


def test_the_seed_decides(mixed, tmp_path):
    seeds = enumerate((5, 5, 6))
    runs = [train_stages(begun(mixed, tmp_path / f"{n}", seed, 0)).run for n, seed in seeds]
    first, same, other = map(files, runs)
    assert first == same
    assert first["reals.safetensors"] != other["reals.safetensors"]


def test_replicates_give_an_interval_to_what_networks_answer(mixed, tmp_path):
    run = run_of(train_stages(begun(mixed, tmp_path / "run")).run)
    answer = run.query("E(Y | do(X=2))")
    assert answer.interval is not None
    assert answer.interval.low < answer.interval.high
    assert answer.interval.by == f"{K} replicates on Bayesian-bootstrap weights"
    assert len(run.replicate_mechanisms) == K
