"""The options of GANs."""

from typing import Literal, Self

from pydantic import Field, model_validator

from scm_compiler.runtime.heads.options import HeadOptions, Norm, Rate, Weight, Width


class GanOptions(HeadOptions):
    """The options of a GAN whose networks are stacks of strided convolutions.

    Attributes:
        gan_loss: The adversarial losses; `ratio` is equation (5), `relativistic` compares each
            generated image with a real one.
        penalty: The weight of R1 and R2: half the squared gradient of the discriminator by its
            images, real and generated.
        label_input: How the generator reads a hard label: as -1 or 1 (`hard`), or as the logit of
            0.3 or 0.7, jittered (`logits`).
        label_jitter: Whether `logits` are jittered by two more noise inputs of the image.
        noise: The distribution of the noise.
        kernel: The side of the convolutions' kernels.
        generator_norm: The normalisation in the generator; batch norm is frozen when sampling.
        conditional_norm: Whether labels scale and shift each normalised layer.
        discriminator_norm: The normalisation in the discriminator.
        projection: Whether the discriminator sees the labels, projected onto its features.
        patches: Whether it also judges each part of an image by itself (Isola et al. 2017).
        minibatch_features: Whether it sees distances within the batch (Salimans et al. 2016).
        augmentation: Whether all images are shifted and their light is changed a little, at
            random and differentiably, before a network judges them.
        generator_updates: Updates of the generator in each step.
        discriminator_every: The steps from one update of the judging networks to the next.
        generator_rate: Adam's learning rate for the generator.
        discriminator_rate: The same for the discriminator.
    """

    gan_loss: Literal["hinge", "ratio", "non_saturating", "saturating", "relativistic"] = "hinge"
    penalty: float = Field(0.0, ge=0, le=1000)
    label_input: Literal["hard", "logits"] = "hard"
    label_jitter: bool = True
    noise: Literal["normal", "uniform"] = "normal"
    kernel: Literal[4, 5] = 4
    generator_norm: Literal["batch", "group", "none"] = "batch"
    conditional_norm: bool = True
    discriminator_norm: Norm = "spectral"
    projection: bool = True
    patches: bool = True
    minibatch_features: bool = False
    augmentation: bool = True
    generator_updates: int = Field(1, ge=1, le=100)
    discriminator_every: int = Field(1, ge=1, le=100)
    generator_rate: Rate = 5e-4
    discriminator_rate: Rate = 1e-3


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
    labeler_weight: Weight = 0.5
    anti_labeler_weight: Weight = 0.5
    anti_labeler_decay: float | None = Field(None, gt=0)
    swapped: bool = False
    beyond: int = Field(4, ge=0, le=4096)
    likeness: Weight = 5.0
    labeler_every: int = Field(4, ge=1, le=1000)
    labeler_width: Width = 32
    labeler_norm: Norm = "spectral"
    labeler_radius: float = Field(0.02, ge=0, lt=1)
    labeler_rate: Rate = 1e-3

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.swapped and self.label_input == "hard":
            raise ValueError("swapped cross entropy needs label_input=logits: log 0 is infinite")
        if self.beyond == 1:
            raise ValueError("beyond=1 leaves no image whose labels are as drawn; 2 is the least")
        if self.swapped and self.labeler == "joint":
            raise ValueError("swapped cross entropy is defined for labeler=marginal")
        return self


PAPER_GAN = {
    "width": 64,
    "noise_size": 100,
    "batch": 64,
    "averaging": 0.0,
    "gan_loss": "non_saturating",
    "label_input": "logits",
    "noise": "uniform",
    "kernel": 5,
    "generator_norm": "batch",
    "conditional_norm": False,
    "discriminator_norm": "batch",
    "projection": False,
    "patches": False,
    "minibatch_features": True,
    "augmentation": False,
    "generator_updates": 2,
    "discriminator_every": 3,
    "generator_rate": 2e-4,
    "discriminator_rate": 2e-4,
}
"""The published settings of the networks and the schedule: six generator updates for each of the
discriminator's."""

R3GAN = {"gan_loss": "relativistic", "penalty": 0.1, "discriminator_norm": "none"}
"""The loss of Huang et al. 2024 ("The GAN is dead; long live the GAN!"): pairs, R1 and R2. The two
penalties take the place of spectral norm."""
