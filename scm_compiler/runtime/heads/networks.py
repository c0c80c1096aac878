"""The networks of CausalGAN and of its baseline: stacks of strided convolutions (DCGAN).

With n halvings of the image the channels are w, 2w, 4w, … from fine to coarse, at most 8w, so that
64 by 64 with w = 64 has the published 64, 128, 256, 512.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu
from torch.nn.utils.parametrizations import spectral_norm

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.canvas import canvas, cut, framed, halvings
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.jitter import beside_numbers, label_logits, signed
from scm_compiler.runtime.heads.options import Norm
from scm_compiler.runtime.heads.options.gan import GanOptions

SLOPE = 0.2
"""The slope of the leaky ReLU below zero."""
JITTER = 2
"""The noise inputs that jitter the labels."""
DEVIATION = 0.02
"""The standard deviation of DCGAN's initial weights."""
GROUP = 8
"""The channels of one group of group norm, at most."""


@contextmanager
def seeded(generator: torch.Generator) -> Iterator[None]:
    """Draw the initial weights of the networks built inside from `generator` alone.

    torch's layers draw from the global generator; it is left as it was.
    """
    seed = int(torch.randint(2**62, (), generator=generator))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def start_dcgan(module: nn.Module) -> None:
    """DCGAN's initial weights: normal of deviation 0.02, biases 0; for `Module.apply`."""
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d) and module.weight.numel():
        if module.weight.is_meta:  # an outline, for which torch would load its compiler: a second
            return
        nn.init.normal_(module.weight, std=DEVIATION)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def normalised(channels: int, norm: Norm) -> nn.Module:
    """The normalisation after a layer with so many channels; spectral norm is in the weights."""
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    if norm == "group":
        groups = max(1, channels // GROUP)
        return nn.GroupNorm(groups if channels % groups == 0 else 1, channels)
    return nn.Identity()


def bounded(layer: nn.Module, norm: Norm) -> nn.Module:
    """The layer, with its largest singular value held at 1 where the norm is spectral."""
    return spectral_norm(layer) if norm == "spectral" else layer


class RowLinear(nn.Linear):
    """A linear map of a generator: outside training a row has the same bits wherever it stands.

    The last rows of a matrix product may be computed by other instructions than the first, and
    rounded otherwise. So here each row is a product of its own.
    """

    def reset_parameters(self) -> None:
        """As usual; where there are no labels, there are no weights, and torch would warn."""
        if self.weight.numel():
            super().reset_parameters()
        else:
            nn.init.zeros_(self.bias)

    def forward(self, rows: Tensor) -> Tensor:
        """The images (B, O) of rows (B, I)."""
        if self.training:
            return super().forward(rows)
        weight = self.weight.t().expand(len(rows), -1, -1)
        bias = self.bias.expand(len(rows), 1, -1)
        return torch.baddbmm(bias, rows[:, None], weight)[:, 0]


class LabelledNorm(nn.Module):
    """A normalisation whose scale and shift may depend on the labels.

    Args:
        channels: C.
        labels: E; 0 for a plain normalisation.
        norm: Which one.
    """

    def __init__(self, channels: int, labels: int, norm: Norm) -> None:
        super().__init__()
        self.norm = normalised(channels, norm)
        self.modulation = RowLinear(labels, 2 * channels) if labels else None
        if self.modulation is not None:
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, features: Tensor, labels: Tensor) -> Tensor:
        """The normalised features (B, C, H, W), given the labels' inputs (B, E)."""
        normal: Tensor = self.norm(features)
        if self.modulation is None:
            return normal
        scale, shift = self.modulation(labels)[:, :, None, None].chunk(2, dim=1)
        modulated: Tensor = normal * (1 + scale) + shift
        return modulated


class MinibatchFeatures(nn.Module):
    """Distances to the rest of the batch (Salimans et al. 2016), in the reference's form.

    A side branch of two strided convolutions and a linear map gives K points of dimension D for
    each image; feature k is the mean over the other images of exp(-L1 distance).

    Args:
        channels: The channels of the feature map that it reads.
        grid: The height and width of that map.
        width: The channels of the branch.
        kernels: K.
        dimension: D.
        side: The side of the convolutions' kernels.
    """

    def __init__(
        self,
        channels: int,
        grid: tuple[int, int],
        *,
        width: int,
        kernels: int,
        dimension: int,
        side: int,
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, width, side, 2, padding=(side - 1) // 2)
        self.second = nn.Conv2d(width, width, side, 2, padding=(side - 1) // 2)
        with torch.no_grad():
            shape = self._branch(torch.zeros(1, channels, *grid)).shape[1:]
        self.project = nn.Linear(shape.numel(), kernels * dimension)
        self.kernels = kernels
        self.everyone: Callable[[Tensor], Tensor] = lambda points: points

    def _branch(self, features: Tensor) -> Tensor:
        hidden: Tensor = self.second(nn.functional.leaky_relu(self.first(features), 0.2))
        return hidden

    def forward(self, features: Tensor) -> Tensor:
        """The map with K constant channels added: (B, C + K, H, W)."""
        points = self.project(self._branch(features).flatten(1)).float()
        points = points.view(len(features), self.kernels, -1).transpose(0, 1)
        others = self.everyone(points)
        near = torch.exp(-torch.cdist(points, others, p=1)).sum(2) - 1
        mean = (near / max(others.shape[1] - 1, 1)).t().to(features.dtype)
        return torch.cat([features, mean[:, :, None, None].expand(-1, -1, *features.shape[2:])], 1)


class LabelProjection(nn.Module):
    """The labels' part of a projection discriminator (Miyato and Koyama 2018): <V y, features>.

    Args:
        labels: E.
        features: F.
        norm: Spectral norm bounds V.
    """

    def __init__(self, labels: int, features: int, norm: Norm) -> None:
        super().__init__()
        self.embedding = bounded(nn.Linear(labels, features, bias=False), norm)

    def forward(self, features: Tensor, labels: Tensor) -> Tensor:
        """The term (B,) for features (B, F) and encoded labels (B, E)."""
        embedded: Tensor = self.embedding(labels)
        return (embedded * features).sum(1)


def pooled(features: Tensor) -> Tensor:
    """The sum over the grid: (B, C, H, W) to (B, C)."""
    return features.sum((2, 3))


def channels(image: Image, width: int) -> list[int]:
    """The channels of the strided layers, from fine to coarse.

    >>> channels(Image(3, 64, 64), 64)
    [64, 128, 256, 512]
    """
    whole = canvas(image)
    times = halvings(whole.height, whole.width)
    assert times is not None  # it is a canvas
    return [width * min(1 << level, 8) for level in range(times)]


class ConvGenerator(ImageGenerator):
    """DCGAN's generator: a linear map to the coarsest grid, then strided transposed convolutions.

    Args:
        image: The shape of its images.
        coding: The labels that it reads.
        options: Its width, noise, label inputs, kernel and normalisation.
    """

    def __init__(self, image: Image, coding: LabelCoding, options: GanOptions) -> None:
        self.jitters = options.label_input == "logits" and options.label_jitter
        drawn = options.noise_size + (JITTER if self.jitters else 0)
        super().__init__(image, coding, drawn, options.noise)
        self.options = options
        coarse_to_fine = channels(image, options.width)[::-1]
        whole = canvas(image)
        self.fills = whole == image
        """Whether the image fills its canvas, so that nothing is cut off."""
        self.grid = tuple(side >> len(coarse_to_fine) for side in (whole.height, whole.width))
        cells = self.grid[0] * self.grid[1]
        self.start = RowLinear(options.noise_size + coding.width, coarse_to_fine[0] * cells)
        labels = coding.width if options.conditional_norm else 0
        self.norms = nn.ModuleList(
            LabelledNorm(count, labels, options.generator_norm) for count in coarse_to_fine
        )
        pairs = zip(coarse_to_fine, [*coarse_to_fine[1:], image.channels], strict=True)
        self.growths = nn.ModuleList(doubling(*pair, options.kernel) for pair in pairs)
        if options.generator_norm != "none":
            for layer in (self.start, *self.growths):
                start_dcgan(layer)

    def label_inputs(self, labels: Tensor, noise: Tensor) -> Tensor:
        """What stands for the encoded labels (B, E) at the networks' inputs: (B, E)."""
        if self.options.label_input == "hard":
            return signed(labels, self.coding)
        jitter = noise[:, -JITTER:] if self.jitters else None
        if jitter is not None and self.noise == "normal":
            jitter = torch.erf(jitter / 2**0.5)
        return beside_numbers(labels, label_logits(labels, jitter), self.coding)

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] from encoded labels (B, E) and noise (B, Z)."""
        read = self.label_inputs(labels, noise)
        hidden = self.start(torch.cat([noise[:, : self.options.noise_size], read], dim=1))
        hidden = hidden.view(len(noise), -1, *self.grid)
        if self.options.channels_last:
            hidden = hidden.contiguous(memory_format=torch.channels_last)
        for norm, growth in zip(self.norms, self.growths, strict=True):
            hidden = growth(torch.relu(norm(hidden, read)))
        return torch.tanh(hidden if self.fills else cut(hidden, self.image))


class ConvStack(nn.Module):
    """Strided convolutions that halve the image down to the coarsest grid.

    Args:
        image: The shape of its images.
        width: The channels of the first layer.
        kernel: The side of the kernels.
        norm: The normalisation; the first layer has none of batch or group norm.
        minibatch_features: Whether distances within the batch are added after the second layer.
    """

    def __init__(
        self,
        image: Image,
        width: int,
        kernel: int,
        norm: Norm,
        *,
        minibatch_features: bool = False,
    ) -> None:
        super().__init__()
        counts = channels(image, width)
        times = len(counts)
        self.image, whole = image, canvas(image)
        self.fills = whole == image
        """Whether the image fills its canvas, so that it needs no frame."""
        self.grid = (whole.height >> times, whole.width >> times)
        self.features = counts[-1]
        self.batchwise = None
        if minibatch_features:
            self.batchwise = MinibatchFeatures(
                counts[1],
                (whole.height >> 2, whole.width >> 2),
                width=width,
                kernels=max(1, 300 * width // 64),
                dimension=50,
                side=kernel,
            )
        extra = self.batchwise.kernels if self.batchwise else 0
        inputs = [image.channels, *counts[:-1]]
        if times > 2:
            inputs[2] += extra
        elif extra:
            self.features += extra
        self.layers = nn.ModuleList(
            bounded(nn.Conv2d(before, after, kernel, 2, padding=(kernel - 1) // 2), norm)
            for before, after in zip(inputs, counts, strict=True)
        )
        self.norms = nn.ModuleList(
            normalised(count, norm) if level else nn.Identity()
            for level, count in enumerate(counts)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Features (B, F, h, w) of images (B, C, H, W)."""
        return self.stages(images)[-1]

    def stages(self, images: Tensor) -> list[Tensor]:
        """The features after each layer, from fine to coarse."""
        hidden, stages = images if self.fills else framed(images, self.image), []
        for level, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            hidden = leaky_relu(norm(layer(hidden)), SLOPE)
            if level == 1 and self.batchwise is not None:
                hidden = self.batchwise(hidden)
            stages.append(hidden)
        return stages


class Verdict(NamedTuple):
    """What a discriminator says of images.

    Attributes:
        whole: The logit (B,) of each image.
        parts: The logits (B, h, w) of its parts, each seen by itself; None if they are not judged.
    """

    whole: Tensor
    parts: Tensor | None

    @property
    def score(self) -> Tensor:
        """What it says of each image (B,), its parts included."""
        return self.whole if self.parts is None else self.whole + self.parts.mean((1, 2))


class ConvDiscriminator(nn.Module):
    """D: a logit an image, which may see the labels, and a logit a part of it, which does not.

    A part is what one place of the last layer but one sees: ten pixels of 32, 22 of 64.
    """

    def __init__(self, image: Image, coding: LabelCoding, options: GanOptions) -> None:
        super().__init__()
        self.coding, norm = coding, options.discriminator_norm
        self.stack = ConvStack(
            image,
            options.width,
            options.kernel,
            norm,
            minibatch_features=options.minibatch_features,
        )
        cells = self.stack.grid[0] * self.stack.grid[1]
        self.judge = bounded(nn.Linear(self.stack.features * cells, 1), norm)
        if norm == "batch":
            self.apply(start_dcgan)
        count = channels(image, options.width)[-2]
        self.parts = bounded(nn.Conv2d(count, 1, 1), norm) if options.patches else None
        labelled = options.projection and coding.width > 0
        self.projection = (
            LabelProjection(coding.width, self.stack.features, norm) if labelled else None
        )

    def forward(self, images: Tensor, labels: Tensor) -> Verdict:
        """What it says of images (B, C, H, W) that are said to have encoded labels (B, E)."""
        *_, finer, features = self.stack.stages(images)
        verdict: Tensor = self.judge(features.flatten(1)).squeeze(1)
        if self.projection is not None:
            said = signed(labels, self.coding)
            verdict = verdict + self.projection(pooled(features), said)
        parts = None if self.parts is None else self.parts(finer).squeeze(1).float()
        return Verdict(verdict.float(), parts)


class ConvLabeler(nn.Module):
    """D_LR or D_LG: the logits (B, O) of an image's labels.

    Args:
        image: The shape of its images.
        outputs: O: E for one output a label value, or one for each combination of labels.
        width: The channels of the first layer.
        kernel: The side of the kernels.
        norm: The normalisation.
    """

    def __init__(self, image: Image, outputs: int, width: int, kernel: int, norm: Norm) -> None:
        super().__init__()
        self.stack = ConvStack(image, width, kernel, norm)
        cells = self.stack.grid[0] * self.stack.grid[1]
        self.read = bounded(nn.Linear(self.stack.features * cells, outputs), norm)
        if norm == "batch":
            self.apply(start_dcgan)

    def forward(self, images: Tensor) -> Tensor:
        """The logits (B, O) of images (B, C, H, W)."""
        outputs: Tensor = self.read(self.stack(images).flatten(1))
        return outputs.float()


def doubling(before: int, after: int, kernel: int) -> nn.ConvTranspose2d:
    """A transposed convolution that doubles the sides of a grid."""
    odd = kernel % 2
    return nn.ConvTranspose2d(
        before, after, kernel, 2, padding=(kernel - 2 + odd) // 2, output_padding=odd
    )
