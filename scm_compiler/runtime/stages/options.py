"""Whose an option of a training is: the labels' trainer's, or the image heads'."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.controller.codes.training import TrainerOption
from scm_compiler.runtime.controller.settings import SETTINGS, Settings
from scm_compiler.runtime.heads.registry import installed

Options = Mapping[str, Any]


def divide(
    options: Options, trainer: str, preset: str, heads: Collection[str]
) -> tuple[Options, Options]:
    """The options of the labels' trainer, and those of the heads, which have what both know.

    Args:
        options: By name.
        trainer: Of the labels.
        preset: Of the trainer.
        heads: The names of the heads that are trained, if any.

    Raises:
        ScmError: With exit code 2: E560 for an option that none of them has or a value that does
            not fit the trainer's; E661 for a head that there is not.
    """
    known = {name for head in heads for name in installed().find(head).model.model_fields}
    theirs = {name: value for name, value in options.items() if name in known}
    ours = {name: value for name, value in options.items() if name not in known}
    settings = SETTINGS.get(trainer)
    if settings is not None and preset in settings.presets:  # else `configure` refuses these
        _refuse_wrong(ours, trainer, settings, preset, sorted(known))
    return ours, theirs


def _refuse_wrong(
    options: Options, trainer: str, settings: Settings, preset: str, others: Collection[str]
) -> None:
    known = tuple(settings.options.model_fields)
    unknown = [name for name in options if name not in known]
    if unknown:
        every = (*known, *(name for name in others if name not in known))
        raise refuse(
            *(TrainerOption(trainer, name, every, heads=bool(others)) for name in unknown),
            exit_code=2,
        )
    try:
        settings.options.model_validate(settings.presets[preset].model_dump() | dict(options))
    except ValidationError as wrong:
        found = (
            TrainerOption(trainer, str(error["loc"][0]), known, str(error["msg"]))
            for error in wrong.errors()
        )
        raise refuse(*found, exit_code=2) from wrong
