"""How much the images of one label differ from each other, beside how much the real ones do."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from torch import Tensor

from scm_compiler.runtime.evaluation.estimate import NOTHING, Estimate, average
from scm_compiler.runtime.evaluation.features import Features
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import to_floats
from scm_compiler.runtime.evaluation.regimes import Subject, values_of


@dataclass(frozen=True)
class Spread:
    """How far apart images are: the mean over pairs.

    Attributes:
        features: Distance of the features, over the root of their number.
        pixels: Root of the mean squared difference of the pixels, which lie in [-1, 1].
    """

    features: Estimate
    pixels: Estimate


@dataclass(frozen=True)
class Diversity:
    """The spread of generated images beside that of real ones.

    Attributes:
        among: Which images are compared with each other.
        images: How many, on each side.
        generated: Their spread.
        real: That of real images.
        ratio: The first over the second; below 1 the generator is less diverse.
    """

    among: str
    images: int
    generated: Spread
    real: Spread

    @property
    def ratio(self) -> Spread:
        """Generated over real."""
        return Spread(
            self.generated.features.over(self.real.features),
            self.generated.pixels.over(self.real.pixels),
        )


def spread(images: Tensor, features: Features) -> Spread:
    """The spread of images (n, C, H, W) in uint8."""
    described = torch.from_numpy(features(images))
    return Spread(pair_mean(described), pair_mean(to_floats(images).flatten(1).double()))


def pair_mean(rows: Tensor) -> Estimate:
    """The mean over pairs of rows (n, F) of their distance, over the root of F.

    The standard error is that of a U-statistic of order two (Hoeffding 1948), to first order:
    twice the deviation of the rows' own mean distances over the root of n.

    >>> round(pair_mean(torch.tensor([[0.0], [1.0], [2.0]])).value, 4)  # (1 + 1 + 2) / 3
    1.3333
    """
    n = len(rows)
    if n < 2:
        return NOTHING
    distances = torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")
    own = distances.sum(1) / (n - 1) / sqrt(rows.shape[1])
    return Estimate(float(own.mean()), 2 * float(own.std()) / sqrt(n))


def diversity(
    subject: Subject, features: Features, *, vectors: int, images: int
) -> tuple[Diversity, ...]:
    """The diversity within the commonest label vectors together, and within each label's values.

    Args:
        subject: What is evaluated.
        features: The features.
        vectors: How many label vectors.
        images: The most images of each.
    """
    within = list(_vectors(subject, features, vectors, images))
    together = [
        Diversity("the same labels", sum(p.images for p in within), *_averaged(within))
        for _ in within[:1]
    ]
    return (*together, *_values(subject, features, images))


def _averaged(parts: list[Diversity]) -> tuple[Spread, Spread]:
    sides = [[p.generated for p in parts], [p.real for p in parts]]
    first, second = (
        Spread(average([s.features for s in side]), average([s.pixels for s in side]))
        for side in sides
    )
    return first, second


def _vectors(
    subject: Subject, features: Features, vectors: int, images: int
) -> Iterator[Diversity]:
    """The commonest label vectors that have at least two real images."""
    labels = torch.from_numpy(subject.real.table.labels)
    combinations = subject.judge.coding.joint(labels)
    ranks, counts = np.unique(combinations.numpy(), return_counts=True)
    for place in np.argsort(-counts, kind="stable")[:vectors]:
        rows = (combinations == int(ranks[place])).nonzero()[:, 0]
        if len(rows) > 1:
            chosen = _some(rows, images, subject.seed)
            asked = labels[chosen[:1]].expand(len(chosen), -1)
            yield _compared(subject, features, f"vector {int(ranks[place])}", asked, chosen)


def _values(subject: Subject, features: Features, images: int) -> Iterator[Diversity]:
    """Each value of each label, with the other labels as they come with it in the real images."""
    labels = torch.from_numpy(subject.real.table.labels)
    names = values_of(subject.graph)
    for rank, name in enumerate(subject.real.names):
        for value, text in enumerate(names[name]):
            rows = (labels[:, rank] == value).nonzero()[:, 0]
            if len(rows) > 1:
                chosen = _some(rows, images, subject.seed)
                yield _compared(subject, features, f"{name}={text}", labels[chosen], chosen)


def _compared(
    subject: Subject, features: Features, among: str, asked: Tensor, rows: Tensor
) -> Diversity:
    """Generated images of the same labels as some real ones, and these."""
    generated = spread(subject.images(asked, "diversity", among), features)
    real = spread(subject.real.table.rows(rows)[0], features)
    return Diversity(among, len(rows), generated, real)


def _some(rows: Tensor, most: int, seed: int) -> Tensor:
    order = torch.randperm(len(rows), generator=dice(seed, "some", len(rows)))
    return rows[order[:most]]
