"""How an audit is done."""

from dataclasses import dataclass, field

from scm_compiler.runtime.audit.head_codes import Labels
from scm_compiler.runtime.audit.linear import Kind
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe

ALPHAS = (0.5, 1.0, 1.5, 2.0, 3.0)
FEW = 200
"""Units at which replicates and nulls are seen through the images' classifiers."""
LATENT_NULLS = 10
"""How many times as many directions of each null the codes' classifiers see."""


@dataclass(frozen=True)
class Settings:
    """How an audit is done.

    Attributes:
        labels: What a run's codes hold: the noise that the graph's label model reads, or labels
            that are drawn at random.
        alphas: How far codes are moved, rising, in standard deviations of the prior.
        alpha: The one of them that decides.
        units: Codes that are drawn from the prior.
        learn: Codes that the latent classifiers learn from and are tried on, at most.
        nulls: Directions of each null whose outputs are drawn; ten times as many for the codes
            alone.
        replicates: Resamples of the latent classifiers' data.
        classifier: `logistic` or `svm`.
        level: Of the verdicts, after Holm's correction.
        least: The held-out balanced accuracy without which a pair is not judged.
        tolerance: How far an effect may be off what graph and label model say.
        seed: Of everything that is drawn.
        budget: Seconds; so many units are drawn as are expected to fit. None for `units`.
        judge: How the classifier of images is trained; the evaluation's own recipe if None.
    """

    labels: Labels = "graph"
    alphas: tuple[float, ...] = ALPHAS
    alpha: float = 2.0
    units: int = 1000
    learn: int = 10_000
    nulls: int = 100
    replicates: int = 10
    classifier: Kind = "logistic"
    level: float = 0.05
    least: float = 0.65
    tolerance: float = 0.05
    seed: int = 0
    budget: float | None = None
    judge: JudgeRecipe | None = field(default=None)

    def __post_init__(self) -> None:
        if self.alpha not in self.alphas or tuple(sorted(self.alphas)) != self.alphas:
            raise ValueError(f"the strengths {self.alphas} must rise, and hold {self.alpha:g}")
        if min(self.alphas) <= 0 or min(self.units, self.learn, self.nulls) < 10:
            raise ValueError("strengths are above 0, and at least 10 codes and nulls are drawn")

    @property
    def decides(self) -> int:
        """The place of `alpha`."""
        return self.alphas.index(self.alpha)
