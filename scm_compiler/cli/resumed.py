"""What the options of `scmc train --resume` ask for, beside what the run was started with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scm_compiler.cli.options import by_name, settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from scm_compiler.diagnostics import Diagnostic
    from scm_compiler.runtime.runs.record import Record

    Difference = tuple[str, str, str]
    """An option, what the run was started with, and what is asked for now."""


def refuse_changes(
    args: argparse.Namespace, opened: Record, further: Sequence[Diagnostic]
) -> None:
    """Refuse options that ask for another training than the one to go on with.

    Args:
        args: The options.
        opened: The run.
        further: What else is wrong.

    Raises:
        ScmError: E706 with exit code 2; E662 if a head has no such option.
    """
    from scm_compiler.cli.codes.training import ResumeDiffers  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415  (the verb is known by now)

    found = list(_of_labels(args, opened))
    for image in opened.manifest.heads:
        found += [*_of_image(args, opened, image), *_of_options(args, opened, image)]
    wrong = [
        ResumeDiffers(path=str(opened.path), option=option, started=started, asked=asked)
        for option, started, asked in dict.fromkeys(found)
    ]
    if wrong or further:
        raise refuse(*wrong, *further, exit_code=2)


def _of_labels(args: argparse.Namespace, opened: Record) -> Iterator[Difference]:
    config = opened.config
    yield from _differing("--trainer", config.trainer, args.trainer)
    yield from _differing("--preset", config.preset, args.preset)
    yield from _differing("--data", opened.manifest.data.origin, args.data)
    if not opened.manifest.heads:
        yield from _differing("--seed", str(config.seed), args.seed)
        yield from _differing("--steps", str(config.options.get("steps")), args.steps)


def _of_image(args: argparse.Namespace, opened: Record, image: str) -> Iterator[Difference]:
    config, names = opened.head_config(image), [node.name for node in opened.graph.images]
    sources, heads = by_name(args.images or [], names), by_name(args.head or [], names)
    mark = f"{image}=" if len(opened.manifest.heads) > 1 else ""
    for option, started, asked in (
        ("--images", config.source, sources.get(image, sources.get(""))),
        ("--head", config.head, heads.get(image, heads.get(""))),
    ):
        for _, held, wanted in _differing(option, started, asked):
            yield option, f"{mark}{held}", f"{mark}{wanted}"
    yield from _differing("--head-preset", config.preset, args.head_preset)
    yield from _differing("--seed", str(config.seed), args.seed)
    yield from _differing("--steps", str(config.steps), args.steps)
    precision = None if args.precision == "auto" else args.precision
    yield from _differing("--precision", str(config.options.get("precision")), precision)


def _of_options(args: argparse.Namespace, opened: Record, image: str) -> Iterator[Difference]:
    changes = settings("--option", args.option or [])
    if not changes:
        return
    from scm_compiler.runtime.heads.registry import installed  # noqa: PLC0415  (torch)

    config = opened.head_config(image)
    asked = installed().find(config.head).options(**{**config.options, **changes})
    for name, value in asked.model_dump(mode="json").items():
        held = config.options[name]
        yield from _differing("--option", _setting(name, held), _setting(name, value))


def _setting(name: str, value: object) -> str:
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"


def _differing(option: str, started: str, asked: str | None) -> Iterator[Difference]:
    if asked is not None and asked != started:
        yield option, started, asked
