"""The options of CausalVAE, and its presets."""

from typing import Any, Literal

from pydantic import Field

from scm_compiler.runtime.heads.options import Weight
from scm_compiler.runtime.heads.options.autoencoder import AutoencoderOptions


class CausalVaeOptions(AutoencoderOptions):
    """The options of CausalVAE, beside those of any auto-encoder here.

    Attributes:
        concept_size: k, the numbers of each concept.
        learn_graph: Whether A is learnt from the labels; else its edges are the declared ones.
        prior: Where the prior of z comes from.
        networks: Convolutions, or the published layers.
        exogenous_weight: The weight of KL(q(ε) || N(0, I)), the second line of (10).
        mask_weight: γ, the weight of l_m, (12).
    """

    concept_size: int = Field(8, ge=1, le=256)
    noise_size: int = Field(16, ge=0, le=1024)
    beta: float = Field(100.0, gt=0, le=1e4)
    swap_every: int = Field(0, ge=0, le=1000)
    learn_graph: bool = False
    prior: Literal["learnt", "labels"] = "learnt"
    networks: Literal["conv", "mlp"] = "conv"
    exogenous_weight: Weight = 0.0
    mask_weight: Weight = 0.01


OPTIONS = CausalVaeOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {
        "concept_size": 4,
        "noise_size": 0,
        "prior": "labels",
        "networks": "mlp",
        "exogenous_weight": 1.0,
        "mask_weight": 1.0,
        "rate": 1e-3,
        "cool_down": 0.0,
        "beta": 1.0,
        "beta_start": 1.0,
        "averaging": 0.0,
        "deviation": 0.5,
    },
}
