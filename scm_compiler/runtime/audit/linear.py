"""Linear classifiers of codes: phi of CAGE (section 3.3), by Newton's method in float64.

A logistic classifier is fitted on one part of the data, calibrated on another (Platt 1999) and
tried on a third. `svm` has the directions of a support vector machine with squared hinge loss, and
probabilities by the same calibration.
"""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from scm_compiler.runtime.evaluation.estimate import Estimate, share

Kind = Literal["logistic", "svm"]
KINDS: tuple[Kind, ...] = ("logistic", "svm")

RIDGE = 1.0
"""The weight of half the squared norm beside the summed loss: one row's worth."""
_STEPS, _ENOUGH = 50, 1e-8


@dataclass(frozen=True, eq=False)
class Linear:
    """Calibrated linear classifiers, one an attribute.

    Attributes:
        weights: (P, D), the slopes of the logits.
        offsets: (P,), the logits at the code 0.
    """

    weights: Tensor
    offsets: Tensor

    @property
    def directions(self) -> Tensor:
        """H (P, D): the unit normals of the hyperplanes, in which an attribute rises."""
        return unit(self.weights)

    def logits(self, codes: Tensor) -> Tensor:
        """The logits (n, P) of codes (n, D)."""
        return codes.double() @ self.weights.T + self.offsets


@dataclass(frozen=True, eq=False)
class Fit:
    """Classifiers with what they were fitted to.

    Attributes:
        raw: (P, D + 1), slopes and offsets before calibration.
        platt: (P, 2), the slope and offset of the calibrated logit over the raw score.
        accuracy: The balanced accuracy of each on data that it has not seen.
        codes: (n, D), what they were fitted to.
        labels: (n, P).
        kind: Of classifier.
    """

    raw: Tensor
    platt: Tensor
    accuracy: tuple[Estimate, ...]
    codes: Tensor
    labels: Tensor
    kind: Kind

    @property
    def linear(self) -> Linear:
        """The calibrated classifiers."""
        slope, offset = self.platt.T
        return Linear(self.raw[:, :-1] * slope[:, None], self.raw[:, -1] * slope + offset)

    def resampled(self, dice: torch.Generator) -> Linear:
        """The classifiers of resampled rows: one step of Newton's method from these."""
        rows = len(self.codes)
        drawn = torch.randint(rows, (rows,), generator=dice)
        weights = torch.bincount(drawn, minlength=rows).double()
        again = [
            fit_one(self.codes, column, self.kind, weights=weights, start=raw, steps=1)
            for column, raw in zip(self.labels.T, self.raw, strict=True)
        ]
        return replace(self, raw=torch.stack(again)).linear


def fit_linear(codes: Tensor, labels: Tensor, kind: Kind = "logistic") -> Fit:
    """Fit, calibrate and try a classifier for each attribute.

    Args:
        codes: (n, D), in random order.
        labels: (n, P) of 0 and 1; each value occurs.
        kind: Of classifier.
    """
    codes, labels = codes.double(), labels.double()
    first, second = int(0.6 * len(codes)), int(0.8 * len(codes))
    raws, platts, tried = [], [], []
    for column in labels.T:
        raw = fit_one(codes[:first], column[:first], kind)
        scores = codes @ raw[:-1] + raw[-1]
        platt = _platt(scores[first:second], column[first:second])
        logits = scores[second:] * platt[0] + platt[1]
        raws.append(raw)
        platts.append(platt)
        tried.append(balanced(logits, column[second:], column[:first]))
    learnt = codes[:first], labels[:first]
    return Fit(torch.stack(raws), torch.stack(platts), tuple(tried), *learnt, kind)


def fit_one(
    codes: Tensor,
    labels: Tensor,
    kind: Kind = "logistic",
    *,
    weights: Tensor | None = None,
    start: Tensor | None = None,
    steps: int = _STEPS,
) -> Tensor:
    """The slopes and the offset (D + 1,) of one classifier.

    Args:
        codes: (n, D).
        labels: (n,) of 0 and 1.
        kind: Of classifier.
        weights: Of the rows, for a bootstrap.
        start: Where Newton's method sets out.
        steps: Of Newton's method, at most; one from a fit of the same data is nearly all the way.
    """
    rows = torch.cat([codes, torch.ones_like(codes[:, :1])], dim=1)
    heavy = torch.ones_like(labels) if weights is None else weights
    penalty = torch.full((rows.shape[1],), RIDGE, dtype=rows.dtype)
    penalty[-1] = 1e-6  # the offset is free, and the system stays regular
    found = torch.zeros(rows.shape[1], dtype=rows.dtype) if start is None else start.clone()
    for _ in range(steps):
        pull, curve = _slopes(rows @ found, labels, kind)
        gradient = rows.T @ (heavy * pull) + penalty * found
        hessian = (rows * (heavy * curve)[:, None]).T @ rows + torch.diag(penalty)
        step = torch.linalg.solve(hessian, gradient)
        found = found - step * min(1.0, 10.0 / float(step.norm().clamp_min(1e-12)))
        if float(step.norm()) < _ENOUGH * (1 + float(found.norm())):
            break
    return found


def _slopes(scores: Tensor, labels: Tensor, kind: Kind) -> tuple[Tensor, Tensor]:
    """The first and second derivative of each row's loss in its score."""
    if kind == "logistic":
        chance = scores.sigmoid()
        return chance - labels, (chance * (1 - chance)).clamp_min(1e-10)
    side = 2 * labels - 1
    short = (1 - side * scores).clamp_min(0)
    return -side * short, (short > 0).double()


def _platt(scores: Tensor, labels: Tensor) -> Tensor:
    """The slope, above 0, and offset (2,) of the logit over scores (Platt 1999)."""
    spread = scores.std().clamp_min(1e-12)
    slope, offset = fit_one((scores / spread)[:, None], labels)
    return torch.stack([(slope / spread).clamp_min(1e-6), offset])


def balanced(logits: Tensor, labels: Tensor, known: Tensor) -> Estimate:
    """The mean of the accuracies of the two classes, called by the odds of the known labels.

    Args:
        logits: (n,).
        labels: (n,) of 0 and 1.
        known: The labels whose odds are the threshold, so that a rare class is called at all.
    """
    odds = torch.logit(known.mean().clamp(1e-6, 1 - 1e-6))
    parts = []
    for value in (0, 1):
        mine = labels == value
        right = ((logits[mine] > odds) == bool(value)).sum()
        parts.append(share(int(right), int(mine.sum())))
    return Estimate(
        (parts[0].value + parts[1].value) / 2,
        (parts[0].error ** 2 + parts[1].error ** 2) ** 0.5 / 2,
    )


def unit(rows: Tensor) -> Tensor:
    """Rows of length 1."""
    found: Tensor = rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return found
