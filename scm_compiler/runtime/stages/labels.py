"""The first stage: the label model, trained on the run's own table of labels."""

from collections.abc import Mapping
from functools import partial
from math import prod

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.certificate import Certificate, certify
from scm_compiler.model.module import CausalModule, one_thread
from scm_compiler.model.real.mixed import trained_module
from scm_compiler.model.tables import Counted, Tables, table_shape
from scm_compiler.runtime.controller.real.mixed import Mixed
from scm_compiler.runtime.controller.registry import make_trainer
from scm_compiler.runtime.controller.trainer import Trainer
from scm_compiler.runtime.data.shares import fitted_law, with_data
from scm_compiler.runtime.evaluation.distance import distance
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.folder import finish, restart
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.model_files import (
    keeps_tables,
    model_tables,
    write_reals,
    write_tables,
    write_weights,
)
from scm_compiler.runtime.runs.numbers import CERTIFICATE, TABLES
from scm_compiler.runtime.runs.recipe import recipe_of_run
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.stages.codes.training import NothingToResume
from scm_compiler.runtime.stages.result import LABELS, Finished, conclude
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.loop import CHECKPOINT, Loop, Outcome, Pace, refuse_other

REPORTS = 20
"""Reports over a whole training."""

CHECKPOINT_SECONDS = 10.0

FEW_DRAWS, MOST_CONFIGURATIONS = 2000, 4096
"""How the tables of implicit mechanisms are estimated for a report, and up to which size."""

FEW_ROWS = 20_000
"""The samples behind the distance in a report, where there are no tables."""


def train_labels(
    run: Record,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Finished:
    """Train the labels of a run to their end, from the checkpoint if there is one.

    The weights at the end of a training that was stopped and goes on are those of one that was
    never stopped, byte for byte.

    Args:
        run: The run.
        progress: Who watches.
        budget: The most seconds to train, those before an interruption included.
        checkpoint_seconds: The time between checkpoints.

    Raises:
        ScmError: E705 if the training is complete or diverged, E730 if another process trains the
            run, E702 with exit code 4 if the training diverges (the run then holds the last good
            weights), E657 if a file cannot be written, E501 if the trained module is not
            consistent with its graph (the run then holds it, with the certificate that says so).
    """
    with sole_trainer(run.path):
        now = open_record(run.path)
        _refuse_finished(now)
        return _train_alone(restart(now), progress, budget, checkpoint_seconds)


def _refuse_finished(run: Record) -> None:
    manifest = run.manifest
    reason = "its training diverged" if manifest.status == "diverged" else ""
    if manifest.status == "complete" and manifest.steps >= manifest.total:
        reason = "its training is complete"
    if reason:
        raise refuse(NothingToResume(path=str(run.path), reason=reason), exit_code=2)


def _train_alone(
    run: Record, progress: Progress | None, budget: float | None, checkpoint_seconds: float
) -> Finished:
    """Train the labels while no other process trains this run."""
    facts = {"graph": run.graph.hash, "config": run.config.model_dump(mode="json")}
    refuse_other(run.path / CHECKPOINT, facts, _network_numbers(run))
    trainer = make_trainer(run.graph, run.table, run.config)
    loop = Loop(
        trainer,
        run.path,
        Pace(max(1, -(-trainer.total // REPORTS)), checkpoint_seconds, budget=budget),
        facts=facts,
        measure=partial(_distance_now, trainer, run),
        progress=progress or Silent(),
    )
    with one_thread():
        outcome = loop.run()
    if progress is not None and outcome.ending != "interrupted":
        progress.phase("certifying")
    module = trainer.model()
    metrics = _write_model(run, module, outcome)
    if isinstance(trainer, Mixed):
        mechanisms = trainer.mechanisms()
        write_reals(run.path, run.graph, mechanisms)
        metrics = {**_without_distance(metrics), **trainer.judged()}
        module = trained_module(run.graph, module, mechanisms)
    certificate = None if outcome.ending == "interrupted" else _certify(run, module)
    run = finish(run, outcome, trainer.total, metrics)
    return conclude(run, LABELS, outcome, certificate)


def _certify(run: Record, module: CausalModule) -> Certificate:
    """The certificate of the trained module, written into the run whatever it says."""
    certificate = certify(module, seed=run.config.seed)
    write_file(run.path / CERTIFICATE, certificate.to_json())
    return certificate


def _without_distance(metrics: Mapping[str, float]) -> Mapping[str, float]:
    """The metrics but those of the labels' joint distribution, which has no table."""
    return {name: value for name, value in metrics.items() if not name.endswith("tvd")}


def _distance_now(trainer: Trainer, run: Record) -> Mapping[str, float]:
    """The distance to the data for a report: quicker and less exact than the final one."""
    if run.graph.reals:
        return {}
    module, table = trainer.model(), run.labels.complete
    model = None if module.exact else _quick_tables(module)
    return {"tvd": distance(model or module, table, draws=FEW_ROWS).value}


def _quick_tables(module: CausalModule) -> Tables | None:
    """Roughly estimated tables, if there are any and they are few."""
    graph = module.graph
    rows = sum(prod(table_shape(graph, node.name)[:-1]) for node in graph.labels)
    if graph.confounders or rows > MOST_CONFIGURATIONS:
        return None
    return module.tables(draws=FEW_DRAWS, generator=torch.Generator().manual_seed(0))


def _network_numbers(run: Record) -> int:
    """The number of weights in the networks to be trained."""
    recipe, options = recipe_of_run(run)
    return recipe.numbers(run.label_graph, options)


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
        return metrics | {"tvd": distance(module, run.labels.complete).value}
    write_tables(run.path, tables)
    if not run.label_graph.confounders:
        return metrics | {"tvd": distance(tables, run.labels.complete).value}
    law = tables.observational or fitted_law(
        with_data(tables, run.labels), run.labels, run.estimator
    )
    far = distance(
        module if isinstance(tables.known, Counted) else tables, run.labels.complete
    ).value
    return metrics | {"tvd": far, "law_tvd": distance(law, run.labels.complete).value}


def _tables(module: CausalModule, seed: int) -> Tables | None:
    """The tables that the run keeps; None if there are none, or they are large."""
    if not keeps_tables(module):
        return None
    try:
        return model_tables(module, seed)
    except ValueError:  # E659 says so to whoever asks
        return None
