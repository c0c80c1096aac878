"""Small changes of all images before they are judged, at random and differentiable."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from scm_compiler.runtime.heads.replay import uploaded

BRIGHTNESS, CONTRAST = 0.15, 0.15
"""The largest changes of an image's mean, where the whole range is 2, and of its contrast."""

GROUPS = 8
"""The groups of a batch whose images are moved alike."""


@dataclass(frozen=True)
class Change:
    """A small change of brightness, contrast and place, drawn for a batch of images.

    Zhao et al. 2020 ("Differentiable augmentation for data-efficient GAN training"): because the
    generator's images are changed in the same way before they are judged, and the gradient goes
    through the change, the generator learns the images as they were and not as changed.

    Attributes:
        shift: The width of the black rim that is added before the images are cut out again.
        brightness: What is added to each image (B,).
        contrast: What each image's distance from its mean is multiplied by (B,).
        places: Where each group is cut out of its rimmed images.
        rows: The number of images in each group.
    """

    shift: int
    brightness: Tensor
    contrast: Tensor
    places: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]

    def part(self, rank: int, size: int) -> "Change":
        """The change of the `rank`-th of `size` equal parts of the batch."""
        whole = len(self.brightness)
        part = slice(rank * whole // size, (rank + 1) * whole // size)
        held = []
        start = 0
        for place, rows in zip(self.places, self.rows, strict=True):
            inside = min(start + rows, part.stop) - max(start, part.start)
            held += [(place, inside)] if inside > 0 else []
            start += rows
        places, counts = zip(*held, strict=True)
        return Change(self.shift, self.brightness[part], self.contrast[part], places, counts)

    def tensors(self) -> tuple[Tensor, Tensor]:
        """The light (B, 2) and the places (B, 2), as `moved` takes them."""
        light = torch.stack([self.brightness, self.contrast], dim=1)
        counts = torch.tensor(self.rows)
        return light, torch.tensor(self.places).repeat_interleave(counts, 0)

    def apply(self, images: Tensor) -> Tensor:
        """The changed images (B, C, H, W)."""
        light = uploaded(self.brightness, images.device)[:, None, None, None]
        contrast = uploaded(self.contrast, images.device)[:, None, None, None]
        mean = images.mean((1, 2, 3), keepdim=True)
        lit = (images - mean) * contrast + mean + light
        if not self.shift:
            return lit
        height, width = images.shape[2:]
        rimmed = pad(lit, [self.shift] * 4, value=-1.0)
        groups = rimmed.split(list(self.rows))  # type: ignore[no-untyped-call]
        return torch.cat(
            [
                group[:, :, row : row + height, column : column + width]
                for group, (row, column) in zip(groups, self.places, strict=True)
            ]
        )


def moved(images: Tensor, light: Tensor, places: Tensor, shift: int) -> Tensor:
    """As `Change.apply`, of tensors alone: nothing depends on what the device does not know.

    The images are cut out by products with rows of zeros and a one, which move pixels as they are.

    Args:
        images: (B, C, H, W).
        light: What is added and multiplied by (B, 2).
        places: Where each image is cut out (B, 2).
        shift: The width of the rim.
    """
    mean = images.mean((1, 2, 3), keepdim=True)
    added, contrast = light[:, :, None, None, None].unbind(1)
    lit = (images - mean) * contrast + mean + added
    if not shift:
        return lit
    rimmed = pad(lit, [shift] * 4, value=-1.0)
    height, width = images.shape[2:]
    rows, columns = (
        (torch.arange(side, device=images.device) + first[:, None])[:, :, None]
        == torch.arange(side + 2 * shift, device=images.device)
        for side, first in ((height, places[:, 0]), (width, places[:, 1]))
    )
    down = torch.einsum("bih,bchw->bciw", rows.to(lit.dtype), rimmed)
    return torch.einsum("bjw,bciw->bcij", columns.to(lit.dtype), down)


def draw_change(batch: int, shift: int, generator: torch.Generator) -> Change:
    """One change of a batch; the places, at most `shift` pixels off, are shared in groups."""
    light = torch.rand(batch, 2, generator=generator) * 2 - 1
    groups = min(GROUPS, batch)
    places = torch.randint(2 * shift + 1, (groups, 2), generator=generator)
    return Change(
        shift,
        light[:, 0] * BRIGHTNESS,
        1 + light[:, 1] * CONTRAST,
        tuple((int(row), int(column)) for row, column in places.tolist()),
        tuple(len(part) for part in torch.arange(batch).tensor_split(groups)),
    )
