"""CausalGAN: a discriminator, a Labeler and an Anti-Labeler (Kocaoglu et al. 2017, section 5.2).

The Labeler reads the labels off real images (3), the Anti-Labeler reads off generated images the
labels that they were asked for (2). The generator is to satisfy the discriminator and the Labeler
and to puzzle the Anti-Labeler (5), (12), (24); with one output a combination of labels, (20).

What each departure from the paper's theory does to Theorem 2, which says that the generator's loss
is minimal exactly where it draws from p_data(x|l). The part it adds to the adversarial loss is,
with ideal Labelers, the mean over generated images of KL(P_g(l|x) || P_data(l|x)).

==========================  ====================================================================
`labeler=marginal`          Proposition 3: only each label's own posterior is right; enough where
                            the image determines its labels. `joint` is Theorem 3, without that.
`gan_loss=hinge`            Keeps it: minimal at p_g = p_data for an ideal discriminator that
                            answers; only the constant in the proof changes.
`non_saturating`            Keeps the equilibrium, but is no divergence of p_g from p_data.
`projection`                Adds a second reason: the discriminator compares joint distributions.
weights below 1, but equal  Keep it: any positive multiple of the KL above is zero at the optimum.
unequal weights, (12)'s     The Labeler's excess weight also rewards images with clear labels:
decay                       a term H_g(l|x) is added; harmless where images determine labels.
`anti_labeler_weight=0`     The extreme of that: few, typical images of each label pay
                            (label-conditioned mode collapse).
`swapped`                   Breaks it: the Anti-Labeler's optimum is then a hard decision and not
                            the posterior of Lemma 2.
`labeler_radius`            Holds both Labelers short of their optimum, in the same way: at
                            p_g = p_data they still agree, and their terms cancel.
spectral norm               Holds the judges short of their optimum: what is minimised is a
                            distance between the distributions that bounded judges can see.
`beyond`                    Keeps it where the label model puts probability: elsewhere p_data(x|l)
                            is not defined: the Labeler says what an image is to show, and
                            the parts of it are to be real.
`likeness`                  Draws p(x|l) of a turned label towards that of the drawn one, in the
                            images of `beyond` alone: a small bias where both have probability.
`patches`                   Keeps it: one more divergence that is zero at p_g = p_data.
`augmentation`              Keeps it: the change has an inverse in distribution (nothing is lost
                            but what the rim cuts off).
averaged weights            Do not touch the loss: another point of the same path is saved.
6:1 updates, batch norm,    Change how the optimum is approached, not where it lies.
minibatch features, jitter,
`labeler_every`
==========================  ====================================================================
"""

from collections.abc import Callable
from typing import Any, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.codes.heads import JointLabelsTooMany
from scm_compiler.runtime.heads.conditional_gan import GanTrainer, generator
from scm_compiler.runtime.heads.dcgan import ConvGenerator, ConvLabeler
from scm_compiler.runtime.heads.head import HeadTask
from scm_compiler.runtime.heads.options import PAPER_GAN, GanOptions, Norm
from scm_compiler.runtime.heads.training import LabelledImages

TINY = 1e-20
"""The least length that a gradient is divided by."""

COMBINATIONS = 256
"""The most outputs of a joint Labeler: eight binary labels."""


class CausalGanOptions(GanOptions):
    """The options of CausalGAN, beside those of any GAN here.

    Attributes:
        labeler: One output a label value (`marginal`, (22)-(24)), or one for each combination of
            labels (`joint`, (16)-(20)).
        labeler_weight: The weight of the Labeler's term in the generator's loss; 0 leaves it out.
        anti_labeler_weight: The weight of the Anti-Labeler's term at the start; 0 leaves it out.
        anti_labeler_decay: T of (12), in steps; none for a constant weight.
        swapped: Whether cross entropies of generated images have their arguments swapped
            (section 7.2); needs `label_input=logits`.
        beyond: One generated image in so many has the noise and the labels of the one before it,
            but with one label turned; 0 for none. The Labeler judges it, and the discriminator its
            parts: what a whole of such labels looks like no data say. So the generator learns to
            draw what no data show, such as a woman with a mustache, which `do` asks for.
        likeness: The weight of the mean absolute difference of these two images, over the number
            of labels, as one label has that share of the Labeler's term: the turned label is to
            change what it has to, and no more.
        labeler_every: The Labelers take part in one step of so many, with as many times their
            weight; the others are those of a conditional GAN (lazy terms: Karras et al. 2020).
        labeler_width: The channels of the finest layer of both Labelers.
        labeler_norm: The normalisation in both Labelers.
        labeler_radius: How far each image is moved before a Labeler learns from it, to where it is
            most at a loss: the root mean square over the pixels, whose range is 2 (Goodfellow et
            al. 2015). A Labeler that small changes mislead is satisfied by a pattern that no one
            would take for the label; one that they do not asks for what people see, too.
        labeler_rate: Adam's learning rate for both.
    """

    labeler: Literal["marginal", "joint"] = "marginal"
    labeler_weight: float = Field(0.5, ge=0, le=100)
    anti_labeler_weight: float = Field(0.5, ge=0, le=100)
    anti_labeler_decay: float | None = Field(None, gt=0)
    swapped: bool = False
    beyond: int = Field(4, ge=0, le=4096)
    likeness: float = Field(5.0, ge=0, le=100)
    labeler_every: int = Field(4, ge=1, le=1000)
    labeler_width: int = Field(32, ge=4, le=256)
    labeler_norm: Norm = "spectral"
    labeler_radius: float = Field(0.02, ge=0, lt=1)
    labeler_rate: float = Field(1e-3, gt=0, lt=1)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.swapped and self.label_input == "hard":
            raise ValueError("swapped cross entropy needs label_input=logits: log 0 is infinite")
        if self.beyond == 1:
            raise ValueError("beyond=1 leaves no image whose labels are as drawn; 2 is the least")
        if self.swapped and self.labeler == "joint":
            raise ValueError("swapped cross entropy is defined for labeler=marginal")
        return self


OPTIONS = CausalGanOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {
        **PAPER_GAN,
        "labeler_weight": 1.0,
        "anti_labeler_weight": 1.0,
        "anti_labeler_decay": 3000.0,
        "swapped": True,
        "beyond": 0,
        "likeness": 0.0,
        "labeler_every": 1,
        "labeler_width": 64,
        "labeler_norm": "batch",
        "labeler_radius": 0.0,
        "labeler_rate": 2e-4,
    },
}


class CausalGanTrainer(GanTrainer[CausalGanOptions]):
    """Trains CausalGAN's four networks.

    Raises:
        ScmError: E663 if a joint Labeler would have too many outputs.
    """

    labelers: dict[str, ConvLabeler]

    def __init__(self, task: HeadTask, options: CausalGanOptions) -> None:
        joint = options.labeler == "joint"
        if joint and task.coding.combinations > COMBINATIONS:
            count = task.coding.combinations
            problem = JointLabelsTooMany(node=task.node, combinations=count, limit=COMBINATIONS)
            raise refuse(problem)
        self.outputs = task.coding.combinations if joint else task.coding.width
        self.label_loss = losses.joint_label_loss if joint else losses.label_loss
        self.accuracy = losses.joint_label_accuracy if joint else losses.label_accuracy
        super().__init__(task, options)
        mine = self._beyond(options)
        self._twins = torch.nonzero(mine).squeeze(1).to(task.device)
        self._on_support = torch.nonzero(~mine).squeeze(1).to(task.device)
        self._turned = torch.nonzero(mine.repeat(task.team.size)).squeeze(1)

    def build(self) -> tuple[ConvGenerator, dict[str, nn.Module]]:
        """The generator, the discriminator and the Labelers that have a weight."""
        made, judges = super().build()
        options = self.options
        weights = {
            "labeler": options.labeler_weight,
            "anti_labeler": options.anti_labeler_weight,
        }
        self.labelers = {
            name: ConvLabeler(
                self.task.image,
                self.outputs,
                options.labeler_width,
                options.kernel,
                options.labeler_norm,
            )
            for name, weight in weights.items()
            if weight
        }
        return made, {**judges, **self.labelers}

    def rate(self, name: str) -> float:
        """The learning rate of a network."""
        return self.options.labeler_rate if name in self.labelers else super().rate(name)

    @property
    def _reads(self) -> bool:
        """Whether the Labelers take part in the present step."""
        return self.done % self.options.labeler_every == 0

    @property
    def on_support(self) -> Tensor | slice:
        """The generated images of a batch whose labels the label model drew."""
        return self._on_support if self._reads and len(self._twins) else slice(None)

    def draw_asked(self) -> tuple[Tensor, Tensor]:
        """The label model's labels (B, P) and noise (B, Z); some rows are twins of those before.

        A twin has the same noise and labels, but for one label that is turned.
        """
        labels, noise = super().draw_asked()
        if not (self._reads and len(self._turned)):
            return labels, noise
        twins, sizes = self._turned, torch.tensor(self.task.coding.sizes)
        columns = torch.randint(len(sizes), (len(twins),), generator=self.random)
        part = torch.rand(len(twins), generator=self.random)
        turned = labels[twins - 1]
        rows, sizes = torch.arange(len(twins)), sizes[columns]
        turned[rows, columns] = (turned[rows, columns] + 1 + (part * (sizes - 1)).long()) % sizes
        return labels.index_copy(0, twins, turned), noise.index_copy(0, twins, noise[twins - 1])

    def judge(
        self, real: LabelledImages, fake: Tensor, asked: LabelledImages
    ) -> dict[str, Tensor]:
        """Update the discriminator, the Labeler on real images, the Anti-Labeler on generated."""
        shown, drawn = self.seen(real.images), self.seen(fake.detach())
        metrics = self.discriminate(real, shown, drawn, asked)
        if not self._reads:
            return metrics
        if "labeler" in self.labelers:
            outputs, loss = self._teach(
                "labeler", shown, lambda read: self.label_loss(read, real.labels, self.task.coding)
            )
            accuracy = self.accuracy(outputs, real.labels, self.task.coding)
            metrics |= {"labeler": loss, "labeler_accuracy": accuracy}
        if "anti_labeler" in self.labelers:
            on_support = asked.rows(self.on_support)
            _, metrics["anti_labeler"] = self._teach(
                "anti_labeler",
                drawn[self.on_support],
                lambda read: self._generated_label_loss(read, on_support),
            )
        return metrics

    def generator_loss(
        self, fake: Tensor, shown: Tensor, asked: LabelledImages
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss (5), (12), (20) or (24), and how well the Labeler reads what was asked for."""
        adversarial, metrics = super().generator_loss(fake, shown, asked)
        if not self._reads:
            return adversarial, metrics
        options, often = self.options, self.options.labeler_every
        if len(self._twins) and options.likeness:
            change = (fake[self._twins] - fake[self._twins - 1].detach()).abs().mean()
            # As in the Labelers' terms an image is one of B here, and a label one of P.
            share = len(self._twins) / len(fake) / len(self.task.coding.sizes)
            adversarial = adversarial + often * options.likeness * share * change
            metrics["change"] = change
        terms = {"labeler": adversarial.new_zeros(()), "anti_labeler": adversarial.new_zeros(())}
        for name in self.labelers:
            outputs = self._read(name, shown)
            if name == "anti_labeler":
                outputs, of = outputs[self.on_support], asked.rows(self.on_support)
            else:
                of = asked
            terms[name] = self._generated_label_loss(outputs, of)
            metrics[f"generated_{name}"] = terms[name]
            if name == "labeler":
                accuracy = self.accuracy(outputs, asked.labels, self.task.coding)
                metrics["generated_label_accuracy"] = accuracy
        fading = losses.decay(self.done, options.anti_labeler_decay)
        weights = (often * options.labeler_weight, often * options.anti_labeler_weight * fading)
        return losses.causal_generator_loss(adversarial, **terms, weights=weights), metrics

    def _teach(
        self, name: str, images: Tensor, loss: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Update a Labeler on images moved as misleads it most; its outputs and its loss."""
        outputs = self._read(name, self._misleading(name, images, loss))
        found = loss(outputs)
        self.descend((name, found))
        return outputs, found

    def _misleading(self, name: str, images: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
        """The images, each moved by the radius to where the Labeler's loss rises fastest."""
        radius = self.options.labeler_radius
        if not radius:
            return images
        images = images.detach().requires_grad_()
        (uphill,) = torch.autograd.grad(loss(self._read(name, images)), images)
        lengths = uphill.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=TINY)
        return (images + radius * uphill / lengths).detach()

    def _beyond(self, options: CausalGanOptions) -> Tensor:
        """Which rows of a process' share of a batch lead beyond the data."""
        rows = torch.arange(options.batch // self.task.team.size)
        if not options.beyond or not options.labeler_weight:  # nobody could say what they show
            return rows < 0
        return (rows + 1) % options.beyond == 0

    def _generated_label_loss(self, outputs: Tensor, asked: LabelledImages) -> Tensor:
        if not self.options.swapped:
            return self.label_loss(outputs, asked.labels, self.task.coding)
        fed = self.generator.label_inputs(asked.encoded, asked.images)
        return losses.swapped_label_loss(outputs, fed, self.task.coding)

    def _read(self, name: str, images: Tensor) -> Tensor:
        with self.autocast():
            outputs: Tensor = self.labelers[name](images)
        return outputs


def trainer(task: HeadTask, options: CausalGanOptions) -> CausalGanTrainer:
    """What trains the head."""
    return CausalGanTrainer(task, options)


__all__ = ["OPTIONS", "PRESETS", "CausalGanOptions", "CausalGanTrainer", "generator", "trainer"]
