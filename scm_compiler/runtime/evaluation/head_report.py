"""What is found out about an image head: never how well labels are read without how real it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from torch import Tensor

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.runtime.evaluation.closeness import Closeness, Course
from scm_compiler.runtime.evaluation.course import Moment
from scm_compiler.runtime.evaluation.diversity import Diversity
from scm_compiler.runtime.evaluation.effects import Arrow, Effect
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.opinion import Opinion
from scm_compiler.runtime.evaluation.realism import Realism
from scm_compiler.runtime.evaluation.scores import Score


@dataclass(frozen=True)
class LabelScores:
    """How well one label can be read off the images that were asked to show it.

    Attributes:
        label: The label.
        own: The classifier's score on real images that it has not seen.
        generated: The scores of generated images, by kind of regime: `observation`, and, pooled
            over every label and value, `given` and `do`.
        true: What the same classifier reaches on true images: of the very same labels where the
            truth can be drawn, else on the held-out real images.
    """

    label: str
    own: Score
    generated: Mapping[str, Score]
    true: Mapping[str, Score]

    def ratio(self, kind: str) -> Estimate:
        """The accuracy on generated images over that on true ones."""
        return self.generated[kind].accuracy.over(self.true[kind].accuracy)


@dataclass(frozen=True)
class NumberScores:
    """How near a number that is read off images is to the one that they were asked to show.

    Attributes:
        label: The label.
        own: The judge's closeness on real images that it has not seen.
        generated: That of generated images, by kind of regime, as of `LabelScores`.
    """

    label: str
    own: Closeness
    generated: Mapping[str, Closeness]


@dataclass(frozen=True)
class Moved:
    """What an intervention makes of a number.

    Attributes:
        regime: The intervention.
        label: The number.
        known: Where it lies by the true mechanisms; None where they are not known.
        learnt: By those that were learnt: what the images were asked for.
        shown: Where it lies in the images, as the judge reads them.
    """

    regime: str
    label: str
    known: Course | None
    learnt: Course
    shown: Course


@dataclass(frozen=True)
class Coverage:
    """How far an intervention leads beyond the real images.

    Attributes:
        regime: The intervention.
        absent: The share of its images whose labels fewer than `few` real training images have.
        few: The bound.
    """

    regime: str
    absent: Estimate
    few: int


@dataclass(frozen=True, eq=False)
class PictureRows:
    """The paper's two-row figure: the same label set, and seen.

    Attributes:
        regimes: What each row shows.
        images: (rows, n, C, H, W) in uint8.
    """

    regimes: tuple[str, ...]
    images: Tensor


@dataclass(frozen=True)
class HeadReport:
    """The evaluation of one image head.

    A generator can write its labels plainly into noise that no one would take for an image; then
    the label scores are high and mean nothing. So one object holds both.

    Attributes:
        node: The image.
        data: The real images.
        seed: Of all that was drawn.
        realism: How real the images are.
        labels: How well each label is read.
        effects: The effect matrix under do.
        arrows: The direction of each arrow.
        diversity: Generated beside real.
        coverage: How far each intervention leads beyond the data.
        truth_known: Whether true images of any labels can be drawn.
        left_out: Regimes that the label model cannot answer for, with the reason.
        warnings: What to keep in mind.
        pictures: The two-row figure, where two labels are joined by an arrow.
        course: How realism grew in training, as far as there are previews.
        second: What a judge says that has learnt a painted label too, if it was asked.
        numbers: How near each number is to what was asked for, where labels are real.
        moved: What interventions make of each of them.
        mechanism_known: Whether the source of the images knows the mechanisms of their labels.

    Raises:
        TypeError: If there is no realism score.
    """

    node: str
    data: str
    seed: int
    realism: Realism
    labels: tuple[LabelScores, ...]
    effects: tuple[Effect, ...]
    arrows: tuple[Arrow, ...]
    diversity: tuple[Diversity, ...]
    coverage: tuple[Coverage, ...]
    truth_known: bool
    left_out: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    pictures: PictureRows | None = None
    course: tuple[Moment, ...] = ()
    second: Opinion | None = None
    numbers: tuple[NumberScores, ...] = ()
    moved: tuple[Moved, ...] = ()
    mechanism_known: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.realism, Realism):
            raise TypeError("label scores are not reported without a realism score")

    @property
    def mean_auc(self) -> float:
        """The mean over the labels of the AUC under observation; read `realism` with it.

        NaN for an image without labels.
        """
        areas = [scores.generated["observation"].auc.value for scores in self.labels]
        return sum(areas) / len(areas) if areas else nan
