"""Marginals and pairwise tables of labels, of the data and of a model (CausalGAN's Table 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scm_compiler.runtime.data.table import LabelTable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Agreement:
    """How well a model's small tables agree with the data's.

    Attributes:
        marginals: For each label, P(label) of the data and of the model: (2, size).
        pairs: For each pair of labels, their joint table of both: (2, size, size).
    """

    marginals: Mapping[str, Array]
    pairs: Mapping[tuple[str, str], Array]

    @property
    def worst_marginal(self) -> float:
        """The largest difference of a probability of a single label."""
        return max((_gap(table) for table in self.marginals.values()), default=0.0)

    @property
    def worst_pair(self) -> float:
        """The largest difference of a probability of a pair."""
        return max((_gap(table) for table in self.pairs.values()), default=0.0)


def agreement(data: LabelTable, model: LabelTable) -> Agreement:
    """Compare two tables over the same labels.

    Args:
        data: The data.
        model: Rows that a model gave, counted; see `tabulate`.

    Raises:
        ValueError: If the labels differ.
    """
    if data.labels != model.labels or data.sizes != model.sizes:
        raise ValueError("the two tables are not over the same labels")
    marginals = {name: _both(data, model, [name]) for name in data.labels}
    pairs = {
        (left, right): _both(data, model, [left, right])
        for left, right in combinations(data.labels, 2)
    }
    return Agreement(marginals, pairs)


def _both(data: LabelTable, model: LabelTable, names: list[str]) -> Array:
    return np.stack([table.counts_of(names) / table.rows for table in (data, model)])


def _gap(table: Array) -> float:
    return float(np.abs(table[0] - table[1]).max())
