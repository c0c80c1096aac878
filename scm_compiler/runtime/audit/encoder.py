"""From outputs to codes, so that classifiers of codes have something to learn from.

`judged` needs no encoder: codes are drawn from the prior, and the classifiers of outputs say which
attributes the outputs show (Shen et al. 2020). `inversion` looks for the code of each labelled
output by optimisation. Any other encoder is a function of outputs.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.audit.codes.generator import (
    AuditOption,
    NotFinite,
    OtherLatentSize,
    WrongOutput,
)
from scm_compiler.runtime.audit.generator import ROWS, Function, Generator, called
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import LEAST, Labelled, Reader, require_both
from scm_compiler.runtime.evaluation.learning import dice

JUDGED, INVERSION = "judged", "inversion"
_STEPS, _RATE = 200, 0.1


@dataclass(frozen=True, eq=False)
class Encoded:
    """Codes whose attributes are known.

    Attributes:
        codes: (n, D), in random order.
        labels: (n, P) of 0 and 1.
        error: The mean squared difference of outputs and what the generator makes of their codes,
            in shares of the outputs' variance; None where the codes came first.
    """

    codes: Tensor
    labels: Tensor
    error: float | None


def judged(generator: Generator, reader: Reader, rows: int, seed: int) -> Encoded:
    """Codes of the prior, with the attributes that their outputs show.

    Raises:
        ScmError: E864 with exit code 2 if the outputs show an attribute always or never.
    """
    codes = generator.draw(rows, dice(seed, "codes to learn from"))
    labels = (reader.read(generator.outputs(codes)) > 0.5).long()
    require_both(labels, reader.names, f"what {generator.name} draws", LEAST)
    return Encoded(codes, labels, None)


def encoded(generator: Generator, encoder: Function, name: str, data: Labelled) -> Encoded:
    """The codes of labelled outputs.

    Raises:
        ScmError: E861 to E863 with exit code 2 if the encoder gives no codes of the generator.
    """
    parts = [_codes(generator, encoder, name, rows) for rows in torch.split(data.values, ROWS)]
    codes = torch.cat(parts)
    return Encoded(codes, data.labels, _error(generator, codes, data.values))


def require_encoder(generator: Generator, encoder: Function, name: str) -> None:
    """Try an encoder on two outputs, before minutes are spent on anything else.

    Raises:
        ScmError: As `encoded`.
    """
    _codes(generator, encoder, name, generator.outputs(torch.zeros(2, generator.latent)))


@torch.no_grad()
def _codes(generator: Generator, encoder: Function, name: str, rows: Tensor) -> Tensor:
    found = called(name, encoder, rows)
    if found.ndim != 2 or len(found) != len(rows):
        raise refuse(WrongOutput(name, "gives no codes (n, D)", (len(rows),)), exit_code=2)
    if found.shape[1] != generator.latent:
        wrong = OtherLatentSize(name, found.shape[1], generator.name, generator.latent)
        raise refuse(wrong, exit_code=2)
    if not found.isfinite().all():
        unsound = int((~found.isfinite()).any(1).sum())
        raise refuse(NotFinite(name, unsound, len(found)), exit_code=2)
    return found.float()


def inverted(generator: Generator, data: Labelled, seed: int, steps: int = _STEPS) -> Encoded:
    """The codes of labelled outputs by optimisation (Lipton and Tripathi 2017), all at once.

    The squared difference of the outputs is brought down by Adam from random codes, beside the
    weight of the prior. A generator through which no gradient passes is refused.

    Raises:
        ScmError: E861 with exit code 2 if no gradient passes through the generator.
    """
    draws = dice(seed, "inversion")
    parts = [
        _descended(generator, generator.function, wanted, generator.latent, draws, steps)
        for wanted in torch.split(data.values, ROWS)
    ]
    codes = torch.cat(parts)
    return Encoded(codes, data.labels, _error(generator, codes, data.values))


def head_inverted(
    generator: Generator,
    head: HeadCodes,
    data: Labelled,
    parents: Tensor,
    seed: int,
) -> Encoded:
    """The codes of labelled images under a run's head, which is told their labels.

    What the labels' noise was is drawn from what the labels tell of it; what the image's noise was
    is found by optimisation.

    Args:
        generator: The head.
        head: What its codes stand for.
        data: The images.
        parents: (n, Q), the values of all labels that the image reads.
        seed: Of everything that is drawn.

    Raises:
        ScmError: E866 with exit code 2 if the image does not read all labels of the graph.
    """
    draws = dice(seed, "inversion")
    if not head.reads_all:
        unsaid = AuditOption(generator.name, "every label to its image", "--encoder judged")
        raise refuse(unsaid, exit_code=2)
    found = []
    pairs = zip(torch.split(data.values, ROWS), torch.split(parents, ROWS), strict=True)
    for wanted, labels in pairs:
        encoded_labels = head.head.coding.encode(labels)

        def draw(noise: Tensor, given: Tensor = encoded_labels) -> Tensor:
            return head.head(given, head.noise(noise))  # type: ignore[no-any-return]

        noise = _descended(generator, draw, wanted, head.head.noise_size, draws, _STEPS)
        found.append(torch.cat([head.abducted(labels, draws), noise], dim=1))
    codes = torch.cat(found)
    return Encoded(codes, data.labels, _error(generator, codes, data.values))


def _descended(
    generator: Generator,
    draw: Function,
    wanted: Tensor,
    size: int,
    draws: torch.Generator,
    steps: int,
) -> Tensor:
    """Codes (n, size) whose outputs are near those that are wanted."""
    codes = (0.1 * torch.randn(len(wanted), size, generator=draws)).requires_grad_()
    optimiser = torch.optim.Adam([codes], lr=_RATE)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * (1 - step / steps)
        outputs = draw(codes)
        if not outputs.requires_grad:
            reason = "passes no gradient on, so that it cannot be inverted,"
            raise refuse(WrongOutput(generator.name, reason, (len(codes),)), exit_code=2)
        apart = (outputs - wanted).flatten(1).pow(2).sum(1) + 1e-3 * codes.pow(2).sum(1)
        optimiser.zero_grad()
        torch.autograd.backward(apart.sum())
        optimiser.step()
    return codes.detach()


def _error(generator: Generator, codes: Tensor, values: Tensor) -> float:
    apart = (generator.outputs(codes[:ROWS]) - values[:ROWS]).pow(2).mean()
    return float(apart / values[:ROWS].var().clamp_min(1e-12))
