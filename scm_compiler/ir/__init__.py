"""The graph as the compiler knows it: frozen, typed, hashed."""

from scm_compiler.ir.domain import Discrete, Domain, Image
from scm_compiler.ir.graph import Confounder, Edge, Graph, Independence, Node, NoiseBlock

__all__ = [
    "Confounder",
    "Discrete",
    "Domain",
    "Edge",
    "Graph",
    "Image",
    "Independence",
    "Node",
    "NoiseBlock",
]
