"""The options of CausalBEGAN, and its presets."""

from typing import Any, Literal

from pydantic import Field

from scm_compiler.runtime.heads.options import Batch, Decay, HeadOptions, Norm, Rate, Weight


class CausalBeganOptions(HeadOptions):
    """The options of CausalBEGAN.

    Attributes:
        networks: `published`, with convolutions in pairs at every scale, or `strided`, which
            take a third of the time.
        discriminator_norm: The normalisation in a strided auto-encoder.
        projection: Whether the auto-encoder's decoder sees the labels that images are said to
            have.
        skip: Whether a published decoder joins its first grid on at every scale.
        edges: The weight of the differences of neighbouring pixels in L(x).
        beyond: One generated image in so many has the noise and the labels of the one before it,
            but with one label turned, as in CausalGAN; 0 for none.
        hidden: The size of the auto-encoder's bottleneck.
        noise: The distribution of the noise.
        gamma: The ratios gamma_1, gamma_2, gamma_3 of (7), (8).
        lambdas: The rates of c1, c2, c3 in (8), (9).
        third_margin: Whether c3 follows its margin; if not it is 1 (Figure 20).
        generator_rate: Adam's learning rate for the generator.
        discriminator_rate: The same for the auto-encoder and the Labeler.
        halving: The steps after which both rates are halved, again and again.
    """

    batch: Batch = 16
    beta1: Decay = 0.9
    networks: Literal["strided", "published"] = "published"
    discriminator_norm: Norm = "group"
    projection: bool = False
    skip: bool = False
    edges: Weight = 0.0
    beyond: int = Field(0, ge=0, le=4096)
    hidden: int = Field(64, ge=1, le=1024)
    noise: Literal["normal", "uniform"] = "uniform"
    gamma: tuple[float, float, float] = (0.5, 0.5, 0.5)
    lambdas: tuple[float, float, float] = (0.01, 0.0008, 0.1)
    third_margin: bool = True
    generator_rate: Rate = 2e-4
    discriminator_rate: Rate = 2e-4
    halving: int = Field(100_000, ge=1)


OPTIONS = CausalBeganOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {
        "networks": "strided",
        "batch": 32,
        "beta1": 0.5,
        "beyond": 4,
        "hidden": 128,
        "noise": "normal",
        "gamma": (0.8, 0.5, 0.5),
        "generator_rate": 1e-3,
        "discriminator_rate": 5e-4,
        "lambdas": (0.1, 0.0008, 0.01),
        "halving": 5_000,
    },
    "paper": {
        "width": 128,
        "averaging": 0.0,
        "generator_rate": 8e-5,
        "discriminator_rate": 8e-5,
        "lambdas": (0.001, 0.00008, 0.01),
    },
}
"""`default` is for runs of some ten thousand steps: rates and coefficients move faster, and the
rates fall sooner: at those of the start images grow sharper, and ever more alike."""
