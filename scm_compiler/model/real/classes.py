"""Discrete nodes with real parents: their probabilities are a network of these."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scm_compiler.ir.domain import Domain
from scm_compiler.model.mechanism import Chances, World
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.uniform import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Classes(Chances):
    """A mechanism of a discrete node that a network makes of its parents, real ones among them.

    Attributes:
        features: How it reads them.
        network: From features to a logit for each value.
    """

    features: Features
    network: Perceptron

    @property
    def inputs(self) -> Mapping[str, Domain]:
        """The parents and their domains."""
        return self.features.parents

    def chances(self, world: World) -> Array:
        """P(node | its parents in a world) (B, size)."""
        logits = self.network(self.features.of(world))
        found = np.exp(logits - logits.max(-1, keepdims=True))
        return np.asarray(found / found.sum(-1, keepdims=True))

    def table(self) -> None:
        """There is none."""
