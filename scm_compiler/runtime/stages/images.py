"""The second stage: the head of one image, trained in a run whose labels are trained and frozen.

The labels' weights are read and never written. A run that is killed goes on from the head's last
checkpoint, and ends with the weights and losses of one that was never stopped.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.emit.certificate import Certificate, certify, require_consistent
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.heads.frozen_labels import FrozenLabels
from scm_compiler.runtime.heads.head import HeadTask, HeadTrainer, ImageBatches
from scm_compiler.runtime.heads.labels import LabelCoding
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.head_certificate import check_heads
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.heads import finish_head, restart_head
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.numbers import CERTIFICATE
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.runs.trained_head import count_numbers, image_domain, write_head
from scm_compiler.runtime.stages.codes.processes import MemoryFull, TeamEnded
from scm_compiler.runtime.stages.codes.training import NothingToResume, TrainingDiverged
from scm_compiler.runtime.stages.plan import refuse_unequal
from scm_compiler.runtime.stages.preview import Previewing, previews
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.loop import CHECKPOINT, Loop, Outcome, Pace, refuse_other
from scm_compiler.runtime.training.team import ALONE, Led, Team, TeamLost, follow

REPORT_STEPS, FEWEST_REPORTS = 100, 20
CHECKPOINT_SECONDS = 30.0


@dataclass(frozen=True)
class TrainedImage:
    """A run after the training of a head.

    Attributes:
        run: The run.
        image: The image.
        outcome: How the training ended.
    """

    run: Record
    image: str
    outcome: Outcome


@dataclass(frozen=True)
class Placement:
    """The machinery that a head is trained on.

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
) -> TrainedImage:
    """Train the head of an image from where it stands to its end.

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
        with _in_memory(now, image, placement):
            return _train_alone(
                now, image, batches, progress, budget, placement, checkpoint_seconds
            )


@contextmanager
def _in_memory(run: Record, image: str, placement: Placement) -> Iterator[None]:
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
        batch = _batch(run.head_config(image))
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
) -> TrainedImage:
    """Train a head while no other process trains this run."""
    config, files = run.head_config(image), files_of(run.graph, image)
    facts = {"graph": run.graph.hash, "config": config.model_dump(mode="json")}
    checkpoint = run.path / f"{files.prefix}{CHECKPOINT}"
    refuse_other(checkpoint, facts, count_numbers(run.graph, config))
    trainer, labels = head_trainer(run, config, batches, placement)
    run = restart_head(run, image)
    draw = previews(run.path, files, trainer, labels, config.seed)
    led = Led(trainer, placement.team) if not placement.team.alone else None
    every, batch = _report_steps(trainer.total), _batch(config)
    loop = Loop(
        led or trainer,
        run.path,
        Pace(every, checkpoint_seconds, budget=budget),
        facts=facts,
        measure=lambda: _speed(loop, batch),
        progress=Previewing(progress or Silent(), draw, every),
        prefix=files.prefix,
    )
    try:
        outcome = loop.run()
    except TeamLost as error:
        raise team_ended(run, placement) from error
    finally:
        if led is not None:
            led.release()
    draw(outcome.step)
    run, certificate = _write_results(run, config, trainer, outcome)
    if outcome.ending == "diverged":
        raise refuse(
            TrainingDiverged(step=outcome.reached, kept=outcome.step, reason=outcome.reason),
            exit_code=4,
        )
    require_consistent(certificate)
    return TrainedImage(run, image, outcome)


def follow_image(run: Record, image: str, batches: ImageBatches, placement: Placement) -> None:
    """Take part in the training of a head that another process leads."""
    trainer, _ = head_trainer(run, run.head_config(image), batches, placement)
    checkpoint = f"{files_of(run.graph, image).prefix}{CHECKPOINT}"
    try:
        follow(trainer, run.path / checkpoint, placement.team)
    except TeamLost as error:
        raise team_ended(run, placement) from error


def team_ended(run: Record, placement: Placement) -> ScmError:
    """The refusal to go on without the others."""
    return refuse(TeamEnded(path=str(run.path), processes=placement.team.size), exit_code=2)


def head_trainer(
    run: Record, config: HeadConfig, batches: ImageBatches, placement: Placement
) -> tuple[HeadTrainer, FrozenLabels]:
    """What trains a head, and the frozen labels that it draws from.

    Raises:
        ScmError: E658 if the labels are not trained; E66x if the head cannot do this; E714 if
            the batch cannot be divided among the processes.
    """
    coding = LabelCoding.of(run.graph, config.image)
    labels = FrozenLabels(run.module().eval().requires_grad_(False), coding)
    task = HeadTask(
        config.image,
        image_domain(run.graph, config.image),
        coding,
        batches,
        labels,
        config.seed,
        config.steps,
        placement.own_device,
        placement.team,
    )
    spec = installed().find(config.head)
    options = spec.stored_options(config.options)
    refuse_unequal(options.model_dump(), placement.team.size)
    return spec.trainer(task, options), labels


def certify_run(run: Record) -> Certificate:
    """The certificate of a run: of its label model and every trained head."""
    checks = check_heads(run.graph, [run.head(name) for name in run.images], run.config.seed)
    return certify(run.module(), seed=run.config.seed, further=checks)


def _report_steps(total: int) -> int:
    """A report each hundred steps, more often in a short training."""
    return max(1, min(REPORT_STEPS, total // FEWEST_REPORTS))


def _batch(config: HeadConfig) -> int:
    """The images in a batch; an option that a configuration leaves out has its default."""
    options = installed().find(config.head).stored_options(config.options)
    return int(options.model_dump()["batch"])


def _speed(loop: Loop, batch: int) -> Mapping[str, float]:
    speed = {"images_per_second": round(loop.rate * batch, 3)}
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
