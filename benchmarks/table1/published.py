"""Table 1 as it is printed: per cent, with standard errors."""

from collections.abc import Mapping
from types import MappingProxyType

Pair = tuple[float, float]

TABLE_1: Mapping[str, Mapping[str, tuple[Pair, Pair]]] = MappingProxyType(
    {
        "Pendulum": {
            "CausalVAE": ((95.1, 2.4), (81.6, 1.9)),
            "ConditionVAE": ((93.8, 3.3), (80.5, 1.4)),
            "β-VAE": ((22.6, 4.6), (12.5, 2.2)),
            "CausalVAE-unsup": ((21.2, 1.4), (12.0, 1.0)),
        },
        "Flow": {
            "CausalVAE": ((72.1, 1.3), (56.4, 1.6)),
            "ConditionVAE": ((75.5, 2.3), (56.5, 1.8)),
            "β-VAE": ((23.6, 3.2), (12.5, 0.6)),
            "CausalVAE-unsup": ((22.8, 2.7), (12.4, 1.4)),
        },
        "CelebA(SMILE)": {
            "CausalVAE": ((83.7, 6.2), (71.6, 7.2)),
            "ConditionVAE": ((78.8, 10.9), (66.1, 12.1)),
            "β-VAE": ((22.5, 1.2), (9.92, 1.2)),
            "CausalVAE-unsup": ((27.2, 5.3), (14.6, 4.2)),
        },
        "CelebA(BEARD)": {
            "CausalVAE": ((92.3, 5.6), (83.3, 8.6)),
            "ConditionVAE": ((89.8, 6.2), (78.7, 7.7)),
            "β-VAE": ((22.4, 1.9), (9.82, 2.2)),
            "CausalVAE-unsup": ((11.4, 1.5), (20.0, 2.2)),
        },
    }
)
"""Of each set and model MIC and TIC; Ladder VAE is left out."""
