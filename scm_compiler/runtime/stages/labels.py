"""Training of the label model, from a graph and data to a finished run."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.certificate import Certificate, certify, require_consistent
from scm_compiler.ir import Graph
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import CausalModule
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.model.threads import one_thread
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.registry import make_trainer
from scm_compiler.runtime.controller.trainer import Trainer
from scm_compiler.runtime.data.shares import fitted_law
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.evaluation.distance import distance
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.folder import create_run, finish, restart
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.model_files import (
    keeps_tables,
    model_tables,
    write_tables,
    write_weights,
)
from scm_compiler.runtime.runs.numbers import CERTIFICATE, TABLES
from scm_compiler.runtime.runs.recipe import recipe_of_run
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.runs.unseen import mark_unseen
from scm_compiler.runtime.stages.codes.training import (
    NothingToResume,
    NothingToTrain,
    TrainingDiverged,
)
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.loop import CHECKPOINT, Loop, Outcome, Pace, refuse_other

REPORTS = 20
"""Reports over a whole training."""

CHECKPOINT_SECONDS = 10.0

FEW_DRAWS, MOST_CONFIGURATIONS = 2000, 4096
"""How the tables of implicit mechanisms are estimated for a report, and up to which size."""

FEW_ROWS = 20_000
"""The samples behind the distance in a report, where there are no tables."""


@dataclass(frozen=True)
class Trained:
    """A run after a training.

    Attributes:
        run: The run.
        outcome: How the training ended.
    """

    run: Record
    outcome: Outcome


def train_labels(
    graph: Graph,
    table: LabelTable,
    config: Config,
    *,
    program: str | None = None,
    path: Path | None = None,
    progress: Progress | None = None,
    budget: float | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Trained:
    """Train the labels of a graph in a new run.

    Args:
        graph: The validated graph; its images are left to their heads.
        table: The data.
        config: The trainer and its settings; see `configure`.
        program: The exact text that the graph came from, to be kept with the run.
        path: The run's folder; `runs/<graph>-<n>` if None.
        progress: Who watches.
        budget: The most seconds to train.
        checkpoint_seconds: The time between checkpoints.

    Raises:
        ScmError: E703 if the graph has no labels, E620 if the trainer cannot fit it, E702 with
            exit code 4 if the training diverged (the run then holds the last good weights), E709
            or E657 if the folder cannot be written, E501 if the trained module is not consistent
            with its graph (the run then holds it, with the certificate that says so).
    """
    if not graph.labels:
        raise refuse(NothingToTrain(name=graph.name))
    make_trainer(graph, table, config)  # refuses before there is a folder
    run = create_run(graph, table, config, program=program, path=path)
    return train_run(run, progress, budget, checkpoint_seconds)


def resume(
    run: Record,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Trained:
    """Go on with a training that was interrupted, killed or out of time.

    The weights at the end are those of a training that was never stopped, byte for byte.

    Args:
        run: The run.
        progress: Who watches.
        budget: The most seconds to train, those before the interruption included.
        checkpoint_seconds: The time between checkpoints.

    Raises:
        ScmError: E705 if the training is complete or diverged; and as `train_labels`.
    """
    _refuse_finished(run)
    return train_run(run, progress, budget, checkpoint_seconds)


def _refuse_finished(run: Record) -> None:
    manifest = run.manifest
    reason = "its training diverged" if manifest.status == "diverged" else ""
    if manifest.status == "complete" and manifest.steps >= manifest.total:
        reason = "its training is complete"
    if reason:
        raise refuse(NothingToResume(path=str(run.path), reason=reason), exit_code=2)


def train_run(
    run: Record, progress: Progress | None, budget: float | None, checkpoint_seconds: float
) -> Trained:
    """Train a run from where it stands to its end; the arguments are those of `resume`.

    Raises:
        ScmError: E730 if another process trains it; and as `resume`.
    """
    with sole_trainer(run.path):
        now = open_record(run.path)
        _refuse_finished(now)
        return _train(restart(now), progress, budget, checkpoint_seconds)


def _train(
    run: Record, progress: Progress | None, budget: float | None, checkpoint_seconds: float
) -> Trained:
    facts = {"graph": run.graph.hash, "config": run.config.model_dump(mode="json")}
    refuse_other(run.path / CHECKPOINT, facts, _network_numbers(run))
    trainer = make_trainer(run.graph, run.labels, run.config)
    loop = Loop(
        trainer,
        run.path,
        Pace(max(1, -(-trainer.total // REPORTS)), checkpoint_seconds, budget=budget),
        facts=facts,
        measure=partial(_distance_now, trainer, run.labels),
        progress=progress or Silent(),
    )
    with one_thread():
        outcome = loop.run()
    if progress is not None and outcome.ending != "interrupted":
        progress.phase("certifying")
    module = trainer.model()
    metrics = _write_model(run, module, outcome)
    certificate = None if outcome.ending == "interrupted" else _certify(run, module)
    run = finish(run, outcome, trainer.total, metrics)
    if outcome.ending == "diverged":
        raise refuse(
            TrainingDiverged(step=outcome.reached, kept=outcome.step, reason=outcome.reason),
            exit_code=4,
        )
    if certificate is not None:
        require_consistent(certificate)
    return Trained(run, outcome)


def _certify(run: Record, module: CausalModule) -> Certificate:
    """The certificate of the trained module, written into the run whatever it says."""
    certificate = certify(module, seed=run.config.seed)
    write_file(run.path / CERTIFICATE, certificate.to_json())
    return certificate


def _distance_now(trainer: Trainer, table: LabelTable) -> Mapping[str, float]:
    """The distance to the data for a report: quicker and less exact than the final one."""
    module = trainer.model()
    model = _quick_tables(module) if isinstance(module, ImplicitModule) else None
    return {"tvd": distance(model or module, table, draws=FEW_ROWS).value}


def _quick_tables(module: ImplicitModule) -> Tables | None:
    """Roughly estimated tables, if there are any and they are few."""
    graph = module.graph
    rows = sum(prod(table_shape(graph, node.name)[:-1]) for node in graph.labels)
    if graph.confounders or rows > MOST_CONFIGURATIONS:
        return None
    return module.tables(draws=FEW_DRAWS, generator=torch.Generator().manual_seed(0))


def _network_numbers(run: Record) -> int:
    """How many weights the networks have that are to be trained."""
    recipe, options = recipe_of_run(run)
    return recipe.numbers(run.graph, options)


def _write_model(run: Record, module: CausalModule, outcome: Outcome) -> Mapping[str, float]:
    """Write what the training gave; the final metrics."""
    write_weights(run.path, module)
    metrics = dict(outcome.metrics)
    if outcome.ending == "interrupted":  # what an earlier end wrote is of other weights
        for name in (CERTIFICATE, TABLES):
            (run.path / name).unlink(missing_ok=True)
        return metrics
    tables = _tables(module, run.config.seed)
    if tables is None:
        return metrics | {"tvd": distance(module, run.labels).value}
    write_tables(run.path, tables)
    if not run.graph.confounders:
        return metrics | {"tvd": distance(tables, run.labels).value}
    law = tables.law or fitted_law(mark_unseen(tables, run.labels), run.labels)
    far = distance(module if tables.drawn else tables, run.labels).value
    return metrics | {"tvd": far, "law_tvd": distance(law, run.labels).value}


def _tables(module: CausalModule, seed: int) -> Tables | None:
    """The tables that the run keeps; None if there are none, or they are large."""
    if not keeps_tables(module):
        return None
    try:
        return model_tables(module, seed)
    except ValueError:  # E659 says so to whoever asks
        return None
