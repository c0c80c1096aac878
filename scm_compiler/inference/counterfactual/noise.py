"""Noise models: how a node's own noise ties what it does under different parents together.

The tables P(x | parents) leave that open; a mechanism settles it. What counts of the noise is only
the response function that it selects: the value for each configuration of the parents.
"""

from dataclasses import replace
from functools import reduce

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.counterfactuals import TooManyForGumbel
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.joint import Group, Join
from scm_compiler.model.coupling import tails

_ROUNDING = 8 * np.finfo(np.float64).eps


def threshold(group: Group) -> Array:
    """The copies' common table if one uniform number is compared with thresholds.

    x = #{k : u < P(x > k | parents)}, as the explicit mechanisms have it: the value is v where
    P(x > v) <= u < P(x >= v), so that the copies have their values together where these intervals
    meet. It is the coupling in which larger values go together.
    """
    # Each interval is measured from both ends of [0, 1]; the end that is nearer counts, so that
    # small probabilities keep their digits.
    ends = zip(*(_ends(_normalised(table)) for table in group.tables), strict=True)
    at_least, above, at_most, below = (group.spread(arrays) for arrays in ends)
    top, bottom = reduce(np.minimum, at_least), reduce(np.minimum, at_most)
    near_top = top <= 0.5
    width = np.where(near_top, top - reduce(np.maximum, above), bottom - reduce(np.maximum, below))
    rounding = _ROUNDING * np.where(near_top, top, bottom)
    return np.asarray(np.where(width > rounding, width, 0.0))


def opposed(group: Group) -> Array:
    """The common table of two copies of a node of two values that differ whenever they can.

    Where both have the same parents they are still one variable.
    """
    (first, second), (left, right) = group.tables, group.known
    mirrored = (left, None if right is None else 1 - right)
    tables = (first, second[..., ::-1])
    found = threshold(replace(group, tables=tables, known=mirrored))
    if right is None:
        found = found[..., ::-1]
    same = group.beside(group.rows[0] == group.rows[1])
    return np.asarray(np.where(same, threshold(group), found))


def gumbel(group: Group) -> Array:
    """The copies' common table under the Gumbel-max model (Oberst and Sontag 2019).

    x = argmax over v of log P(v | parents) + G_v, with independent Gumbel numbers G_v that do not
    depend on the parents. For two values it is the same as `threshold`.

    Raises:
        ScmError: E453 if a node of three or more values has more than two copies: for these no
            closed form is known.
    """
    if group.tables[0].shape[-1] == 2:
        return threshold(group)
    if beyond_gumbel(group):
        raise refuse(TooManyForGumbel(node=group.node, worlds=len(group.tables)))
    first, second = (_normalised(table) for table in group.tables)
    size = first.shape[-1]
    rows = [[_races(first, second, i, j) for j in range(size)] for i in range(size)]
    joint = np.stack([np.stack(row, -1) for row in rows], -2)
    found = joint[(..., *(slice(None) if value is None else value for value in group.known))]
    same = group.beside(group.rows[0] == group.rows[1])
    return np.asarray(np.where(same, threshold(group), found))


def beyond_gumbel(group: Group) -> bool:
    """Whether no closed form of the common table is known under the Gumbel-max model."""
    return group.tables[0].shape[-1] > 2 and len(group.tables) > 2


NOISE_MODELS: dict[str, Join] = {"threshold": threshold, "gumbel-max": gumbel}


def _normalised(table: Array) -> Array:
    return np.asarray(table / table.sum(-1, keepdims=True))


def _ends(table: Array) -> tuple[Array, Array, Array, Array]:
    """P(x >= v), P(x > v), P(x <= v) and P(x < v) along the last axis."""
    top, bottom = tails(table), tails(table[..., ::-1])[..., ::-1]
    return top[..., :-1], top[..., 1:], bottom[..., 1:], bottom[..., :-1]


def _races(first: Array, second: Array, i: int, j: int) -> Array:
    """P(the first copy has value i and the second value j).

    Gumbel-max is a race of exponential clocks E_v: the winner has the least E_v / P(v). With
    a_v = P(v) / P(i) of the first copy and b_v = P(v) / P(j) of the second, i and j win where
    E_v >= max(a_v E_i, b_v E_j) for all v. For i = j that has probability 1 / sum_v max(a_v, b_v).
    Else let s = E_j / (E_i + E_j): the probability is the integral of 1 / D(s)^2 over
    a_j (1 - s) <= s and b_i s <= 1 - s, with D(s) = sum_v max(a_v (1 - s), b_v s), which is linear
    between the points where two of its terms cross.
    """
    first, second = np.broadcast_arrays(first, second)
    possible = (first[..., i] > 0) & (second[..., j] > 0)
    a = first / np.where(possible, first[..., i], 1.0)[..., None]
    b = second / np.where(possible, second[..., j], 1.0)[..., None]
    if i == j:
        return np.asarray(np.where(possible, 1 / _or_one(np.maximum(a, b).sum(-1)), 0.0))
    start = a[..., j] / (1 + a[..., j])
    stop = np.maximum(start, 1 / (1 + b[..., i]))
    crossings = a / _or_one(a + b)
    inside = np.clip(crossings, start[..., None], stop[..., None])
    points = np.sort(np.concatenate([start[..., None], inside, stop[..., None]], -1), -1)
    s = points[..., None]
    rate = np.maximum(a[..., None, :] * (1 - s), b[..., None, :] * s).sum(-1)
    pieces = np.diff(points) / _or_one(rate[..., 1:] * rate[..., :-1])
    return np.asarray(np.where(possible, pieces.sum(-1), 0.0))


def _or_one(array: Array) -> Array:
    """The array with ones for its zeros, to divide by where the result is not used."""
    return np.asarray(np.where(array == 0, 1.0, array))
