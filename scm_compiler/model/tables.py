"""The conditional probability tables of a graph's labels: what exact answers are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.graph import Graph


class Conditional(Protocol):
    """P(label | parents) that is computed where it is asked, because its table cannot be held."""

    def at(self, parents: NDArray[np.int64]) -> NDArray[np.float64]:
        """The distributions for some values of the parents.

        Args:
            parents: (B, parents) value indices, in the order of `graph.parents`.

        Returns:
            (B, size of the label); each row sums to 1, and no number is zero.
        """


@dataclass(frozen=True, eq=False)
class Tables:
    """P(node | parents) for every label of a graph.

    Attributes:
        graph: The graph that the tables belong to.
        probabilities: For each label an array of shape (size of each parent…, size of the label),
            parents in the order of `graph.parents`; the last axis sums to 1.
        draws: For each label that was estimated by sampling, the number of draws behind each
            parent configuration: one number, or an array over the configurations where they
            differ. A label that is absent has an exact table.
        unseen: For each label, a boolean array over its parent configurations, true where the
            training data hold none; absent labels have been seen everywhere.
        conditionals: The labels that have no table, because it would be too large.
        law: The observational distribution as the data have it, where hidden common causes are
            labels here: tables of `identify.law.law_graph`. What observation determines is
            answered from it; None if it is that of these tables.
        drawn: How many units were drawn of the whole model to count some of the tables in; 0 if
            none were.

    Raises:
        ValueError: If a table is missing, has the wrong shape or does not sum to 1.
    """

    graph: Graph
    probabilities: Mapping[str, NDArray[np.float64]]
    draws: Mapping[str, int | NDArray[np.int64]] = field(default_factory=dict)
    unseen: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    conditionals: Mapping[str, Conditional] = field(default_factory=dict)
    law: "Tables | None" = None
    drawn: int = 0

    def __post_init__(self) -> None:
        for node in self.graph.labels:
            if node.name in self.conditionals:
                continue
            table = self.probabilities.get(node.name)
            shape = table_shape(self.graph, node.name)
            if table is None or table.shape != shape:
                found = None if table is None else table.shape
                raise ValueError(f"the table of {node.name} has shape {found}, not {shape}")
            if not np.allclose(table.sum(-1), 1.0, atol=1e-6) or table.min() < 0:
                raise ValueError(f"the table of {node.name} is not a distribution")


def table_shape(graph: Graph, name: str) -> tuple[int, ...]:
    """The sizes of a label's parents, then its own."""
    return tuple(graph.domain(n).size for n in (*graph.parents[name], name))
