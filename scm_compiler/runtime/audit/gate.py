"""Generative treatment effects: equations 4 to 10 of Bose et al. 2022.

Both directions of every pair are had at once: (P, P) tables are read `effect[cause, outcome]`.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.audit.linear import Linear

Read = Callable[[Tensor], Tensor]
"""psi: the probabilities (n, P) of the attributes that outputs (n, ...) show."""


def latent_effects(linear: Linear, codes: Tensor, directions: Tensor, alpha: float) -> Tensor:
    """Each unit's effect (Q, n, P) as the classifiers of codes see it: equations 6 and 8.

    Args:
        linear: phi.
        codes: (n, D) from the prior.
        directions: (Q, D), of length 1.
        alpha: How far a code is moved each way.
    """
    logits = linear.logits(codes)
    shifts = alpha * directions.double() @ linear.weights.T
    return torch.stack([(logits + s).sigmoid() - (logits - s).sigmoid() for s in shifts])


def image_effects(
    generator: Generator, read: Read, codes: Tensor, direction: Tensor, alpha: float
) -> Tensor:
    """Each unit's effect (n, P) as the classifiers of outputs see it: equations 6 and 9.

    Args:
        generator: G.
        read: psi.
        codes: (n, D) from the prior.
        direction: (D,), of length 1.
        alpha: How far a code is moved each way.
    """
    step = (alpha * direction).to(codes)
    return read(generator.outputs(codes + step)) - read(generator.outputs(codes - step))


def gate(effects: Tensor) -> Tensor:
    """Equation 7: the mean (..., P) of the units' effects (..., n, P)."""
    return effects.mean(-2)


def delta(gates: Tensor) -> Tensor:
    """Equation 10: Delta tau (..., P, P) of GATEs (..., P, P); positive for row -> column."""
    size = gates.abs()
    return size - size.transpose(-1, -2)


def spread_over_units(effects: Tensor, resamples: int, dice: torch.Generator) -> Tensor:
    """GATEs (B, P, P) of resampled units; the same units for every pair.

    Args:
        effects: (P, n, P).
        resamples: B.
        dice: Chooses the units.
    """
    units = effects.shape[1]
    chosen = torch.randint(units, (resamples, units), generator=dice)
    counts = torch.zeros(resamples, units, dtype=effects.dtype)
    counts.scatter_add_(1, chosen, torch.ones_like(chosen, dtype=effects.dtype))
    return torch.einsum("bn,cnp->bcp", counts / units, effects)


def stacked(parts: Sequence[Tensor]) -> Tensor:
    """The effects of each cause, one above the other."""
    return torch.stack(list(parts))
