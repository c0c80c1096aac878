"""What is painted on photographs, so that a judge learns what no photograph shows.

A classifier that has only seen mustaches on men may take one on a woman for something else. So
strokes are painted on faces as they stand in aligned photographs, eyes at about half of the
height: a mustache, which the classifier is to read, and the same strokes elsewhere, which it is
not, so that it learns the place and not the paint.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Painter = Callable[[Tensor, Tensor, torch.Generator], Tensor]
"""Paints on images (n, C, H, W) in uint8: a label where the mask (n,) says so, else a decoy."""

LIP, ELSEWHERE = (0.765, 0.025), (0.3, 0.12)
"""The height at which a mustache lies, and its deviation; those of a decoy."""


def mustached(images: Tensor, shown: Tensor, generator: torch.Generator) -> Tensor:
    """The images with a dark stroke each: on the upper lip where `shown`, else above the eyes.

    It has two halves that sink towards their ends, a soft rim, and takes what it is painted on
    darker, towards brown or black, with a little grain.
    """

    def drawn(low: float, high: float) -> Tensor:
        part = torch.rand(len(images), 1, 1, generator=generator)
        return low + (high - low) * part

    def around(middle: Tensor | float, deviation: Tensor | float) -> Tensor:
        return middle + deviation * torch.randn(len(images), 1, 1, generator=generator)

    height, width = images.shape[2:]
    places = torch.where(shown[:, None], torch.tensor(LIP), torch.tensor(ELSEWHERE))
    row = around(places[:, :1, None], places[:, 1:, None])
    half, thick = drawn(0.13, 0.23), drawn(0.022, 0.045)
    y = ((torch.arange(height) + 0.5) / height)[:, None]
    x = ((torch.arange(width) + 0.5) / width - around(0.5, 0.02)) / half
    sunk = (y - row - drawn(0, 0.04) * x.square()) / thick
    inside = 1.3 - x.square() - sunk.square() - drawn(0, 0.5) * (-(x**2) * 40).exp()
    mask = drawn(0.6, 1.0) * inside.clamp(0, 1)
    colour = images.float() * drawn(0.15, 0.5)[:, None]
    colour = colour + drawn(-10, 10)[:, None] * torch.randn(images.shape, generator=generator)
    painted = torch.lerp(images.float(), colour, mask[:, None])
    return painted.round().clamp(0, 255).to(torch.uint8)


PAINTERS: Mapping[str, Painter] = {"Mustache": mustached}
"""What can be painted, by the name of the label that it shows."""


def painted_batch(
    images: Tensor, labels: Tensor, rank: int, name: str, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A batch of which a quarter shows a label painted, and an eighth a decoy.

    Args:
        images: (n, C, H, W) in uint8.
        labels: (n, P).
        rank: The column of the label.
        name: Its name, one of `PAINTERS`.
        generator: All randomness.
    """
    order = torch.randperm(len(images), generator=generator)
    chosen = order[: max(1, 3 * len(images) // 8)]
    shown = torch.arange(len(chosen)) < max(1, len(images) // 4)
    images, labels = images.clone(), labels.clone()
    images[chosen] = PAINTERS[name](images[chosen], shown, generator)
    labels[chosen[shown], rank] = 1
    return images, labels
