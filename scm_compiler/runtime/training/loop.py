"""The training loop: reports, checkpoints, stopping and going on.

The loop knows nothing of what it trains. A run that is killed at any moment goes on from its last
checkpoint and ends with the same weights, byte for byte, as one that was never stopped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.storage.strict import Count, Positive, Seconds
from scm_compiler.runtime.storage.tensor_file import TensorFile, open_tensors, unusable
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors
from scm_compiler.runtime.training.fitting import SHARE_DIGITS, Diverged, Fitting, Mean, Scheduled
from scm_compiler.runtime.training.journal import Journal
from scm_compiler.runtime.training.signals import Stop, stop_on_signals
from scm_compiler.strict import Strict

CHECKPOINT, METRICS = "checkpoint.safetensors", "metrics.jsonl"

Ending = Literal["complete", "budget", "interrupted", "diverged"]
Measure = Callable[[], Mapping[str, float]]


@dataclass(frozen=True)
class Pace:
    """When a training reports, saves and stops.

    Attributes:
        report_steps: A report each time this many steps are done, and at the end.
        checkpoint_seconds: The time between checkpoints.
        slice_seconds: About how long the training runs before it looks for a wish to stop.
        budget: The most seconds to train in all, earlier starts included; None for no limit.
    """

    report_steps: int
    checkpoint_seconds: float = 10.0
    slice_seconds: float = 0.25
    budget: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        ending: Complete; out of time; stopped by a signal; or diverged.
        step: Steps taken; where it diverged, those of the last checkpoint, which is restored.
        seconds: Time trained in all, earlier starts included.
        metrics: Those of the last report.
        signal: The signal that stopped it, if one did.
        reason: What was not finite, if it diverged.
    """

    ending: Ending
    step: int
    seconds: float
    metrics: Mapping[str, float]
    signal: int | None = None
    reason: str = ""
    reached: int = 0


class Reached(Strict):
    """How far a training had come at a checkpoint.

    Attributes:
        step: Steps taken.
        seconds: Time trained.
        sums: Of each loss since the last report.
        counts: How many losses each sum is of.
        unreported: Steps since the last report.
        metrics: Those of the last report.
    """

    step: Count
    seconds: Seconds
    sums: Mapping[str, float]
    counts: Mapping[str, Positive]
    unreported: Count
    metrics: Mapping[str, float]


def refuse_other(path: Path, facts: Mapping[str, Any], numbers: int) -> None:
    """Refuse a checkpoint of another training before the networks are built.

    Args:
        path: The checkpoint; it need not exist.
        facts: What it must agree on.
        numbers: How many weights are in training, at least: it holds each.

    Raises:
        ScmError: E653 with exit code 2.
    """
    if not path.exists():
        return
    file = open_tensors(path)
    _reached(file, facts)
    if numbers > sum(prod(shape) for _, shape in file.forms.values()):
        raise unusable(path, f"the networks have {numbers:,} weights, and it holds fewer")


def _reached(file: TensorFile, facts: Mapping[str, Any]) -> Reached:
    if any(file.facts.get(name) != value for name, value in facts.items()):
        raise unusable(file.path, "it belongs to another training")
    reached = file.facts_as(Reached)
    if reached.sums.keys() != reached.counts.keys():
        raise unusable(file.path, "sums and counts are of different losses")
    return reached


@dataclass
class Loop:
    """Trains something in a folder.

    Args:
        fitting: What is trained.
        folder: Where `checkpoint.safetensors` and `metrics.jsonl` are.
        pace: When to report, save and stop.
        facts: What a checkpoint must agree on, such as the graph's hash.
        measure: Further metrics for each report, computed from the model as it is then.
        progress: Who watches.
        prefix: What the names of the checkpoint and the metrics begin with, where one folder
            holds several trainings.
    """

    fitting: Fitting
    folder: Path
    pace: Pace
    facts: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure = dict
    progress: Progress = field(default_factory=Silent)
    prefix: str = ""

    def __post_init__(self) -> None:
        self.checkpoint = self.folder / f"{self.prefix}{CHECKPOINT}"
        self.journal = Journal(self.folder / f"{self.prefix}{METRICS}")
        self._first = self.fitting.done
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._unreported = 0
        self._metrics: dict[str, float] = {}
        self._before = 0.0
        self._started = self._saved = monotonic()
        self._slice = 1

    def run(self) -> Outcome:
        """Go on from the checkpoint, if there is one, until the end or a reason to stop.

        Raises:
            ScmError: E653 if the checkpoint is not this training's; E657 if a file cannot be
                written, in which case the last checkpoint is as it was.
        """
        self._resume()
        self._first = self.fitting.done
        self._started = monotonic()
        with stop_on_signals() as stop:
            self.progress.start(self.fitting.total, self.fitting.done)
            try:
                return self._train(stop)
            finally:
                self.progress.stop()

    @property
    def seconds(self) -> float:
        """Time trained, earlier starts included."""
        return self._before + monotonic() - self._started

    @property
    def rate(self) -> float:
        """Steps a second since this start; 0 before the first."""
        taken = self.fitting.done - self._first
        return taken / max(monotonic() - self._started, 1e-6)

    @property
    def left(self) -> float | None:
        """About how many seconds are left, by the steps or by the budget; None if unknown."""
        steps = self.fitting.total - self.fitting.done
        bounds = [steps / self.rate] if self.rate else []
        if self.pace.budget is not None:
            bounds.append(max(0.0, self.pace.budget - self.seconds))
        return min(bounds, default=None)

    def _train(self, stop: Stop) -> Outcome:
        while self.fitting.done < self.fitting.total:
            if stop:
                return self._end("interrupted", stop.signal)
            if self.pace.budget is not None and self.seconds >= self.pace.budget:
                self._report()
                return self._end("budget")
            self._spend()
            try:
                self._advance()
            except Diverged as error:
                return self._fall_back(str(error))
            if monotonic() - self._saved >= self.pace.checkpoint_seconds:
                self._save()
        return self._end("complete")

    def _spend(self) -> None:
        """Tell what has a schedule how much of a budget is spent."""
        if self.pace.budget is not None and isinstance(self.fitting, Scheduled):
            self.fitting.spend(round(min(1.0, self.seconds / self.pace.budget), SHARE_DIGITS))

    def _advance(self) -> None:
        """Take as many steps as fit into a slice of time, but none past the next report."""
        before = self.fitting.done
        every = self.pace.report_steps
        steps = min(self._slice, every - before % every)
        started = monotonic()
        losses = self.fitting.advance(steps)
        self._pace(steps, monotonic() - started)
        self._add(losses, self.fitting.done - before)
        self.progress.move(self.fitting.done, self.seconds)
        if self.fitting.done % every == 0 or self.fitting.done >= self.fitting.total:
            self._report()

    def _add(self, losses: Mapping[str, float], taken: int) -> None:
        """Add the losses of a slice to the sums of the next report."""
        self._unreported += taken
        for name, mean in losses.items():
            steps = mean.steps if isinstance(mean, Mean) else taken
            self._sums[name] = self._sums.get(name, 0.0) + mean * steps
            self._counts[name] = self._counts.get(name, 0) + steps

    def _pace(self, steps: int, seconds: float) -> None:
        """Choose the next slice: as many steps as fit, at most twice as many as now."""
        fitting = int(steps * self.pace.slice_seconds / max(seconds, 1e-6))
        self._slice = max(1, min(fitting, 2 * self._slice))

    def _report(self) -> None:
        if not self._unreported:
            return
        losses = {name: _rounded(total / self._counts[name]) for name, total in self._sums.items()}
        self._sums, self._counts, self._unreported = {}, {}, 0
        self._metrics = {**losses, **self.measure()}
        step = self.fitting.done
        self.journal.write({"step": step, "seconds": round(self.seconds, 3), **self._metrics})
        self.progress.report(step, self._metrics)

    def _end(self, ending: Ending, signal: int | None = None) -> Outcome:
        self._save()
        step = self.fitting.done
        return Outcome(ending, step, self.seconds, self._metrics, signal, reached=step)

    def _fall_back(self, reason: str) -> Outcome:
        """Restore the last checkpoint after a divergence."""
        reached = self.fitting.done
        stored = read_tensors(self.checkpoint)
        self.fitting.restore(stored.tensors)
        self.journal.rewind(self.fitting.done)
        metrics = stored.facts["metrics"]
        step = self.fitting.done
        return Outcome("diverged", step, self.seconds, metrics, reason=reason, reached=reached)

    def _save(self) -> None:
        progress = {
            "step": self.fitting.done,
            "seconds": self.seconds,
            "sums": self._sums,
            "counts": self._counts,
            "unreported": self._unreported,
            "metrics": self._metrics,
        }
        write_tensors(self.checkpoint, self.fitting.state(), {**self.facts, **progress})
        self._saved = monotonic()

    def _resume(self) -> None:
        """Resume from the checkpoint, or write a first one."""
        if not self.checkpoint.exists():
            self.journal.rewind(-1)
            self._save()
            return
        file = open_tensors(self.checkpoint)
        reached = _reached(file, self.facts)
        self._restore(file, reached.step)
        self._before = reached.seconds
        self._sums, self._counts = dict(reached.sums), dict(reached.counts)
        self._unreported, self._metrics = reached.unreported, dict(reached.metrics)
        self.journal.rewind(self.fitting.done)

    def _restore(self, file: TensorFile, step: int) -> None:
        tensors = file.load("pt")
        try:
            empty = next((name for name, tensor in tensors.items() if tensor.isnan().any()), None)
            if empty is None:
                self.fitting.restore(tensors)
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise unusable(file.path, str(error)) from error
        if empty is not None:
            raise unusable(file.path, f"{empty} holds what is no number")
        if not step == self.fitting.done <= self.fitting.total:
            reached = f"{self.fitting.done:,} of {self.fitting.total:,} steps"
            raise unusable(file.path, f"it says that it is of step {step:,}, and has {reached}")


def _rounded(mean: float) -> float:
    """A mean rounded to nine digits: those that a float32 has, whatever the order of the sums."""
    return float(f"{mean:.9g}")
