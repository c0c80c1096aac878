"""The graph as the compiler knows it: frozen, typed, hashed."""

from scm_compiler.ir.domain import Binned, Discrete, Domain, Finite, Image, Ordinal, Real
from scm_compiler.ir.graph import (
    Claim,
    Confounder,
    CounterfactualClaim,
    Edge,
    Graph,
    Independence,
    Node,
    NoiseBlock,
)

__all__ = [
    "Binned",
    "Claim",
    "Confounder",
    "CounterfactualClaim",
    "Discrete",
    "Domain",
    "Edge",
    "Finite",
    "Graph",
    "Image",
    "Independence",
    "Node",
    "NoiseBlock",
    "Ordinal",
    "Real",
]
