"""What the trainers of the label model can be told, without the trainers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.controller.codes.training import UnknownChoice
from scm_compiler.runtime.controller.mle import options as mle
from scm_compiler.runtime.controller.wgan_gp import options as wgan_gp


@dataclass(frozen=True)
class Settings:
    """What a trainer can be told.

    Attributes:
        options: Its settings.
        presets: Named settings; one is called `default`.
    """

    options: type[BaseModel]
    presets: Mapping[str, BaseModel]


SETTINGS: Mapping[str, Settings] = MappingProxyType(
    {
        "mle": Settings(mle.MleOptions, mle.PRESETS),
        "wgan-gp": Settings(wgan_gp.WganGpOptions, wgan_gp.PRESETS),
    }
)
"""Those of each trainer, under its name."""


def require_choice(trainer: str, preset: str) -> None:
    """Refuse a trainer or a preset that there is not.

    Raises:
        ScmError: E704 with exit code 2.
    """
    if trainer not in SETTINGS:
        what = "there is no trainer"
        raise refuse(UnknownChoice(what=what, name=trainer, known=tuple(SETTINGS)), exit_code=2)
    presets = SETTINGS[trainer].presets
    if preset not in presets:
        what = f"the trainer `{trainer}` has no preset"
        raise refuse(UnknownChoice(what=what, name=preset, known=tuple(presets)), exit_code=2)
