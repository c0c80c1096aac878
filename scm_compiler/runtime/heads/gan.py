"""The training of CausalGAN and of its baseline, which is the same without the Labelers."""

from collections.abc import Callable, Hashable
from functools import partial

import torch
from torch import Tensor, nn

from scm_compiler.diagnostics import refuse
from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.augmentation import draw_change, moved
from scm_compiler.runtime.heads.codes.heads import JointLabelsTooMany
from scm_compiler.runtime.heads.head import HeadTask, LabelCoding
from scm_compiler.runtime.heads.networks import (
    ConvDiscriminator,
    ConvGenerator,
    ConvLabeler,
    Verdict,
)
from scm_compiler.runtime.heads.options.gan import CausalGanOptions, GanOptions
from scm_compiler.runtime.heads.training import AdversarialTrainer, LabelledImages
from scm_compiler.runtime.heads.twins import Twins

TINY = 1e-20
"""The least length that a gradient is divided by."""

COMBINATIONS = 256
"""The most outputs of a joint Labeler: eight binary labels."""

_DISCRIMINATOR_LOSSES = {
    "hinge": losses.hinge_discriminator_loss,
    "ratio": losses.discriminator_loss,
    "non_saturating": losses.discriminator_loss,
    "saturating": losses.discriminator_loss,
    "relativistic": losses.relativistic_loss,
}
_GENERATOR_LOSSES = {
    "hinge": losses.ratio_generator_loss,
    "ratio": losses.ratio_generator_loss,
    "non_saturating": losses.non_saturating_generator_loss,
    "saturating": losses.saturating_generator_loss,
}


class GanTrainer(AdversarialTrainer[GanOptions, ConvGenerator]):
    """Trains a generator and a discriminator by turns, with the Labelers of CausalGAN or without.

    A step updates the judging networks if it is their turn, then the generator as often as the
    options say. The images that the judges were updated on serve the generator's first update too.

    Raises:
        ScmError: E663 if a joint Labeler would have too many outputs.
    """

    discriminator: ConvDiscriminator
    labelers: "Labelers | None"

    def build(self) -> tuple[ConvGenerator, dict[str, nn.Module]]:
        """The generator, the discriminator, and the Labelers that have a weight."""
        task, options = self.task, self.options
        made = ConvGenerator(task.image, task.coding, options)
        self.discriminator = ConvDiscriminator(task.image, task.coding, options)
        self.labelers = None
        if isinstance(options, CausalGanOptions):
            self.labelers = Labelers(task, options)
        readers = self.labelers.networks if self.labelers else {}
        return made, {"discriminator": self.discriminator, **readers}

    def rate(self, name: str) -> float:
        """The learning rate of a network."""
        if self.labelers and name in self.labelers.networks:
            return self.labelers.options.labeler_rate
        options = self.options
        return options.generator_rate if name == "generator" else options.discriminator_rate

    def kind(self) -> Hashable | None:
        """Whose turn it is; None where the Anti-Labeler's weight changes from step to step."""
        labelers = self.labelers
        if labelers is not None and labelers.options.anti_labeler_decay is not None:
            return None
        return self.readers is not None, self.done % self.options.discriminator_every == 0

    @property
    def readers(self) -> "Labelers | None":
        """The Labelers, if they take part in the present step."""
        every = self.labelers.options.labeler_every if self.labelers else 1
        return self.labelers if self.done % every == 0 else None

    def on_support(self, generated: Tensor) -> Tensor:
        """Those of a batch's generated images whose labels the label model drew."""
        return generated if self.readers is None else generated[self.readers.on_support]

    def draw_asked(self) -> tuple[Tensor, Tensor]:
        """The label model's labels (B, P) and noise (B, Z); some rows are twins."""
        asked = super().draw_asked()
        return asked if self.readers is None else self.readers.beyond.draw(*asked, self.random)

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
            loss, more = self.generator_loss(fake, self.seen(fake), asked)
            self.descend(("generator", loss))
            metrics |= {"generator": loss, **more}
        return metrics

    def draw(self, asked: LabelledImages) -> Tensor:
        """Images (B, C, H, W) of the labels and noise in `asked`."""
        with self.autocast():
            images: Tensor = self.generator(asked.encoded, asked.images)
        return images.float()

    def judge(
        self, real: LabelledImages, fake: Tensor, asked: LabelledImages
    ) -> dict[str, Tensor]:
        """Update the judging networks on real images and generated ones.

        Of generated images whose labels lead beyond the label model the discriminator learns the
        parts alone.
        """
        shown, drawn = self.seen(real.images), self.seen(fake.detach())
        if self.options.penalty:
            shown, drawn = (images.detach().requires_grad_() for images in (shown, drawn))
        with self.autocast():
            for_real: Verdict = self.discriminator(shown, real.encoded)
            for_fake: Verdict = self.discriminator(drawn, asked.encoded)
        loss = _DISCRIMINATOR_LOSSES[self.options.gan_loss]
        value = loss(for_real.whole, self.on_support(for_fake.whole))
        if for_real.parts is not None and for_fake.parts is not None:
            value = value + loss(for_real.parts, for_fake.parts)
        if self.options.penalty:
            slopes = [
                losses.gradient_penalty(verdict.score, images)
                for verdict, images in ((for_real, shown), (for_fake, drawn))
            ]
            value = value + self.options.penalty * sum(slopes)
        self.descend(("discriminator", value))
        metrics = {"discriminator": value}
        if self.readers is not None:
            metrics |= self.readers.learn(self, shown, real.labels, drawn, asked)
        return metrics

    def generator_loss(
        self, fake: Tensor, shown: Tensor, asked: LabelledImages
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The generator's loss on its images, `shown` as augmented, and further metrics."""
        with self.autocast():
            verdict: Verdict = self.discriminator(shown, asked.encoded)
        if self.options.gan_loss == "relativistic":
            value = self.against_real(verdict)
        else:
            loss = _GENERATOR_LOSSES[self.options.gan_loss]
            value = loss(self.on_support(verdict.whole))
            value = value if verdict.parts is None else value + loss(verdict.parts)
        if self.readers is None:
            return value, {}
        return self.readers.generator_loss(self, value, fake, shown, asked)

    def against_real(self, verdict: Verdict) -> Tensor:
        """The generator's relativistic loss: its images against a new batch of real ones."""
        real = self.real()
        shown = self.seen(real.images)
        with torch.no_grad(), self.autocast():
            other: Verdict = self.discriminator(shown, real.encoded)
        value = losses.relativistic_loss(self.on_support(verdict.whole), other.whole)
        if verdict.parts is None or other.parts is None:
            return value
        return value + losses.relativistic_loss(verdict.parts, other.parts)

    def seen(self, images: Tensor) -> Tensor:
        """The images as the judges see them: changed a little, if that is asked for."""
        if not self.options.augmentation:
            return images
        size = 1 if self.team is None else self.team.size
        shift = min(images.shape[2:]) // 16
        if self.replays is not None:
            light, places = self.drawn(
                lambda: draw_change(len(images), shift, self.random).tensors()
            )
            return moved(images, light, places, shift)
        change = draw_change(len(images) * size, shift, self.random)
        if self.team is not None:
            change = change.part(self.team.rank, size)
        return change.apply(images)


class Labelers:
    """CausalGAN's Labeler and Anti-Labeler, and the images that only the Labeler judges.

    Args:
        task: What the head is trained on.
        options: Which of the two there are, and what they weigh.

    Attributes:
        networks: Those that have a weight.
        beyond: Draws the twins.
        twins: The rows of a process' share of a batch whose labels lead beyond the data.
        on_support: The other rows.

    Raises:
        ScmError: E663 if a joint Labeler would have too many outputs.
    """

    def __init__(self, task: HeadTask, options: CausalGanOptions) -> None:
        self.coding, self.options = task.coding, options
        joint = options.labeler == "joint"
        outputs = task.coding.combinations if joint else task.coding.width
        if joint and (task.coding.real or outputs > COMBINATIONS):
            many = JointLabelsTooMany(node=task.node, combinations=outputs, limit=COMBINATIONS)
            raise refuse(many)
        marginal = partial(losses.label_loss, spread=losses.SPREAD)
        self.label_loss = losses.joint_label_loss if joint else marginal
        self.accuracy = losses.joint_label_accuracy if joint else losses.label_accuracy
        width, kernel, norm = options.labeler_width, options.kernel, options.labeler_norm
        weights = (options.labeler_weight, options.anti_labeler_weight)
        self.networks = {
            name: ConvLabeler(task.image, outputs, width, kernel, norm)
            for name, weight in zip(("labeler", "anti_labeler"), weights, strict=True)
            if weight
        }
        told = bool(options.labeler_weight)  # else nobody says what twins show
        self.beyond = Twins(task, options.batch, options.beyond if told else 0)
        self.twins, self.on_support = self.beyond.rows, self.beyond.others

    def learn(
        self,
        run: GanTrainer,
        real: Tensor,
        labels: Tensor,
        fake: Tensor,
        asked: LabelledImages,
    ) -> dict[str, Tensor]:
        """Update the Labeler on real images of these labels, the Anti-Labeler on generated."""
        metrics: dict[str, Tensor] = {}
        if "labeler" in self.networks:
            outputs, metrics["labeler"] = self._teach(
                run, "labeler", real, lambda read: self.label_loss(read, labels, self.coding)
            )
            metrics["labeler_accuracy"] = self.accuracy(outputs, labels, self.coding)
        if "anti_labeler" in self.networks:
            judged = asked.rows(self.on_support)
            _, metrics["anti_labeler"] = self._teach(
                run,
                "anti_labeler",
                fake[self.on_support],
                lambda read: self._generated_label_loss(run, read, judged),
            )
        return metrics

    def generator_loss(
        self,
        run: GanTrainer,
        adversarial: Tensor,
        fake: Tensor,
        shown: Tensor,
        asked: LabelledImages,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss (5), (12), (20) or (24), and how well the Labeler reads what was asked for."""
        options, often, metrics = self.options, self.options.labeler_every, {}
        if len(self.twins) and options.likeness:
            change = (fake[self.twins] - fake[self.twins - 1].detach()).abs().mean()
            # As in the Labelers' terms an image is one of B here, and a label one of P.
            share = len(self.twins) / len(fake) / len(self.coding.sizes)
            adversarial = adversarial + often * options.likeness * share * change
            metrics["change"] = change
        terms = {"labeler": adversarial.new_zeros(()), "anti_labeler": adversarial.new_zeros(())}
        for name in self.networks:
            outputs, judged = self._read(run, name, shown), asked
            if name == "anti_labeler":
                outputs, judged = outputs[self.on_support], asked.rows(self.on_support)
            terms[name] = self._generated_label_loss(run, outputs, judged)
            metrics[f"generated_{name}"] = terms[name]
            if name == "labeler":
                accuracy = self.accuracy(outputs, asked.labels, self.coding)
                metrics["generated_label_accuracy"] = accuracy
        fading = losses.decay(run.done, options.anti_labeler_decay)
        weights = (often * options.labeler_weight, often * options.anti_labeler_weight * fading)
        return losses.causal_generator_loss(adversarial, **terms, weights=weights), metrics

    def _teach(
        self,
        run: GanTrainer,
        name: str,
        images: Tensor,
        loss: Callable[[Tensor], Tensor],
    ) -> tuple[Tensor, Tensor]:
        """Update a Labeler on images moved as misleads it most; its outputs and its loss."""
        outputs = self._read(run, name, self.misleading(run, name, images, loss))
        value = loss(outputs)
        run.descend((name, value))
        return outputs, value

    def misleading(
        self, run: GanTrainer, name: str, images: Tensor, loss: Callable[[Tensor], Tensor]
    ) -> Tensor:
        """The images, each moved by the radius to where the Labeler's loss rises fastest."""
        radius = self.options.labeler_radius
        if not radius:
            return images
        images = images.detach().requires_grad_()
        (uphill,) = torch.autograd.grad(loss(self._read(run, name, images)), images)
        lengths = uphill.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=TINY)
        return (images + radius * uphill / lengths).detach()

    def _generated_label_loss(
        self, run: GanTrainer, outputs: Tensor, asked: LabelledImages
    ) -> Tensor:
        if not self.options.swapped:
            return self.label_loss(outputs, asked.labels, self.coding)
        fed = run.generator.label_inputs(asked.encoded, asked.images)
        return losses.swapped_label_loss(outputs, fed, self.coding)

    def _read(self, run: GanTrainer, name: str, images: Tensor) -> Tensor:
        with run.autocast():
            outputs: Tensor = self.networks[name](images)
        return outputs


def generator(image: Image, coding: LabelCoding, options: GanOptions) -> ConvGenerator:
    """An untrained generator."""
    with torch.random.fork_rng(devices=[]):
        return ConvGenerator(image, coding, options)


def trainer(task: HeadTask, options: GanOptions) -> GanTrainer:
    """What trains the head."""
    return GanTrainer(task, options)
