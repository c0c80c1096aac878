"""The settings of a head that the study compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One setting of a head.

    Attributes:
        title: As the table has it.
        changes: The options that differ from the preset.
        head: The head.
        preset: Its preset.
        theorem: What the change does to Theorem 2.
    """

    title: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    head: str = "causal_gan"
    preset: str = "default"
    theorem: str = ""


def began(title: str, **changes: Any) -> Row:  # noqa: ANN401  (an option's value)
    """A row of CausalBEGAN, which is not the subject of Theorem 2."""
    return Row(f"`causal_began`{title}", changes, "causal_began", theorem="not its subject")


BEGAN: Mapping[str, Row] = {
    "began": began(""),
    "began_before": began(
        ", the default until November 2026",
        networks="published",
        batch=16,
        beta1=0.9,
        beyond=0,
        hidden=64,
        noise="uniform",
        gamma=[0.5, 0.5, 0.5],
        lambdas=[0.01, 0.0008, 0.1],
        generator_rate=2e-4,
        discriminator_rate=2e-4,
        halving=100_000,
    ),
    "began_c3": began(", c3 = 1", third_margin=False),
    "began_high": began(", gamma_1 = 0.95", gamma=[0.95, 0.5, 0.5]),
    "began_steady": began(", rates not halved", halving=100_000),
    "began_clear": began(", gamma_2 = 1", gamma=[0.8, 1.0, 0.5]),
    "began_one": began(", gamma_1 = 1", gamma=[1.0, 0.5, 0.5]),
    "began_one_code": began(", gamma_1 = 1, a latent of 512", gamma=[1.0, 0.5, 0.5], hidden=512),
    "began_one_k": began(
        ", gamma_1 = 1, c1 four times faster",
        gamma=[1.0, 0.5, 0.5],
        lambdas=[0.4, 0.0008, 0.01],
    ),
    "began_gamma": began(", gamma_1 = 0.5", gamma=[0.5, 0.5, 0.5]),
    "began_k": began(", c1 ten times slower", lambdas=[0.01, 0.0008, 0.01]),
    "began_labels": began(", c3 ten times faster", lambdas=[0.1, 0.0008, 0.1]),
    "began_slow": began(", rates 2e-4", generator_rate=2e-4, discriminator_rate=2e-4),
    "began_even": began(", rates alike", generator_rate=1e-3, discriminator_rate=1e-3),
    "began_batch": began(", batches of 16", batch=16),
    "began_narrow": began(", half as wide", width=16),
    "began_code": began(", a latent of 512", hidden=512),
    "began_projection": began(", labels in the auto-encoder", projection=True),
    "began_edges": began(", differences of neighbours in L", edges=1.0),
    "began_last": began(", last weights, no average", averaging=0.0),
    "began_twins": began(", no labels beyond the data", beyond=0),
    "began_published": began(", published networks", networks="published"),
    "began_skip": began(", published networks with skips", networks="published", skip=True),
}
"""CausalBEGAN and what its settings are worth."""

ROWS: Mapping[str, Row] = {
    "default": Row("`causal_gan`, preset `default`", theorem="holds for ideal judges"),
    "cgan": Row(
        "no Labelers (`conditional_gan`)",
        head="conditional_gan",
        theorem="rests on the projection alone",
    ),
    "no_anti": Row(
        "no Anti-Labeler",
        {"anti_labeler_weight": 0.0},
        theorem="broken: clear labels are rewarded beyond the data's",
    ),
    "paper": Row("preset `paper`", preset="paper", theorem="broken by the swapped cross entropy"),
    "no_spectral": Row(
        "batch norm for spectral norm",
        {"discriminator_norm": "batch"},
        theorem="the judges come nearer to ideal ones",
    ),
    "no_projection": Row(
        "no projection", {"projection": False}, theorem="rests on the Labelers alone"
    ),
    "no_patches": Row("parts not judged", {"patches": False}, theorem="unchanged"),
    "no_augmentation": Row("no augmentation", {"augmentation": False}, theorem="unchanged"),
    "no_average": Row("last weights, no average", {"averaging": 0.0}, theorem="unchanged"),
    "no_hinge": Row(
        "non-saturating loss for hinge",
        {"gan_loss": "non_saturating"},
        theorem="the equilibrium is kept, the divergence is not",
    ),
    "r3gan": Row(
        "preset `r3gan`",
        preset="r3gan",
        theorem="the equilibrium is kept, the divergence is not",
    ),
    "cgan_r3gan": Row(
        "no Labelers, preset `r3gan`",
        head="conditional_gan",
        preset="r3gan",
        theorem="rests on the projection alone",
    ),
    "penalties": Row(
        "R1 and R2 beside spectral norm", {"penalty": 0.1}, theorem="unchanged for ideal judges"
    ),
    "schedule": Row(
        "6 generator updates for 1",
        {"generator_updates": 2, "discriminator_every": 3},
        theorem="unchanged",
    ),
    "weight_1": Row(
        "Labelers at weight 1",
        {"labeler_weight": 1.0, "anti_labeler_weight": 1.0},
        theorem="unchanged",
    ),
    "weight_02": Row(
        "Labelers at weight 0.2",
        {"labeler_weight": 0.2, "anti_labeler_weight": 0.2},
        theorem="unchanged",
    ),
    "no_beyond": Row(
        "no labels beyond the data", {"beyond": 0}, theorem="unchanged on the data's support"
    ),
    "no_likeness": Row(
        "turned labels may change all of an image",
        {"likeness": 0.0},
        theorem="a small bias less",
    ),
    "no_radius": Row(
        "Labelers learn from images as they are",
        {"labeler_radius": 0.0},
        theorem="the Labelers come nearer to their optimum",
    ),
    "every_step": Row("Labelers in every step", {"labeler_every": 1}, theorem="unchanged"),
    "labeler_batch": Row(
        "batch norm in the Labelers",
        {"labeler_norm": "batch"},
        theorem="the Labelers come nearer to their optimum",
    ),
    "labeler_narrow": Row("Labelers half as wide", {"labeler_width": 16}, theorem="unchanged"),
    "no_condition": Row(
        "labels not in the generator's norms", {"conditional_norm": False}, theorem="unchanged"
    ),
    **BEGAN,
    "logits": Row(
        "jittered label logits",
        {"label_input": "logits"},
        theorem="unchanged: the jitter is the image's own noise",
    ),
}
