"""Mechanisms that are a regression with noise of any one shape: x = m(parents) + s(parents) e."""

from dataclasses import dataclass

import numpy as np

from scm_compiler.model.mechanism import World
from scm_compiler.model.real.features import Features
from scm_compiler.model.real.law import Knots, Law
from scm_compiler.model.real.mechanism import WIDEST, Inverse
from scm_compiler.model.real.terms import Terms
from scm_compiler.model.real.uniform import Array


@dataclass(frozen=True, eq=False)
class Moved:
    """A law, moved and stretched for each unit.

    Attributes:
        law: The law.
        middle: (B,) where its 0 comes to lie.
        width: (B,) what its 1 becomes.
    """

    law: Law
    middle: Array
    width: Array

    def score(self, place: Array) -> Array:
        """See `Law`."""
        return self.law.score((place - self.middle) / self.width)

    def log_density(self, place: Array) -> Array:
        """See `Law`."""
        return self.law.log_density((place - self.middle) / self.width) - np.log(self.width)

    def place(self, score: Array) -> Array:
        """See `Law`."""
        return self.middle + self.width * self.law.place(score)


@dataclass(frozen=True, eq=False, kw_only=True)
class Regression(Inverse):
    """A sum of terms for the middle, one for the log of the width, and noise of one shape.

    Attributes:
        features: How it reads its parents.
        terms: Of the features.
        location: (terms,) what each counts for the middle.
        log_scale: (terms,) for the log of the width.
        floor: The least width.
        scores: (K,) the scores of quantiles of the noise, increasing.
        places: (K,) these quantiles, increasing.
        slopes: (K,) dy/dscore there.
    """

    features: Features
    terms: Terms
    location: Array
    log_scale: Array
    floor: float
    scores: Array
    places: Array
    slopes: Array

    def moments(self, world: World) -> tuple[Array, Array]:
        """The middles and the widths that parents make (B,)."""
        terms = self.terms.of(self.features.of(world))
        logs = np.clip(terms @ self.log_scale, np.log(self.floor), WIDEST)
        return terms @ self.location, np.exp(logs)

    def law(self, world: World, count: int) -> tuple[Law, Array]:
        """See `Inverse`."""
        middle, width = (np.broadcast_to(part, count) for part in self.moments(world))
        knots = (self.scores[None], self.places[None], self.slopes[None])
        law = Knots(*knots, np.zeros(count, np.int64))
        return Moved(law, middle, width), np.ones((count, 1))
