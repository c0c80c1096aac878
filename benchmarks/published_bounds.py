"""Bounds that others published, as closed forms and figures.

Balke and Pearl's of an instrument; and the examples of causaloptim, the R package of Sachs,
Jonzon, Sjölander and Gabriel: those of section 6 of "A General Method for Deriving Tight Symbolic
Bounds on Causal Effects" (2023), and those that its own tests compare with the literature. It
writes p10_1 for P(X=1, Y=0 | Z=1).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scm_compiler.compiler import parse_text
from scm_compiler.identify.evaluation import Dense
from scm_compiler.inference.response_types import Problem
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import read_query

Array = NDArray[np.float64]
Ends = tuple[float, float]
Found = tuple[float, float, bool]
Example = tuple[str, Found, Ends]

IV = "Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n"
BOW = "X, Y : binary\nX -> Y\nX <-> Y\n"
WIDE_BOW = "X : categorical(a, b, c)\nY : binary\nX -> Y\nX <-> Y\n"
MEDIATOR = "X, M, Y : binary\nX -> M\nX, M -> Y\nM <-> Y\n"
THREE_ARMS = "Z : categorical(a, b, c)\nX, Y : binary\nZ -> X -> Y\nX <-> Y\n"
TWO_INSTRUMENTS = "Z1, Z2, X, Y : binary\nZ2 -> Z1\nZ1, Z2 -> X\nX -> Y\nZ1 <-> Z2\nX <-> Y\n"
FOUR_ARMS = "Z : categorical(a, b, c, d)\nX, Y : binary\nZ -> X -> Y\nX <-> Y\n"

LIPID = np.array([[[0.919, 0.081], [0.0, 0.0]], [[0.315, 0.073], [0.139, 0.473]]]) / 2
"""P(Z, X, Y) of the Lipid Research Clinics trial (Balke and Pearl 1997, section 3)."""

VITAMIN_A = np.array([[[74, 11514], [0, 0]], [[34, 2385], [12, 9663]]])
"""The children of the vitamin A trial by Z, X and Y (Balke and Pearl 1997, Table 1)."""


def bounds(
    program: str, query: str, joint: Array, names: Sequence[str]
) -> tuple[float, float, bool]:
    """The ends, and whether they are called sharp."""
    graph = parse_text(program)
    problem = Problem(flatten(read_query(query, graph), graph), graph)
    (span,) = problem.bounds(Dense(tuple(names), joint)).parts[""]
    return span.low, span.high, span.sharp


def published(seed: int = 1) -> Iterator[Example]:
    """Each published example with the bounds that are found and those that are published.

    Args:
        seed: Of the distributions on which the closed forms are compared.
    """
    yield (
        "lipid trial, instrument: ATE (Balke and Pearl 1997)",
        bounds(IV, "ATE(X -> Y)", LIPID, "ZXY"),
        (0.392, 0.780),
    )
    yield (
        "vitamin A trial, instrument: ATE (Balke and Pearl 1997)",
        bounds(IV, "ATE(X -> Y)", VITAMIN_A / VITAMIN_A.sum(), "ZXY"),
        balke_pearl(VITAMIN_A),
    )
    random = np.random.default_rng(seed)
    yield from _of_a_pair(random)
    yield from _of_a_mediator(random)
    yield from _of_instruments(random)


def _of_a_pair(random: np.random.Generator) -> Iterator[Example]:
    """X -> Y with a hidden cause (Manski 1990; section 6.1)."""
    joint = random.dirichlet(np.ones(4)).reshape(2, 2)
    yield (
        "confounded pair: ATE (Manski 1990; Sachs et al. 2023)",
        bounds(BOW, "ATE(X -> Y)", joint, "XY"),
        (-joint[1, 0] - joint[0, 1], 1 - joint[1, 0] - joint[0, 1]),
    )
    yield (
        "confounded pair: necessity and sufficiency (Tian and Pearl 2000)",
        bounds(BOW, "P(Y[X=1]=1, Y[X=0]=0)", joint, "XY"),
        (0.0, joint[1, 1] + joint[0, 0]),
    )
    three = random.dirichlet(np.ones(6)).reshape(3, 2)
    for more, less in ((1, 0), (2, 0), (2, 1)):
        high, low = "abc"[more], "abc"[less]
        yield (
            f"confounded pair, three doses: {high} against {low} (Sachs et al. 2023)",
            bounds(WIDE_BOW, f"P(Y=1 | do(X={high})) - P(Y=1 | do(X={low}))", three, "XY"),
            (three[more, 1] + three[less, 0] - 1, 1 - three[more, 0] - three[less, 1]),
        )


def _of_a_mediator(random: np.random.Generator) -> Iterator[Example]:
    """X -> M -> Y and X -> Y, where M and Y have a hidden cause."""
    joint = random.dirichlet(np.ones(8)).reshape(2, 2, 2)
    p = joint / joint.sum((1, 2), keepdims=True)
    yield (
        "confounded mediator: controlled direct effect (Cai et al. 2008)",
        bounds(MEDIATOR, "CDE(X -> Y, M=0)", joint, "XMY"),
        (p[1, 0, 1] + p[0, 0, 0] - 1, 1 - p[1, 0, 0] - p[0, 0, 1]),
    )
    (p00_0, p01_0), (p10_0, _) = p[0]  # p_my_x
    (p00_1, p01_1), (p10_1, _) = p[1]
    low = max(
        p00_0 + p10_0 - 1,
        2 * p00_0 + p10_0 + p01_0 + p01_1 - 2,
        p10_0 - p01_0 - p00_1 - p10_1 - p01_1,
    )
    high = min(p00_0 + p10_0, 1 - p00_1 + p10_0 - p01_0, 2 * p00_0 + p10_0 + p01_0 - p10_1)
    yield (
        "confounded mediator: natural direct effect (Sjölander 2009)",
        bounds(MEDIATOR, "NDE(X -> Y)", joint, "XMY"),
        (float(low), float(high)),
    )


def _of_instruments(random: np.random.Generator) -> Iterator[Example]:
    """Z -> X -> Y, where X and Y have a hidden cause: with two values, three, and two of two."""
    joint = behind(random, 2)
    p = joint / joint.sum((1, 2), keepdims=True)
    yield (
        "instrument: ATE, by causaloptim's closed form",
        bounds(IV, "ATE(X -> Y)", joint, "ZXY"),
        causaloptim(p),
    )
    more = float(p[1, 1].sum() - p[0, 1].sum())
    yield (
        "instrument: those whom it moves less those whom it moves back (causaloptim)",
        bounds(IV, "P(X[Z=1]=1, X[Z=0]=0) - P(X[Z=1]=0, X[Z=0]=1)", joint, "ZXY"),
        (more, more),
    )
    three = behind(random, 3)
    for dose in (0, 1):
        yield (
            f"instrument of three values: P(Y=1 | do(X={dose})) (Palmer et al. 2011)",
            bounds(THREE_ARMS, f"P(Y=1 | do(X={dose}))", three, "ZXY"),
            several_arms(three, dose),
        )
    four = behind(random, 4)
    low, high, _ = bounds(FOUR_ARMS, "ATE(X -> Y)", four, "ZXY")
    both = ("Z1", "Z2", "X", "Y")
    yield (
        "two instruments: ATE, as one of four values (Sachs et al. 2023)",
        bounds(TWO_INSTRUMENTS, "ATE(X -> Y)", four.reshape(2, 2, 2, 2), both),
        (low, high),
    )


def behind(random: np.random.Generator, arms: int) -> Array:
    """P(Z, X, Y) of a random model of an instrument with so many values."""
    types = random.dirichlet(np.full(2**arms * 4, 0.3)).reshape([2] * (arms + 2))
    joint = np.zeros((arms, 2, 2))
    for z, share in enumerate(random.dirichlet(np.ones(arms))):
        for at, weight in np.ndenumerate(types):  # X at each value of Z, then Y at each of X
            joint[z, at[z], at[arms + at[z]]] += share * weight
    return joint


def balke_pearl(joint: NDArray[np.int64] | Array) -> tuple[float, float]:
    """The closed form for a binary instrument, from (Z, X, Y)."""
    p = joint / joint.sum((1, 2), keepdims=True)
    (p00_0, p10_0), (p01_0, p11_0) = p[0]  # p_yx.z
    (p00_1, p10_1), (p01_1, p11_1) = p[1]
    low = max(
        p11_1 + p00_0 - 1,
        p11_0 + p00_1 - 1,
        p11_0 - p11_1 - p10_1 - p01_0 - p10_0,
        p11_1 - p11_0 - p10_0 - p01_1 - p10_1,
        -p01_1 - p10_1,
        -p01_0 - p10_0,
        p00_1 - p01_1 - p10_1 - p01_0 - p00_0,
        p00_0 - p01_0 - p10_0 - p01_1 - p00_1,
    )
    high = min(
        1 - p01_1 - p10_0,
        1 - p01_0 - p10_1,
        -p01_0 + p01_1 + p00_1 + p11_0 + p00_0,
        -p01_1 + p11_1 + p00_1 + p01_0 + p00_0,
        p11_1 + p00_1,
        p11_0 + p00_0,
        -p10_1 + p11_1 + p00_1 + p11_0 + p10_0,
        -p10_0 + p11_0 + p00_0 + p11_1 + p10_1,
    )
    return float(low), float(high)


def causaloptim(p: Array) -> Ends:
    """The same of P(X, Y | Z), as causaloptim writes it."""
    (p00_0, p01_0), (p10_0, _) = p[0]
    (p00_1, p01_1), (p10_1, _) = p[1]
    low = max(
        p00_0 - p00_1 - p10_1 - p01_1,
        p00_0 - p00_1 - p10_0 - p10_1 - p01_0,
        p00_0 - p00_1 + p10_0 - 2 * p10_1 - 2 * p01_1,
        -p10_1 - p01_1,
        -p10_0 - p01_0,
        -p00_0 + p00_1 - 2 * p10_0 + p10_1 - 2 * p01_0,
        -p00_0 + p00_1 - p10_0 - p10_1 - p01_1,
        -p00_0 + p00_1 - p10_0 - p01_0,
    )
    high = min(
        1 - p10_1 - p01_0,
        1 + p00_0 + p10_0 - 2 * p10_1 - p01_1,
        2 - p00_1 - p10_0 - p10_1 - 2 * p01_0,
        1 - p10_1 - p01_1,
        1 - p10_0 - p01_0,
        1 + p00_1 - 2 * p10_0 + p10_1 - p01_0,
        2 - p00_0 - p10_0 - p10_1 - 2 * p01_1,
        1 - p10_0 - p01_1,
    )
    return float(low), float(high)


def several_arms(joint: Array, dose: int) -> Ends:
    """P(Y=1 | do(X=dose)) by an instrument: each of its values alone, and each two together."""
    p = joint / joint.sum((1, 2), keepdims=True)
    low, high = [], []
    for one in p:
        low.append(one[dose, 1])
        high.append(1 - one[dose, 0])
        for two in p:
            taken = one[dose, 1] + two[dose, 1]
            low.append(taken + one[1 - dose, 1] + two[1 - dose, 0] - 1)
            high.append(taken + one[1 - dose, 1] + two[1 - dose, 0])
    return float(max(low)), float(min(high))
