"""The training of heads with an encoder: from an image to its noise and to its labels.

What is made as small as possible is, for each image x with labels l,

    |x − f(l, n)|² / 2s² + β KL(q(n | x, l) || p(n)) − log r(l | x),    n ~ q(n | x, l),

the evidence lower bound of a normal distribution around the drawn image, whose variance s² is what
the squared error was of late (Rybkin et al. 2021), and the cross entropy of the reader r, which
tells labels that are not known. Every so often images are also drawn under other labels, which the
reader is to see in them: that moves what draws, not the reader. Without it the noise may carry
what a label says.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.head import EncodingGenerator, HeadTask
from scm_compiler.runtime.heads.options.autoencoder import AutoencoderOptions
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.heads.replay import uploaded
from scm_compiler.runtime.heads.training import AdversarialTrainer, LabelledImages

Rebuilding = TypeVar("Rebuilding", bound=AutoencoderOptions | EncoderOptions)
Network = TypeVar("Network", bound=nn.Module)
Options = TypeVar("Options", bound=AutoencoderOptions)

SETTLING = 0.02
"""The share of a step's squared error in the variance s²."""


class RebuildingTrainer(AdversarialTrainer[Rebuilding, Network], Generic[Rebuilding, Network]):
    """Trains by the squared error of images that are drawn again, over what it was of late."""

    def __init__(self, task: HeadTask, options: Rebuilding) -> None:
        super().__init__(task, options)
        self.variance = torch.ones((), device=task.device)
        self.kept = {"variance": self.variance}

    def rate(self, name: str) -> float:
        """The learning rate by now: it falls to nothing at the end."""
        del name
        left = 1 - self.reached / self.total
        falling = max(self.options.cool_down, 1 / self.total)
        return self.options.rate * min(1.0, max(left / falling, 0.01))

    def follow_variance(self, error: Tensor) -> None:
        """Move s² towards the squared error of this step."""
        late = self.mean([error.detach()])[0]
        step = max(SETTLING, 1 / (1 + self.done))
        self.variance.lerp_(late.clamp(min=1e-6), step)

    def roots(self, *errors: Tensor) -> list[Tensor]:
        """Squared errors, over the images of all processes, as shares of the pixels' range."""
        return [late.sqrt() / 2 for late in self.mean([error.detach() for error in errors])]


@dataclass(frozen=True)
class Rebuilt:
    """Images as their noise gives them again.

    Attributes:
        images: (B, C, H, W).
        noise: (B, Z).
        cost: KL(q || p) of each image (B,), in nats, and what else the head asks for.
        logits: The reader's (B, E).
    """

    images: Tensor
    noise: Tensor
    cost: Tensor
    logits: Tensor


class TrainedByRebuilding(EncodingGenerator):
    """An encoding generator that can be trained here."""

    @abstractmethod
    def rebuild(self, batch: LabelledImages, standard: Tensor) -> Rebuilt:
        """The images of a batch, by way of noise that standard normal numbers (B, Z) pick."""


Generator = TypeVar("Generator", bound=TrainedByRebuilding)


class EncodingTrainer(RebuildingTrainer[Options, Generator], Generic[Options, Generator]):
    """Trains a generator with its encoder on labelled images; nothing judges them."""

    @abstractmethod
    def untrained(self) -> Generator:
        """The generator before the first step."""

    def build(self) -> tuple[Generator, dict[str, nn.Module]]:
        """The generator; there are no judges."""
        return self.untrained(), {}

    @property
    def beta(self) -> float:
        """The weight of the divergence by now."""
        first, last = self.options.beta_start, self.options.beta
        way = min(1.0, self.reached / max(self.options.warm_up * self.total, 1))
        return float(first ** (1 - way) * last**way)

    def step(self) -> dict[str, Tensor]:
        """One update of all networks."""
        options, coding = self.options, self.task.coding
        batch = self.real()
        whole = torch.randn(options.batch, self.generator.noise_size, generator=self.random)
        share = whole if self.team is None else self.team.share(whole)
        with self.autocast():
            found = self.generator.rebuild(batch, uploaded(share, self.task.device))
        error = (found.images.float() - batch.images).square().mean()
        divergence = found.cost.float().mean()
        pixels = batch.images[0].numel()
        variance = options.deviation**2 or self.variance
        loss = error / variance / 2 + self.beta * divergence / pixels
        metrics = {"error": self.roots(error)[0], "divergence": divergence}
        if coding.width:
            reading = losses.label_loss(found.logits.float(), batch.labels, coding)
            loss = loss + options.reader_weight * reading
            accuracy = losses.label_accuracy(found.logits, batch.labels, coding)
            metrics |= {"reading": reading, "label_accuracy": accuracy}
            if options.swap_every and self.done % options.swap_every == 0:
                swapped, pull = self._swap(batch, found)
                loss = loss + pull
                metrics["swapped"] = swapped
        self.descend(("generator", loss))
        self.follow_variance(error)
        return metrics

    def _swap(self, batch: LabelledImages, found: Rebuilt) -> tuple[Tensor, Tensor]:
        """How well other labels are seen in the images, and the pull on what draws them."""
        labels = batch.labels
        if self.team is None:
            labels = turned(labels)
        else:
            labels = self.team.share(turned(self.team.whole(labels)))
        encoded = self.task.coding.encode(labels)
        with self.autocast():
            drawn = self.generator(encoded, found.noise.detach()).float()
            seen = drawn.detach().requires_grad_()
            logits = self.generator.read(seen).float()
        swapped = losses.label_loss(logits, labels, self.task.coding)
        share = labels.shape[1] / batch.images[0].numel()
        weight = self.options.swap_weight * self.options.swap_every * share
        (slope,) = torch.autograd.grad(weight * swapped, seen)
        pull = (drawn * slope).sum()
        return swapped.detach(), pull - pull.detach()


def turned(labels: Tensor) -> Tensor:
    """The labels (B, P) of images, of each image one that is another's, in its turn.

    >>> turned(torch.tensor([[0, 1], [2, 3], [4, 5]])).tolist()
    [[4, 1], [2, 1], [2, 5]]
    """
    columns = labels.shape[1]
    own = torch.arange(len(labels), device=labels.device)[:, None] % columns
    moved = own == torch.arange(columns, device=labels.device)
    return torch.where(moved, labels.roll(1, 0), labels)
