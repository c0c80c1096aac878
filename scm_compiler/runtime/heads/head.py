"""The protocol of image heads: what a generator is, what it reads, and what trains one.

A generator is a mechanism like any other: it reads the image's declared parents and the image's
own noise, and nothing else. Each row of its output depends on that row of its inputs alone, so
the certificate of Definition 1 (Kocaoglu et al. 2017) covers a trained head as well.

Label values come as indices (B, P), one column a parent, or, where a parent is real, as numbers.
The networks read them encoded (B, E): one 0/1 column for two values, one-hot columns for more, the
same convention as the label model's, and one column for a number, from -1 to 1 or so.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import nan, prod
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import one_hot

from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Image
from scm_compiler.model.codec import weights_of
from scm_compiler.model.module import CausalModule
from scm_compiler.runtime.training.fitting import Fitting
from scm_compiler.runtime.training.team import ALONE, Team
from scm_compiler.telling import told

Noise = Literal["normal", "uniform"]
CPU = torch.device("cpu")
NUMBER = 0
"""The size of a label that is a number: it has no values to choose among."""
ROWS = 32
"""The rows of one call of the networks when images are rendered."""


@dataclass(frozen=True)
class LabelBlock:
    """Labels that the networks' outputs are read alike for.

    Attributes:
        size: The number of values of each; `NUMBER` of a real one.
        ranks: Their columns among the labels (B, P): one, unless they have two values.
        columns: Their encoded columns (B, E).
    """

    size: int
    ranks: slice
    columns: slice

    def up_to(self, rank: int, column: int) -> "LabelBlock":
        """The block with further labels of two values, up to a rank and a column."""
        return LabelBlock(
            self.size, slice(self.ranks.start, rank), slice(self.columns.start, column)
        )

    def one(self, labels: Tensor) -> Tensor:
        """The value indices (B,) of its only label."""
        return labels[:, self.ranks.start].long()


@dataclass(frozen=True)
class LabelCoding:
    """The labels that an image reads.

    Attributes:
        names: The image's parents, in the order of declaration.
        sizes: The number of values of each; `NUMBER` of a real one.
        columns: Where each lies in a tensor of all the graph's labels (B, V).
        scales: Of each real one its middle, and half of its width.
        edges: Which of them cause which, by rank: directly, or by way of labels that are not read.

    Example:
        >>> coding = LabelCoding(("Male", "Hair"), (2, 3), (0, 2))
        >>> coding.encode(torch.tensor([[1, 2]]))
        tensor([[1., 0., 0., 1.]])
        >>> coding.joint(torch.tensor([[1, 2]])), coding.combinations
        (tensor([5]), 6)
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    columns: tuple[int, ...]
    edges: tuple[tuple[int, int], ...] = ()
    scales: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, graph: Graph, image: str, scales: Mapping[str, Sequence[float]] | None = None
    ) -> "LabelCoding":
        """The labels that `image` reads in `graph`: its declared parents."""
        places = [node.name for node in graph.tabular]
        names = graph.parents[image]
        columns = tuple(places.index(name) for name in names)
        sizes = tuple(graph.sizes.get(name, NUMBER) for name in names)
        edges = tuple(
            (names.index(cause), rank)
            for rank, name in enumerate(names)
            for cause in sorted(_nearest_read(graph, name, frozenset(names)))
        )
        return cls(names, sizes, columns, edges, scales or {})

    @cached_property
    def encoded(self) -> tuple[slice, ...]:
        """The encoded columns of each label."""
        widths = [1 if size in (2, NUMBER) else size for size in self.sizes]
        stops = list(accumulate(widths))
        return tuple(slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True))

    @cached_property
    def width(self) -> int:
        """E, the number of encoded columns."""
        return self.encoded[-1].stop if self.encoded else 0

    @cached_property
    def blocks(self) -> tuple[LabelBlock, ...]:
        """The labels in order: neighbours of two values together, each other one by itself."""
        blocks: list[LabelBlock] = []
        for rank, (size, columns) in enumerate(zip(self.sizes, self.encoded, strict=True)):
            before = blocks[-1] if blocks else None
            if before is not None and before.size == size == 2:
                blocks[-1] = before.up_to(rank + 1, columns.stop)
            else:
                blocks.append(LabelBlock(size, slice(rank, rank + 1), columns))
        return tuple(blocks)

    @property
    def real(self) -> bool:
        """Whether one of them is a number."""
        return NUMBER in self.sizes

    def scaled(self, labels: Tensor, block: LabelBlock) -> Tensor:
        """The column (B, 1) of a number, from -1 to 1 or so."""
        middle, half = self.scales.get(self.names[block.ranks.start], (0.0, 1.0))
        return (labels[:, block.ranks] - middle) / half

    @property
    def combinations(self) -> int:
        """The number of combinations of label values."""
        return prod(self.sizes)

    def select(self, labels: Tensor) -> Tensor:
        """The image's own labels (B, P) among all of the graph's (B, V)."""
        return labels[:, list(self.columns)]

    def select_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """As `select`, of an array."""
        return rows[:, list(self.columns)]

    def encode(self, labels: Tensor) -> Tensor:
        """The labels (B, P) as 0/1 columns (B, E), in float32.

        Raises:
            ValueError: If the labels are not (B, P).
        """
        if labels.ndim != 2 or labels.shape[1] != len(self.sizes):
            shape = tuple(labels.shape)
            raise ValueError(f"labels of shape {shape} for {len(self.sizes)} parents")
        parts = [self._encoded(labels, block) for block in self.blocks]
        return torch.cat(parts, dim=1).float() if parts else labels.float()

    def _encoded(self, labels: Tensor, block: LabelBlock) -> Tensor:
        if block.size == NUMBER:
            return self.scaled(labels, block)
        if block.size == 2:
            return labels[:, block.ranks]
        return one_hot(block.one(labels), block.size)

    def joint(self, labels: Tensor) -> Tensor:
        """The rank (B,) of each row's combination; the last label varies fastest."""
        rank = torch.zeros(labels.shape[0], dtype=torch.int64, device=labels.device)
        for column, size in enumerate(self.sizes):
            rank = rank * size + labels[:, column]
        return rank


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
        return self.by_rows(self, self.coding.encode(labels), noise)

    def by_rows(self, function: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        """A function of its networks, always of the same number of rows at a time.

        The last call is filled up.
        """
        place = next(self.parameters()).device
        parts = [torch.split(_filled(given.to(place)), ROWS) for given in inputs]
        found, count = [], len(inputs[0])
        for rank, rows in enumerate(zip(*parts, strict=True), 1):
            found.append(function(*rows).float())
            told()("images", min(rank * ROWS, count), count)
        return torch.cat(found)[:count].contiguous()


@dataclass(frozen=True, eq=False)
class Told:
    """What an encoder tells of the labels of images.

    Attributes:
        values: (B, P) the most probable value index of each, or the number.
        chances: (B, P) how probable that value is; NaN of a number.
    """

    values: Tensor
    chances: Tensor


class EncodingGenerator(ImageGenerator):
    """A generator that can `abduct`: it tells an image's noise and its labels from the image."""

    @abstractmethod
    def noise_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """The noise (B, Z) of images (B, C, H, W) in [-1, 1] with encoded labels (B, E)."""

    @abstractmethod
    def read(self, images: Tensor) -> Tensor:
        """The logits (B, E) of the labels that images (B, C, H, W) show."""

    @torch.no_grad()
    def abduct(self, images: Tensor, labels: Tensor) -> Tensor:
        """The noise (B, Z) from which, with label values (B, P), the images are drawn again."""
        return self.by_rows(self.noise_of, images, self.coding.encode(labels)).cpu()

    @torch.no_grad()
    def estimate(self, images: Tensor) -> list[Tensor]:
        """Of each label the probabilities (B, size) of its values, as the images show it.

        Of a number it is that number (B, 1).
        """
        logits = self.by_rows(self.read, images).cpu()
        coding, found = self.coding, []
        for name, size, columns in zip(coding.names, coding.sizes, coding.encoded, strict=True):
            part = logits[:, columns]
            if size == NUMBER:
                middle, half = coding.scales[name]
                found.append(part.double() * half + middle)
            else:
                found.append(weights_of(part.sigmoid() if size == 2 else part.softmax(1)))
        return found

    def tell(self, images: Tensor) -> Told:
        """The labels as the images show them."""
        values, chances = [], []
        for part, size in zip(self.estimate(images), self.coding.sizes, strict=True):
            best, value = part.double().max(1)
            values.append(best if size == NUMBER else value.double())
            chances.append(torch.full_like(best, nan) if size == NUMBER else best)
        none = torch.zeros(len(images), 0, dtype=torch.float64)
        if not values:
            return Told(none, none)
        return Told(torch.stack(values, 1), torch.stack(chances, 1))


class ImageBatches(Protocol):
    """Labelled images to learn from."""

    @property
    def fingerprint(self) -> str:
        """What identifies the data: it changes whenever an image or a label does."""

    def __len__(self) -> int:
        """The number of images."""

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """N images (n, C, H, W) in uint8 and their labels (n, P), int64 or float64.

        All randomness comes from `generator`, so that a resumed run sees the same batches.
        """


class LabelSampler(Protocol):
    """The frozen label model, as the head sees it."""

    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        """N rows of the image's labels (n, P), all randomness from `generator`."""

    def settled(self) -> AbstractContextManager[object]:
        """A context in which many are drawn, and nothing of it changes."""


@dataclass(frozen=True, eq=False)
class FrozenLabels:
    """Draws the labels of one image from a trained label model that no head changes.

    With the labels' distribution right, a head that draws from p(x|l) draws from the joint
    distribution (Corollary 1, Kocaoglu et al. 2017).

    Attributes:
        module: The trained label model.
        coding: The image's labels.
    """

    module: CausalModule
    coding: LabelCoding

    @torch.no_grad()
    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        """`n` rows of the image's labels (n, P), all randomness from `generator`."""
        return self.coding.select(self.module(self.module.draw_noise(n, generator=generator)))

    def settled(self) -> AbstractContextManager[object]:
        """See `LabelSampler.settled`."""
        return self.module.settled()


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


def _nearest_read(graph: Graph, name: str, read: frozenset[str]) -> set[str]:
    """The causes of a label among those that are read, through ones that are not."""
    found: set[str] = set()
    for parent in graph.parents[name]:
        found |= {parent} if parent in read else _nearest_read(graph, parent, read)
    return found


def _filled(rows: Tensor) -> Tensor:
    if not len(rows):
        return rows.new_zeros(ROWS, *rows.shape[1:])
    missing = -len(rows) % ROWS
    return torch.cat([rows, rows[:1].expand(missing, *rows.shape[1:])]) if missing else rows
