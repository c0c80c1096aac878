"""Small random changes to all images that a network judges, real and generated alike.

Zhao et al. 2020 ("Differentiable augmentation for data-efficient GAN training"): because the
generator's images are changed in the same way before they are judged, and the gradient goes
through the change, the generator learns the images as they were and not as changed.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from scm_compiler.runtime.heads.upload import uploaded

BRIGHTNESS = 0.15
CONTRAST = 0.15
GROUPS = 8


@dataclass(frozen=True)
class Augmentation:
    """A light change of brightness, contrast and place.

    Attributes:
        shift: The largest shift of an image, in pixels; what comes in at the rim is black.
        brightness: The largest change of the mean, where the whole range is 2.
        contrast: The largest change of the contrast, as a share of it.
    """

    shift: int
    brightness: float = BRIGHTNESS
    contrast: float = CONTRAST

    def draw(self, batch: int, generator: torch.Generator) -> "Change":
        """One change of a batch; shifts are shared by the images of a group."""
        light = torch.rand(batch, 2, generator=generator) * 2 - 1
        groups = min(GROUPS, batch)
        places = torch.randint(2 * self.shift + 1, (groups, 2), generator=generator)
        return Change(
            self.shift,
            light[:, 0] * self.brightness,
            1 + light[:, 1] * self.contrast,
            tuple((int(row), int(column)) for row, column in places.tolist()),
            tuple(len(part) for part in torch.arange(batch).tensor_split(groups)),
        )


@dataclass(frozen=True)
class Change:
    """A change that was drawn for a batch of images.

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

    def apply(self, images: Tensor) -> Tensor:
        """The changed images (B, C, H, W)."""
        light = uploaded(self.brightness, images.device)[:, None, None, None]
        contrast = uploaded(self.contrast, images.device)[:, None, None, None]
        mean = images.mean((1, 2, 3), keepdim=True)
        return self._moved((images - mean) * contrast + mean + light)

    def _moved(self, images: Tensor) -> Tensor:
        if not self.shift:
            return images
        height, width = images.shape[2:]
        rimmed = pad(images, [self.shift] * 4, value=-1.0)
        groups = rimmed.split(list(self.rows))  # type: ignore[no-untyped-call]
        return torch.cat(
            [
                group[:, :, row : row + height, column : column + width]
                for group, (row, column) in zip(groups, self.places, strict=True)
            ]
        )
