"""Marginals and pairwise tables of labels, of the data and of a model (CausalGAN's Table 2)."""

from collections.abc import Iterator, Mapping
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
        draws: How many units of the model the tables were counted in: a probability p of the model
            then has the standard error sqrt(p (1 - p) / draws). None where they are exact, or as
            exact as the model's tables.
    """

    marginals: Mapping[str, Array]
    pairs: Mapping[tuple[str, str], Array]
    draws: int | None = None

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
    return Agreement(marginals, dict(_pairs(data, model)), model.rows)


def _pairs(data: LabelTable, model: LabelTable) -> Iterator[tuple[tuple[str, str], Array]]:
    """Each pair's table of both; of labels of two values all from one product of columns."""
    if set(data.sizes) != {2}:
        for pair in combinations(data.labels, 2):
            yield pair, _both(data, model, list(pair))
        return
    ones = [_together(table) for table in (data, model)]
    for left, right in combinations(range(len(data.labels)), 2):
        tables = [_square(one[left, left], one[right, right], one[left, right]) for one in ones]
        yield (data.labels[left], data.labels[right]), np.stack(tables)


def _together(table: LabelTable) -> Array:
    """The share of rows in which two labels are both 1 (V, V); of one label on the diagonal."""
    columns = table.cells.astype(np.float64)
    return np.asarray(columns.T @ (columns * table.counts[:, None]) / table.rows)


def _square(first: float, second: float, both: float) -> Array:
    """The joint table (2, 2) of two labels of two values."""
    return np.array([[1 - first - second + both, second - both], [first - both, both]])


def _both(data: LabelTable, model: LabelTable, names: list[str]) -> Array:
    return np.stack([table.counts_of(names) / table.rows for table in (data, model)])


def _gap(table: Array) -> float:
    return float(np.abs(table[0] - table[1]).max())
