"""What Kocaoglu et al. 2017 print, and what the curves of their repository hold.

Every number stands under the table or figure that it comes from. Where a figure is a picture, the
paper's own words about it are kept as claims.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PAPER = "Kocaoglu, Snyder, Dimakis and Vishwanath 2017, CausalGAN (arXiv 1709.02023)"


@dataclass(frozen=True)
class Claim:
    """That one generator comes nearer to the data than another (section 8.1, Figure 6).

    Attributes:
        data: The graph that the data come from.
        nearer: The generator that the paper finds nearer.
        farther: The other one.
        words: The paper's.
    """

    data: str
    nearer: str
    farther: str
    words: str


FIGURE_6 = (
    Claim("line", "line", "collider", "the wrong Bayesian network, the collider, is worse"),
    Claim("line", "complete", "collider", "the complete graph also converges well"),
    Claim("line", "line", "fc5", "5 layers perform much worse"),
    Claim("line", "line", "fc10", "10 layers perform much worse"),
    Claim("line", "fc3", "fc10", "3 layers show good performance"),
    Claim("collider", "fc3", "collider", "surprisingly, 3 layers show the best performance"),
    Claim("collider", "collider", "fc10", "10 layers give the worst convergence"),
    Claim("collider", "collider", "line", "the line, a wrong Bayesian network, is worse"),
    Claim("collider", "complete", "line", "the line is worse than the complete graph"),
    Claim("complete", "fc3", "complete", "3 layers perform the best"),
    Claim("complete", "complete", "line", "the line does not show convergence"),
    Claim("complete", "complete", "collider", "the collider does not show convergence"),
)
FIGURE_6_STEPS, FIGURE_6_RUNS = 50_001, 20
"""The steps are the code's, the runs the paper's."""

WRONG_DATA: Mapping[str, str] = MappingProxyType(
    {
        "collider": "the paper's code drew X2 from X1 alone: no X3 and no noise",
        "complete": "the paper's code drew X3 from X1 alone: no X2 and no noise",
    }
)
"""What the committed code of the paper really draws: its helper for polynomials takes a node with
three inputs for one with a single input."""

FIGURE_7A = 0.96
"""The share of outputs within 0.05 of 0 or 1 for G1; 1000 samples of the joint."""

FIGURE_7B: Mapping[str, float] = MappingProxyType({"celeba_g1": 0.14, "celeba_cg1": 0.0})
"""Section 8.2: the TVD of G1 "asymptotes to around 0.14", that of cG1 and rcG1 goes "to 0"."""

CURVES: Mapping[str, tuple[tuple[int, float], ...]] = MappingProxyType(
    {
        "celeba_g1": (
            (1, 0.954),
            (1001, 0.529),
            (5001, 0.207),
            (10_001, 0.157),
            (15_001, 0.149),
            (19_001, 0.144),
        ),
        "celeba_cg1": ((5001, 0.185), (10_001, 0.081), (20_001, 0.043), (30_001, 0.039)),
        "celeba_rcg1": ((5001, 0.197), (10_001, 0.073), (20_001, 0.054), (29_001, 0.044)),
    }
)
"""The curves behind Figure 7b (`assets/*.csv` of the paper's repository): step and TVD, in the
paper's measure, which leaves out label combinations that the data do not hold."""

TABLE_1: Mapping[tuple[str, str], Mapping[str, tuple[float, float, float, float]]] = (
    MappingProxyType(
        {
            ("Young", "Male"): {
                "celeba_g1": (0.14, 0.09, 0.47, 0.29),
                "celeba_cg1": (0.07, 0.15, 0.51, 0.27),
                "data": (0.07, 0.15, 0.51, 0.26),
            },
            ("Mustache", "Male"): {
                "celeba_g1": (0.61, 0.34, 0.00, 0.04),
                "celeba_cg1": (0.58, 0.38, 0.00, 0.04),
                "data": (0.58, 0.38, 0.00, 0.04),
            },
        }
    )
)
"""P(first, second) at 00, 01, 10, 11."""

TABLE_2: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "Bald": (0.02244, 0.02328, 0.02244),
        "Eyeglasses": (0.06180, 0.05801, 0.06406),
        "Male": (0.38446, 0.41938, 0.41675),
        "Mouth_Slightly_Open": (0.49476, 0.49413, 0.48343),
        "Mustache": (0.04596, 0.04231, 0.04154),
        "Narrow_Eyes": (0.12329, 0.11458, 0.11515),
        "Smiling": (0.48766, 0.48730, 0.48208),
        "Wearing_Lipstick": (0.48111, 0.46789, 0.47243),
        "Young": (0.76737, 0.77663, 0.77362),
    }
)
"""P(label = 1): of G1, of cG1, of the data."""


@dataclass(frozen=True)
class TwoRows:
    """A figure of two rows: an effect set above, seen below.

    Attributes:
        number: The figure's, by head.
        effect: The label that is set or seen to be 1.
        cause: The label that the caption speaks of.
        under_do: P(cause = 1 | do(effect = 1)) by the caption.
        under_given: P(cause = 1 | effect = 1) by the caption; "about 1" is 1.
    """

    number: Mapping[str, int]
    effect: str
    cause: str
    under_do: float
    under_given: float


TWO_ROWS = (
    TwoRows({"causal_gan": 8, "causal_began": 13}, "Mustache", "Male", 0.42, 1.0),
    TwoRows({"causal_gan": 9, "causal_began": 14}, "Bald", "Male", 0.42, 1.0),
    TwoRows({"causal_gan": 10}, "Wearing_Lipstick", "Male", 0.42, 0.0),
    TwoRows({"causal_gan": 11, "causal_began": 15}, "Mouth_Slightly_Open", "Smiling", 0.48, 0.76),
    TwoRows({"causal_gan": 12, "causal_began": 16}, "Narrow_Eyes", "Smiling", 0.48, 0.59),
)
"""Figures 8 to 16: the captions give the label probabilities; the images are pictures only."""

SWEPT = ("Bald", "Male", "Young", "Eyeglasses")
SWEEPS: Mapping[str, int] = MappingProxyType({"causal_gan": 18, "causal_began": 22})
DIVERSITY: Mapping[str, int] = MappingProxyType({"causal_gan": 19, "causal_began": 23})
NOT_CAPTURED: Mapping[str, tuple[str, ...]] = MappingProxyType({"causal_began": ("Eyeglasses",)})
"""Figure 22: "although most labels are properly captured, we see that eyeglasses label is not"."""

FIGURE_24_STEPS = 20_000
