"""What an audit may take, told by a clock that only outputs move."""

import pytest
import torch

import scm_compiler as scm
from scm_compiler.runtime.audit import budget, readers
from scm_compiler.runtime.audit.readers import Labelled
from scm_compiler.runtime.training import threads


class Clock:
    """A clock that a generator moves on by so many seconds a row."""

    def __init__(self, each):
        self.now, self.each = 0.0, each

    def __call__(self):
        return self.now

    def generator(self, codes):
        self.now += self.each * len(codes)
        return torch.stack([codes[:, 0], codes[:, 0] + codes[:, 1]], dim=1)


def audited(monkeypatch, each, seconds):
    """The report of an audit with a budget, and the seconds that it took."""
    rows = Clock(0.0).generator(torch.randn(1000, 6, generator=torch.Generator().manual_seed(0)))
    data = Labelled(("High", "Wide"), rows, (rows > 0).long(), "rows")
    clock = Clock(each)
    monkeypatch.setattr(budget, "monotonic", clock)
    monkeypatch.setattr(readers, "_STEPS", 100)
    report = scm.audit(
        clock.generator, latent=6, images=data, budget=seconds, learn=500, nulls=10, replicates=2
    )
    return report, clock.now


def test_a_budget_holds_on_quick_and_on_slow_machines(monkeypatch):
    _, smallest = audited(monkeypatch, 1.0, 0.001)  # in seconds of one second an output
    units = []
    for each in (1e-2, 5e-4):
        report, took = audited(monkeypatch, each, 20.0)
        assert took <= max(20.0, each * smallest)
        assert took > 10.0
        units.append(report.units)
    assert budget.LEAST == units[0] < units[1] < budget.MOST


def test_what_is_planned_is_what_is_done(monkeypatch):
    report, took = audited(monkeypatch, 1e-3, 20.0)
    assert took == pytest.approx(16, rel=0.01)  # four fifths of it
    assert budget.LEAST < report.units < budget.MOST


def test_the_rate_is_measured_on_the_threads_that_are_chosen(monkeypatch):
    told = []
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "quickest", lambda counts: told.append("chosen") or counts[-1])
    timed = budget.Costs.timed
    monkeypatch.setattr(
        budget.Costs, "timed", lambda *of: told.append(torch.get_num_threads()) or timed(*of)
    )
    torch.set_num_threads(2)
    audited(monkeypatch, 1e-2, 1.0)
    assert torch.get_num_threads() == 2
    assert told[told.index(1) - 1] == "chosen"
