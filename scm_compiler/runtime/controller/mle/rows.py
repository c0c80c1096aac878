"""The data of one label's network: distinct rows of parents and value, with their counts."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.runtime.data.table import Counts, LabelTable, gathered


@dataclass(frozen=True)
class Rows:
    """Distinct rows and the share of the data that each has.

    Attributes:
        parents: (R, parents) int64.
        values: (R,) int64.
        shares: (R,) float32; they sum to 1.
    """

    parents: Tensor
    values: Tensor
    shares: Tensor

    def draw(self, most: int, generator: torch.Generator) -> "Rows":
        """All rows if they are no more than `most`, else as many drawn by their shares."""
        if len(self.values) <= most:
            return self
        upper = torch.cumsum(self.shares.double(), 0)
        points = torch.rand(most, generator=generator, dtype=torch.float64) * upper[-1]
        ranks = torch.searchsorted(upper, points, right=True).clamp_max_(len(upper) - 1)
        even = torch.full((most,), 1.0 / most)
        return Rows(self.parents[ranks], self.values[ranks], even)


def split(table: LabelTable, held_out: float, seed: int) -> tuple[Counts, ...]:
    """The counts of each cell to fit to and to check on.

    Each row of the data goes to the second part with the probability `held_out`. If one part
    would be empty, both are the whole. Fractions of rows go to the first.
    """
    generator = np.random.default_rng(seed)
    held = generator.binomial(np.floor(table.counts).astype(np.int64), held_out)
    kept = table.counts - held
    return (kept, held) if kept.any() and held.any() else (table.counts, table.counts)


def rows_of(graph: Graph, table: LabelTable, name: str, counts: Counts) -> Rows:
    """The rows of one label and its parents, with these counts of the table's cells."""
    columns = [table.labels.index(n) for n in (*graph.parents[name], name)]
    sizes = tuple(table.sizes[column] for column in columns)
    present = counts > 0
    cells, sums = gathered(table.cells[present][:, columns], counts[present], sizes)
    found = torch.from_numpy(cells)
    shares = torch.from_numpy(sums / sums.sum()).float()
    return Rows(found[:, :-1].contiguous(), found[:, -1].contiguous(), shares)
