"""Further label models, on other weights of the rows: how firmly these determine answers."""

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.model.module import one_thread
from scm_compiler.runtime.controller.codes.training import NoReplicates
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.real.mixed import Mixed
from scm_compiler.runtime.controller.registry import make_trainer
from scm_compiler.runtime.data.columns import Table, reweighted_rows
from scm_compiler.runtime.data.table import LabelTable, reweighted
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.heads import write_manifest
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.manifest import digest
from scm_compiler.runtime.runs.model_files import model_tables, write_reals, write_tables
from scm_compiler.runtime.runs.numbers import REALS, TABLES, replicate_name
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.stages.result import LABELS, Finished, conclude
from scm_compiler.runtime.training.loop import CHECKPOINT, METRICS, Loop, Outcome, Pace

CHECKPOINT_SECONDS = 10.0


def pending_replicates(run: Record) -> list[int]:
    """The numbers of the replicates that are left to be trained."""
    numbers = range(1, run.config.replicates + 1)
    return [number for number in numbers if replicate_name(number) not in run.manifest.files]


def train_replicates(
    run: Record,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
) -> Finished:
    """Train the replicates that are left, each from its checkpoint if there is one.

    Args:
        run: The run, whose labels are trained.
        progress: Who watches.
        budget: The most seconds for each.

    Raises:
        ScmError: E561 if the run keeps no tables; and as `train_labels`.
    """
    with sole_trainer(run.path):
        now, watch = open_record(run.path), progress or Silent()
        if TABLES not in now.manifest.files:
            raise refuse(NoReplicates(name=run.graph.name))
        for number in pending_replicates(now):
            watch.phase(f"replicate {number} of {now.config.replicates}")
            pace = Pace(2**62, CHECKPOINT_SECONDS, budget=budget)
            now, outcome = _train(now, number, watch, pace)
            if outcome.ending in ("interrupted", "diverged"):
                return conclude(now, LABELS, outcome, None)
        return Finished(now, LABELS, outcome)


def _train(run: Record, number: int, progress: Progress, pace: Pace) -> tuple[Record, Outcome]:
    """Train one, and write its tables into the run."""
    config = _config(run.config, number)
    random, data = np.random.default_rng((run.config.seed, number)), run.table
    table: LabelTable | Table = (
        reweighted_rows(data, random) if isinstance(data, Table) else reweighted(data, random)
    )
    trainer = make_trainer(run.graph, table, config)
    facts = {"graph": run.graph.hash, "config": config.model_dump(mode="json")}
    prefix = f"replicate-{number}."
    loop = Loop(trainer, run.path, pace, facts=facts, progress=progress, prefix=prefix)
    with one_thread():
        outcome = loop.run()
    if outcome.ending in ("interrupted", "diverged"):
        return run, outcome
    name = replicate_name(number)
    write_tables(run.path, model_tables(trainer.model(), config.seed), name)
    written = [name]
    if isinstance(trainer, Mixed):
        written.append(replicate_name(number, REALS))
        write_reals(run.path, run.graph, trainer.mechanisms(), written[-1])
    files = {**run.manifest.files, **{each: digest(run.path / each) for each in written}}
    seconds = round(run.manifest.seconds + outcome.seconds, 3)
    changes = {"files": files, "seconds": seconds}
    trained = write_manifest(run, run.manifest.model_copy(update=changes))
    for left in (CHECKPOINT, METRICS):
        (run.path / f"{prefix}{left}").unlink(missing_ok=True)
    return trained, outcome


def _config(config: Config, number: int) -> Config:
    """That of one replicate: as the run's, with a seed of its own."""
    (seed,) = np.random.SeedSequence((config.seed, number)).generate_state(1)
    return config.model_copy(update={"seed": int(seed), "replicates": 0})
