"""The second stage: the head of one image, trained in a run whose labels are trained and frozen.

The labels' weights are read and never written. A run that is killed goes on from the head's last
checkpoint, and ends with the weights and losses of one that was never stopped.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.emit.certificate import Certificate, certify
from scm_compiler.runtime.data.images.resident import nearest
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.heads.head import (
    FrozenLabels,
    HeadTask,
    HeadTrainer,
    ImageBatches,
    LabelCoding,
    LabelSampler,
)
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.head_certificate import check_heads
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.heads import finish_head, restart_head
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.numbers import CERTIFICATE
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.runs.trained_head import count_numbers, image_domain, write_head
from scm_compiler.runtime.sampling.mixed import FrozenRows
from scm_compiler.runtime.stages.codes.processes import MemoryFull, TeamEnded
from scm_compiler.runtime.stages.codes.training import NothingToResume
from scm_compiler.runtime.stages.pacing import Pacing
from scm_compiler.runtime.stages.plan import refuse_unequal
from scm_compiler.runtime.stages.preview import Previewing, previews
from scm_compiler.runtime.stages.result import Finished, conclude
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.fitting import Fitting
from scm_compiler.runtime.training.loop import CHECKPOINT, Loop, Outcome, Pace, refuse_other
from scm_compiler.runtime.training.team import ALONE, Led, Team, TeamLost, follow
from scm_compiler.runtime.training.threads import fixed, own_threads, quickest

REPORT_STEPS, FEWEST_REPORTS = 100, 20
"""A report each hundred steps, more often in a short training."""

CHECKPOINT_SECONDS = 30.0


@dataclass(frozen=True)
class Placement:
    """The device and the processes that train a head.

    Attributes:
        device: The kind of device.
        team: The processes that train together.
    """

    device: str = "cpu"
    team: Team = ALONE

    @property
    def own_device(self) -> torch.device:
        """The device of this process."""
        if self.device == "cuda" and not self.team.alone:
            return self.team.device
        return torch.device(self.device)


LOCAL = Placement()


def train_image(
    run: Record,
    image: str,
    batches: ImageBatches,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
    placement: Placement = LOCAL,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Finished:
    """Train the head of an image to its end, from its checkpoint if it has one.

    Args:
        run: A run with trained labels and a configuration of the head (`add_heads`).
        image: The image.
        batches: Its data.
        progress: Who watches.
        budget: The most seconds to train, those before an interruption included.
        placement: On which device, by which processes.
        checkpoint_seconds: The time between checkpoints.

    Raises:
        ScmError: E658 if the labels are not trained, E702 with exit code 4 if the training
            diverged (the run then holds the last good weights), E657 if a file cannot be written,
            E501 if the trained head is not a function of its parents and its noise alone (the
            run then holds it, with the certificate that says so), E723 if the memory is full,
            E730 if another process trains this run, E705 if one has trained the head meanwhile.
    """
    with sole_trainer(run.path):
        now = open_record(run.path)
        facts = now.manifest.heads.get(image)
        if facts is not None and facts.status == "complete" and facts.steps >= facts.total:
            done = NothingToResume(path=str(run.path), reason="its training is complete")
            raise refuse(done, exit_code=2)
        with in_memory(image, _batch(now.head_config(image)), placement):
            return _train_alone(
                now, image, batches, progress, budget, placement, checkpoint_seconds
            )


@contextmanager
def in_memory(image: str, batch: int | None, placement: Placement) -> Iterator[None]:
    """Turn an out-of-memory error into E723.

    Raises:
        ScmError: E723 with exit code 2.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        full = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if not full and "can't allocate memory" not in str(error):  # torch on a CPU
            raise
        wrong = MemoryFull(image=image, device=placement.device, batch=batch)
        raise refuse(wrong, exit_code=2) from error


def _train_alone(
    run: Record,
    image: str,
    batches: ImageBatches,
    progress: Progress | None,
    budget: float | None,
    placement: Placement,
    checkpoint_seconds: float,
) -> Finished:
    """Train a head while no other process trains this run."""
    config, files = run.head_config(image), files_of(run.graph, image)
    facts = {"graph": run.graph.hash, "config": config.model_dump(mode="json")}
    checkpoint = run.path / f"{files.prefix}{CHECKPOINT}"
    refuse_other(checkpoint, facts, count_numbers(run.graph, config))
    trainer, labels = head_trainer(run, config, batches, placement)
    run = restart_head(run, image)
    draw = previews(run.path, files, trainer, labels, config.seed)
    every = report_steps(trainer)
    pace = Pace(every, checkpoint_seconds, budget=budget)
    watching = _paced(run, config, progress or Silent(), budget, placement)
    outcome = attended(
        run,
        trainer,
        labels,
        Attendance(files.prefix, facts, pace, _batch(config), Previewing(watching, draw, every)),
        placement,
    )
    draw(outcome.step)
    run, certificate = _write_results(run, config, trainer, outcome)
    return conclude(run, image, outcome, certificate)


@dataclass(frozen=True)
class Attendance:
    """How a training in a run is kept and watched.

    Attributes:
        prefix: What the names of its checkpoint and its metrics begin with.
        facts: What a checkpoint must agree on.
        pace: When to report, save and stop.
        batch: The images of a step, where that is known.
        progress: Who watches.
    """

    prefix: str
    facts: Mapping[str, Any]
    pace: Pace
    batch: int | None
    progress: Progress


def attended(
    run: Record,
    trainer: Fitting,
    labels: LabelSampler,
    how: Attendance,
    placement: Placement,
) -> Outcome:
    """Train to the end, or until something stops it, in all processes.

    Raises:
        ScmError: As `Loop.run`; E721 if another process of the team is lost.
    """
    led = Led(trainer, placement.team) if not placement.team.alone else None
    loop = Loop(
        led or trainer,
        run.path,
        how.pace,
        facts=how.facts,
        measure=lambda: _speed(loop, how.batch),
        progress=how.progress,
        prefix=how.prefix,
    )
    try:
        with labels.settled(), own_threads():
            return loop.run()
    except TeamLost as error:
        raise _team_ended(run, placement) from error
    finally:
        if led is not None:
            led.release()


def report_steps(trainer: Fitting) -> int:
    """The steps from one report to the next."""
    return max(1, min(REPORT_STEPS, trainer.total // FEWEST_REPORTS))


def follow_image(run: Record, image: str, batches: ImageBatches, placement: Placement) -> None:
    """Train a head together with the process that leads."""
    trainer, labels = head_trainer(run, run.head_config(image), batches, placement)
    followed(run, trainer, labels, files_of(run.graph, image).prefix, placement)


def followed(
    run: Record, trainer: Fitting, labels: LabelSampler, prefix: str, placement: Placement
) -> None:
    """Train as the process that leads does in `attended`.

    Raises:
        ScmError: E721 if another process of the team is lost.
    """
    try:
        with labels.settled():
            follow(trainer, run.path / f"{prefix}{CHECKPOINT}", placement.team)
    except TeamLost as error:
        raise _team_ended(run, placement) from error


def _team_ended(run: Record, placement: Placement) -> ScmError:
    """The refusal to train without the other processes."""
    return refuse(TeamEnded(path=str(run.path), processes=placement.team.size), exit_code=2)


def head_trainer(
    run: Record, config: HeadConfig, batches: ImageBatches, placement: Placement
) -> tuple[HeadTrainer, LabelSampler]:
    """What trains a head, and the frozen labels that it draws from.

    Raises:
        ScmError: E658 if the labels are not trained; E66x if the head cannot do this; E714 if
            the batch cannot be divided among the processes.
    """
    task, labels = head_task(run, config, batches, placement)
    spec = installed().find(config.head)
    options = spec.stored_options(config.options)
    refuse_unequal(options.model_dump(), placement.team.size)
    return spec.trainer(task, options), labels


def head_task(
    run: Record, config: HeadConfig, batches: ImageBatches, placement: Placement
) -> tuple[HeadTask, LabelSampler]:
    """What a head is trained on, and the frozen labels in it."""
    coding = LabelCoding.of(run.graph, config.image, config.scales)
    labels = frozen_labels(run, coding)
    task = HeadTask(
        config.image,
        image_domain(run.graph, config.image),
        coding,
        nearest(batches, placement.own_device) if isinstance(batches, ImageTable) else batches,
        labels,
        config.seed,
        config.steps,
        placement.own_device,
        placement.team,
    )
    return task, labels


def frozen_labels(run: Record, coding: LabelCoding) -> LabelSampler:
    """What draws an image's labels from the trained label model."""
    if run.graph.reals:
        return FrozenRows(run.graph, run.mechanisms, coding)
    return FrozenLabels(run.module().eval().requires_grad_(False), coding)


def certify_run(run: Record) -> Certificate:
    """The certificate of a run: of its label model and every trained head."""
    checks = check_heads(run.graph, [run.head(name) for name in run.images], run.config.seed)
    return certify(run.module(), seed=run.config.seed, further=checks)


def _paced(
    run: Record,
    config: HeadConfig,
    progress: Progress,
    budget: float | None,
    placement: Placement,
) -> Progress:
    """Who watches, told what a budget will buy."""
    batch = _batch(config)
    if budget is None or batch is None:
        return progress
    adapts = placement.team.alone and placement.own_device.type == "cpu" and not fixed()
    choose = quickest if adapts else None
    return Pacing(progress, image_domain(run.graph, config.image), budget, batch, choose)


def _batch(config: HeadConfig) -> int | None:
    """The images in a batch; None if the head has no such option."""
    options = installed().find(config.head).stored_options(config.options).model_dump()
    return int(options["batch"]) if "batch" in options else None


def _speed(loop: Loop, batch: int | None) -> Mapping[str, float]:
    """The speed and the time that is left, for a report."""
    speed = {} if batch is None else {"images_per_second": round(loop.rate * batch, 3)}
    left = loop.left
    return speed if left is None else {**speed, "seconds_left": round(left, 1)}


def _write_results(
    run: Record, config: HeadConfig, trainer: HeadTrainer, outcome: Outcome
) -> tuple[Record, Certificate]:
    """Write what the training gave, then the certificate that covers it."""
    write_head(run.path, run.graph, config, trainer.model().cpu())
    files = {**run.manifest.files, files_of(run.graph, config.image).weights: ""}
    trained = replace(run, manifest=run.manifest.model_copy(update={"files": files}))
    certificate = certify_run(trained)
    write_file(run.path / CERTIFICATE, certificate.to_json())
    return finish_head(run, config.image, outcome), certificate
