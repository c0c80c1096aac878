"""The image heads as one writes them first: what the shipped trainers are measured against.

The networks, losses, schedules, augmentation and averaging are those of the heads. Around them is
a loop as in a tutorial: data in one tensor, `zero_grad`, `backward`, `step`, Adam as it comes. No
checkpoints, no reports, no seeds of its own, one process.
"""

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss, mse_loss, relu

from scm_compiler.ir import Image
from scm_compiler.runtime.heads.augmentation import draw_change
from scm_compiler.runtime.heads.causal_began import BeganDiscriminator, generator
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.networks import ConvDiscriminator, ConvGenerator, ConvLabeler
from scm_compiler.runtime.heads.options import HeadOptions
from scm_compiler.runtime.heads.options.causal_began import CausalBeganOptions
from scm_compiler.runtime.heads.options.gan import CausalGanOptions, GanOptions

BATCH = 32
"""Images that are sampled at once."""


class PlainLoop:
    """What the loops share.

    Args:
        image: The shape of the images.
        coding: Binary labels.
        options: The head's options.
        images: The data (N, C, H, W) in uint8.
        labels: Their labels (N, P).
        device: Where to.
    """

    def __init__(
        self,
        image: Image,
        coding: LabelCoding,
        options: HeadOptions,
        images: Tensor,
        labels: Tensor,
        device: str = "cpu",
    ) -> None:
        self.image, self.coding, self.options, self.device = image, coding, options, device
        self.images, self.labels = images.to(device), labels.to(device)
        self.layout = torch.channels_last if options.channels_last else torch.contiguous_format

    def place(self, network: nn.Module) -> nn.Module:
        """The network on the device."""
        return network.to(self.device, memory_format=self.layout)  # type: ignore[call-overload]

    def adam(self, network: nn.Module, rate: float) -> torch.optim.Adam:
        """Adam as it comes."""
        betas = (self.options.beta1, self.options.beta2)
        return torch.optim.Adam(network.parameters(), rate, betas)

    def real(self) -> tuple[Tensor, Tensor]:
        """A batch of the data."""
        chosen = torch.randint(len(self.images), (self.options.batch,), device=self.device)
        images = (self.images[chosen].float() / 127.5 - 1).to(memory_format=self.layout)
        return images, self.labels[chosen].float()

    def asked(self, generator: ImageGenerator) -> tuple[Tensor, Tensor]:
        """Labels and noise."""
        chosen = torch.randint(len(self.labels), (self.options.batch,), device=self.device)
        noise = generator.draw_noise(self.options.batch).to(self.device)
        return self.labels[chosen].float(), noise

    def turn(self, labels: Tensor, noise: Tensor, beyond: int) -> Tensor:
        """Make one row in so many that before it with one label turned; which rows."""
        twins = torch.arange(beyond - 1, self.options.batch, beyond, device=self.device)
        columns = torch.randint(labels.shape[1], twins.shape, device=self.device)
        labels[twins], noise[twins] = labels[twins - 1], noise[twins - 1]
        labels[twins, columns] = 1 - labels[twins, columns]
        return twins

    def autocast(self) -> torch.autocast:
        """The precision of the networks."""
        half = self.options.precision == "bfloat16"
        return torch.autocast(self.device, torch.bfloat16, enabled=half)

    @torch.no_grad()
    def follow(self, average: nn.Module, network: nn.Module) -> None:
        """The running average of the weights and of the statistics of batch norm."""
        share = 1 - self.options.averaging
        for mean, last in zip(average.parameters(), network.parameters(), strict=True):
            mean.lerp_(last, share)
        for mean, last in zip(average.buffers(), network.buffers(), strict=True):
            mean.copy_(last)


class PlainGan(PlainLoop):
    """CausalGAN; without Labelers the conditional GAN."""

    options: GanOptions

    def __init__(self, *given, **named) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003
        super().__init__(*given, **named)
        image, coding, options = self.image, self.coding, self.options
        self.generator = self.place(ConvGenerator(image, coding, options))
        self.discriminator = self.place(ConvDiscriminator(image, coding, options))
        self.average = deepcopy(self.generator).eval()
        self.labelers: list[nn.Module] = []
        if isinstance(options, CausalGanOptions):
            width, norm = options.labeler_width, options.labeler_norm
            shape = (image, coding.width, width, options.kernel, norm)
            self.labelers = [self.place(ConvLabeler(*shape)) for _ in range(2)]
            rate = options.labeler_rate
        self.steps = [self.adam(it, rate) for it in self.labelers]
        self.generator_step = self.adam(self.generator, options.generator_rate)
        self.discriminator_step = self.adam(self.discriminator, options.discriminator_rate)
        self.done = 0
        self.twins: Tensor | None = None

    @property
    def every(self) -> int:
        """The steps from one in which the Labelers take part to the next."""
        return self.options.labeler_every if isinstance(self.options, CausalGanOptions) else 1

    def asked(self, generator: ImageGenerator) -> tuple[Tensor, Tensor]:
        """Labels and noise; some rows are those before them with one label turned."""
        labels, noise = super().asked(generator)
        self.twins = None
        if isinstance(self.options, CausalGanOptions) and self.done % self.every == 0:
            self.twins = self.turn(labels, noise, self.options.beyond)
        return labels, noise

    def on_support(self, of: Tensor) -> Tensor:
        """The rows whose labels are as drawn."""
        if self.twins is None:
            return of
        kept = torch.ones(len(of), dtype=torch.bool, device=self.device)
        kept[self.twins] = False
        return of[kept]

    def seen(self, images: Tensor) -> Tensor:
        """The images, changed a little."""
        if not self.options.augmentation:
            return images
        shift = images.shape[2] // 16
        return draw_change(len(images), shift, torch.default_generator).apply(images)

    def step(self) -> None:
        """One update of each network."""
        labels, noise = self.asked(self.generator)
        with self.autocast():
            fake = self.generator(labels, noise).float()
        self.update_judges(fake.detach(), labels)
        self.update_generator(fake, labels)
        self.follow(self.average, self.generator)
        self.done += 1

    def update_judges(self, fake: Tensor, asked: Tensor) -> None:
        """The discriminator and the Labelers."""
        real, labels = self.real()
        real, fake = self.seen(real), self.seen(fake)
        with self.autocast():
            for_real, for_fake = self.discriminator(real, labels), self.discriminator(fake, asked)
        whole = self.on_support(for_fake.whole)
        loss = relu(1 - for_real.whole).mean() + relu(1 + whole).mean()
        loss = loss + relu(1 - for_real.parts).mean() + relu(1 + for_fake.parts).mean()
        descend(self.discriminator_step, loss)
        if self.twins is None:
            return
        fake, asked = self.on_support(fake), self.on_support(asked)
        for labeler, step, images, truth in zip(
            self.labelers, self.steps, (real, fake), (labels, asked), strict=False
        ):
            with self.autocast():
                outputs = labeler(self.misleading(labeler, images, truth))
            descend(step, binary_cross_entropy_with_logits(outputs, truth))

    def misleading(self, labeler: nn.Module, images: Tensor, truth: Tensor) -> Tensor:
        """The images, each moved to where the Labeler's loss rises fastest."""
        assert isinstance(self.options, CausalGanOptions)
        if not self.options.labeler_radius:
            return images
        images = images.detach().requires_grad_()
        loss = binary_cross_entropy_with_logits(labeler(images), truth)
        (uphill,) = torch.autograd.grad(loss, images)
        lengths = uphill.square().mean((1, 2, 3), keepdim=True).sqrt()
        return (images + self.options.labeler_radius * uphill / lengths).detach()

    def update_generator(self, fake: Tensor, labels: Tensor) -> None:
        """The generator, by the verdicts."""
        shown = self.seen(fake)
        with self.autocast():
            whole, parts = self.discriminator(shown, labels)
            loss = -self.on_support(whole).mean() - parts.mean()
            if self.twins is not None:
                loss = loss + self.every * self.labels_loss(fake, shown, labels)
        descend(self.generator_step, loss)

    def labels_loss(self, fake: Tensor, shown: Tensor, labels: Tensor) -> Tensor:
        """What the Labelers say, and how much a turned label changes."""
        assert isinstance(self.options, CausalGanOptions)
        read, unread = (labeler(shown) for labeler in self.labelers)
        loss = self.options.labeler_weight * binary_cross_entropy_with_logits(read, labels)
        puzzled = binary_cross_entropy_with_logits(
            self.on_support(unread), self.on_support(labels)
        )
        loss = loss - self.options.anti_labeler_weight * puzzled
        change = (fake[self.twins] - fake[self.twins - 1].detach()).abs().mean()
        share = len(self.twins) / len(fake) / labels.shape[1]
        return loss + self.options.likeness * share * change


class PlainBegan(PlainLoop):
    """CausalBEGAN."""

    options: CausalBeganOptions

    def __init__(self, *given, **named) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003
        super().__init__(*given, **named)
        image, coding, options = self.image, self.coding, self.options
        self.generator = self.place(generator(image, coding, options))
        self.discriminator = self.place(BeganDiscriminator(image, coding, options))
        self.average = deepcopy(self.generator).eval()
        self.generator_step = self.adam(self.generator, options.generator_rate)
        self.discriminator_step = self.adam(self.discriminator, options.discriminator_rate)
        self.c = [0.0, 0.0, 0.0]

    def step(self) -> None:
        """One update of both networks, then of the coefficients."""
        real, labels = self.real()
        asked, noise = self.asked(self.generator)
        if self.options.beyond:
            self.turn(asked, noise, self.options.beyond)
        with self.autocast():
            fake = self.generator(asked, noise).float()
            said = torch.cat([labels, asked])
            rebuilt, read = self.discriminator(torch.cat([real, fake]), said)
        image_real, image_fake = (
            l1_loss(part, whole)
            for part, whole in zip(rebuilt.chunk(2), (real, fake), strict=True)
        )
        label_real, label_fake = (
            mse_loss(part.sigmoid(), truth)
            for part, truth in zip(read.chunk(2), (labels, asked), strict=True)
        )
        judged = image_real - self.c[0] * image_fake + label_real - self.c[1] * label_fake
        drawn = image_fake + self.c[2] * label_fake
        gradients = torch.autograd.grad(
            judged, list(self.discriminator.parameters()), retain_graph=True
        )
        self.generator_step.zero_grad()
        drawn.backward()
        self.generator_step.step()
        for weight, gradient in zip(self.discriminator.parameters(), gradients, strict=True):
            weight.grad = gradient
        self.discriminator_step.step()
        self.move(*(loss.item() for loss in (image_real, image_fake, label_real, label_fake)))
        self.follow(self.average, self.generator)

    def move(self, real: float, fake: float, real_labels: float, fake_labels: float) -> None:
        """Equations (7) to (9)."""
        gamma, rates = self.options.gamma, self.options.lambdas
        b1, b2 = gamma[0] * real - fake, gamma[1] * real_labels - fake_labels
        b3 = gamma[2] * max(b1, 0.0) - max(b2, 0.0)
        moved = zip(self.c, rates, (b1, b2, b3), strict=True)
        self.c = [min(max(c + rate * b, 0.0), 1.0) for c, rate, b in moved]


PLAIN: dict[str, Callable[..., PlainGan | PlainBegan]] = {
    "causal_gan": PlainGan,
    "causal_began": PlainBegan,
    "conditional_gan": PlainGan,
}


def descend(step: torch.optim.Adam, loss: Tensor) -> None:
    """One update."""
    step.zero_grad()
    loss.backward()
    step.step()


@torch.no_grad()
def plain_images(generator: nn.Module, labels: Tensor, noise: Tensor) -> Tensor:
    """Images, `BATCH` at a time: that is faster on a CPU than all in one call."""
    parts = zip(labels.split(BATCH), noise.split(BATCH), strict=True)
    return torch.cat([generator(*part) for part in parts])
