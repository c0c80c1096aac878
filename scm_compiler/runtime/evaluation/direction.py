"""Which edges of a graph have a direction that data tell, and which could be turned around.

Graphs with the same pairs of neighbours and the same colliders, whose causes are no neighbours,
imply the same independences (Verma and Pearl 1990), so that no number of rows tells them apart.
What all of them agree on follows from the colliders by three rules (Meek 1995).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Matrix = NDArray[np.bool_]


def told_by_data(edges: Matrix) -> Matrix:
    """Of the edges (n, n) of a graph without circles those that no such graph turns around.

    >>> bool(told_by_data(np.array([[0, 1], [0, 0]]) > 0).any())
    False
    """
    near = edges | edges.T
    apart = ~near & ~np.eye(len(edges), dtype=bool)
    told, more = np.zeros_like(edges), edges & (apart @ edges)
    while (more & ~told).any():
        told = told | more
        no_collider, no_circle = told.T @ apart, told @ told
        open_still = near & ~told & ~told.T
        more = edges & (no_collider | no_circle | _between_two(told, open_still, apart))
    return told


def beside_declared(names: Sequence[str], learnt: Array, declared: Array) -> Iterator[str]:
    """The edges of learnt weights (n, n) and those that are declared (n, n), a line each."""
    found, said = learnt != 0, declared != 0
    told = told_by_data(found)
    for cause, effect in np.argwhere(found | (said & ~found.T)).tolist():
        at, turned = (cause, effect), said[effect, cause]
        how = "declared" if said[at] else "declared the other way" if turned else "not declared"
        weight = f"{learnt[at]:+.2f}" if found[at] else "not found"
        unsure = "; data do not tell its direction" if found[at] and not told[at] else ""
        yield f"  {names[cause]} -> {names[effect]}  {weight}, {how}{unsure}"
    if told.any():
        yield "  other directions hold if causes of one label, where not linked, are independent"


def _between_two(told: Matrix, open_still: Matrix, apart: Matrix) -> Matrix:
    """Whether a has open edges to two causes of b that are apart: one of them comes from a."""
    found = np.zeros_like(told)
    for effect, causes in enumerate(told.T):
        middle = open_still & causes
        found[:, effect] = ((middle @ apart) & middle).any(1)
    return found
