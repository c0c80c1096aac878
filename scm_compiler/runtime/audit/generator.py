"""A generator as an audit sees it: a function of standard normal codes, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.runtime.audit.codes.generator import NotFinite, WrongOutput

Function = Callable[[Tensor], Tensor]
"""Gives what belongs to each row of its argument, row by row."""

ROWS = 256
"""The codes of one call."""


@dataclass(frozen=True, eq=False)
class Generator:
    """A deep latent variable model: an output for each code that is drawn from N(0, I).

    Attributes:
        name: What it is, for people.
        latent: D, the size of a code.
        shape: The shape of one output: (C, H, W) of an image in [-1, 1], or (F,) of a row of data.
        function: Maps codes (n, D) to outputs (n, *shape).
    """

    name: str
    latent: int
    shape: tuple[int, ...]
    function: Function

    def draw(self, rows: int, dice: torch.Generator) -> Tensor:
        """Codes (rows, D) from the prior."""
        return torch.randn(rows, self.latent, generator=dice)

    @torch.no_grad()
    def outputs(self, codes: Tensor) -> Tensor:
        """The outputs (n, *shape) of codes (n, D).

        Raises:
            ScmError: E861 if a row has another shape, E862 if one holds what is no finite number.
        """
        parts = [self._checked(rows) for rows in torch.split(codes, ROWS)]
        return torch.cat(parts) if parts else torch.zeros(0, *self.shape)

    def _checked(self, codes: Tensor) -> Tensor:
        found = called(self.name, self.function, codes)
        wanted = (len(codes), *self.shape)
        if tuple(found.shape) != wanted:
            raise refuse(WrongOutput(self.name, described(found), wanted), exit_code=2)
        if not found.isfinite().all():
            wrong = int((~found.isfinite()).flatten(1).any(1).sum())
            raise refuse(NotFinite(self.name, wrong, len(codes)), exit_code=2)
        return found.float()


def generator_of(name: str, latent: int, function: Function) -> Generator:
    """A generator whose shape is found out by one call.

    Args:
        name: What it is, for people.
        latent: The size of a code.
        function: Maps codes (n, D) to outputs (n, ...).

    Raises:
        ScmError: E861 if it takes no such codes, or gives something else than a row for each; E862
            if it gives what is no finite number.
    """
    with torch.no_grad():
        found = called(name, function, torch.zeros(2, latent))
    if found.ndim not in (2, 4) or len(found) != 2:
        raise refuse(WrongOutput(name, described(found), (2,)), exit_code=2)
    made = Generator(name, latent, tuple(found.shape[1:]), function)
    made.outputs(torch.zeros(2, latent))
    return made


def called(name: str, function: Function, rows: Tensor) -> Tensor:
    """What a function of others gives for rows, as real numbers.

    Raises:
        ScmError: E861 with exit code 2 if it fails or gives something else.
    """
    try:
        found: object = function(rows)
    except ScmError:
        raise
    except Exception as error:  # whatever code of others may raise
        first = str(error).partition("\n")[0]
        reason = f"fails ({type(error).__name__}: {first})"
        raise refuse(WrongOutput(name, reason, (len(rows),)), exit_code=2) from error
    if not isinstance(found, Tensor) or found.is_complex():
        raise refuse(WrongOutput(name, described(found), (len(rows),)), exit_code=2)
    return found


def described(found: object) -> str:
    """What a function gives, as the middle of a sentence."""
    if isinstance(found, Tensor):
        return f"gives a tensor of {_shape(tuple(found.shape))}" + (
            " complex numbers" if found.is_complex() else ""
        )
    return f"gives a {type(found).__name__}"


def _shape(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes)) or "no dimension"
