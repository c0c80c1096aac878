"""The third stage: an encoder for heads that do not tell the noise behind a photo, or an editor.

Neither the labels nor the head are changed, and so their certificate is not. A training that is
killed goes on from its last checkpoint, and ends with the weights of one that was never stopped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from pydantic import ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.heads.codes.heads import HeadOption
from scm_compiler.runtime.heads.companions import COMPANIONS, EDITOR, ENCODER, Options, Trainer
from scm_compiler.runtime.heads.head import NUMBER, EncodingGenerator, ImageBatches, LabelSampler
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.companions import (
    CompanionConfig,
    add_companion,
    companion_config,
    companion_facts,
    pending_companions,
    restart_companion,
    write_companion,
)
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.stages.codes.companions import EditorOfNumbers, HasCompanion
from scm_compiler.runtime.stages.codes.training import NothingToResume
from scm_compiler.runtime.stages.images import (
    CHECKPOINT_SECONDS,
    LOCAL,
    Attendance,
    Placement,
    attended,
    followed,
    head_task,
    in_memory,
    report_steps,
)
from scm_compiler.runtime.stages.plan import MOST_STEPS, refuse_unequal
from scm_compiler.runtime.stages.result import Finished, conclude, stage_of
from scm_compiler.runtime.training.loop import CHECKPOINT, Pace, refuse_other

STEPS = 3_000
"""The steps of either if neither steps nor a budget are given."""


def extend_companions(
    run: Record,
    kind: str,
    *,
    options: Mapping[str, Any],
    seed: int,
    steps: int | None = None,
    images: Mapping[str, str] | None = None,
    budgeted: bool = False,
    processes: int = 1,
) -> Record:
    """A run whose heads are trained, with encoders or editors that wait for those without.

    Args:
        run: The run.
        kind: `encoder`, which heads that have one are not given, or `editor`.
        options: As far as they differ from the defaults.
        seed: Of the training.
        steps: The most steps of each; None for `STEPS`, or as many as a budget allows.
        images: Where the real images come from, by image, `""` for all others; the heads' own if
            they are not named.
        budgeted: Whether a budget ends the training.
        processes: How many train together.

    Raises:
        ScmError: E662 if an option is unknown or does not fit, E710 if no head is trained, E695 if
            each head has one, E696 if an editor is to turn a number, E714 if so many processes
            cannot share a batch, E730 if another process trains the run.
    """
    chosen = chosen_options(kind, options)
    refuse_unequal(chosen.model_dump(), processes)
    with sole_trainer(run.path):
        now = open_record(run.path)
        heads = [now.head(image) for image in now.images] or [now.head()]
        without = [head for head in heads if _lacks(now, head, kind)]
        if not without:
            told = tuple((head.node, head.config.head) for head in heads)
            raise refuse(HasCompanion(path=str(now.path), kind=kind, heads=told), exit_code=2)
        if kind == EDITOR:
            _refuse_numbers(without)
        named = images or {}
        for image in (head.node for head in without):
            source, fingerprint = _images(now, image, named.get(image, named.get("")))
            config = CompanionConfig(
                image=image,
                options=chosen.model_dump(mode="json"),
                seed=seed,
                steps=steps or (MOST_STEPS if budgeted else STEPS),
                source=source,
                fingerprint=fingerprint,
            )
            now = add_companion(now, kind, config)
        return now


def _lacks(run: Record, head: TrainedHead, kind: str) -> bool:
    """Whether a head has none, neither of its own nor begun."""
    own = kind == ENCODER and isinstance(head.generator, EncodingGenerator)
    return not own and companion_config(run, head.node, kind) is None


def _refuse_numbers(heads: Iterable[TrainedHead]) -> None:
    """Refuse editors of images that read numbers: only values that can be counted are turned."""
    found = [
        EditorOfNumbers(node=head.node, name=name)
        for head in heads
        for name, size in zip(head.coding.names, head.coding.sizes, strict=True)
        if size == NUMBER
    ]
    if found:
        raise refuse(*found, exit_code=2)


def _images(run: Record, image: str, named: str | None) -> tuple[str, str]:
    """Where real images come from, and what identifies them: the head's own if none are named."""
    if named is None:
        own = run.head_config(image)
        return own.source, own.fingerprint
    return named, load_images(named, run.graph, image).fingerprint


def chosen_options(kind: str, changes: Mapping[str, Any]) -> Options:
    """The options of an encoder or an editor.

    Raises:
        ScmError: E662 if one is unknown or does not fit.
    """
    try:
        return COMPANIONS[kind].options.model_validate(dict(changes))
    except ValidationError as wrong:
        raise refuse(
            *(
                HeadOption(
                    head=kind,
                    option=".".join(map(str, error["loc"])),
                    reason=error["msg"][:1].lower() + error["msg"][1:],
                )
                for error in wrong.errors()
            ),
            exit_code=2,
        ) from wrong


def train_companion(
    run: Record,
    image: str,
    kind: str,
    batches: ImageBatches,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
    placement: Placement = LOCAL,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Finished:
    """Train an image's encoder or editor to its end, from its checkpoint if it has one.

    Args:
        run: A run with a trained head, and a configuration (`extend_companions`).
        image: The image.
        kind: Which of them.
        batches: The head's data.
        progress: Who watches.
        budget: The most seconds to train, those before an interruption included.
        placement: On which device, by which processes.
        checkpoint_seconds: The time between checkpoints.

    Raises:
        ScmError: As `train_image`.
    """
    with sole_trainer(run.path):
        now = open_record(run.path)
        if (image, kind) not in pending_companions(now):
            done = NothingToResume(path=str(run.path), reason="its training is complete")
            raise refuse(done, exit_code=2)
        config = companion_config(now, image, kind)
        assert config is not None
        prefix = files_of(now.graph, image).companion(kind).prefix
        facts, options = companion_facts(now, config), config.training(kind)
        batch = options.batch
        with in_memory(image, batch, placement):
            numbers = _numbers(now, kind, config)
            refuse_other(now.path / f"{prefix}{CHECKPOINT}", facts, numbers)
            trainer, labels = companion_trainer(now, kind, config, batches, placement)
            now = restart_companion(now, image, kind)
            pace = Pace(report_steps(trainer), checkpoint_seconds, budget=budget)
            how = Attendance(prefix, facts, pace, batch, progress or Silent())
            outcome = attended(now, trainer, labels, how, placement)
        ended = outcome.ending == "diverged" or outcome.step >= config.steps
        now = write_companion(now, kind, config, trainer.model().cpu(), done=ended)
        return conclude(now, stage_of(image, kind), outcome, None)


def follow_companion(
    run: Record, image: str, kind: str, batches: ImageBatches, placement: Placement
) -> None:
    """Train an encoder or an editor together with the process that leads."""
    config = companion_config(run, image, kind)
    assert config is not None
    trainer, labels = companion_trainer(run, kind, config, batches, placement)
    prefix = files_of(run.graph, image).companion(kind).prefix
    followed(run, trainer, labels, prefix, placement)


def companion_trainer(
    run: Record, kind: str, config: CompanionConfig, batches: ImageBatches, placement: Placement
) -> tuple[Trainer, LabelSampler]:
    """What trains it, and the frozen labels that generated images are of."""
    options = config.training(kind)
    refuse_unequal(options.model_dump(), placement.team.size)
    task, labels = head_task(run, run.head_config(config.image), batches, placement)
    task = replace(task, seed=config.seed, total=config.steps)
    made = COMPANIONS[kind].trainer
    return made(task, options, run.head(config.image).generator), labels


def _numbers(run: Record, kind: str, config: CompanionConfig) -> int:
    """How many weights it has."""
    drawing = run.head(config.image).generator
    with torch.device("meta"):
        made = COMPANIONS[kind].untrained(drawing, config.training(kind))
    return sum(weight.numel() for weight in made.parameters())
