"""The options that all image heads share."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Norm = Literal["batch", "group", "spectral", "none"]


class HeadOptions(BaseModel):
    """What every head can be told.

    Attributes:
        width: The channels of the finest layer; the paper's DCGAN has 64.
        noise_size: The number of noise inputs, beside those that jitter the labels.
        batch: Images in a batch, real and generated alike.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        averaging: The decay of the running average of the generator's weights, which is what is
            saved and sampled; 0 for the last weights themselves.
        precision: What the networks compute in; losses and weights are always float32.
        channels_last: Whether images lie channel by channel (false) or pixel by pixel (true).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(32, ge=4, le=256)
    noise_size: int = Field(64, ge=1, le=1024)
    batch: int = Field(32, ge=2, le=4096)
    beta1: float = Field(0.5, ge=0, lt=1)
    beta2: float = Field(0.999, ge=0, lt=1)
    averaging: float = Field(0.999, ge=0, lt=1)
    precision: Literal["float32", "bfloat16"] = "float32"
    channels_last: bool = True


class GanOptions(HeadOptions):
    """The options of a GAN whose networks are stacks of strided convolutions.

    Attributes:
        gan_loss: The adversarial losses; `ratio` is equation (5).
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

    gan_loss: Literal["hinge", "ratio", "non_saturating", "saturating"] = "hinge"
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
    generator_rate: float = Field(5e-4, gt=0, lt=1)
    discriminator_rate: float = Field(1e-3, gt=0, lt=1)


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
