"""What is known of the mechanisms behind data: labels as they would be, had some been held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Known(Protocol):
    """The true mechanisms of a source's labels, each of which is a number."""

    def drawn(
        self, held: Mapping[str, float], rows: int, random: np.random.Generator
    ) -> Mapping[str, Array]:
        """The labels (rows,) of units drawn at random, some held; what they cause follows."""


@dataclass(frozen=True, eq=False)
class UnitsKnown:
    """Mechanisms as a function of units.

    Attributes:
        units: (N, K) what the mechanisms leave open, of the data's own units.
        values: The labels (n,) of units (n, K), some held.
    """

    units: Array
    values: Callable[[Array, Mapping[str, float]], Mapping[str, Array]]

    def drawn(
        self, held: Mapping[str, float], rows: int, random: np.random.Generator
    ) -> Mapping[str, Array]:
        """See `Known.drawn`."""
        return self.values(self.units[random.integers(len(self.units), size=rows)], held)
