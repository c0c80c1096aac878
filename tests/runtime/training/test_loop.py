"""The training loop: reports, stops, and going on as if nothing had happened."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from typing import ClassVar

import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors
from scm_compiler.runtime.training import Loop, Mean, Pace, signals
from scm_compiler.runtime.training.loop import refuse_other

QUICK = Pace(report_steps=10, checkpoint_seconds=0.0, slice_seconds=0.01)


def place(folder) -> torch.Tensor:
    return read_tensors(folder / "checkpoint.safetensors").tensors["place"]


def steps(folder) -> list[int]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


class Watch:
    """Remembers what the loop tells, and may act on a step."""

    def __init__(self, at: int = -1, act=lambda: None) -> None:
        self.told: list[tuple] = []
        self._at, self._act = at, act

    def start(self, total, done):
        self.told.append(("start", total, done))

    def move(self, done, seconds):
        if self._at >= 0 and done >= self._at:
            self._at = -1
            self._act()

    def report(self, step, metrics):
        self.told.append(("report", step, sorted(metrics)))

    def stop(self):
        self.told.append(("stop",))


def test_a_whole_training(tmp_path, walk):
    fitting, watch = walk(45), Watch()
    loop = Loop(fitting, tmp_path, QUICK, measure=lambda: {"tvd": 0.5}, progress=watch)
    outcome = loop.run()
    assert (outcome.ending, outcome.step, outcome.signal) == ("complete", 45, None)
    assert fitting.done == sum(fitting.calls) == 45
    assert steps(tmp_path) == [10, 20, 30, 40, 45]
    assert watch.told[0] == ("start", 45, 0)
    assert watch.told[-1] == ("stop",)
    assert ("report", 45, ["length", "tvd"]) in watch.told
    assert outcome.metrics["tvd"] == 0.5


def test_the_mean_of_a_report_is_over_its_steps(tmp_path, walk):
    class Counting(walk):
        def advance(self, steps):
            before = self.done
            super().advance(steps)
            taken = range(before, self.done)
            return {"step": sum(taken) / len(taken)}

    Loop(Counting(30), tmp_path, QUICK).run()
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == pytest.approx([4.5, 14.5, 24.5])


def test_the_mean_of_what_few_steps_report_is_over_those(tmp_path, walk):
    class Lazy(walk):
        def advance(self, steps):
            before = self.done
            super().advance(steps)
            fourth = [step for step in range(before, self.done) if step % 4 == 0]
            return {"fourth": Mean(sum(fourth) / len(fourth), len(fourth))} if fourth else {}

    Loop(Lazy(30), tmp_path, QUICK).run()
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["fourth"] for line in lines] == pytest.approx([4, 14, 24])


def test_slices_grow_to_the_time_asked_for_and_stop_at_reports(tmp_path, walk):
    fitting = walk(200, pause=0.001)
    Loop(fitting, tmp_path, Pace(report_steps=50, slice_seconds=0.02)).run()
    assert fitting.calls[:3] == [1, 2, 4]
    assert max(fitting.calls) <= 25
    done = 0
    for taken in fitting.calls:
        assert done // 50 == (done + taken - 1) // 50
        done += taken


@pytest.fixture
def usual_ctrl_c():
    """Python's own handler, which a process that was started in the background does not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual_ctrl_c")
@pytest.mark.parametrize("number", signals.STOPPING)
def test_a_signal_saves_and_the_rest_is_the_same(tmp_path, walk, number, monkeypatch):
    monkeypatch.setattr(signals, "_leave_terminal", lambda: None)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    Loop(walk(60), whole, QUICK).run()
    watch = Watch(17, lambda: signal.raise_signal(number))
    stopped = Loop(walk(60), parts, QUICK, progress=watch).run()
    assert stopped.ending == "interrupted"
    assert stopped.signal == number
    assert 17 <= stopped.step < 60
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again = walk(60)
    assert Loop(again, parts, QUICK).run().ending == "complete"
    assert sum(again.calls) == 60 - stopped.step
    assert torch.equal(place(whole), place(parts))
    assert steps(parts) == steps(whole)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"step": True}, "step: Input should be a valid integer"),
        ({"step": 3}, "it says that it is of step 3, and has 20 of 20 steps"),
        ({"seconds": -1.0}, "seconds: Input should be greater"),
        ({"seconds": float("inf")}, "seconds: Input should be a finite number"),
        ({"counts": {"loss": 0}}, "counts.loss: Input should be greater"),
        ({"counts": {"loss": 1}}, "sums and counts are of different losses"),
        ({"unreported": 10**30}, "unreported: Input should be less"),
        ({"metrics": {"tvd": "0"}}, "metrics.tvd: Input should be a valid number"),
    ],
)
def test_a_checkpoint_that_says_what_no_training_has(tmp_path, walk, facts, reason):
    Loop(walk(20), tmp_path, QUICK).run()
    path = tmp_path / "checkpoint.safetensors"
    stored = read_tensors(path)
    write_tensors(path, stored.tensors, {**stored.facts, **facts})
    with pytest.raises(ScmError) as caught:
        Loop(walk(20), tmp_path, QUICK).run()
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.exit_code) == ("E653", 2)
    assert reason in found.reason


def test_a_checkpoint_of_nothing_is_not_gone_on_from(tmp_path, walk):
    Loop(walk(20), tmp_path, QUICK).run()
    path = tmp_path / "checkpoint.safetensors"
    stored = read_tensors(path)
    empty = {name: torch.full_like(t.double(), torch.nan) for name, t in stored.tensors.items()}
    write_tensors(path, empty, stored.facts)
    with pytest.raises(ScmError, match="holds what is no number"):
        Loop(walk(20), tmp_path, QUICK).run()


def test_a_checkpoint_is_refused_before_what_is_larger_is_built(tmp_path, walk):
    Loop(walk(20), tmp_path, QUICK, facts={"seed": 1}).run()
    path = tmp_path / "checkpoint.safetensors"
    refuse_other(path, {"seed": 1}, 1)
    refuse_other(tmp_path / "none", {"seed": 1}, 10**30)
    with pytest.raises(ScmError, match="belongs to another training"):
        refuse_other(path, {"seed": 2}, 1)
    with pytest.raises(ScmError, match="and it holds fewer"):
        refuse_other(path, {"seed": 1}, 10**30)


@pytest.mark.usefixtures("usual_ctrl_c")
def test_a_second_ctrl_c_ends_at_once(tmp_path, walk):
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Loop(walk(60), tmp_path, QUICK, progress=Watch(5, twice)).run()
    assert Loop(walk(60), tmp_path, QUICK).run().ending == "complete"


def test_training_outside_the_main_thread(tmp_path, walk):
    found = []
    thread = threading.Thread(target=lambda: found.append(Loop(walk(20), tmp_path, QUICK).run()))
    thread.start()
    thread.join(timeout=30)
    assert found[0].ending == "complete"


def test_the_budget_counts_all_starts(tmp_path, walk):
    slow = Pace(report_steps=1000, slice_seconds=0.005, budget=0.1)
    first = Loop(walk(1000, pause=0.005), tmp_path, slow).run()
    assert first.ending == "budget"
    assert 0 < first.step < 1000
    assert first.seconds >= 0.1
    assert steps(tmp_path) == [first.step]
    second = walk(1000, pause=0.005)
    assert Loop(second, tmp_path, slow).run().step == first.step
    assert second.calls == []


def test_a_schedule_is_told_which_share_of_a_budget_is_spent(tmp_path, walk):
    class Sloping(walk):
        told: ClassVar[list[float]] = []

        def spend(self, share):
            self.told.append(share)

    slow = Pace(report_steps=1000, slice_seconds=0.005, budget=0.1)
    Loop(Sloping(1000, pause=0.005), tmp_path, slow).run()
    assert Sloping.told == sorted(Sloping.told)
    assert Sloping.told[0] < 0.1
    assert 0.7 < Sloping.told[-1] <= 1
    count = len(Sloping.told)
    (tmp_path / "whole").mkdir()
    Loop(Sloping(3), tmp_path / "whole", Pace(report_steps=1000)).run()
    assert len(Sloping.told) == count  # without a budget there is nothing to tell


def test_a_divergence_puts_the_last_checkpoint_back(tmp_path, walk):
    fitting = walk(60, cliff=33)
    outcome = Loop(fitting, tmp_path, QUICK).run()
    assert outcome.ending == "diverged"
    assert outcome.reason == "the walk fell"
    assert outcome.reached == 33
    assert outcome.step == fitting.done <= 33
    other = walk(outcome.step)
    other.advance(outcome.step)
    assert torch.equal(other.state()["place"], fitting.state()["place"])
    assert all(step <= outcome.step for step in steps(tmp_path))


def test_a_divergence_at_the_first_step_keeps_the_first_weights(tmp_path, walk):
    outcome = Loop(walk(60, cliff=0), tmp_path, QUICK).run()
    assert (outcome.ending, outcome.step) == ("diverged", 0)


def test_a_checkpoint_of_another_training_is_refused(tmp_path, walk):
    Loop(walk(20), tmp_path, QUICK, facts={"graph": "one"}).run()
    with pytest.raises(ScmError, match="it belongs to another training"):
        Loop(walk(20), tmp_path, QUICK, facts={"graph": "two"}).run()


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path, walk, disk):
    disk.left = 6
    with pytest.raises(ScmError) as caught:
        Loop(walk(60), tmp_path, QUICK).run()
    assert [d.code for d in caught.value.diagnostics] == ["E657"]
    kept = int(read_tensors(tmp_path / "checkpoint.safetensors").facts["step"])
    assert 0 < kept < 60
    disk.left = 10_000
    again = walk(60)
    assert Loop(again, tmp_path, QUICK).run().ending == "complete"
    assert sum(again.calls) == 60 - kept
    other = walk(60)
    other.advance(60)
    assert torch.equal(other.state()["place"], place(tmp_path))


def test_killed_at_random_moments_it_ends_the_same(tmp_path, walk, walk_source):
    script = walk_source.split("@pytest.fixture")[0] + (
        "import sys\n"
        "from scm_compiler.runtime.training import Loop, Pace\n"
        "pace = Pace(report_steps=10, checkpoint_seconds=0.005, slice_seconds=0.004)\n"
        "loop = Loop(Walk(400, pause=0.002), Path(sys.argv[1]), pace)\n"
        "print('ready', flush=True)\n"
        "loop.run()\n"
        "print('done', flush=True)\n"
    )
    draw, kills, reached = random.Random(1), 0, []
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if kills < 4:
            time.sleep(draw.uniform(0.02, 0.25))
            process.kill()
            kills += 1
        rest = process.stdout.read()
        process.wait()
        process.stdout.close()
        reached.append(int(read_tensors(tmp_path / "checkpoint.safetensors").facts["step"]))
        if rest == "done\n":
            break
    assert kills == 4
    assert all(earlier <= later for earlier, later in pairwise(reached))
    assert 0 < reached[0] < 400
    whole = walk(400)
    whole.advance(400)
    assert torch.equal(whole.state()["place"], place(tmp_path))
    assert steps(tmp_path) == list(range(10, 401, 10))
