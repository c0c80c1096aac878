"""The rows that every library gets, the questions, and what is true."""

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.int64]]

ARROWS = (("Z", "X"), ("Z", "Y"), ("edu", "Y"), ("X", "M"), ("X", "Y"), ("M", "Y"))
"""All have two values but edu, which has three."""

ROWS = 5_000


def chance_x(z: float | NDArray[np.int64]) -> float | NDArray[np.float64]:
    """P(X=1 | Z)."""
    return 0.3 + 0.4 * z


def chance_m(x: float | NDArray[np.int64]) -> float | NDArray[np.float64]:
    """P(M=1 | X)."""
    return 0.2 + 0.5 * x


def chance_y(z, e, x, m):  # noqa: ANN001, ANN201  (numbers or arrays)
    """P(Y=1 | Z, edu, X, M); what X does depends on M and on Z."""
    return 0.05 + 0.1 * z + 0.05 * e + 0.1 * x + 0.1 * m + 0.2 * x * z + 0.25 * x * m


def rows() -> Columns:
    """Of one confounded cause, its mediator and its outcome, as often as the model has them.

    They are not drawn: what is off in an answer is the method's, not chance.
    """
    cells = np.array(list(product((0, 1), range(3), (0, 1), (0, 1), (0, 1))))
    z, e, x, m, y = cells.T
    share = np.where(z, 0.4, 0.6) * np.array([0.5, 0.3, 0.2])[e]
    for value, chance in ((x, chance_x(z)), (m, chance_m(x)), (y, chance_y(z, e, x, m))):
        share = share * np.where(value, chance, 1 - chance)
    times = np.diff(np.round(np.cumsum(share) * ROWS), prepend=0).astype(int)
    table = np.repeat(cells, times, axis=0)
    np.random.default_rng(1).shuffle(table)
    return dict(zip(("Z", "edu", "X", "M", "Y"), table.T, strict=True))


def sparse_rows() -> Columns:
    """Twelve binary parents of y, 2,000 rows: most cells are never seen; ATE(p0 -> y) is 0.2."""
    random = np.random.default_rng(1)
    parents = (random.random((2_000, 12)) < 0.5).astype(np.int64)
    chance = 0.2 + 0.2 * parents[:, 0] + 0.05 * parents[:, 1:9].sum(1)
    y = (random.random(2_000) < chance).astype(np.int64)
    return {**{f"p{i}": parents[:, i] for i in range(12)}, "y": y}


def trial_rows() -> Columns:
    """The lipid trial of Balke and Pearl (1997), 1,000 persons with each assignment."""
    counts = {(0, 0, 0): 919, (0, 0, 1): 81, (1, 0, 0): 315, (1, 0, 1): 73}
    counts |= {(1, 1, 0): 139, (1, 1, 1): 473}
    table = np.repeat(np.array(list(counts)), list(counts.values()), axis=0)
    return dict(zip("ZXY", table.T, strict=True))


def _mean_y(x: int, at: int, z: int | None = None, p_z: float = 0.4) -> float:
    """E Y where X is x, and M what it would be with X = at."""
    total = 0.0
    for value, e, m in product((0, 1) if z is None else (z,), range(3), (0, 1)):
        share = 1.0 if z is not None else (p_z if value else 1 - p_z)
        mediated = chance_m(at) if m else 1 - chance_m(at)
        total += share * (0.5, 0.3, 0.2)[e] * mediated * chance_y(value, e, x, m)
    return float(total)


def _truths() -> dict[str, float]:
    one, zero = _mean_y(1, 1), _mean_y(0, 0)
    treated = 0.4 * 0.7 / (0.4 * 0.7 + 0.6 * 0.3)
    shifted = 0.3 * one + 0.7 * zero
    return {
        "ATE": one - zero,
        "ratio": one / zero,
        "ATT": _mean_y(1, 1, p_z=treated) - _mean_y(0, 0, p_z=treated),
        "CATE": _mean_y(1, 1, z=1) - _mean_y(0, 0, z=1),
        "NDE": _mean_y(1, 0) - zero,
        "NIE": _mean_y(0, 1) - zero,
        "CDE": 0.1 + 0.2 * 0.4,
        "variance": one * (1 - one),
        "random": shifted,
    }


TRUTH: Mapping[str, float] = MappingProxyType(_truths())

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "interval": f"ATE(X -> Y) with a 95 % interval; true {TRUTH['ATE']:.4f}",
        "sparse": "ATE(p0 -> y), 12 parents, 2,000 rows; true 0.2000",
        "ratio": f"P(Y=1 | do(X=1)) / P(Y=1 | do(X=0)); true {TRUTH['ratio']:.4f}",
        "ATT": f"ATT(X -> Y); true {TRUTH['ATT']:.4f}",
        "conditional": f"ATE(X -> Y | Z=1); true {TRUTH['CATE']:.4f}",
        "NDE": f"NDE(X -> Y) past M; true {TRUTH['NDE']:.4f}",
        "NIE": f"NIE(X -> Y) through M; true {TRUTH['NIE']:.4f}",
        "CDE": f"CDE(X -> Y, M=0); true {TRUTH['CDE']:.4f}",
        "variance": f"Var(Y | do(X=1)); true {TRUTH['variance']:.4f}",
        "event": "P(edu >= 1 | Y=1), an event over values",
        "table": "P(Y | do(edu)), a table over an action of three values",
        "argmax": "argmax over M, Y, given X=1 and Z=1",
        "function": "P(Y=1 | do(X = Z)), an action that is a function",
        "random": f"P(Y=1 | do(X ~ 0.3)), a random action; true {TRUTH['random']:.4f}",
        "virtual": "P(Y=1 | X ~ (0.2, 0.8)), uncertain evidence",
        "row by row": "P(Y=1) given each row's own Z, X and M",
        "bounds": "ATE(X -> Y) in the lipid trial, bounds; published [0.3920, 0.7800]",
        "sensitivity": "how strong a hidden cause explains all of ATE(X -> Y) away",
        "LATE": "LATE(Z -> X -> Y) in the lipid trial; Wald's ratio is 0.7598",
        "frames": "takes a pandas frame",
    }
)
