"""How well a judge's reading agrees with the labels that an image was asked for."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from scm_compiler.runtime.evaluation.estimate import NOTHING, Array, Estimate, average, share

Values = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """The agreement of one label with what is read.

    Attributes:
        accuracy: The share of images that read as asked.
        balanced: The mean over the label's values of that share.
        auc: The area under the ROC curve; for more than two values, the mean over the values of
            one against the rest.
        images: How many images.
    """

    accuracy: Estimate
    balanced: Estimate
    auc: Estimate
    images: int


def score(asked: Values, chances: Array) -> Score:
    """Compare the values asked for (n,) with the judge's probabilities (n, size)."""
    right = chances.argmax(1) == asked
    present = [asked == value for value in range(chances.shape[1]) if (asked == value).any()]
    recalls = [share(int(right[rows].sum()), int(rows.sum())) for rows in present]
    return Score(
        accuracy=share(int(right.sum()), len(right)),
        balanced=average(recalls),
        auc=_areas(asked, chances),
        images=len(asked),
    )


def _areas(asked: Values, chances: Array) -> Estimate:
    if chances.shape[1] == 2:
        return auc(chances[asked == 1, 1], chances[asked == 0, 1])
    values = range(chances.shape[1])
    return average([auc(chances[asked == v, v], chances[asked != v, v]) for v in values])


def auc(positive: Array, negative: Array) -> Estimate:
    """The probability that a positive scores above a negative, ties counting one half.

    The standard error is that of DeLong, DeLong and Clarke-Pearson (1988). Where the two are
    perfectly apart it would be 0; it is then that of one pair in doubt of each image.

    Args:
        positive: Scores (n,) of the images that have the value.
        negative: Scores (m,) of those that do not.

    Example:
        >>> auc(np.array([0.9, 0.4]), np.array([0.5, 0.1, 0.4])).value  # (3 + 1.5) / 6
        0.75
    """
    if not len(positive) or not len(negative):
        return NOTHING
    above = _placements(positive, negative)
    below = 1 - _placements(negative, positive)
    variance = sum(float(part.var(ddof=1)) / len(part) for part in (above, below) if len(part) > 1)
    fewest = min(len(positive), len(negative))
    floor = 1 / (fewest + 2) / sqrt(fewest) if variance == 0 else 0.0
    return Estimate(float(above.mean()), sqrt(variance) or floor)


def _placements(scores: Array, others: Array) -> Array:
    """For each score the share of the others below it, ties counting one half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    placed: Array = below / (2.0 * len(others))
    return placed
