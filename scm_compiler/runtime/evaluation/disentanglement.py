"""DCI and MCC: whether each code tells one label, and each label is told by one code.

DCI (Eastwood and Williams 2018) predicts each label from all codes by a lasso, whose weights say
how important a code is for a label. *Disentanglement* is 1 less the entropy of a code's importance
over the labels, mean over the codes by their importance; *completeness* 1 less the entropy of a
label's over the codes; *informativeness* the share of a label's variance that is predicted of rows
that were not fitted. MCC (Hyvärinen and Morioka 2016) is the mean absolute correlation of labels
and codes, matched one to one as is best.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np

from scm_compiler.runtime.evaluation.estimate import Array

SPARSITY = 0.02
"""The weight of the lasso's penalty, of standardised numbers."""

SWEEPS = 200
HELD = 3
"""One row of so many is predicted and not fitted."""


@dataclass(frozen=True)
class Disentanglement:
    """How codes and labels belong together, each from 0 to 1.

    Attributes:
        disentanglement: Each code tells one label.
        completeness: Each label is told by one code.
        informativeness: The codes tell the labels.
        mcc: The mean correlation of matched pairs.
    """

    disentanglement: float
    completeness: float
    informativeness: float
    mcc: float


def disentangled(codes: Array, labels: Array) -> Disentanglement:
    """How codes (n, K, k), of k numbers each, and labels (n, L) belong together.

    >>> labels = np.random.default_rng(0).normal(size=(300, 3))
    >>> found = disentangled(labels[:, [2, 0, 1], None], labels)
    >>> round(found.disentanglement, 2), round(found.completeness, 2), round(found.mcc, 2)
    (1.0, 1.0, 1.0)
    """
    count, concepts, _ = codes.shape
    own, told = _standard(codes.reshape(count, -1)), _standard(labels)
    held = np.arange(count) % HELD == 0
    weights = lasso(own[~held], told[~held])
    missed = (told[held] - own[held] @ weights).var(0) / np.maximum(told[held].var(0), 1e-12)
    importance = np.abs(weights).reshape(concepts, -1, labels.shape[1]).sum(1)
    known = float(np.clip(1 - missed, 0, 1).mean())
    return Disentanglement(*importance_scores(importance), known, matched(codes, labels))


def importance_scores(importance: Array) -> tuple[float, float]:
    """Disentanglement and completeness of an importance matrix (codes, labels).

    >>> importance_scores(np.array([[1.0, 1.0], [0.0, 2.0]]))
    (0.5, 0.5408520829727552)
    """
    total = importance.sum()
    if not total:
        return 0.0, 0.0
    by_code = importance.sum(1) / total
    return float(by_code @ _certain(importance)), float(_certain(importance.T).mean())


def matched(codes: Array, labels: Array) -> float:
    """MCC of codes (n, K, k), each by its first principal component, and labels (n, L)."""
    first = [component(codes[:, rank]) for rank in range(codes.shape[1])]
    own, told = _standard(np.stack(first, 1)), _standard(labels)
    related = np.abs(own.T @ told) / len(labels)
    pairs: nx.Graph[int] = nx.Graph()
    for code, row in enumerate(related.tolist()):  # codes are numbered down from -1
        for label, weight in enumerate(row):
            pairs.add_edge(-1 - code, label, weight=weight)
    best = nx.max_weight_matching(pairs, maxcardinality=True)
    total = sum(float(related[-1 - min(pair), max(pair)]) for pair in best)
    return total / len(told.T)


def component(code: Array) -> Array:
    """The first principal component (n,) of a code (n, k)."""
    centred = code - code.mean(0)
    found: Array = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    return found


def lasso(inputs: Array, outputs: Array) -> Array:
    """The weights (I, O) that make |outputs - inputs w|² / 2n + SPARSITY |w| least.

    By coordinates, one after the other.
    """
    moments, cross = (inputs.T @ it / len(inputs) for it in (inputs, outputs))
    weights = np.zeros_like(cross)
    for _ in range(SWEEPS):
        before = weights.copy()
        for row in range(len(weights)):
            rest = cross[row] - moments[row] @ weights + moments[row, row] * weights[row]
            small = np.maximum(np.abs(rest) - SPARSITY, 0)
            weights[row] = np.sign(rest) * small / max(moments[row, row], 1e-12)
        if np.abs(weights - before).max(initial=0) < 1e-6:
            break
    return weights


def _certain(importance: Array) -> Array:
    """1 less the entropy of each row, in units of the most that it can be."""
    most = np.log(importance.shape[1]) if importance.shape[1] > 1 else 1.0
    shares = importance / np.maximum(importance.sum(1, keepdims=True), 1e-12)
    found: Array = 1 + (shares * np.log(np.maximum(shares, 1e-300))).sum(1) / most
    return np.where(importance.sum(1) > 0, found, 0)


def _standard(numbers: Array) -> Array:
    """Columns of mean 0 and variance 1; constant ones are 0."""
    found: Array = (numbers - numbers.mean(0)) / np.maximum(numbers.std(0), 1e-12)
    return found
