"""What an audit found, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.runtime.audit.declared import Declared
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.head_report import PictureRows
from scm_compiler.runtime.evaluation.report import plain

Direction = Literal["->", "<-", "--", "none", "not judged"]
"""Of a pair: which way, an effect without one, none beyond the nulls, or a refusal to say."""

LIMITS = (
    "With two linear classifiers of codes the angle between their normals is the same either way "
    "round, so that the sign of the latent delta tau comes from the classifiers' scale and base "
    "rate and from nothing else. `ranked` is delta tau with ranks in place of probabilities, for "
    "which these are alike: what remains of it is what the generator itself adds. Verdicts rest "
    "on the classifiers of images. An effect of a direction on an attribute is a fact about the "
    "generator, not about the world that it was trained on."
)


@dataclass(frozen=True)
class Effect:
    """GATE of one attribute on another, seen one way.

    Attributes:
        gate: Equation 7 at the strength that decides, with the error of both bootstraps.
        gates: At every strength.
        units: The 5 %, 50 % and 95 % quantiles of the units' effects (GITE, equation 6).
        p_random: Among directions drawn at random, at the weakest strength.
        p_permuted: Among directions learnt from shuffled values, likewise.
        p: The larger of the two, by the nulls' spread where a code is long enough, after Holm's
            correction over all pairs.
    """

    gate: Estimate
    gates: tuple[float, ...]
    units: tuple[float, float, float]
    p_random: float
    p_permuted: float
    p: float


@dataclass(frozen=True)
class Seen:
    """A pair, seen one way.

    Attributes:
        forward: The first on the second.
        backward: The second on the first.
        delta: Delta tau (equation 10) at the strength that decides.
        deltas: At every strength.
        ranked: What remains of it where scale and base rates are alike.
        direction: What this view says.
    """

    forward: Effect
    backward: Effect
    delta: Estimate
    deltas: tuple[float, ...]
    ranked: Estimate
    direction: Direction


@dataclass(frozen=True)
class Pair:
    """A pair of attributes.

    Attributes:
        left: The first.
        right: The second.
        latent: Seen by the classifiers of codes (equation 8).
        image: Seen by the classifiers of outputs (equation 9).
        direction: The verdict: what the second view says, or a refusal.
        declared: The direction of a path in the graph, where there is a graph.
        baselines: What methods without interventions say.
    """

    left: str
    right: str
    latent: Seen
    image: Seen
    direction: Direction
    declared: Direction | None
    baselines: Mapping[str, str]


@dataclass(frozen=True)
class Attribute:
    """One attribute and its classifiers.

    Attributes:
        name: The attribute.
        latent: The held-out balanced accuracy of its classifier of codes.
        image: That of its classifier of outputs.
        rate: How many of the generator's outputs show it.
        mmd: Between p(z | m = 1) and p(z | do(m = 1)), at each strength.
        judged: Whether pairs with it are judged.
    """

    name: str
    latent: Estimate
    image: Estimate
    rate: Estimate
    mmd: tuple[float, ...]
    judged: bool


@dataclass(frozen=True)
class Preference:
    """How often a network holds the image with the first attribute turned over for more real.

    Attributes:
        share: Of the pairs of images.
        p: That it is 1/2, by the sign test, after Holm's correction over the attributes' pairs.
    """

    share: Estimate
    p: float


@dataclass(frozen=True)
class Control:
    """One setting of controlled generation for a pair of attributes.

    Attributes:
        pairs: Of images.
        strengths: The median strength with which the first and the second were turned over.
        preferred: What each network says.
        pictures: Some of the pairs; None of none.
    """

    pairs: int
    strengths: tuple[float, float]
    preferred: Mapping[str, Preference]
    pictures: PictureRows | None


@dataclass(frozen=True)
class Controlled:
    """Controlled generation for a pair of attributes.

    Attributes:
        left: The first.
        right: The second.
        source: Both turned over in the same unit.
        destination: Each turned over in a unit of its own, to the same values.
    """

    left: str
    right: str
    source: Control
    destination: Control


@dataclass(frozen=True)
class AuditReport:
    """What a generator believes.

    Attributes:
        generator: What was audited.
        encoder: Where the codes of the latent classifiers came from.
        encoder_error: The mean squared error of outputs drawn from codes, in shares of their
            variance; None where the codes came first.
        data: The labelled data.
        labels: Of a run, what its codes hold.
        latent: The size of a code.
        units: Codes drawn from the prior.
        alphas: The strengths.
        alpha: The one that decides.
        classifier: Of codes.
        seed: Of everything that was drawn.
        attributes: What was looked at.
        pairs: Each pair once.
        declared: Of a run, each effect under the graph's own `do`.
        nulls: Some GATEs under each null at the weakest strength, by view and kind of null.
        limits: What such an audit cannot say.
        warnings: What to keep in mind.
        pictures: Outputs under do of each attribute.
        controlled: Controlled generation, where it was asked for.
        annotators: How often each network prefers a real image to a drawn one.
    """

    generator: str
    encoder: str
    encoder_error: float | None
    data: str
    labels: str | None
    latent: int
    units: int
    alphas: tuple[float, ...]
    alpha: float
    classifier: str
    seed: int
    attributes: tuple[Attribute, ...]
    pairs: tuple[Pair, ...]
    declared: tuple[Declared, ...] = ()
    nulls: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    limits: str = LIMITS
    warnings: tuple[Diagnostic, ...] = ()
    pictures: PictureRows | None = None
    controlled: tuple[Controlled, ...] = ()
    annotators: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def leaks(self) -> tuple[Declared, ...]:
        """Effects that are shown and denied by the graph."""
        return tuple(item for item in self.declared if item.finds == "leak")

    @property
    def unshown(self) -> tuple[Declared, ...]:
        """Effects that are declared and not shown."""
        return tuple(item for item in self.declared if item.finds == "unshown")

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON; pictures are left out."""
        found: dict[str, Any] = plain(self)
        found.pop("pictures", None)
        return found
