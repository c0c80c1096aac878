"""Trains and measures the runs of a study, in several processes."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

import scm_compiler as scm
from benchmarks.head_study.rows import ROWS
from benchmarks.head_study.settings import Settings
from scm_compiler.ir import Graph
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.heads.device import choose_device
from scm_compiler.runtime.stages.images import Placement
from scm_compiler.runtime.stages.sequence import pending_heads, train_stages
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.shipped import find_program

REPORT = "study.json"
"""What is measured of a run, in its folder."""
EFFORT = Effort(regime=300)
"""Fewer images of each regime than `scmc eval` draws: there are many runs."""


def effort_for(images: str) -> Effort:
    """Of photographs a second judge is asked as well, who knows painted mustaches."""
    drawn = images.partition(":")[0] == "drawn-faces"
    return EFFORT if drawn else replace(EFFORT, painted="Mustache")


def graph_of(size: int) -> Graph:
    """Causal Graph 1 with an image of this size."""
    text = find_program("drawn_faces").read_text(encoding="utf-8")
    return scm.parse(text.replace("image(3, 32, 32)", f"image(3, {size}, {size})"), "drawn_faces")


def place_of(out: Path, name: str, seed: int) -> Path:
    """The run of a row and a seed."""
    return out / f"{name}-{seed}"


def train_one(settings: Settings, out: Path, name: str, seed: int, until: float | None) -> str:
    """Train one run, or go on with it, until it is complete or the clock says `until`."""
    torch.set_num_threads(1)
    row, path = ROWS[name], place_of(out, name, seed)
    budget = None if until is None else until - time.time()
    if budget is not None and budget < 1:
        return f"{path.name}: no time left"
    each = None if settings.each is None else 60 * settings.each
    if path.exists():
        run = scm.open_run(path)
        spent = sum(facts.seconds for facts in run.manifest.heads.values())
        spent += run.manifest.seconds
        if not pending_heads(run) or (each is not None and spent >= each):
            return f"{path.name}: complete"
        allowed = least(None if budget is None else budget + spent, each)
        run = train_stages(
            run, budget=allowed, placement=Placement(choose_device(settings.device))
        ).run
    else:
        run = scm.train(
            graph_of(settings.size),
            images=settings.images,
            head=row.head,
            head_preset=row.preset,
            head_options=settings.options(row),
            head_steps=settings.takes(name),
            seed=seed,
            budget=least(budget, each),
            device=settings.device,
            path=path,
        )
    facts = run.manifest.heads["Face"]
    return f"{path.name}: {facts.steps} steps in {facts.seconds:.0f} s"


def least(*seconds: float | None) -> float | None:
    """The shortest of several times, some of which set no limit."""
    return min((limit for limit in seconds if limit is not None), default=None)


def evaluate_one(out: Path, name: str, seed: int, effort: Effort) -> str:
    """Measure one run, unless it is measured already or waits for its training."""
    torch.set_num_threads(1)
    path = place_of(out, name, seed)
    if (path / REPORT).exists() or not path.exists():
        return f"{path.name}: nothing to do"
    run = scm.open_run(path)
    if "Face" not in run.images:
        return f"{path.name}: not trained"
    found = evaluate_run(run, effort=effort).to_dict()
    write_file(path / REPORT, json.dumps(found), resumable=False)
    return f"{path.name}: measured"


def in_turn(jobs: int, work: Sequence[tuple[Any, ...]]) -> None:
    """Do the work in so many processes, and say what came of each part."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(*part) for part in work]):
            print(done.result(), flush=True)
