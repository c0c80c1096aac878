"""The frozen label model, as the training of a head sees it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.model.module import CausalModule
from scm_compiler.runtime.heads.labels import LabelCoding


@dataclass(frozen=True, eq=False)
class FrozenLabels:
    """Draws the labels of one image from a trained label model that no head changes.

    With the labels' distribution right, a head that draws from p(x|l) draws from the joint
    distribution (Corollary 1, Kocaoglu et al. 2017).

    Attributes:
        module: The trained label model.
        coding: The image's labels.
    """

    module: CausalModule
    coding: LabelCoding

    @torch.no_grad()
    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        """`n` rows of the image's labels (n, P), all randomness from `generator`."""
        return self.coding.select(self.draw_all(n, generator))

    @torch.no_grad()
    def draw_all(self, n: int, generator: torch.Generator) -> Tensor:
        """`n` rows of all labels (n, V)."""
        drawn: Tensor = self.module(self.module.draw_noise(n, generator=generator))
        return drawn
