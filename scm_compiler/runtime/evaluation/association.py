"""MIC and TIC: how far two numbers determine each other (Reshef et al. 2011 and 2016).

The characteristic matrix has, for each grid of x columns and y rows, the most mutual information
that such a grid can get out of the points, divided by log min(x, y). One axis is cut into equal
parts, the other where it is best, found by dynamic programming. MIC is its largest entry, TIC the
mean of the entries: 1 for two numbers that are the same.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from scm_compiler.runtime.evaluation.estimate import Array

ALPHA, CLUMPS = 0.6, 15
"""A grid has at most n ** ALPHA cells; a column may end at so many places for each that it has."""


@dataclass(frozen=True)
class Association:
    """How far two numbers determine each other, with what to hold that against.

    Attributes:
        mic: The maximal information coefficient.
        tic: The mean of the characteristic matrix.
        floor: The MIC of the same numbers in random order: what nothing at all looks like.
        cap: The MIC of the label with itself: less than 1 where few have it.
    """

    mic: float
    tic: float
    floor: float
    cap: float


def associated(code: Array, label: Array, seed: int = 0) -> Association:
    """The association of a code (n,) with a label (n,)."""
    found = characteristic(code, label)
    mixed = characteristic(np.random.default_rng(seed).permutation(code), label)
    own = characteristic(label, label)
    return Association(max(found), sum(found) / len(found), max(mixed), max(own))


def characteristic(left: Array, right: Array) -> list[float]:
    """The entries of the characteristic matrix of two numbers (n,).

    >>> line = np.arange(100.0)
    >>> min(characteristic(line, -line)) > 0.95
    True
    """
    cells = int(max(len(left) ** ALPHA, 4))
    found: dict[tuple[int, int], float] = {}
    for turned, (along, across) in enumerate(((left, right), (right, left))):
        order = np.argsort(along, kind="stable")
        for rows in range(2, cells // 2 + 1):
            row_of = _equal_parts(across, rows)[order]
            gains = _best_columns(along[order], row_of, cells // rows)
            for columns, gain in enumerate(gains, 2):
                place = (rows, columns) if turned else (columns, rows)
                share = min(1.0, max(0.0, gain / log(min(columns, rows))))
                found[place] = max(found.get(place, 0.0), share)
    return list(found.values())


def _equal_parts(numbers: Array, parts: int) -> NDArray[np.int64]:
    """The part (n,) of each number, as equal as they can be where equal numbers stay together."""
    distinct, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    part = np.minimum((middle * parts / len(numbers)).astype(np.int64), parts - 1)
    _, dense = np.unique(part, return_inverse=True)
    found: NDArray[np.int64] = dense.reshape(-1)[inverse.reshape(-1)]
    assert len(distinct) == len(part)
    return found


def _best_columns(along: Array, row_of: NDArray[np.int64], most: int) -> list[float]:
    """The most information (nats) of 2, 3, … `most` columns, of points in order of `along`."""
    count, rows = len(along), int(row_of.max()) + 1
    ends = _ends(along, CLUMPS * most)
    hot = np.zeros((count + 1, rows))
    hot[np.arange(1, count + 1), row_of] = 1
    held = hot.cumsum(0)[ends]
    inside = held[None] - held[:, None]
    total = inside.sum(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(inside > 0, inside * np.log(inside / total[:, :, None]), 0)
    cost = np.where(np.arange(len(ends))[:, None] < np.arange(len(ends)), -parts.sum(2), np.inf)
    shares = held[-1] / count
    whole = -float((shares[shares > 0] * np.log(shares[shares > 0])).sum())
    best, gains = cost[0], []
    for _ in range(2, most + 1):
        best = np.minimum(best, (best[:, None] + cost).min(0))
        gains.append(whole - float(best[-1]) / count)
    return gains


def _ends(along: Array, most: int) -> NDArray[np.int64]:
    """Where a column may end: between different numbers, at `most` places, far apart alike."""
    changes = np.flatnonzero(along[1:] != along[:-1]) + 1
    whole = np.concatenate([[0], changes, [len(along)]])
    if len(whole) <= most + 1:
        return whole
    wanted = np.linspace(0, len(along), most + 1)
    places = np.searchsorted(whole, wanted).clip(0, len(whole) - 1)
    found: NDArray[np.int64] = np.unique(whole[places])
    return found
