"""The layers that several heads are built of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from scm_compiler.runtime.heads.options import Norm

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
        shape = self._shape(channels, grid)
        self.project = nn.Linear(shape.numel(), kernels * dimension)
        self.kernels = kernels
        self.everyone: Callable[[Tensor], Tensor] = lambda points: points

    def _shape(self, channels: int, grid: tuple[int, int]) -> torch.Size:
        with torch.no_grad():
            return torch.Size(self._branch(torch.zeros(1, channels, *grid)).shape[1:])

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


class Projection(nn.Module):
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


def scaled(labels: Tensor) -> Tensor:
    """Encoded labels as -1 and 1."""
    return labels * 2 - 1


def pooled(features: Tensor) -> Tensor:
    """The sum over the grid: (B, C, H, W) to (B, C)."""
    return features.sum((2, 3))
