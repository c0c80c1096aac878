"""Whether a number agrees with the paper's, in one word, by the rules of `RULES`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Literal

from scm_compiler.runtime.evaluation.estimate import Estimate

Word = Literal["agrees", "better", "worse", "disagrees", "cannot be compared"]

PROBABILITY = 0.01
"""Two trainings of one adversarial model differ by so much in a probability."""
DISTANCE = 0.01
"""And by so much in a total variation distance."""
READING = 0.05
"""A share that is read off images by a classifier may be off by so much."""
CAPTURED = 0.5
"""A label whose sweep changes its share by so much is captured."""
DEVIATIONS = 2.0


@dataclass(frozen=True)
class Verdict:
    """A word, and why where it is not plain agreement.

    >>> str(Verdict("agrees")), str(Verdict("cannot be compared", "the data differ"))
    ('agrees', 'cannot be compared because the data differ')
    """

    word: Word
    reason: str = ""

    def __str__(self) -> str:
        if not self.reason:
            return self.word
        return f"{self.word} because {self.reason}"


def lower_is_better(
    ours: Estimate, paper: float, *, slack: float = DISTANCE, reason: str = ""
) -> Verdict:
    """Rule 1, of distances.

    >>> str(lower_is_better(Estimate(0.02), 0.04)), str(lower_is_better(Estimate(0.145), 0.14))
    ('better', 'agrees')
    """
    if not isfinite(ours.value):
        return Verdict("cannot be compared", "there is no number")
    gap = ours.value - paper
    if abs(gap) <= slack + DEVIATIONS * ours.error:
        return Verdict("agrees")
    return Verdict("better") if gap < 0 else Verdict("worse", reason)


def nearer_to_exact(
    ours: Estimate, paper: float, exact: float, *, slack: float = PROBABILITY, reason: str = ""
) -> Verdict:
    """Rule 2, of probabilities.

    >>> str(nearer_to_exact(Estimate(0.42), 0.38, 0.417))
    'better'
    """
    if not isfinite(ours.value):
        return Verdict("cannot be compared", "there is no number")
    if abs(ours.value - paper) <= slack + DEVIATIONS * ours.error:
        return Verdict("agrees")
    if abs(ours.value - exact) < abs(paper - exact):
        return Verdict("better")
    return Verdict("worse", reason)


def read_off(
    ours: Estimate, exact: float, judge: Estimate | None = None, *, reason: str = ""
) -> Verdict:
    """Rule 3, of what a classifier reads off images.

    >>> str(read_off(Estimate(0.44, 0.01), 0.417)), str(read_off(Estimate(0.9, 0.01), 0.417))
    ('agrees', 'disagrees')
    """
    if not isfinite(ours.value):
        return Verdict("cannot be compared", "there is no number")
    if judge is not None and abs(judge.value - exact) > 2 * READING:
        what = f"the classifier reads {judge.value:.2f} off true images of the same labels"
        return Verdict("cannot be compared", what)
    targets = [Estimate(exact), *([judge] if judge is not None else [])]
    if any(_within(ours.minus(target), READING) for target in targets):
        return Verdict("agrees")
    return Verdict("disagrees", reason)


def ordered(less: Estimate, *, expected: str = "less") -> Verdict:
    """Rule 4, of claims that one thing is less than another.

    Args:
        less: The first less the second: negative if the claim is right.
        expected: For the reason, what was claimed.

    >>> str(ordered(Estimate(-0.1, 0.01))), str(ordered(Estimate(0.1, 0.01)))
    ('agrees', 'disagrees because the difference is the other way')
    """
    if not isfinite(less.value) or not isfinite(less.error):
        return Verdict("cannot be compared", "there is no number")
    if abs(less.value) <= DEVIATIONS * less.error:
        return Verdict("cannot be compared", "the difference is within two standard errors")
    if less.value < 0:
        return Verdict("agrees")
    way = "the other way" if expected == "less" else expected
    return Verdict("disagrees", f"the difference is {way}")


def falls(values: Sequence[float], *, parts: int = 4) -> Verdict:
    """Rule 5, of claims that a curve falls.

    >>> str(falls([4, 3, 2, 1])), str(falls([1, 2, 3, 4]))
    ('agrees', 'disagrees because its means by quarters are 1, 2, 3, 4')
    """
    if len(values) < parts:
        return Verdict("cannot be compared", f"there are only {len(values)} reports")
    cuts = [len(values) * part // parts for part in range(parts + 1)]
    means = [sum(values[start:stop]) / (stop - start) for start, stop in pairwise(cuts)]
    if all(later < earlier for earlier, later in pairwise(means)):
        return Verdict("agrees")
    shown = ", ".join(f"{mean:.3g}" for mean in means)
    return Verdict("disagrees", f"its means by quarters are {shown}")


def captured(shares: Sequence[float], *, expected: bool) -> Verdict:
    """Rule 6, of label sweeps.

    >>> str(captured([0.1, 0.9], expected=True)), str(captured([0.1, 0.9], expected=False))
    ('agrees', 'better')
    """
    found = shares[-1] - shares[0] >= CAPTURED
    if found == expected:
        return Verdict("agrees")
    change = f"the share only goes from {shares[0]:.2f} to {shares[-1]:.2f}"
    return Verdict("better") if found else Verdict("worse", change)


def _within(gap: Estimate, slack: float) -> bool:
    return abs(gap.value) <= slack + DEVIATIONS * gap.error


RULES = (
    f"A distance agrees if it is within {DISTANCE} and {DEVIATIONS:.0f} standard errors of the "
    "paper's; else it is better or worse.",
    f"A probability agrees if it is within {PROBABILITY} and {DEVIATIONS:.0f} standard errors of "
    "the paper's; else it is better if it is nearer to the exact one than the paper's is, and "
    "worse if it is farther.",
    f"What images show agrees if the share that the classifier reads is within {READING} and "
    f"{DEVIATIONS:.0f} standard errors of the exact probability, or of what it reads off true "
    f"images of the same labels. A classifier that misreads true images by more than "
    f"{2 * READING} settles nothing.",
    f"A claim that one thing is less than another agrees if the difference is more than "
    f"{DEVIATIONS:.0f} standard errors on that side of zero, and disagrees if it is so on the "
    "other side.",
    "A curve falls if its mean over each quarter of the training is below that of the quarter "
    "before.",
    f"A label is captured by a generator if images at the end of its sweep look to have it more "
    f"often than at the start, by at least {CAPTURED}.",
)
"""The rules as the report prints them."""
