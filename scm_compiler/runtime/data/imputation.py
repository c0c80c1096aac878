"""How firmly rows with gaps determine tables: draws of their posterior, by data augmentation.

In turn the gaps are drawn from what tables say of them, and the tables from the Dirichlet
posterior that the rows so completed leave (Tanner and Wong 1987). Many chains run from near the
maximum; each ends with completed counts, from which the tables of an interval are drawn. So an
answer is as uncertain as few rows make it, and more so by what is missing of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.precision import PRIOR
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.completion import (
    Component,
    components,
    expected,
    seen_counts,
    shares,
)
from scm_compiler.runtime.data.table import LabelTable

CHAINS = 200
"""Completed counts that tables are drawn from."""

SWEEPS = (8, 200)
"""The fewest and the most turns of each chain."""

LEFT = 0.01
"""What may be left in a chain of where it began. It shrinks with each turn by the share of the
information that is missing, as the distance to the maximum does in expectation maximisation."""

FEWEST, ROOM = 20, 2**24
"""Fewer chains where their cells would be more than so many."""


@dataclass(frozen=True, eq=False)
class Imputation:
    """The posterior of tables that rows with gaps leave.

    Attributes:
        graph: The graph.
        table: The data.
        tables: The tables that are most likely.
        seed: Of the draws.
    """

    graph: Graph
    table: LabelTable
    tables: Mapping[str, Array]
    seed: int = 0

    @cached_property
    def counts(self) -> Mapping[str, Array]:
        """Completed counts of each label's table, along a first axis of chains."""
        random = np.random.default_rng(self.seed)
        parts = components(self.graph, self.table)
        seen = seen_counts(self.graph, self.table)
        cells = sum(len(part.counts) * len(part.members) for part in parts)
        chains = int(np.clip(ROOM // max(1, cells), FEWEST, CHAINS))
        touched = {member.name for part in parts for member in part.members}
        fixed = {name: n[None] for name, n in seen.items() if name not in touched}
        start = {name: self.tables[name][None].repeat(chains, 0) for name in touched}
        for _ in range(_sweeps(parts, seen, self.tables)):
            found = _filled(parts, {name: seen[name] for name in touched}, start, random)
            start = {name: drawn(n, random) for name, n in found.items()}
        return {**fixed, **found} if parts else fixed


@dataclass(frozen=True, eq=False)
class Imputed:
    """The posterior of one label's table.

    Attributes:
        imputation: Of all labels.
        name: The label.
    """

    imputation: Imputation
    name: str

    def shapes(self, count: int, random: "np.random.Generator", batch: int = 0) -> Array:
        """The shapes of its Dirichlet posterior on completed rows.

        Args:
            count: How many, along the first axis; the same ones for every label.
            random: Not used.
            batch: Another number gives other completed rows.
        """
        counts = self.imputation.counts[self.name]
        chosen = (batch * count + np.arange(count)) % len(counts)
        return np.asarray(counts[chosen] + PRIOR / counts.shape[-1])


def _sweeps(
    parts: Sequence[Component], seen: Mapping[str, Array], tables: Mapping[str, Array]
) -> int:
    """How many turns it takes, by how quickly a disturbance of the maximum shrinks."""
    now = {name: 0.95 * rows + 0.05 / rows.shape[-1] for name, rows in tables.items()}
    distances = []
    for _ in range(4):
        found = expected(parts, seen, now)
        if found is None:
            return SWEEPS[1]
        now = {name: shares(n, now[name]) for name, n in found[0].items()}
        distances.append(sum(float(np.square(now[n] - tables[n]).sum()) for n in now))
    rate = np.sqrt(distances[-1] / distances[-2]) if distances[-2] > 0 else 0.0
    if rate >= 1:
        return SWEEPS[1]
    return int(np.clip(np.log(LEFT) / np.log(max(rate, 1e-9)), *SWEEPS))


def imputed(
    graph: Graph, table: LabelTable, tables: Mapping[str, Array], seed: int = 0
) -> Mapping[str, Imputed]:
    """The posterior of each label's table; see `Imputation`."""
    whole = Imputation(graph, table, tables, seed)
    return {name: Imputed(whole, name) for name in tables}


def _filled(
    parts: list[Component],
    seen: Mapping[str, Array],
    tables: Mapping[str, Array],
    random: "np.random.Generator",
) -> dict[str, Array]:
    """Completed counts, one for each of the tables along their first axis."""
    found = {name: np.repeat(n[None], len(tables[name]), 0) for name, n in seen.items()}
    for part in parts:
        batch = len(tables[part.members[0].name])
        for name, amounts in part.filled(tables, batch, random).items():
            found[name] = found[name] + amounts
    return found


def drawn(counts: Array, random: "np.random.Generator") -> Array:
    """Tables drawn from the Dirichlet posterior of counts."""
    weights = random.standard_gamma(counts + PRIOR / counts.shape[-1])
    total = weights.sum(-1, keepdims=True)
    even = 1 / counts.shape[-1]
    return np.asarray(np.where(total > 0, weights / np.where(total > 0, total, 1), even))
