"""The networks of heads with an encoder: what sees an image, and what draws one from its noise.

An image's noise is a vector and, on the coarsest grids of the drawing network, maps: a ladder of
latents (Sønderby et al. 2016), whose prior is the same on every rung, so that they are exogenous.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from scm_compiler.ir.domain import Image
from scm_compiler.model.codec import spans_of
from scm_compiler.runtime.heads.canvas import canvas, cut, framed
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.heads.networks import RowLinear, channels, normalised
from scm_compiler.runtime.heads.options.autoencoder import AutoencoderOptions

STEEPEST = 6.0
"""The logarithms of variances lie between minus twice this and this: beyond lies no number."""


@dataclass(frozen=True)
class Gaussian:
    """Independent normal distributions: the posterior of some noise.

    Attributes:
        mean: (B, Z).
        log_variance: (B, Z).
    """

    mean: Tensor
    log_variance: Tensor

    @classmethod
    def of(cls, outputs: Tensor) -> "Gaussian":
        """Half of the outputs (B, 2Z) are the means, half the logarithms of the variances."""
        mean, log_variance = outputs.flatten(1).chunk(2, dim=1)
        return cls(mean, log_variance.clamp(-2 * STEEPEST, STEEPEST))

    @classmethod
    def together(cls, parts: Sequence["Gaussian"]) -> "Gaussian":
        """Several side by side."""
        means, variances = ([it.mean for it in parts], [it.log_variance for it in parts])
        return cls(torch.cat(means, 1), torch.cat(variances, 1))

    def at(self, standard: Tensor | None) -> Tensor:
        """The values (B, Z) that standard normal numbers give; the means if there are none."""
        if standard is None:
            return self.mean
        return self.mean + (self.log_variance / 2).exp() * standard

    def divergence(self) -> Tensor:
        """KL to the standard normal distribution, of each number: (B, Z), in nats.

        >>> Gaussian(torch.tensor([[0.0, 2.0]]), torch.zeros(1, 2)).divergence()
        tensor([[0., 2.]])
        """
        return (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance) / 2


class Sight(nn.Module):
    """What sees an image: features on each grid, from fine to coarse, and a vector.

    Args:
        image: The shape of the images.
        width: The channels of the finest grid.
        hidden: The size of the vector.
    """

    def __init__(self, image: Image, width: int, hidden: int) -> None:
        super().__init__()
        counts = channels(image, width)
        inputs = [image.channels, *counts[:-1]]
        self.image, self.counts = image, counts
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 4, 2, padding=1)
            for before, after in zip(inputs, counts, strict=True)
        )
        self.norms = nn.ModuleList(
            normalised(count, "group") if level else nn.Identity()
            for level, count in enumerate(counts)
        )
        whole = canvas(image)
        cells = (whole.height >> len(counts)) * (whole.width >> len(counts))
        self.end = RowLinear(counts[-1] * cells, hidden)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """The features (B, F, h, w) of each grid, and a vector (B, hidden)."""
        hidden, grids = framed(images, self.image), []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = silu(norm(layer(hidden)))
            grids.append(hidden)
        return grids, silu(self.end(hidden.flatten(1)))


class LabelEmbedding(nn.Module):
    """Encoded labels as a vector in which each label has the same share, however many its values.

    Args:
        coding: The labels.
        size: Of the vector.
    """

    def __init__(self, coding: LabelCoding, size: int) -> None:
        super().__init__()
        self.embed = RowLinear(coding.width, size)
        if coding.width:
            nn.init.normal_(self.embed.weight, std=len(coding.names) ** -0.5)

    def forward(self, labels: Tensor) -> Tensor:
        """Vectors (B, size) of encoded labels (B, E)."""
        vectors: Tensor = self.embed(labels)
        return vectors


class Perceptron(nn.Module):
    """Two layers between vectors."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.first = RowLinear(inputs, hidden)
        self.last = RowLinear(hidden, outputs)
        nn.init.kaiming_normal_(self.first.weight)

    def forward(self, vectors: Tensor) -> Tensor:
        """Vectors (B, outputs) of vectors (B, inputs)."""
        found: Tensor = self.last(silu(self.first(vectors)))
        return found


Pick = Callable[[int, Tensor], Tensor]
"""The number of a rung and the features there (B, F, h, w) to its map of noise (B, c, h, w)."""


class Painter(nn.Module):
    """What draws an image: from a vector to the coarsest grid, then doubling, with noise maps.

    Args:
        image: The shape of its images.
        inputs: The size of its vectors.
        options: Its sizes.
    """

    def __init__(self, image: Image, inputs: int, options: AutoencoderOptions) -> None:
        super().__init__()
        counts = channels(image, options.width)[::-1]
        self.channels_last = options.channels_last
        self.image, whole = image, canvas(image)
        self.grids = [
            (whole.height >> level, whole.width >> level) for level in range(len(counts), 0, -1)
        ]
        self.start = Perceptron(inputs, options.hidden, options.hidden)
        self.spread = RowLinear(options.hidden, counts[0] * prod(self.grids[0]))
        for layer in (self.start.last, self.spread):
            nn.init.kaiming_normal_(layer.weight)
        self.norms = nn.ModuleList(normalised(count, "group") for count in counts)
        pairs = zip(counts, [*counts[1:], image.channels], strict=True)
        self.growths = nn.ModuleList(nn.ConvTranspose2d(*it, 4, 2, padding=1) for it in pairs)
        rungs = min(options.rungs, len(counts))
        self.maps = [(options.rung_channels, *grid) for grid in self.grids[:rungs]]
        self.lay = nn.ModuleList(
            nn.Conv2d(options.rung_channels, count, 1, bias=False) for count in counts[:rungs]
        )

    def forward(self, vectors: Tensor, pick: Pick | None = None) -> Tensor:
        """Images (B, C, H, W) of vectors (B, inputs) and picked maps of noise, not yet bounded."""
        hidden: Tensor = self.spread(silu(self.start(vectors))).view(
            len(vectors), -1, *self.grids[0]
        )
        if self.channels_last:
            hidden = hidden.contiguous(memory_format=torch.channels_last)
        for level, (norm, growth) in enumerate(zip(self.norms, self.growths, strict=True)):
            if pick is not None and level < len(self.lay):
                hidden = hidden + self.lay[level](pick(level, hidden))
            hidden = growth(silu(norm(hidden)))
        return cut(hidden, self.image)

    def split(self, noise: Tensor) -> Pick:
        """Noise (B, maps) as what picks the maps."""
        spans = spans_of([prod(shape) for shape in self.maps])
        return lambda level, _: noise[:, spans[level]].view(-1, *self.maps[level])
