"""The third stage: an encoder for each head that does not tell the noise behind a photo itself.

Neither the labels nor the head are changed, and so their certificate is not. A training that is
killed goes on from its last checkpoint, and ends with the weights of one that was never stopped.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from pydantic import ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.heads.codes.heads import HeadOption
from scm_compiler.runtime.heads.encoder import EncoderTrainer, untrained
from scm_compiler.runtime.heads.head import EncodingGenerator, ImageBatches, LabelSampler
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.runs.trained_encoder import (
    EncoderConfig,
    add_encoder,
    encoder_config,
    encoder_facts,
    pending_encoders,
    restart_encoder,
    write_encoder,
)
from scm_compiler.runtime.stages.codes.encoders import HasEncoder
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
from scm_compiler.runtime.stages.result import ENCODER, Finished, conclude
from scm_compiler.runtime.training.loop import CHECKPOINT, Pace, refuse_other

STEPS = 3_000
"""The steps of an encoder if neither steps nor a budget are given."""


def extend_encoders(
    run: Record,
    *,
    options: Mapping[str, Any],
    seed: int,
    steps: int | None = None,
    images: Mapping[str, str] | None = None,
    budgeted: bool = False,
    processes: int = 1,
) -> Record:
    """A run whose heads are trained, with encoders that wait for those that have none.

    Args:
        run: The run.
        options: Of the encoders, as far as they differ from the defaults.
        seed: Of their training.
        steps: The most steps of each; None for `STEPS`, or as many as a budget allows.
        images: Where the real images come from, by image, `""` for all others; the heads' own if
            they are not named.
        budgeted: Whether a budget ends the training.
        processes: How many train together.

    Raises:
        ScmError: E662 if an option is unknown or does not fit, E710 if no head is trained, E695 if
            each head has an encoder, E714 if so many processes cannot share a batch, E730 if
            another process trains the run.
    """
    chosen = chosen_options(options)
    refuse_unequal(chosen.model_dump(), processes)
    with sole_trainer(run.path):
        now = open_record(run.path)
        heads = [now.head(image) for image in now.images] or [now.head()]
        without = [
            head.node
            for head in heads
            if not isinstance(head.generator, EncodingGenerator)
            and encoder_config(now, head.node) is None
        ]
        if not without:
            told = tuple((head.node, head.config.head) for head in heads)
            raise refuse(HasEncoder(path=str(now.path), heads=told), exit_code=2)
        named = images or {}
        for image in without:
            source, fingerprint = _images(now, image, named.get(image, named.get("")))
            config = EncoderConfig(
                image=image,
                options=chosen.model_dump(mode="json"),
                seed=seed,
                steps=steps or (MOST_STEPS if budgeted else STEPS),
                source=source,
                fingerprint=fingerprint,
            )
            now = add_encoder(now, config)
        return now


def _images(run: Record, image: str, named: str | None) -> tuple[str, str]:
    """Where real images come from, and what identifies them: the head's own if none are named."""
    if named is None:
        own = run.head_config(image)
        return own.source, own.fingerprint
    return named, load_images(named, run.graph, image).fingerprint


def chosen_options(changes: Mapping[str, Any]) -> EncoderOptions:
    """The options of an encoder.

    Raises:
        ScmError: E662 if one is unknown or does not fit.
    """
    try:
        return EncoderOptions.model_validate(dict(changes))
    except ValidationError as wrong:
        raise refuse(
            *(
                HeadOption(
                    head="encoder",
                    option=".".join(map(str, error["loc"])),
                    reason=error["msg"][:1].lower() + error["msg"][1:],
                )
                for error in wrong.errors()
            ),
            exit_code=2,
        ) from wrong


def train_encoder(
    run: Record,
    image: str,
    batches: ImageBatches,
    *,
    progress: Progress | None = None,
    budget: float | None = None,
    placement: Placement = LOCAL,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Finished:
    """Train the encoder of an image's head to its end, from its checkpoint if it has one.

    Args:
        run: A run with a trained head, and a configuration of its encoder (`extend_encoders`).
        image: The image.
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
        if image not in pending_encoders(now):
            done = NothingToResume(path=str(run.path), reason="its training is complete")
            raise refuse(done, exit_code=2)
        config = encoder_config(now, image)
        assert config is not None
        prefix, facts = files_of(now.graph, image).encoder.prefix, encoder_facts(now, config)
        batch = config.training.batch
        with in_memory(image, batch, placement):
            numbers = _numbers(now, config)
            refuse_other(now.path / f"{prefix}{CHECKPOINT}", facts, numbers)
            trainer, labels = encoder_trainer(now, config, batches, placement)
            now = restart_encoder(now, image)
            pace = Pace(report_steps(trainer), checkpoint_seconds, budget=budget)
            how = Attendance(prefix, facts, pace, batch, progress or Silent())
            outcome = attended(now, trainer, labels, how, placement)
        ended = outcome.ending == "diverged" or outcome.step >= config.steps
        now = write_encoder(now, config, trainer.model().cpu(), done=ended)
        return conclude(now, f"{image}{ENCODER}", outcome, None)


def follow_encoder(run: Record, image: str, batches: ImageBatches, placement: Placement) -> None:
    """Train an encoder together with the process that leads."""
    config = encoder_config(run, image)
    assert config is not None
    trainer, labels = encoder_trainer(run, config, batches, placement)
    followed(run, trainer, labels, files_of(run.graph, image).encoder.prefix, placement)


def encoder_trainer(
    run: Record, config: EncoderConfig, batches: ImageBatches, placement: Placement
) -> tuple[EncoderTrainer, LabelSampler]:
    """What trains an encoder, and the frozen labels that the generated images are of."""
    options = config.training
    refuse_unequal(options.model_dump(), placement.team.size)
    task, labels = head_task(run, run.head_config(config.image), batches, placement)
    task = replace(task, seed=config.seed, total=config.steps)
    return EncoderTrainer(task, options, run.head(config.image).generator), labels


def _numbers(run: Record, config: EncoderConfig) -> int:
    """How many weights an encoder has."""
    drawing = run.head(config.image).generator
    with torch.device("meta"):
        made = untrained(drawing, config.training)
    return sum(weight.numel() for weight in made.parameters())
