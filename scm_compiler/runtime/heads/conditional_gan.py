"""The baseline head: a conditional GAN, with the labels as inputs only and no Labelers.

Its networks, adversarial losses and schedule are those of CausalGAN's default, so that the two
differ by the Labeler and the Anti-Labeler alone.

The labels enter the generator and, projected onto its features, the discriminator (Miyato and
Koyama 2018). A discriminator that sees the labels compares joint distributions of images and
labels, so the adversarial loss alone is minimal only at p_g(x|l) = p_data(x|l), given that the
label model has the data's labels. Without the projection only p_g(x) = p_data(x) is asked for.
"""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.augmentation import Augmentation
from scm_compiler.runtime.heads.dcgan import ConvDiscriminator, ConvGenerator, Verdict
from scm_compiler.runtime.heads.head import HeadTask
from scm_compiler.runtime.heads.labels import LabelCoding
from scm_compiler.runtime.heads.options import PAPER_GAN, GanOptions
from scm_compiler.runtime.heads.training import AdversarialTrainer, LabelledImages

OPTIONS = GanOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {**PAPER_GAN, "projection": True},
}
"""`paper` has the published networks, with the projection: without it and without Labelers nothing
would tie an image to its labels."""

Settings = TypeVar("Settings", bound=GanOptions)

_GENERATOR_LOSSES = {
    "hinge": losses.ratio_generator_loss,
    "ratio": losses.ratio_generator_loss,
    "non_saturating": losses.non_saturating_generator_loss,
    "saturating": losses.saturating_generator_loss,
}


class GanTrainer(AdversarialTrainer[Settings, ConvGenerator]):
    """Trains a generator and a discriminator by turns.

    A step updates the judging networks if it is their turn, then the generator as often as the
    options say. The images that the judges were updated on serve the generator's first update too.
    """

    discriminator: ConvDiscriminator

    def __init__(self, task: HeadTask, options: Settings) -> None:
        shorter = min(task.image.height, task.image.width)
        self.augmentation = Augmentation(shift=shorter // 16) if options.augmentation else None
        super().__init__(task, options)

    def build(self) -> tuple[ConvGenerator, dict[str, nn.Module]]:
        """The generator and the discriminator."""
        task, options = self.task, self.options
        made = ConvGenerator(task.image, task.coding, options)
        self.discriminator = ConvDiscriminator(task.image, task.coding, options)
        return made, {"discriminator": self.discriminator}

    def rate(self, name: str) -> float:
        """The learning rate of a network."""
        if name == "generator":
            return self.options.generator_rate
        return self.options.discriminator_rate

    @property
    def on_support(self) -> Tensor | slice:
        """The generated images of a batch whose labels the label model drew: all."""
        return slice(None)

    def step(self) -> dict[str, Tensor]:
        """One turn of the judges, if it is theirs, and the generator's updates."""
        asked = self.asked()
        fake = self.draw(asked)
        metrics: dict[str, Tensor] = {}
        if self.done % self.options.discriminator_every == 0:
            metrics = self.judge(self.real(), fake, asked)
        for update in range(self.options.generator_updates):
            if update:
                asked = self.asked()
                fake = self.draw(asked)
            metrics |= self.generate(fake, asked)
        return metrics

    def draw(self, asked: LabelledImages) -> Tensor:
        """Images (B, C, H, W) of the labels and noise in `asked`."""
        with self.autocast():
            images: Tensor = self.generator(asked.encoded, asked.images)
        return images.float()

    def judge(
        self, real: LabelledImages, fake: Tensor, asked: LabelledImages
    ) -> dict[str, Tensor]:
        """Update the judging networks on real images and generated ones."""
        return self.discriminate(real, self.seen(real.images), self.seen(fake.detach()), asked)

    def discriminate(
        self, real: LabelledImages, shown: Tensor, fake: Tensor, asked: LabelledImages
    ) -> dict[str, Tensor]:
        """Update the discriminator; `shown` and `fake` are the images as augmented.

        Of generated images whose labels lead beyond the label model it learns the parts alone.
        """
        with self.autocast():
            for_real: Verdict = self.discriminator(shown, real.encoded)
            for_fake: Verdict = self.discriminator(fake, asked.encoded)
        hinge = self.options.gan_loss == "hinge"
        loss = losses.hinge_discriminator_loss if hinge else losses.discriminator_loss
        value = loss(for_real.whole, for_fake.whole[self.on_support])
        if for_real.parts is not None and for_fake.parts is not None:
            value = value + loss(for_real.parts, for_fake.parts)
        self.descend(("discriminator", value))
        return {"discriminator": value}

    def generate(self, fake: Tensor, asked: LabelledImages) -> dict[str, Tensor]:
        """Update the generator by the verdicts on its images."""
        loss, metrics = self.generator_loss(fake, self.seen(fake), asked)
        self.descend(("generator", loss))
        return {"generator": loss, **metrics}

    def generator_loss(
        self, fake: Tensor, shown: Tensor, asked: LabelledImages
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The generator's loss on its images, `shown` as augmented, and further metrics."""
        with self.autocast():
            verdict: Verdict = self.discriminator(shown, asked.encoded)
        loss = _GENERATOR_LOSSES[self.options.gan_loss]
        value = loss(verdict.whole[self.on_support])
        return value if verdict.parts is None else value + loss(verdict.parts), {}

    def seen(self, images: Tensor) -> Tensor:
        """The images as the judges see them: changed a little, if that is asked for."""
        if self.augmentation is None:
            return images
        team = self.task.team
        change = self.augmentation.draw(len(images) * team.size, self.random)
        return change.part(team.rank, team.size).apply(images)


def generator(image: Image, coding: LabelCoding, options: GanOptions) -> ConvGenerator:
    """An untrained generator."""
    with torch.random.fork_rng(devices=[]):
        return ConvGenerator(image, coding, options)


def trainer(task: HeadTask, options: GanOptions) -> GanTrainer[GanOptions]:
    """What trains the head."""
    return GanTrainer(task, options)
