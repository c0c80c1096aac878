"""Whether data agree with an independence: the G-test of conditional independence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.evaluation import Counts
from scm_compiler.ir import Independence


@dataclass(frozen=True, slots=True)
class GTest:
    """One test.

    Attributes:
        claim: What is tested.
        statistic: G = 2 sum O ln(O / E), over the strata that the given labels make.
        freedom: Its degrees of freedom; 0 where the data hold no stratum in which both vary.
        p_value: The probability of so large a G if the claim is true; 1 without freedom.
        corrected: The p-value by Holm's correction for all tests that were made.
        bits: The conditional mutual information in the data: the size of the dependence.
        untested: Why nothing was tested; empty where something was.
    """

    claim: Independence
    statistic: float
    freedom: int
    p_value: float
    corrected: float
    bits: float
    untested: str = ""


def check_independences(claims: Sequence[Independence], data: Counts) -> tuple[GTest, ...]:
    """Test each claim; the correction is for all that can be tested.

    Args:
        claims: Independences of single nodes; one that names a real node is not tested.
        data: The rows.

    Raises:
        ValueError: If a claim is about several labels at once.
    """
    raw = [_g(claim, data) for claim in claims]
    values = [chi_squared_tail(g, freedom) for g, freedom in raw]
    able = [place for place, (_, freedom) in enumerate(raw) if freedom]
    corrected = dict(zip(able, holm([values[place] for place in able]), strict=True))
    rows = float(data.counts.sum())
    return tuple(
        GTest(
            claim,
            g,
            freedom,
            p,
            corrected.get(place, 1.0),
            g / (2 * rows * math.log(2)),
            "" if freedom else _untested(claim, data),
        )
        for place, (claim, (g, freedom), p) in enumerate(zip(claims, raw, values, strict=True))
    )


def holm(values: Sequence[float]) -> list[float]:
    """The p-values by Holm's step-down correction (1979), in the order given.

    >>> holm([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    found, least = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, values[place] * (len(values) - rank)))
        found[place] = least
    return found


def chi_squared_tail(statistic: float, freedom: int) -> float:
    """P(chi-squared with so many degrees of freedom >= statistic); 1 for none.

    It is the regularised incomplete gamma function Q(k/2, x/2), by its series below the mean and
    by its continued fraction above (Abramowitz and Stegun 1964, 6.5.29 and 6.5.31).

    >>> round(chi_squared_tail(3.841458820694124, 1), 12)
    0.05
    """
    if freedom == 0 or statistic <= 0:
        return 1.0
    a, x = freedom / 2, statistic / 2
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return max(0.0, 1.0 - scale * _series(a, x))
    return scale * _fraction(a, x)


def _series(a: float, x: float) -> float:
    """P(a, x) / scale, as a power series; its terms fall from the first on."""
    term = total = 1 / a
    n = a
    while term > total * 1e-17:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Q(a, x) / scale, as a continued fraction, by Lentz's method."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    total = d
    for i in range(1, 1_000_000):
        top = -i * (i - a)
        b += 2
        d = top * d + b
        c = b + top / c
        d = 1 / (d if abs(d) > tiny else tiny)
        c = c if abs(c) > tiny else tiny
        total *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return total


def _g(claim: Independence, data: Counts) -> tuple[float, int]:
    """G and its degrees of freedom.

    A stratum in which r values of one label and c of the other occur has (r - 1)(c - 1) degrees:
    values that it does not show are no evidence, and empty strata none at all.
    """
    if len(claim.left) != 1 or len(claim.right) != 1:
        raise ValueError("a test is of two single labels")
    if not _of_labels(claim, data):
        return 0.0, 0
    strata = _codes(data, claim.given)
    rows = _tally(strata, _codes(data, claim.left), data.counts)
    columns = _tally(strata, _codes(data, claim.right), data.counts)
    pairs = _codes(data, (*claim.left, *claim.right))
    cells = _tally(strata, pairs, data.counts)
    totals = _tally(strata, np.zeros_like(strata), data.counts)
    # sum O ln(O / E) with E = row * column / total, split into sums over the margins.
    g = 2 * (_entropy(cells) - _entropy(rows) - _entropy(columns) + _entropy(totals))
    many = len(totals.sums)
    r, c = (np.bincount(tally.strata, minlength=many) for tally in (rows, columns))
    return max(0.0, g), int(((r - 1) * (c - 1)).sum())


def _of_labels(claim: Independence, data: Counts) -> bool:
    return {*claim.left, *claim.right, *claim.given} <= set(data.names)


def _untested(claim: Independence, data: Counts) -> str:
    """Why a claim without degrees of freedom was not tested."""
    if _of_labels(claim, data):
        return "not testable with these data"
    return "not tested: real nodes take part"


@dataclass(frozen=True, eq=False)
class _Tally:
    """The number of rows of each combination that occurs, and its stratum, numbered from 0."""

    sums: NDArray[np.float64]
    strata: NDArray[np.int64]


def _tally(
    strata: NDArray[np.int64], codes: NDArray[np.int64], counts: NDArray[np.int64]
) -> _Tally:
    width = int(codes.max(initial=0)) + 1
    found, inverse = np.unique(strata * width + codes, return_inverse=True)
    sums = np.bincount(inverse, weights=counts).astype(np.float64)
    return _Tally(sums, (found // width).astype(np.int64))


def _entropy(tally: _Tally) -> float:
    return float((tally.sums * np.log(tally.sums)).sum())


def _codes(data: Counts, names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each row's values of some labels, from 0, without gaps."""
    codes = np.zeros(len(data.cells), dtype=np.int64)
    for name in names:
        column = data.names.index(name)
        mixed = codes * data.sizes[column] + data.cells[:, column]
        codes = np.unique(mixed, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return codes
