"""How far generated images are from real ones, beside how far real ones are from each other.

FID (Heusel et al. 2017) compares the means and covariances of features, KID (Binkowski et al.
2018) all of their moments up to the third, without bias. The features are not those of the
Inception network, so the numbers compare with each other and with the floor, not with other
papers'. A fresh classifier that is trained to tell real from generated images looks at the pixels.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, binary_cross_entropy_with_logits

from scm_compiler.runtime.evaluation.estimate import NOTHING, Array, Estimate, mean, share
from scm_compiler.runtime.evaluation.learning import apply, dice, learn
from scm_compiler.runtime.heads.networks import seeded
from scm_compiler.runtime.progress import Progress, Silent

BLOCK, BLOCKS = 100, 10
"""The most images of a block of KID, and the fewest blocks: their spread gives the error."""
FOLDS = 10


@dataclass(frozen=True)
class Realism:
    """How real a generator's images are; each number stands beside its floor.

    Attributes:
        fid: Of generated against real images.
        fid_floor: Of real images against other real images, as many.
        kid: Likewise.
        kid_floor: Likewise.
        told_apart: The accuracy of a fresh real-or-generated classifier on images that it has not
            seen; 0.5 where it cannot tell.
        images: How many images each distance compares, on each side.
        features: What network the features come from.
    """

    fid: Estimate
    fid_floor: Estimate
    kid: Estimate
    kid_floor: Estimate
    told_apart: Estimate
    images: int
    features: str

    @property
    def line(self) -> str:
        """The numbers in a line."""
        return (
            f"KID {self.kid} (floor {self.kid_floor}), FID {self.fid} (floor {self.fid_floor}), "
            f"told apart from real {self.told_apart}"
        )


def fid(real: Array, generated: Array) -> Estimate:
    """The Frechet distance of two sets of features (n, F) and (m, F).

    |mu - nu|^2 + tr(S + T - 2 (S T)^(1/2)), with the covariances of the samples. It is biased
    upwards in small samples, so compare it with a floor of as many images only. The standard error
    is the jackknife's, leaving out a tenth of both sets at a time.
    """
    whole = _between(real, generated)
    folds = min(FOLDS, len(real) // 2, len(generated) // 2)
    if folds < 2:
        return Estimate(whole, float("nan"))
    parts = [
        _between(_without(real, fold, folds), _without(generated, fold, folds))
        for fold in range(folds)
    ]
    return Estimate(whole, sqrt((folds - 1) * float(np.var(parts))))


def frechet(mu: Array, sigma: Array, nu: Array, tau: Array) -> float:
    """The squared Frechet distance of the Gaussians N(mu, sigma) and N(nu, tau).

    tr (S T)^(1/2) is the sum of the square roots of the eigenvalues of S^(1/2) T S^(1/2), which is
    symmetric: everything stays real.

    >>> one = np.eye(2)
    >>> round(frechet(np.zeros(2), one, np.array([3.0, 4.0]), 4 * one), 6)  # 25 + 2 (2 - 1)^2
    27.0
    """
    values, vectors = np.linalg.eigh(sigma)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    inner = root @ tau @ root
    cross = np.sqrt(np.linalg.eigvalsh((inner + inner.T) / 2).clip(min=0)).sum()
    away = float(((mu - nu) ** 2).sum())
    return max(0.0, away + float(np.trace(sigma) + np.trace(tau) - 2 * cross))


def _between(real: Array, generated: Array) -> float:
    return frechet(*_moments(real), *_moments(generated))


def _moments(features: Array) -> tuple[Array, Array]:
    covariance: Array = np.atleast_2d(np.cov(features, rowvar=False))
    middle: Array = features.mean(0)
    return middle, covariance


def _without(rows: Array, fold: int, folds: int) -> Array:
    kept: Array = rows[np.arange(len(rows)) % folds != fold]
    return kept


def kid(real: Array, generated: Array, block: int = BLOCK) -> Estimate:
    """The squared maximum mean discrepancy under the kernel (x . y / F + 1)^3, without bias.

    Args:
        real: Features (n, F).
        generated: Features (m, F).
        block: The most rows of one block. The value is the mean over disjoint blocks, its
            standard error that of the mean; small samples have smaller blocks, and not fewer.
    """
    rows = min(len(real), len(generated))
    size = max(2, min(block, rows // BLOCKS))
    blocks = rows // size
    if not blocks:
        return NOTHING
    parts = [
        discrepancy(real[start : start + size], generated[start : start + size])
        for start in range(0, blocks * size, size)
    ]
    return mean(np.array(parts))


def discrepancy(left: Array, right: Array) -> float:
    """The unbiased estimate of the squared maximum mean discrepancy of two samples.

    The pairs of a row with itself are left out (Gretton et al. 2012, Lemma 6).
    """
    within = [_off_diagonal(kernel(rows, rows)) for rows in (left, right)]
    return sum(within) - 2 * float(kernel(left, right).mean())


def kernel(left: Array, right: Array) -> Array:
    """(x . y / F + 1)^3 for each pair of rows."""
    found: Array = (left @ right.T / left.shape[1] + 1) ** 3
    return found


def _off_diagonal(square: Array) -> float:
    n = len(square)
    return float((square.sum() - np.trace(square)) / (n * (n - 1)))


class Detective(nn.Module):
    """Tells real from generated images: fine convolutions, then texture and arrangement.

    Its first layers keep the image's resolution, so that it sees noise of a few grey levels.

    Args:
        channels: The images' channels.
        width: The channels of the first layer.
    """

    def __init__(self, channels: int, width: int = 24) -> None:
        super().__init__()
        counts = [channels, width, 2 * width, 4 * width]
        layers: list[nn.Module] = []
        for before, after in pairwise(counts):
            layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
            layers += [nn.LeakyReLU(0.1), nn.AvgPool2d(2)]
        self.layers = nn.Sequential(*layers[:-1])
        self.output = nn.Linear(17 * counts[-1], 1)

    def forward(self, images: Tensor) -> Tensor:
        """The logit (B,) that an image is generated."""
        grid = self.layers(images)
        arrangement = adaptive_avg_pool2d(grid, 4).flatten(1)
        logits: Tensor = self.output(torch.cat([grid.mean((2, 3)), arrangement], dim=1))
        return logits[:, 0]


def told_apart(
    known: tuple[Tensor, Tensor],
    unseen: tuple[Tensor, Tensor],
    *,
    steps: int = 400,
    seed: int = 0,
    progress: Progress | None = None,
) -> Estimate:
    """The accuracy of a fresh classifier of real and generated images, half of each.

    Args:
        known: Real and generated images in uint8 to learn from.
        unseen: Real and generated images to be tried on.
        steps: The budget of its training.
        seed: Of its first weights and batches.
        progress: Watches the training.
    """
    network = detective(known, steps=steps, seed=seed, progress=progress)
    tried = min(len(part) for part in unseen)
    guesses = [apply(network, part[:tried]) > 0 for part in unseen]
    right = int((~guesses[0]).sum() + guesses[1].sum())
    return share(right, 2 * tried)


def detective(
    known: tuple[Tensor, Tensor],
    *,
    steps: int = 400,
    seed: int = 0,
    progress: Progress | None = None,
) -> Detective:
    """A fresh classifier of real and generated images; the arguments are those of `told_apart`."""
    with seeded(dice(seed, "detective")):
        network = Detective(known[0].shape[1])

    def batch(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        rows = [torch.randint(len(part), (32,), generator=generator) for part in known]
        images = torch.cat([part[chosen] for part, chosen in zip(known, rows, strict=True)])
        return images, torch.arange(2).repeat_interleave(32).float()

    learn(
        network,
        batch,
        binary_cross_entropy_with_logits,
        steps=steps,
        rate=2e-3,
        generator=dice(seed, "detective batches"),
        progress=progress or Silent(),
    )
    return network
