"""The networks of heads with an encoder: what sees an image, and what draws one from its noise.

An image's noise is a vector and, on the coarsest grids of the drawing network, maps: a ladder of
latents (Sønderby et al. 2016), whose prior is the same on every rung, so that they are exogenous.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import silu

from scm_compiler.ir.domain import Image
from scm_compiler.model.codec import spans_of
from scm_compiler.runtime.heads.canvas import canvas, cut, framed
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.heads.networks import RowLinear, channels, normalised
from scm_compiler.runtime.heads.options import HeadOptions

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


class AutoencoderOptions(HeadOptions):
    """The options of heads with an encoder.

    Attributes:
        hidden: The size of the layers between vectors and grids.
        rungs: On how many of the coarsest grids there are maps of noise.
        rung_channels: The channels of each map.
        rate: Adam's learning rate.
        deviation: The standard deviation of pixels around the drawn image, whose range is 2; 0 for
            what their error was of late.
        beta: The weight of the noise's divergence from its prior, in the end.
        beta_start: That weight at first: what labels can say is learnt before noise is allowed.
        warm_up: The share of the steps, or of a budget, in which the one becomes the other.
        cool_down: The share of the steps, or of a budget, at the end, in which the rate falls to
            nothing.
        reader_weight: The weight of the labels' cross entropy, which the encoder's reader learns.
        swap_every: One step in so many draws each image under the labels of another, too.
        swap_weight: The weight, beside the likelihood of the image, with which the reader is to
            see those labels in them: the noise is to say nothing that labels say.
    """

    noise_size: int = Field(16, ge=1, le=1024)
    batch: int = Field(64, ge=2, le=4096)
    beta1: float = Field(0.9, ge=0, lt=1)
    averaging: float = Field(0.99, ge=0, lt=1)
    channels_last: bool = False
    hidden: int = Field(256, ge=1, le=4096)
    rungs: int = Field(0, ge=0, le=5)
    rung_channels: int = Field(2, ge=1, le=64)
    rate: float = Field(2e-3, gt=0, lt=1)
    deviation: float = Field(0.0, ge=0, le=10)
    beta: float = Field(20.0, gt=0, le=1e4)
    beta_start: float = Field(100.0, gt=0, le=1e6)
    warm_up: float = Field(0.3, ge=0, le=1)
    cool_down: float = Field(0.5, ge=0, le=1)
    reader_weight: float = Field(0.1, ge=0, le=100)
    swap_every: int = Field(4, ge=0, le=1000)
    swap_weight: float = Field(10.0, ge=0, le=1e4)


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
