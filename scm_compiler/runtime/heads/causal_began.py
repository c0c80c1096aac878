"""CausalBEGAN: an auto-encoder as discriminator, a Labeler, and three margins that balance them.

Section 5.3 of Kocaoglu et al. 2017, after BEGAN (Berthelot et al. 2017): the discriminator
rebuilds real images well and generated ones badly. Coefficients c1, c2, c3 in [0, 1], all 0 at
first, follow the margins (7), (8): the generator is pushed towards its labels (c3) only as far as
its images are good. The convergence measure (10) falls as training goes on.

A real label is estimated as its number: L_sq has its squared error, in units in which a
coefficient c3 of a few hundredths, where margins mostly leave it, pulls at it as at labels.

Printed (9) subtracts L_sq(l, G(z, l)) with c2; the Labeler is missing there, as (6) shows.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.began_networks import (
    BeganDecoder,
    BeganEncoder,
    StridedDecoder,
    StridedEncoder,
)
from scm_compiler.runtime.heads.head import HeadTask, ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.jitter import signed
from scm_compiler.runtime.heads.networks import ConvGenerator, ConvLabeler
from scm_compiler.runtime.heads.options.causal_began import CausalBeganOptions
from scm_compiler.runtime.heads.options.gan import GanOptions
from scm_compiler.runtime.heads.training import AdversarialTrainer
from scm_compiler.runtime.heads.twins import Twins


@dataclass(frozen=True)
class Losses:
    """The four losses of a step that the margins compare.

    Attributes:
        real: L(x).
        fake: L(G(z, l_g)).
        real_labels: L_sq(l_x, Labeler(x)).
        fake_labels: L_sq(l_g, Labeler(G(z, l_g))).
    """

    real: Tensor
    fake: Tensor
    real_labels: Tensor
    fake_labels: Tensor


def margins(means: Losses, gamma: tuple[float, float, float]) -> Tensor:
    """The margins b1, b2 of (7) and the margin of margins b3 of (8): (3,).

    >>> margins(Losses(*torch.tensor([1.0, 0.2, 0.5, 0.1])), (0.5, 0.5, 0.5))
    tensor([0.3000, 0.1500, 0.0000])
    """
    b1 = gamma[0] * means.real - means.fake
    b2 = gamma[1] * means.real_labels - means.fake_labels
    return torch.stack([b1, b2, gamma[2] * b1.clamp(min=0) - b2.clamp(min=0)])


def followed(
    coefficients: Tensor, by: Tensor, lambdas: Tensor, *, least: Tensor | None = None
) -> Tensor:
    """The coefficients c1, c2, c3 (3,) after a step, (8) and (9): c <- clip(c + lambda b).

    Each stays in [0, 1], and at or above `least` (3,).

    >>> rates = torch.tensor([0.5, 0.1, 0.01])
    >>> followed(torch.tensor([0.5, 0, 0]), torch.tensor([0.2, -1, 300]), rates)
    tensor([0.6000, 0.0000, 1.0000])
    """
    moved = (coefficients + lambdas * by).clamp(0, 1)
    return moved if least is None else torch.maximum(moved, least)


def measure(means: Losses, by: Tensor) -> Tensor:
    """M_complete of (10): L(x) + |b1| + |b2| + |b3|; the reference code adds L_sq(l_x, …)."""
    return means.real + by.abs().sum()


class BeganGenerator(ImageGenerator):
    """A decoder of labels (0 and 1, without noise; numbers from -1 to 1) and noise."""

    def __init__(self, image: Image, coding: LabelCoding, options: CausalBeganOptions) -> None:
        super().__init__(image, coding, options.noise_size, options.noise)
        self.decoder = BeganDecoder(
            image, coding.width + options.noise_size, options.width, skip=options.skip
        )

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) of encoded labels (B, E) and noise (B, Z).

        There is no tanh at the end, as published; images are cut to [-1, 1] outside training.
        """
        images: Tensor = self.decoder(torch.cat([labels, noise], dim=1))
        return images if self.training else images.clamp(-1, 1)


class BeganDiscriminator(nn.Module):
    """The auto-encoder and the Labeler, which one optimiser trains together."""

    def __init__(self, image: Image, coding: LabelCoding, options: CausalBeganOptions) -> None:
        super().__init__()
        self.coding = coding
        code, width = options.hidden, options.width
        labels = coding.width if options.projection else 0
        self.encoder: nn.Module
        self.decoder: nn.Module
        self.labeler: nn.Module
        if options.networks == "strided":
            norm = options.discriminator_norm
            self.encoder = StridedEncoder(image, code, width, norm)
            self.decoder = StridedDecoder(image, code + labels, width, norm)
            self.labeler = ConvLabeler(image, coding.width, width, 4, "spectral")
        else:
            self.encoder = BeganEncoder(image, code, width)
            self.decoder = BeganDecoder(image, code + labels, width, skip=options.skip)
            self.labeler = BeganEncoder(image, coding.width, width)
        self.sees_labels = options.projection

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The images rebuilt (B, C, H, W), and the Labeler's logits (B, E).

        Args:
            images: (B, C, H, W).
            labels: The encoded labels (B, E) that they are said to have; the decoder may see them.
        """
        codes = self.encoder(images)
        if self.sees_labels:
            codes = torch.cat([codes, signed(labels, self.coding).to(codes.dtype)], dim=1)
        return self.decoder(codes).float(), self.labeler(images).float()


class CausalBeganTrainer(AdversarialTrainer[CausalBeganOptions, ImageGenerator]):
    """Trains the generator and the discriminator, one update each, taken at the same point."""

    discriminator: BeganDiscriminator

    def __init__(self, task: HeadTask, options: CausalBeganOptions) -> None:
        super().__init__(task, options)
        self.beyond = Twins(task, options.batch, options.beyond)
        exact = torch.float32 if task.device.type == "mps" else torch.float64
        third = 0.0 if options.third_margin else 1.0
        self.balance = torch.tensor([0.0, 0.0, third], dtype=exact, device=task.device)
        self.lambdas = self.balance.new_tensor(options.lambdas)
        self.least = self.balance.clone()
        self.kept = {"balance": self.balance}

    def build(self) -> tuple[ImageGenerator, dict[str, nn.Module]]:
        """The generator and the discriminator with its Labeler."""
        task, options = self.task, self.options
        made = _generator(task.image, task.coding, options)
        self.discriminator = BeganDiscriminator(task.image, task.coding, options)
        return made, {"discriminator": self.discriminator}

    def rate(self, name: str) -> float:
        """The learning rate of a network at this step."""
        options = self.options
        rate = options.generator_rate if name == "generator" else options.discriminator_rate
        return rate * float(0.5 ** (self.done // options.halving))

    def kind(self) -> float:
        """The generator's rate, which is halved; all else is the same in every step."""
        return self.rate("generator")

    def step(self) -> dict[str, Tensor]:
        """One update of both networks by (9), then one of the coefficients by (8)."""
        coding = self.task.coding
        c1, c2, c3 = self.balance.float()
        real, asked = self.real(), self.asked()
        with self.autocast():
            fake = self.generator(asked.encoded, asked.images).float()
            shown = torch.cat([real.images, fake])
            said = torch.cat([real.encoded, asked.encoded])
            rebuilt, read = self.discriminator(shown, said)
        rebuilt_real, rebuilt_fake = rebuilt.chunk(2)
        read_real, read_fake = read.chunk(2)
        edges = self.options.edges
        image_real = losses.reconstruction_loss(real.images, rebuilt_real, edges=edges)
        image_fake = losses.reconstruction_loss(fake, rebuilt_fake, edges=edges)
        label_real = losses.squared_label_loss(read_real, real.labels, coding)
        label_fake = losses.squared_label_loss(read_fake, asked.labels, coding)
        discriminator = image_real - c1 * image_fake + label_real - c2 * label_fake
        generator_loss = image_fake + c3 * label_fake
        self.descend(("discriminator", discriminator), ("generator", generator_loss))
        four = torch.stack([image_real, image_fake, label_real, label_fake]).detach()
        four_means = Losses(*self.mean([four])[0].to(self.balance.dtype))
        accuracy = losses.label_accuracy(read_fake, asked.labels, coding)
        return {"generated_label_accuracy": accuracy, **self._follow(four_means)}

    def draw_asked(self) -> tuple[Tensor, Tensor]:
        """The label model's labels (B, P) and noise (B, Z); some rows are twins."""
        return self.beyond.draw(*super().draw_asked(), self.random)

    def _follow(self, means: Losses) -> dict[str, Tensor]:
        """Move the coefficients; the step's metrics."""
        by = margins(means, self.options.gamma)
        moved = followed(self.balance, by, self.lambdas, least=self.least)
        self.balance.copy_(moved)
        complete = measure(means, by)
        return {
            "real": means.real,
            "fake": means.fake,
            "real_labels": means.real_labels,
            "fake_labels": means.fake_labels,
            **dict(zip(("b1", "b2", "b3"), by, strict=True)),
            **dict(zip(("c1", "c2", "c3"), moved, strict=True)),
            "m_complete": complete,
            "m_complete_with_labels": complete + means.real_labels,
        }


def generator(image: Image, coding: LabelCoding, options: CausalBeganOptions) -> ImageGenerator:
    """An untrained generator."""
    with torch.random.fork_rng(devices=[]):
        return _generator(image, coding, options)


def trainer(task: HeadTask, options: CausalBeganOptions) -> CausalBeganTrainer:
    """What trains the head."""
    return CausalBeganTrainer(task, options)


def _generator(image: Image, coding: LabelCoding, options: CausalBeganOptions) -> ImageGenerator:
    if options.networks == "published":
        return BeganGenerator(image, coding, options)
    shared = {name: getattr(options, name) for name in ("width", "noise_size", "noise")}
    return ConvGenerator(image, coding, GanOptions(**shared, channels_last=options.channels_last))
