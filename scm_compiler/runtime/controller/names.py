"""The names of the trainers and of their presets, without the trainers."""

from collections.abc import Mapping
from types import MappingProxyType

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.controller.codes.training import UnknownChoice

PRESETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mle": ("default",), "wgan-gp": ("default", "paper")}
)
"""The presets of each trainer."""


def require_choice(trainer: str, preset: str) -> None:
    """Refuse a trainer or a preset that there is not.

    Raises:
        ScmError: E704 with exit code 2.
    """
    if trainer not in PRESETS:
        what = "there is no trainer"
        raise refuse(UnknownChoice(what=what, name=trainer, known=tuple(PRESETS)), exit_code=2)
    if preset not in PRESETS[trainer]:
        what = f"the trainer `{trainer}` has no preset"
        found = UnknownChoice(what=what, name=preset, known=PRESETS[trainer])
        raise refuse(found, exit_code=2)
