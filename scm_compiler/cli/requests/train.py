"""What `scmc train` is asked for."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from scm_compiler.cli.options import by_name, one_of, seconds, seed, settings, whole
from scm_compiler.cli.training_program import program_to_train
from scm_compiler.ir import Graph
from scm_compiler.runtime.controller.settings import require_choice
from scm_compiler.runtime.data.images.sources import require_images
from scm_compiler.runtime.data.sources import default_source, require_data
from scm_compiler.runtime.heads.registry import HEAD, installed
from scm_compiler.runtime.runs.presence import require_run
from scm_compiler.runtime.stages.options import divide

STAGES = ("all", "labels", "images", "encoder", "editor")
DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """A training that is asked for. None stands for what is left open.

    Attributes:
        words: The command line, to be given to further processes.
        devices: How many processes train.
        device: On which kind of device.
        budget: The most seconds.
        stage: Of `STAGES`.
        precision: Of `PRECISIONS`.
        seed: Of everything random.
        steps: The most steps of each stage.
        replicates: Further label models, each on other weights of the rows.
        file: The program.
        run: The run's folder.
        resume: Whether to go on with a training that was stopped.
        tensorboard: Whether to write the metrics for TensorBoard too.
        data: The SPEC of the labels' data.
        trainer: Of the labels.
        preset: Of the labels' trainer.
        images: The SPECs of images, each perhaps with `IMAGE=` before it.
        heads: The names of heads, likewise.
        head_preset: The preset of the heads' options.
        options: Options that differ from the presets, as NAME=VALUE.
        program: The graph to train and its text; None where a run is trained further.
    """

    words: tuple[str, ...]
    devices: int
    device: str
    budget: float | None
    stage: str
    precision: str
    seed: int | None
    steps: int | None
    replicates: int | None
    file: str | None
    run: Path | None
    resume: bool
    tensorboard: bool
    data: str | None
    trainer: str | None
    preset: str | None
    images: tuple[str, ...]
    heads: tuple[str, ...]
    head_preset: str | None
    options: tuple[str, ...]
    program: tuple[Graph, str | None] | None = None

    @property
    def extends(self) -> bool:
        """Whether a run that is there is trained further, and none is made."""
        return self.resume or self.stage in ("images", "encoder", "editor")


def replicates(text: str | None) -> int | None:
    """What `--replicates` says."""
    return None if text is None else whole("--replicates", text, 2, 10_000)


def request(args: argparse.Namespace) -> TrainingRequest:
    """What the command line asks for.

    Raises:
        ScmError: With exit code 2: E707 if an option's value is none, E650 or E651 if a run is
            asked for that is not there, E704, E661, E601, E670 or E602 if a trainer, a head or
            data are; and the errors of the program.
    """
    asked = _asked(args)
    if asked.extends:
        require_run(asked.run)
    wanted = settings("--option", asked.options)
    if asked.extends:
        return asked
    trainer = asked.trainer or "mle"
    require_choice(trainer, asked.preset or "default")
    graph, text = program_to_train(asked.file)
    names = [node.name for node in graph.images]
    named = by_name(asked.images, names)
    images = [spec for name in names if (spec := named.get(name, named.get("")))]
    heads: dict[str, str] = {}
    if asked.stage != "labels":
        named_heads = by_name(asked.heads, names)
        heads = {name: named_heads.get(name, named_heads.get("", HEAD)) for name in names}
        for head in named_heads.values():
            installed().find(head)
        for spec in images:
            require_images(spec)
    _, options = divide(wanted, trainer, asked.preset or "default", heads.values())
    for head in heads.values():
        installed().find(head).options(asked.head_preset or "default", **options)
    require_data(asked.data or default_source(graph, images))
    return replace(asked, program=(graph, text))


def _asked(args: argparse.Namespace) -> TrainingRequest:
    return TrainingRequest(
        words=tuple(args.words),
        devices=1 if args.devices is None else whole("--devices", args.devices, 1, 1024),
        device=one_of("--device", args.device or "auto", DEVICES),
        budget=None if args.budget is None else seconds(args.budget),
        stage=one_of("--stage", args.stage or "all", STAGES),
        precision=one_of("--precision", args.precision or "auto", PRECISIONS),
        seed=None if args.seed is None else seed(args.seed),
        steps=None if args.steps is None else whole("--steps", args.steps, 1, 10**12),
        replicates=replicates(args.replicates),
        file=args.file,
        run=args.run,
        resume=args.resume,
        tensorboard=args.tensorboard,
        data=args.data,
        trainer=args.trainer,
        preset=args.preset,
        images=tuple(args.images or ()),
        heads=tuple(args.head or ()),
        head_preset=args.head_preset,
        options=tuple(args.option or ()),
    )
