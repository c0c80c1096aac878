"""The judge: an independent classifier that reads the labels off an image.

It learns from real images alone and takes no part in the training of a head. Half of what it sees
follows the data. In the other half labels are as independent of each other as can be had, so that
it reads each label off its own pixels and not off what usually comes with it: where the truth can
be drawn, every combination of labels is equally likely; of photographs, combinations are drawn in
proportion to the square root of their count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from scm_compiler.runtime.evaluation.estimate import Array
from scm_compiler.runtime.evaluation.learning import apply, dice, kept, learn
from scm_compiler.runtime.evaluation.painting import painted_batch
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.evaluation.scores import Score, score
from scm_compiler.runtime.heads.head import NUMBER, LabelCoding
from scm_compiler.runtime.heads.networks import seeded
from scm_compiler.runtime.progress import Progress, Silent

CLASSES = 2
"""Half of a number's width is cut into so many classes, where rows are weighed by how rare."""

POOL = 16_384
"""True images drawn for the half of the classifier's training in which labels are independent."""
SHIFT = 1
"""By how many pixels a training image is moved, at most, in each direction."""


@dataclass(frozen=True)
class JudgeRecipe:
    """How a classifier is trained.

    Attributes:
        width: The channels of its first layer.
        steps: The steps of its training.
        batch: The images of a step.
        rate: The highest learning rate.
        seed: Of its first weights and of what it sees.
        painted: A label that is painted on part of what it sees, one of `PAINTERS`.
    """

    width: int = 32
    steps: int = 1200
    batch: int = 64
    rate: float = 3e-3
    seed: int = 0
    painted: str | None = None


class Reader(nn.Module):
    """Strided convolutions with batch norm, one hidden layer, one group of logits a label.

    Args:
        shape: The images' channels, height and width.
        outputs: The number of logits.
        width: The channels of the first layer.
    """

    def __init__(self, shape: tuple[int, int, int], outputs: int, width: int) -> None:
        super().__init__()
        counts = [shape[0], width]
        sides = [side // 2 for side in shape[1:]]
        while min(sides) >= 8:
            counts.append(min(2 * counts[-1], 4 * width))
            sides = [side // 2 for side in sides]
        layers: list[nn.Module] = []
        for before, after in pairwise(counts):
            layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after)]
            layers += [nn.LeakyReLU(0.1)]
        self.convolutions = nn.Sequential(*layers)
        self.hidden = nn.Linear(counts[-1] * sides[0] * sides[1], 4 * width)
        self.outputs = nn.Linear(4 * width, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """The logits (B, outputs) of images (B, C, H, W) in [-1, 1]."""
        flat = self.convolutions(images).flatten(1)
        logits: Tensor = self.outputs(torch.relu(self.hidden(flat)))
        return logits


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained classifier.

    Attributes:
        coding: The labels that it reads; there may be none.
        network: Gives the logits, one column a column of `coding.encode`.
        own: Its score on real images that it has not seen, by label.
    """

    coding: LabelCoding
    network: nn.Module
    own: dict[str, Score]

    def read(self, images: Tensor) -> "Reading":
        """What is read off images (n, C, H, W) in uint8."""
        logits = apply(self.network, images)
        return Reading(self.coding.names, tuple(_read(logits, self.coding)))


@dataclass(frozen=True, eq=False)
class Reading:
    """What a judge reads off some images.

    Attributes:
        names: The labels.
        chances: For each label the probabilities (n, size) of its values; of a number the number
            (n, 1) that is read.
    """

    names: tuple[str, ...]
    chances: tuple[Array, ...]

    def looks(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The most likely value (n,) of a label."""
        values: np.ndarray[tuple[int], np.dtype[np.int64]] = self.of(name).argmax(1)
        return values

    def of(self, name: str) -> Array:
        """The probabilities (n, size) of a label's values."""
        return self.chances[self.names.index(name)]

    def scores(self, asked: Tensor) -> dict[str, Score]:
        """The agreement of each label with what was asked for (n, P); numbers are left out."""
        columns = asked.numpy().T
        pairs = zip(self.names, columns, self.chances, strict=True)
        return {
            name: score(column.astype(np.int64), chances)
            for name, column, chances in pairs
            if chances.shape[1] > 1
        }


def joined(readings: Sequence[Reading]) -> Reading:
    """Several readings as one; ValueError if there is none."""
    if not readings:
        raise ValueError("no readings to join")
    parts = zip(*(reading.chances for reading in readings), strict=True)
    return Reading(readings[0].names, tuple(np.concatenate(part) for part in parts))


def train_judge(
    real: RealImages,
    coding: LabelCoding,
    recipe: JudgeRecipe | None = None,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Judge:
    """A classifier of the real images: from the cache, or trained now.

    Args:
        real: Its training part is learnt from, the held-out part gives its own score.
        coding: The labels.
        recipe: How it is trained.
        cache: The cache folder; the usual one if None.
        progress: Watches the training.

    Raises:
        ValueError: If the labels are not the images'.
    """
    if coding.names != real.names:
        raise ValueError(f"a judge of {coding.names} on images with {real.names}")
    if not coding.names:
        return Judge(coding, nn.Identity(), {})
    recipe = recipe or JudgeRecipe()
    with seeded(dice(recipe.seed, "judge")):
        network = Reader(real.shape, coding.width, recipe.width)
    depends = {
        "data": real.table.fingerprint,
        "shape": real.shape,
        "labels": [coding.names, coding.sizes, *([coding.scales] if coding.real else [])],
        "drawn": real.renderer is not None,
        "recipe": {name: told for name, told in asdict(recipe).items() if told is not None},
        "pool": [POOL, SHIFT],
    }
    with kept(network, "judge", depends, cache) as found:
        if not found:
            _learn(network, real, coding, recipe, progress or Silent())
    judge = Judge(coding, network, {})
    images, labels = real.held_out()
    return Judge(coding, network, judge.read(images).scores(labels))


def _learn(
    network: Reader, real: RealImages, coding: LabelCoding, recipe: JudgeRecipe, watch: Progress
) -> None:
    draws = _Draws.of(real, coding, recipe)
    learn(
        network,
        draws.batch,
        lambda logits, labels: label_loss(logits, labels, coding),
        steps=recipe.steps,
        rate=recipe.rate,
        generator=dice(recipe.seed, "judge batches"),
        progress=watch,
    )


def label_loss(logits: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """The mean cross-entropy of the labels (B, P), in nats; the squared error of numbers."""
    encoded, parts = coding.encode(labels), []
    for rank, (columns, size) in enumerate(zip(coding.encoded, coding.sizes, strict=True)):
        flat = logits[:, columns.start]
        if size == NUMBER:
            parts.append((flat - encoded[:, columns.start]).square().mean())
        elif size == 2:
            parts.append(binary_cross_entropy_with_logits(flat, labels[:, rank].float()))
        else:
            parts.append(cross_entropy(logits[:, columns], labels[:, rank].long()))
    return torch.stack(parts).mean()


@dataclass(frozen=True, eq=False)
class _Draws:
    """What a judge learns from: half after the data, half with labels made independent."""

    real: RealImages
    pool: tuple[Tensor, Tensor] | None
    weights: Tensor
    recipe: JudgeRecipe

    @classmethod
    def of(cls, real: RealImages, coding: LabelCoding, recipe: JudgeRecipe) -> "_Draws":
        pool = None
        if real.renderer is not None:
            generator = dice(recipe.seed, "judge pool")
            labels = uniform_labels(coding, POOL, generator)
            pool = real.renderer(labels, generator), labels
        ranks = _ranks(real.training_labels(), coding)
        _, place, counts = np.unique(ranks, return_inverse=True, return_counts=True, axis=0)
        place = place.reshape(-1)
        return cls(real, pool, torch.from_numpy(counts[place] ** -0.5), recipe)

    def batch(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        half = self.recipe.batch // 2
        lawful = self.recipe.batch - half
        train = self.real.train
        rows = train[torch.randint(len(train), (lawful,), generator=generator)]
        if self.pool is None:
            evened = torch.multinomial(self.weights, half, replacement=True, generator=generator)
            images, labels = self.real.table.rows(torch.cat([rows, train[evened]]))
        else:
            images, labels = self.real.table.rows(rows)
            drawn = torch.randint(len(self.pool[1]), (half,), generator=generator)
            images = torch.cat([images, self.pool[0][drawn]])
            labels = torch.cat([labels, self.pool[1][drawn]])
        name = self.recipe.painted
        if name is not None:
            rank = self.real.names.index(name)
            images, labels = painted_batch(images, labels, rank, name, generator)
        return _moved(images, generator), labels


def _ranks(labels: Tensor, coding: LabelCoding) -> NDArray[Any]:
    """Which combination each row has: equal ones are equal, and so are numbers that are near."""
    if coding.real:
        return (coding.encode(labels) * CLASSES).round().numpy()
    return coding.joint(labels).numpy()


def uniform_labels(coding: LabelCoding, rows: int, generator: torch.Generator) -> Tensor:
    """Rows of labels (rows, P), each combination as likely as any other."""
    columns = [torch.randint(size, (rows,), generator=generator) for size in coding.sizes]
    return torch.stack(columns, dim=1)


def _moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """The batch moved by a random number of pixels; what leaves one side enters at the other."""
    steps = torch.randint(-SHIFT, SHIFT + 1, (2,), generator=generator).tolist()
    return images.roll(steps, dims=(2, 3))


def _read(logits: Tensor, coding: LabelCoding) -> Iterator[Array]:
    """What the logits say of each label; see `Reading.chances`."""
    for name, size, columns in zip(coding.names, coding.sizes, coding.encoded, strict=True):
        part = logits[:, columns].double()
        if size == NUMBER:
            middle, half = coding.scales[name]
            yield (part * half + middle).numpy()
        elif size == 2:
            one = part.sigmoid()
            yield torch.cat([1 - one, one], dim=1).numpy()
        else:
            yield part.softmax(1).numpy()
