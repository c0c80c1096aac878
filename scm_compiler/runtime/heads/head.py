"""The protocol of image heads: what a generator is, and what trains one.

A generator is a mechanism like any other: it reads the image's declared parents and the image's
own noise, and nothing else. Each row of its output depends on that row of its inputs alone, so
the certificate of Definition 1 (Kocaoglu et al. 2017) covers a trained head as well.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.labels import LabelCoding
from scm_compiler.runtime.training.fitting import Fitting
from scm_compiler.runtime.training.team import ALONE, Team

Noise = Literal["normal", "uniform"]
CPU = torch.device("cpu")
ROWS = 32
"""The rows of one call of the networks when images are rendered."""


class ImageGenerator(nn.Module, ABC):
    """A mechanism that draws an image from its labels and its own noise.

    Args:
        image: The shape of its images.
        coding: The labels that it reads.
        noise_size: Z, the number of noise inputs.
        noise: Their distribution: standard normal, or uniform on [-1, 1].
    """

    def __init__(
        self, image: Image, coding: LabelCoding, noise_size: int, noise: Noise = "normal"
    ) -> None:
        super().__init__()
        self.image = image
        self.coding = coding
        self.noise_size = noise_size
        self.noise = noise

    @abstractmethod
    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) from encoded hard labels (B, E) and noise (B, Z).

        In evaluation mode the images lie in [-1, 1] and each row depends on its own inputs only.
        """

    def draw_noise(self, batch: int, *, generator: torch.Generator | None = None) -> Tensor:
        """The image's exogenous noise (B, Z), drawn on the CPU."""
        if self.noise == "normal":
            return torch.randn(batch, self.noise_size, generator=generator)
        return torch.rand(batch, self.noise_size, generator=generator) * 2 - 1

    @torch.no_grad()
    def render(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] of label values (B, P) and noise (B, Z).

        The networks always run on the same number of rows (the last call is filled up), so that an
        image has the same bits whichever rows are asked for with it.

        Raises:
            ValueError: If the generator is in training mode, or the rows differ in number.
        """
        if self.training:
            raise ValueError("a generator renders in evaluation mode only; call eval() first")
        if len(labels) != len(noise):
            raise ValueError(f"{len(labels)} rows of labels for {len(noise)} rows of noise")
        if not len(labels):
            return noise.new_zeros(0, self.image.channels, self.image.height, self.image.width)
        place = next(self.parameters()).device
        encoded = _filled(self.coding.encode(labels).to(place))
        drawn = _filled(noise.to(place))
        pairs = zip(torch.split(encoded, ROWS), torch.split(drawn, ROWS), strict=True)
        images = torch.cat([self(*pair).float() for pair in pairs])
        return images[: len(labels)].contiguous()


class ImageBatches(Protocol):
    """Labelled images to learn from."""

    @property
    def fingerprint(self) -> str:
        """What identifies the data: it changes whenever an image or a label does."""

    def __len__(self) -> int:
        """The number of images."""

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """N images (n, C, H, W) in uint8 and their labels (n, P) in int64.

        All randomness comes from `generator`, so that a resumed run sees the same batches.
        """


class LabelSampler(Protocol):
    """The frozen label model, as the head sees it."""

    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        """N rows of the image's labels (n, P) in int64, all randomness from `generator`."""


@dataclass(frozen=True)
class HeadTask:
    """What a head is trained on.

    Attributes:
        node: The image's name.
        image: Its shape.
        coding: Its labels.
        batches: The data.
        labels: The frozen label model.
        seed: The seed of everything that is drawn.
        total: The number of steps.
        device: Where the networks live.
        team: The processes that train the head together, each on its share of a batch.
    """

    node: str
    image: Image
    coding: LabelCoding
    batches: ImageBatches
    labels: LabelSampler
    seed: int
    total: int
    device: torch.device = CPU
    team: Team = ALONE


class HeadTrainer(Fitting, Protocol):
    """What trains a head step by step."""

    def model(self) -> ImageGenerator:
        """A copy of the generator as it would be saved now: averaged, in evaluation mode."""


def _filled(rows: Tensor) -> Tensor:
    missing = -len(rows) % ROWS
    return torch.cat([rows, rows[:1].expand(missing, -1)]) if missing else rows
