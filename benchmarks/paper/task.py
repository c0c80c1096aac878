"""What a piece of the report is given, and how it trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.paper.scale import Scale
from scm_compiler.runtime.training.fitting import Fitting
from scm_compiler.runtime.training.journal import Journal
from scm_compiler.runtime.training.loop import METRICS, Loop, Outcome, Pace

CHECKPOINT_SECONDS = 20.0


class Stopped(Exception):  # noqa: N818  (what happened, not a fault)
    """A signal asked a training to stop; its checkpoint is written."""


@dataclass(frozen=True)
class Task:
    """What a piece is given.

    Attributes:
        scale: How much of everything.
        seed: Of everything.
        work: Its folder for runs and checkpoints.
        device: Where networks of images and of Figure 6 are trained.
        source: Where the images come from.
    """

    scale: Scale
    seed: int
    work: Path
    device: str
    source: str = ""

    @property
    def place(self) -> torch.device:
        """The device."""
        return torch.device(self.device)


def trained(
    fitting: Fitting,
    folder: Path,
    *,
    seconds: float,
    reports: int,
    facts: Mapping[str, Any],
    measure: Callable[[], Mapping[str, float]] = dict,
) -> tuple[Outcome, list[dict[str, Any]]]:
    """Train to the end or for so many seconds, from the checkpoint if there is one.

    Returns:
        How it ended, and its reports.

    Raises:
        Stopped: If a signal asked to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    every = max(1, fitting.total // reports)
    pace = Pace(every, CHECKPOINT_SECONDS, budget=seconds)
    outcome = Loop(fitting, folder, pace, facts=facts, measure=measure).run()
    if outcome.ending == "interrupted":
        raise Stopped
    return outcome, Journal(folder / METRICS).read()
