"""The networks of CausalBEGAN: those of the paper, and strided ones that cost a fraction.

The paper's have pairs of convolutions at every scale, the finest included, where most of the
time goes. The strided ones are CausalGAN's, mirrored into an auto-encoder.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, interpolate, leaky_relu

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.canvas import canvas, cut, framed, halvings
from scm_compiler.runtime.heads.networks import (
    SLOPE,
    ConvStack,
    RowLinear,
    channels,
    doubling,
    normalised,
)
from scm_compiler.runtime.heads.options import Norm


class BeganDecoder(nn.Module):
    """From a vector to an image: a linear map to a grid, then pairs of convolutions, doubling.

    Args:
        image: The shape of its images.
        inputs: The size of its vectors.
        width: The channels of all its layers.
        skip: Whether each scale also gets the first grid, enlarged, which the vector made: later
            versions of BEGAN join it on.
    """

    def __init__(self, image: Image, inputs: int, width: int, *, skip: bool = False) -> None:
        super().__init__()
        self.skip = skip
        self.image, whole = image, canvas(image)
        levels = _levels(whole)
        self.grid = (whole.height >> (levels - 1), whole.width >> (levels - 1))
        self.start = RowLinear(inputs, width * self.grid[0] * self.grid[1])
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
            for _ in range(levels)
        )
        self.paint = nn.Conv2d(width, image.channels, 3, padding=1)

    def forward(self, vectors: Tensor) -> Tensor:
        """Images (B, C, H, W), not bounded, of vectors (B, inputs)."""
        first = hidden = self.start(vectors).view(len(vectors), -1, *self.grid)
        for level, block in enumerate(self.blocks):
            if level:
                hidden = interpolate(hidden, scale_factor=2, mode="nearest")
                if self.skip:
                    hidden = hidden + interpolate(first, scale_factor=1 << level, mode="nearest")
            hidden = _pair(block, hidden)
        painted: Tensor = self.paint(hidden)
        return cut(painted, self.image)


class BeganEncoder(nn.Module):
    """From an image to a vector: pairs of convolutions, halving, with w, 2w, 3w, … channels.

    Args:
        image: The shape of its images.
        outputs: The size of its vectors.
        width: w.
    """

    def __init__(self, image: Image, outputs: int, width: int) -> None:
        super().__init__()
        self.image, whole = image, canvas(image)
        levels = _levels(whole)
        counts = [width * (level + 1) for level in range(levels)]
        self.start = nn.Conv2d(image.channels, width, 3, padding=1)
        inputs = [width, *counts[:-1]]
        self.blocks = nn.ModuleList(
            nn.ModuleList(
                [nn.Conv2d(before, count, 3, padding=1), nn.Conv2d(count, count, 3, padding=1)]
            )
            for before, count in zip(inputs, counts, strict=True)
        )
        self.halvings = nn.ModuleList(
            nn.Conv2d(count, count, 3, 2, padding=1) for count in counts[:-1]
        )
        cells = (whole.height >> (levels - 1)) * (whole.width >> (levels - 1))
        self.end = nn.Linear(counts[-1] * cells, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """Vectors (B, outputs) of images (B, C, H, W)."""
        hidden = elu(self.start(framed(images, self.image)))
        for level, block in enumerate(self.blocks):
            if level:
                hidden = elu(self.halvings[level - 1](hidden))
            hidden = _pair(block, hidden)
        vectors: Tensor = self.end(hidden.flatten(1))
        return vectors


class StridedEncoder(nn.Module):
    """From an image to a vector: strided convolutions that double the channels.

    Args:
        image: The shape of its images.
        outputs: The size of its vectors.
        width: The channels of the finest layer.
        norm: The normalisation.
    """

    def __init__(self, image: Image, outputs: int, width: int, norm: Norm) -> None:
        super().__init__()
        self.stack = ConvStack(image, width, 4, norm)
        cells = self.stack.grid[0] * self.stack.grid[1]
        self.end = nn.Linear(self.stack.features * cells, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """Vectors (B, outputs) of images (B, C, H, W)."""
        vectors: Tensor = self.end(self.stack(images).flatten(1))
        return vectors


class StridedDecoder(nn.Module):
    """From a vector to an image: a linear map to the coarsest grid, then transposed convolutions.

    Args:
        image: The shape of its images.
        inputs: The size of its vectors.
        width: The channels of the finest layer.
        norm: The normalisation.
    """

    def __init__(self, image: Image, inputs: int, width: int, norm: Norm) -> None:
        super().__init__()
        counts, whole = channels(image, width)[::-1], canvas(image)
        self.image = image
        self.grid = tuple(side >> len(counts) for side in (whole.height, whole.width))
        self.start = nn.Linear(inputs, counts[0] * self.grid[0] * self.grid[1])
        self.norms = nn.ModuleList(normalised(count, norm) for count in counts)
        pairs = zip(counts, [*counts[1:], image.channels], strict=True)
        self.growths = nn.ModuleList(doubling(*pair, 4) for pair in pairs)

    def forward(self, vectors: Tensor) -> Tensor:
        """Images (B, C, H, W), not bounded, of vectors (B, inputs)."""
        hidden: Tensor = self.start(vectors).view(len(vectors), -1, *self.grid)
        hidden = hidden.contiguous(memory_format=torch.channels_last)
        for norm, growth in zip(self.norms, self.growths, strict=True):
            hidden = growth(leaky_relu(norm(hidden), SLOPE))
        return cut(hidden, self.image)


def _levels(whole: Image) -> int:
    times = halvings(whole.height, whole.width)
    assert times is not None  # it is a canvas
    return times


def _pair(block: nn.Module, features: Tensor) -> Tensor:
    first, second = block.children()
    return elu(second(elu(first(features))))
