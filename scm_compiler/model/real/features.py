"""What the network of a mechanism with real parents, or of a real node, reads of its parents."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scm_compiler.ir.domain import Domain, Finite, Image
from scm_compiler.model.mechanism import World
from scm_compiler.model.real.uniform import Array

REACH = 3.0
"""How many spreads from the middle the curved part of a network tells numbers apart, about."""


@dataclass(frozen=True, eq=False)
class Features:
    """The columns that parents become: 0/1 for two values, else one-hot; a real one standardised.

    Attributes:
        parents: Their domains, in order.
        middles: (columns,) what is taken off a column.
        spreads: (columns,) what it is then divided by.

    >>> from scm_compiler.ir.domain import BINARY, Discrete, Real
    >>> parents = {"A": BINARY, "B": Discrete(("x", "y", "z")), "R": Real()}
    >>> Features.raw(parents).of({"A": np.array([1]), "B": np.array([1]), "R": np.array([0.5])})
    array([[1. , 0. , 1. , 0. , 0.5]])
    """

    parents: Mapping[str, Domain]
    middles: Array
    spreads: Array

    @classmethod
    def raw(cls, parents: Mapping[str, Domain]) -> "Features":
        """Nothing is taken off, and divided by 1."""
        if any(isinstance(domain, Image) for domain in parents.values()):
            raise ValueError("an image is a cause of nothing")
        columns = sum(width(domain) for domain in parents.values())
        return cls(parents, np.zeros(columns), np.ones(columns))

    def of(self, world: World) -> Array:
        """The columns (B, columns) of a world; (1, columns) if no parent has an axis."""
        found = [
            column
            for parent, domain in self.parents.items()
            for column in _columns(np.atleast_1d(world[parent]), domain)
        ]
        if not found:
            return np.zeros((1, 0))
        return (np.stack(np.broadcast_arrays(*found), -1) - self.middles) / self.spreads


def width(domain: Domain) -> int:
    """How many columns a parent becomes."""
    return domain.size if isinstance(domain, Finite) and domain.size > 2 else 1


def _columns(values: Array, domain: Domain) -> list[Array]:
    if width(domain) == 1:
        return [values.astype(np.float64)]
    return [(values == value).astype(np.float64) for value in range(width(domain))]


@dataclass(frozen=True, eq=False)
class Perceptron:
    """A network of features: layers with x / (1 + e^-x) between them, of inputs held in reach.

    Attributes:
        weights: (inputs, outputs) of each layer.
        biases: (outputs,) of each layer.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def __call__(self, features: Array) -> Array:
        """The outputs (B, outputs), in float64."""
        hidden = REACH * np.tanh(features / REACH)
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = hidden @ weight + bias
            if depth < len(self.weights) - 1:
                hidden = hidden / (1 + np.exp(-np.clip(hidden, -500.0, 500.0)))
        return np.asarray(hidden)

    @property
    def tensors(self) -> dict[str, Array]:
        """All its numbers, by name."""
        layers = enumerate(zip(self.weights, self.biases, strict=True))
        return {
            f"layer{depth}.{name}": numbers
            for depth, layer in layers
            for name, numbers in zip(("weight", "bias"), layer, strict=True)
        }


def read_perceptron(tensors: Mapping[str, Array]) -> Perceptron:
    """The network that gave these."""
    depth = sum(name.startswith("layer") and name.endswith(".bias") for name in tensors)
    parts = (
        tuple(tensors[f"layer{k}.{part}"] for k in range(depth)) for part in ("weight", "bias")
    )
    return Perceptron(*parts)
