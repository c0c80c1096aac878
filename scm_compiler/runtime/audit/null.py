"""What GATEs look like where there is nothing: two nulls, and p-values with Holm's correction.

`random`: the code is moved in directions drawn evenly from the sphere. `permuted`: in those that
classifiers find after an attribute's values were shuffled (section 3.4 of Bose et al. 2022). Where
codes are spread evenly in all directions the two agree.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.runtime.audit.linear import unit

Array = NDArray[np.float64]


def random_directions(rows: int, latent: int, dice: torch.Generator) -> Tensor:
    """Directions (rows, D) drawn evenly."""
    drawn = torch.randn(rows, latent, generator=dice, dtype=torch.float64)
    return unit(drawn)


def permuted_directions(codes: Tensor, labels: Tensor, rows: int, dice: torch.Generator) -> Tensor:
    """The directions (rows, D) that classifiers of shuffled values find.

    One step of Newton's method from no slope at all: under the null the rest of the way is of
    smaller order.

    Args:
        codes: (n, D), what the classifiers learn from.
        labels: (n,) of 0 and 1.
        rows: How often they are shuffled.
        dice: Shuffles.
    """
    centred = codes - codes.mean(0)
    shuffled = torch.stack(
        [labels[torch.randperm(len(labels), generator=dice)] for _ in range(rows)]
    )
    square = centred.T @ centred + torch.eye(codes.shape[1], dtype=codes.dtype)
    return unit(torch.linalg.solve(square, centred.T @ (shuffled - labels.mean()).T).T)


def p_counted(found: Array, null: Array) -> Array:
    """The share of null GATEs at least as far from 0, the found one counted with them.

    >>> p_counted(np.array([3.0]), np.array([[1.0], [-4.0], [2.0]]))
    array([0.5])
    """
    beyond = (np.abs(null) >= np.abs(found)).sum(0)
    share: Array = (1 + beyond) / (1 + len(null))
    return share


def p_fitted(found: Array, null: Array) -> Array:
    """The tail of Student's t with the spread of the null GATEs, for p-values below 1 / draws.

    A null GATE is nearly a projection of one vector on an even direction, and so nearly normal
    where a code has many dimensions.
    """
    spread = np.sqrt((null**2).mean(0)) + 1e-12
    return student_tail(np.abs(found) / spread, len(null))


def student_tail(t: Array, freedom: int) -> Array:
    """P(|T| >= t) of Student's t, by the normal tail at Wallace's (1959) transform.

    >>> student_tail(np.array([2.0]), 10).round(3)
    array([0.073])
    """
    shrunk = np.sqrt(freedom * np.log1p(t**2 / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
    tail = torch.erfc(torch.from_numpy(shrunk / np.sqrt(2)))
    found: Array = tail.numpy()
    return found


def holm(p: Array) -> Array:
    """P-values corrected for their number (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    flat = p.reshape(-1)
    order = np.argsort(flat, kind="stable")
    scaled = flat[order] * np.arange(len(flat), 0, -1)
    found = np.empty_like(flat)
    found[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
    return found.reshape(p.shape)
