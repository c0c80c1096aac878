"""How a training is shown: a bar on a terminal, plain lines elsewhere, nothing if quiet."""

import sys
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING

from scm_compiler.cli.console import Console, duration, paced
from scm_compiler.runtime.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


TOLD_EACH = 10.0
"""Seconds between two lines that say how far some work has come."""

_CLEARLY = 0.9
"""Below this share of all steps it is the time that will end a training, not the steps."""


def progress_for(console: Console, work: str = "") -> Progress:
    """What fits the terminal and the options of a command.

    Args:
        console: Where lines go.
        work: That is watched; a training if nothing is named.
    """
    if console.quiet:
        return Silent()
    if sys.stderr.isatty():
        return Bar(work or "training")
    return Remaining(work, console) if work else Lines(console)


class Lines:
    """One line a report."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._seconds = 0.0

    def start(self, total: int, done: int) -> None:
        """Say where a resumed training goes on."""
        self._total = total
        if done:
            self._console.note(f"going on after step {done:,}")

    def move(self, done: int, seconds: float) -> None:
        """Remember the time."""
        self._seconds = seconds

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Print a line."""
        end = expected(step, self._total, self._seconds, metrics.get("seconds_left"))
        place = f"step {step:,}/{'' if end == self._total else '~'}{end:,}"
        rest = 0 if "seconds_left" in metrics else end - step
        pace = paced(step, self._seconds, rest) if step < end else ""
        self._console.note(f"{place}  {described(metrics)}  {self._seconds:.0f} s{pace}")

    def stop(self) -> None:
        """Nothing is left open."""

    def phase(self, name: str) -> None:
        """Print a line."""
        self._console.note(name)


class Remaining(Silent):
    """A line each ten seconds: how much of some work is done, how fast, how long the rest takes.

    Args:
        name: Of the work.
        console: Where the lines go.
        clock: The time in seconds.
    """

    def __init__(
        self, name: str, console: Console, clock: Callable[[], float] = monotonic
    ) -> None:
        self._name, self._console, self._clock = name, console, clock
        self._total = self._before = 0
        self._begun = self._told = clock()

    def start(self, total: int, done: int) -> None:
        """Remember how much there is."""
        self._total, self._before = total, done
        self._begun = self._told = self._clock()

    def move(self, done: int, seconds: float) -> None:
        """Print a line if the last one is a while ago."""
        now = self._clock()
        if now - self._told < TOLD_EACH or done == self._before or done >= self._total:
            return
        self._told = now
        pace = paced(done - self._before, now - self._begun, self._total - done)
        self._console.note(f"{self._name}: {done:,} of {self._total:,}{pace}")


class Bar:
    """A progress bar with the metrics of the last report, the rate and the time left.

    Args:
        work: That it shows.
    """

    def __init__(self, work: str = "training") -> None:
        self._work = work
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._total = 0
        self._seconds = 0.0
        self._limited = False

    def start(self, total: int, done: int) -> None:
        """Draw the bar."""
        from rich.console import Console as Terminal  # noqa: PLC0415  (only on a terminal)
        from rich.progress import (  # noqa: PLC0415  (only on a terminal)
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
        )
        from rich.progress import Progress as RichProgress  # noqa: PLC0415  (likewise)

        self._total = total
        self._bar = RichProgress(
            TextColumn(self._work),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[metrics]}"),
            TextColumn("{task.fields[pace]}"),
            console=Terminal(stderr=True),
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=total, completed=done, metrics="", pace="")

    def move(self, done: int, seconds: float) -> None:
        """Move the bar."""
        self._seconds = seconds
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done)
            self._bar.update(self._task, pace=self._pace())

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Show the metrics."""
        if self._bar is not None and self._task is not None:
            end = expected(step, self._total, self._seconds, metrics.get("seconds_left"))
            self._bar.update(self._task, completed=step, total=end, metrics=described(metrics))
            self._limited = "seconds_left" in metrics  # a budget may end it before

    def _pace(self) -> str:
        """How fast it goes, and how long the rest will take if its steps are what ends it."""
        assert self._bar is not None
        task = self._bar.tasks[0]
        left = 0 if self._limited else int(task.remaining or 0)
        return paced(1, 1 / task.speed, left).removeprefix(", ") if task.speed else ""

    def stop(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.stop()

    def phase(self, name: str) -> None:
        """Print a line below the bar."""
        if self._bar is not None:
            self._bar.console.print(name)


def expected(step: int, total: int, seconds: float, left: float | None) -> int:
    """The steps after which a training ends: all, or about as many as its time allows.

    Args:
        step: Steps taken.
        total: All steps.
        seconds: The time that they took.
        left: The time that is left; None if unknown.

    >>> expected(400, 1_000_000, 100.0, 20.0), expected(400, 1_000, 100.0, 150.0)
    (480, 1000)
    """
    if left is None or not seconds:
        return total
    allowed = round(step * (1 + left / seconds))
    return allowed if allowed < _CLEARLY * total else total


def described(metrics: Mapping[str, float]) -> str:
    """The metrics in a line, the distance to the data first.

    >>> described({"penalty": 0.25, "tvd": 0.15168})
    'TVD 0.1517  penalty 0.25'
    """
    names = sorted(metrics, key=lambda name: name != "tvd")
    return "  ".join(_described(name, metrics[name]) for name in names)


def _described(name: str, value: float) -> str:
    if name == "tvd":
        return f"TVD {value:.4f}"
    if name == "images_per_second":
        return f"{value:.0f} images/s"
    if name == "seconds_left":
        return f"{duration(value)} left"
    return f"{name.replace('_', ' ')} {value:.4g}"
