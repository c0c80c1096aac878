"""What all trainings of a study have in common, and what a step of each row costs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.head_study.rows import ROWS, Row
from benchmarks.heads import Case, waits
from benchmarks.timing import interleave
from scm_compiler.runtime.heads.device import choose_device, faster_precision
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.storage.tensors import write_file

STEPS = 12
"""Steps of each row that are timed at once: whole turns of all that takes turns."""


@dataclass(frozen=True)
class Settings:
    """What all trainings of a study have in common.

    Attributes:
        images: The data, as of `scmc train`.
        size: The side of the images.
        steps: The steps of the first row.
        seeds: The seeds of each row.
        device: Where to train.
        rows: The names of the rows.
        batches: How many times as large as its preset's each batch is.
        each: The minutes of each run by the clock; none for those of the first row's steps.
        costs: The seconds that a step of each row takes.
    """

    images: str
    size: int
    steps: int
    seeds: tuple[int, ...]
    device: str
    rows: tuple[str, ...]
    batches: int
    each: float | None = None
    costs: Mapping[str, float] = field(default_factory=dict)

    def takes(self, name: str) -> int:
        """The steps of a row: as many as take the time of the first row's, or at most `steps`."""
        if self.each is not None:
            return self.steps
        return round(self.steps * self.costs[self.rows[0]] / self.costs[name])

    def options(self, row: Row) -> dict[str, Any]:
        """What a row changes, with batches so many times as large as its preset's."""
        plain = installed().find(row.head).options(row.preset).model_dump()
        precision = faster_precision(choose_device(self.device))
        return {"precision": precision, **row.changes, "batch": self.batches * plain["batch"]}

    def measure(self) -> "Settings":
        """With the processor seconds of a step of each row, on one core or the device."""
        torch.set_num_threads(1)
        device = choose_device(self.device)
        cases = {name: Case(ROWS[name].head, self.size, device) for name in self.rows}
        trainers = {
            name: case.scmc(ROWS[name].preset, self.options(ROWS[name]))
            for name, case in cases.items()
        }
        steps = {name: partial(trainer.advance, STEPS) for name, trainer in trainers.items()}
        found = interleave(steps, repetitions=7, clock=waits(device))
        return replace(self, costs={name: time.least / STEPS for name, time in found.items()})


def read(known: Path) -> Settings:
    """The settings of a study that was started."""
    held = json.loads(known.read_text(encoding="utf-8"))
    return Settings(**held | {"seeds": tuple(held["seeds"]), "rows": tuple(held["rows"])})


def started(asked: Settings, known: Path) -> Settings:
    """The settings with their costs, written down; those of a study that goes on are kept."""
    before = read(known).costs if known.exists() else {}
    settings = replace(asked, costs=before)
    if asked.each is None and not set(asked.rows) <= set(before):
        settings = asked.measure()
    known.parent.mkdir(parents=True, exist_ok=True)
    write_file(known, json.dumps(asdict(settings)), resumable=False)
    return settings
