"""How much time and how many seeds each piece of the report gets.

Trainings end at their steps or when their seconds are over, whatever comes first. Seconds are of
one process on one core; a machine with two quiet cores runs two pieces at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

HEADS = ("causal_gan", "causal_began", "c3_is_1", "jointly")
"""The trainings on images: both heads, CausalBEGAN with c3 = 1 (Figure 20), labels and image
trained jointly (Figure 24)."""


@dataclass(frozen=True)
class Scale:
    """The size of a report.

    Attributes:
        name: `quick`, `long`, `full` or `smoke`.
        replicas: Data sets (seeds) of Figure 6.
        synthetic_steps: Steps of each of its GANs.
        synthetic_seconds: Their budget, for each generator.
        label_seeds: Seeds of each adversarial label model.
        label_steps: The most steps of one; None for the preset's.
        label_seconds: Its budget.
        presets: The presets of `wgan-gp` that are trained.
        sides: Pixels a side of the images of each training.
        head_seconds: The budget of each training on images.
        head_options: Options that differ from the head's preset.
        faces: How many drawn faces are learnt from.
        observed: Images behind the label scores.
        regime: Images in each regime.
        realism: The most images on each side of a distance.
        detective: Steps of the fresh real-or-generated classifier.
        judge_steps: Steps of the classifier that reads labels.
        feature_steps: Steps of the network of the features.
    """

    name: str
    replicas: int
    synthetic_steps: int
    synthetic_seconds: float
    label_seeds: tuple[int, ...]
    label_steps: int | None
    label_seconds: float
    sides: Mapping[str, int]
    head_seconds: Mapping[str, float]
    presets: tuple[str, ...] = ("paper", "default")
    head_options: Mapping[str, Any] = field(default_factory=dict)
    faces: int = 20_000
    observed: int = 2000
    regime: int = 1000
    realism: int = 2000
    detective: int = 300
    judge_steps: int = 1200
    feature_steps: int = 800


def _each(gan: float, began: float, jointly: float) -> Mapping[str, Any]:
    return dict(zip(HEADS, (gan, began, began, jointly), strict=True))


QUICK = Scale(
    name="quick",
    replicas=4,
    synthetic_steps=20_000,
    synthetic_seconds=110.0,
    label_seeds=(0,),
    label_steps=None,
    label_seconds=130.0,
    sides=_each(32, 16, 32),
    head_seconds=_each(540.0, 330.0, 270.0),
)
"""Half an hour on two quiet cores."""

LONG = replace(
    QUICK,
    name="long",
    sides=_each(32, 32, 32),
    head_seconds=_each(600.0, 1500.0, 270.0),
)
"""An hour on two quiet cores: CausalBEGAN, whose steps are dearer, at 32 x 32 too."""

FULL = Scale(
    name="full",
    replicas=20,
    synthetic_steps=50_001,
    synthetic_seconds=3600.0,
    label_seeds=(0, 1, 2),
    label_steps=None,
    label_seconds=3600.0,
    sides=_each(64, 64, 64),
    head_seconds=_each(7200.0, 7200.0, 3600.0),
    faces=50_000,
    observed=10_000,
    regime=4000,
    realism=5000,
    detective=1000,
    judge_steps=4000,
    feature_steps=3000,
)
"""A GPU for an afternoon, or cores for a day or two."""

SMOKE = Scale(
    name="smoke",
    replicas=2,
    synthetic_steps=60,
    synthetic_seconds=20.0,
    label_seeds=(0,),
    label_steps=20,
    label_seconds=20.0,
    sides=_each(16, 16, 16),
    head_seconds=_each(4.0, 4.0, 4.0),
    head_options={"width": 8},
    faces=1000,
    observed=200,
    regime=100,
    realism=100,
    detective=10,
    judge_steps=40,
    feature_steps=20,
)
"""A few minutes: whether every section runs to its end. Its numbers mean nothing."""

SCALES: Mapping[str, Scale] = MappingProxyType({s.name: s for s in (QUICK, LONG, FULL, SMOKE)})
