"""What `scmc train --resume` is asked for, beside what the run was started with."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scm_compiler.cli.codes.training import ResumeDiffers
from scm_compiler.cli.options import by_name, settings
from scm_compiler.cli.requests.train import TrainingRequest
from scm_compiler.cli.training_program import program_to_train
from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.sources import spelt_out
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.stages.options import divide

Difference = tuple[str, str, str]
"""An option, what the run was started with, and what is asked for now."""


def refuse_changes(request: TrainingRequest, opened: Record) -> None:
    """Refuse a request for another training than the one to go on with.

    Raises:
        ScmError: With exit code 2: E706; E560 if nothing that is trained has such an option.
    """
    other = other_graph(request, opened)
    differences = list(_of_labels(request, opened))
    config, heads = opened.config, opened.manifest.heads
    taken = {facts.head for facts in heads.values()}
    wanted = settings("--option", request.options)
    ours, theirs = divide(wanted, config.trainer, config.preset, taken)
    for name, value in ours.items():
        held = config.options.get(name)
        differences += _differing("--option", _setting(name, held), _setting(name, value))
    for image in heads:
        differences += _of_image(request, opened, image)
        differences += _of_options(theirs, opened, image)
    changes = [
        ResumeDiffers(path=str(opened.path), option=option, started=started, asked=asked)
        for option, started, asked in dict.fromkeys(differences)
    ]
    if changes or other:
        raise refuse(*changes, *other, exit_code=2)


def other_graph(request: TrainingRequest, opened: Record) -> tuple[ResumeDiffers, ...]:
    """What is wrong with FILE, if it is another graph than the run's."""
    graph = opened.graph if request.file is None else program_to_train(request.file)[0]
    if graph.hash == opened.graph.hash:
        return ()
    started, asked = opened.graph.hash[:12], graph.hash[:12]
    return (ResumeDiffers(path=str(opened.path), option="FILE", started=started, asked=asked),)


def _of_labels(request: TrainingRequest, opened: Record) -> Iterator[Difference]:
    config = opened.config
    yield from _differing("--trainer", config.trainer, request.trainer)
    yield from _differing("--preset", config.preset, request.preset)
    yield from _differing("--replicates", config.replicates, request.replicates)
    asked = None if request.data is None else spelt_out(request.data)
    yield from _differing("--data", opened.manifest.data.origin, asked)
    if not opened.manifest.heads:
        yield from _differing("--seed", config.seed, request.seed)
        yield from _differing("--steps", config.options.get("steps"), request.steps)


def _of_image(request: TrainingRequest, opened: Record, image: str) -> Iterator[Difference]:
    config, names = opened.head_config(image), [node.name for node in opened.graph.images]
    sources, heads = by_name(request.images, names), by_name(request.heads, names)
    mark = f"{image}=" if len(opened.manifest.heads) > 1 else ""
    for option, started, asked in (
        ("--images", config.source, sources.get(image, sources.get(""))),
        ("--head", config.head, heads.get(image, heads.get(""))),
    ):
        for _, held, wanted in _differing(option, started, asked):
            yield option, f"{mark}{held}", f"{mark}{wanted}"
    yield from _differing("--head-preset", config.preset, request.head_preset)
    yield from _differing("--seed", config.seed, request.seed)
    yield from _differing("--steps", config.steps, request.steps)
    precision = None if request.precision == "auto" else request.precision
    yield from _differing("--precision", config.options.get("precision"), precision)


def _of_options(changes: Mapping[str, Any], opened: Record, image: str) -> Iterator[Difference]:
    if not changes:
        return
    config = opened.head_config(image)
    head = installed().find(config.head)
    held = head.stored_options(config.options).model_dump(mode="json")
    asked = head.options(**{**config.options, **changes})
    for name, value in asked.model_dump(mode="json").items():
        yield from _differing("--option", _setting(name, held[name]), _setting(name, value))


def _setting(name: str, value: object) -> str:
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"


def _differing(option: str, started: object, asked: object) -> Iterator[Difference]:
    """The difference of an option that is asked for anew; as texts, as it is shown."""
    if asked is not None and str(asked) != str(started):
        yield option, str(started), str(asked)
