"""The two ways to see what moving a code does: by the classifiers of codes, or of outputs."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.audit.linear import Linear
from scm_compiler.runtime.audit.readers import Reader


@dataclass(frozen=True, eq=False)
class View:
    """Reads the attributes of codes.

    Attributes:
        name: `latent` (equation 8 of Bose et al. 2022) or `image` (equation 9).
        read: The probabilities (n, P) of the attributes, of codes (n, D).
    """

    name: str
    read: Callable[[Tensor], Tensor]

    def moved(self, codes: Tensor, direction: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
        """The probabilities (n, P) under do(m = 1) and do(m = 0): equation 4 both ways.

        Args:
            codes: (n, D) from the prior.
            direction: (D,), of length 1.
            alpha: How far a code is moved each way.
        """
        step = (alpha * direction).to(codes)
        return self.read(codes + step), self.read(codes - step)

    def gates(self, codes: Tensor, directions: Tensor, alpha: float) -> Tensor:
        """Equation 7: the mean effect (Q, P) of each direction (Q, D) on each attribute."""
        found = []
        for direction in directions:
            up, down = self.moved(codes, direction, alpha)
            found.append((up - down).mean(0))
        return torch.stack(found)


def latent_view(linear: Linear) -> View:
    """What the classifiers of codes say."""
    return View("latent", lambda codes: linear.logits(codes).sigmoid())


def image_view(generator: Generator, reader: Reader) -> View:
    """What the classifiers of outputs say of what the generator makes of codes."""
    return View("image", lambda codes: reader.read(generator.outputs(codes)))
