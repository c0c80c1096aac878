"""The features in which realism is measured: a second network, trained on another task.

It never sees a label. It learns, on real images alone, to tell by how much an image was turned and
what was done to it (nothing, noise, blur, or two blocks exchanged), so its features tell a clean,
whole image from a noisy, smooth or ill-arranged one, whatever the image shows. Half of the
features are averages over the image (texture), half know places (arrangement).
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy

from scm_compiler.runtime.evaluation.estimate import Array
from scm_compiler.runtime.evaluation.learning import apply, dice, kept, learn
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.heads.networks import seeded
from scm_compiler.runtime.progress import Progress, Silent

TASK = "which turn and which damage an image had (self-supervised, no labels)"
DAMAGES = 4
SIZE = 64
"""The size of each half of the features."""
AT_ONCE = 16
"""The images whose gradients are worked out at once: at 64 by 64 pixels in 0.6 of the time that a
whole batch takes, since what the layers give stays in the processor's caches."""


@dataclass(frozen=True)
class FeatureRecipe:
    """How the network of the features is trained; as `JudgeRecipe`."""

    width: int = 16
    steps: int = 800
    batch: int = 64
    rate: float = 2e-3
    seed: int = 1


class Describer(nn.Module):
    """Convolutions and averages with group norm, and two outputs: the turn and the damage.

    Args:
        shape: The images' channels, height and width.
        width: The channels of the first layer.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, shape: tuple[int, int, int], width: int) -> None:
        super().__init__()
        channels, height, width_in = shape
        counts = [width, 2 * width, SIZE]
        sides = [height, width_in]
        stages: list[nn.Module] = []
        before = channels
        for after in counts:
            stages += [nn.Conv2d(before, after, 3, padding=1), nn.GroupNorm(4, after), nn.SiLU()]
            stages += [nn.AvgPool2d(2)]
            sides, before = [side // 2 for side in sides], after
        self.texture = nn.Sequential(*stages)
        self.rest = max(1, min(sides) // 4)
        cells = (sides[0] // self.rest) * (sides[1] // self.rest)
        self.arrangement = nn.Linear(SIZE * cells, SIZE)
        self.turn = nn.Linear(2 * SIZE, len(turns(shape)))
        self.damage = nn.Linear(2 * SIZE, DAMAGES)
        self.register_buffer("mean", torch.zeros(2 * SIZE))
        self.register_buffer("deviation", torch.ones(2 * SIZE))

    def describe(self, images: Tensor) -> Tensor:
        """The features (B, 128) of images (B, C, H, W) in [-1, 1], before they are scaled."""
        grid = self.texture(images)
        flat = avg_pool2d(grid, self.rest).flatten(1)
        placed = torch.nn.functional.silu(self.arrangement(flat))
        return torch.cat([grid.mean((2, 3)), placed], dim=1)

    def forward(self, images: Tensor) -> Tensor:
        """The logits (B, turns + damages)."""
        features = self.describe(images)
        return torch.cat([self.turn(features), self.damage(features)], dim=1)

    def scaled(self, images: Tensor) -> Tensor:
        """The features with mean 0 and deviation 1 on the real training images."""
        return (self.describe(images) - self.mean) / self.deviation


@dataclass(frozen=True, eq=False)
class Features:
    """The trained network of the features.

    Attributes:
        network: The network.
        accuracy: The shares of held-out real images whose turn and whose damage it tells.
    """

    network: Describer
    accuracy: tuple[float, float]

    def __call__(self, images: Tensor) -> Array:
        """The features (n, 128) of images (n, C, H, W) in uint8."""
        found: Array = apply(self.network.scaled, images).double().numpy()
        return found


def train_features(
    real: RealImages,
    recipe: FeatureRecipe | None = None,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Features:
    """The network of the features: from the cache, or trained now on the training part.

    Args:
        real: The real images.
        recipe: How it is trained.
        cache: The cache folder; the usual one if None.
        progress: Watches the training.
    """
    recipe = recipe or FeatureRecipe()
    with seeded(dice(recipe.seed, "features")):
        network = Describer(real.shape, recipe.width)
    depends = {
        "data": real.table.fingerprint,
        "shape": real.shape,
        "recipe": asdict(recipe),
    }
    with kept(network, "features", depends, cache) as found:
        if not found:
            _learn(network, real, recipe, progress or Silent())
    return Features(network, _told(network, real))


def _learn(
    network: Describer, real: RealImages, recipe: FeatureRecipe, progress: Progress
) -> None:
    def batch(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        rows = torch.randint(len(real.train), (recipe.batch,), generator=generator)
        images, _ = real.table.rows(real.train[rows])
        return altered(images, generator)

    generator = dice(recipe.seed, "feature batches")
    learn(
        network,
        batch,
        _loss,
        steps=recipe.steps,
        rate=recipe.rate,
        generator=generator,
        progress=progress,
        at_once=AT_ONCE,
    )
    images, _ = real.table.rows(real.train[:2000])
    found = apply(network.describe, images)
    network.mean.copy_(found.mean(0))
    network.deviation.copy_(found.std(0) + 1e-3)


def _loss(logits: Tensor, wanted: Tensor) -> Tensor:
    turn, damage = _outputs(logits)
    return cross_entropy(turn, wanted[:, 0]) + cross_entropy(damage, wanted[:, 1])


def _outputs(logits: Tensor) -> tuple[Tensor, Tensor]:
    return logits[:, :-DAMAGES], logits[:, -DAMAGES:]


def _told(network: Describer, real: RealImages) -> tuple[float, float]:
    images, wanted = altered(real.held_out(1000)[0], dice(0, "features tried"))
    guesses = [part.argmax(1) for part in _outputs(apply(network, images))]
    turn, damage = (
        float((guess == wanted[:, rank]).float().mean()) for rank, guess in enumerate(guesses)
    )
    return turn, damage


def turns(shape: tuple[int, int, int]) -> tuple[int, ...]:
    """The quarter turns that an image of this shape can have.

    >>> turns((3, 32, 32)), turns((3, 32, 64))
    ((0, 1, 2, 3), (0, 2))
    """
    return (0, 1, 2, 3) if shape[1] == shape[2] else (0, 2)


def altered(images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Turned and damaged images in uint8, and which turn and damage each had: (n, 2)."""
    channels, height, width = images.shape[1:]
    possible = turns((channels, height, width))
    turn = torch.randint(len(possible), (len(images),), generator=generator)
    damage = torch.randint(DAMAGES, (len(images),), generator=generator)
    found = images.clone()
    for rank, quarter in enumerate(possible):
        rows = turn == rank
        found[rows] = found[rows].rot90(quarter, dims=(2, 3))
    for rank, harm in enumerate((_noisy, _blurred, _exchanged), start=1):
        rows = damage == rank
        found[rows] = harm(found[rows], generator)
    return found, torch.stack([turn, damage], dim=1)


def _noisy(images: Tensor, generator: torch.Generator) -> Tensor:
    strength = 4 + 28 * torch.rand(len(images), 1, 1, 1, generator=generator)
    noise = torch.randn(images.shape, generator=generator) * strength
    return (images + noise).round().clamp(0, 255).to(torch.uint8)


def _blurred(images: Tensor, generator: torch.Generator) -> Tensor:
    """A running mean over three pixels each way, in part or whole."""
    share = 0.4 + 0.6 * torch.rand(len(images), 1, 1, 1, generator=generator)
    smooth = avg_pool2d(images.float(), 3, 1, 1, count_include_pad=False)
    return (share * smooth + (1 - share) * images).round().to(torch.uint8)


def _exchanged(images: Tensor, generator: torch.Generator) -> Tensor:
    """Two quarters of the image change places."""
    height, width = (side // 2 for side in images.shape[2:])
    places = [(0, 0), (0, width), (height, 0), (height, width)]
    first, second = torch.randperm(4, generator=generator)[:2].tolist()
    found = images.clone()
    for target, source in ((first, second), (second, first)):
        (y, x), (v, u) = places[target], places[source]
        found[:, :, y : y + height, x : x + width] = images[:, :, v : v + height, u : u + width]
    return found
