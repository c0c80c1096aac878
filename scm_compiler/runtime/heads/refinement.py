"""Noise that an encoder tells, made to fit its image by a few steps of optimisation.

Looked for is the noise that is most probable given the image, if the image is what the generator
draws and normal noise of the variance with which the encoder rebuilds it (Zhu et al. 2016).
"""

from collections.abc import Callable
from itertools import count

import torch
from torch import Tensor

from scm_compiler.runtime.heads.head import ROWS, EncodingGenerator
from scm_compiler.telling import told

RATE = 0.05
"""Adam's learning rate: the noise is of about 1."""

LEAST = 1e-4
"""The least variance that is supposed of a pixel."""


def refined(
    generator: EncodingGenerator, images: Tensor, labels: Tensor, noise: Tensor, steps: int
) -> Tensor:
    """The noise (B, Z) after so many steps; each row depends on its own inputs only.

    Args:
        generator: What draws the images.
        images: (B, C, H, W) in [-1, 1].
        labels: Their label values (B, P).
        noise: What the encoder tells of them (B, Z).
        steps: How many; 0 leaves it as it is.
    """
    if not steps or not len(images):
        return noise
    encoded, done = generator.coding.encode(labels), count(1)
    every = steps * -(-len(images) // ROWS)

    def fitted(images: Tensor, encoded: Tensor, noise: Tensor) -> Tensor:
        def moved() -> None:
            told()("steps", next(done), every)

        return _fitted(generator, images, encoded, noise, steps, moved)

    return generator.by_rows(fitted, images, encoded, noise).cpu()


def _fitted(
    generator: EncodingGenerator,
    images: Tensor,
    labels: Tensor,
    start: Tensor,
    steps: int,
    moved: Callable[[], None],
) -> Tensor:
    """Adam from where the encoder says; `moved` after each step."""
    noise = start.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([noise], lr=RATE)
    variance: Tensor | None = None
    for _ in range(steps):
        with torch.enable_grad():
            missed = (generator(labels, noise).float() - images).square()
            if variance is None:
                variance = missed.detach().mean((1, 2, 3)).clamp(min=LEAST)
            unlikely = missed.sum((1, 2, 3)) / variance
            if generator.noise == "normal":
                unlikely = unlikely + noise.square().sum(1)
            (noise.grad,) = torch.autograd.grad(unlikely.sum() / 2, noise)
        optimizer.step()
        if generator.noise == "uniform":
            noise.data.clamp_(-1, 1)
        moved()
    return noise.detach()
