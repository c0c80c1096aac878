"""Rows of the data for the critic, drawn from the cells of a label table."""

import torch
from torch import Tensor

from scm_compiler.model.codec import encode_all
from scm_compiler.model.layout import Layout
from scm_compiler.runtime.data.table import LabelTable


class RealRows:
    """Draws encoded rows of a label table with the frequencies of its cells.

    The draw is systematic: a batch takes B evenly spaced points of the cumulative counts, moved by
    one uniform number. Every row still has the probability of its cell, and a cell of share p
    appears p B times, rounded down or up, so that a batch tells the critic more about the data
    than B independent rows would. Rows of a batch come in the order of the cells.

    Args:
        table: The label table.
        layout: Whose encoded columns the rows have.
    """

    def __init__(self, table: LabelTable, layout: Layout) -> None:
        order = [table.labels.index(name) for name in layout.labels]
        values = torch.as_tensor(table.cells[:, order], dtype=torch.long)
        self.cells = encode_all(values.unbind(1), layout.sizes, torch.float32)
        counts = torch.as_tensor(table.counts, dtype=torch.float64)
        self.upper = torch.cumsum(counts, 0) / counts.sum()

    def draw(self, batches: int, batch: int, generator: torch.Generator) -> Tensor:
        """This many batches behind each other: (batches * batch, E) floats."""
        moves = torch.rand(batches, 1, generator=generator, dtype=torch.float64)
        points = (torch.arange(batch, dtype=torch.float64) + moves) / batch
        ranks = torch.searchsorted(self.upper, points.flatten(), right=True)
        # Rounding can lift the last point to 1, behind every cell.
        return self.cells[ranks.clamp_max_(len(self.cells) - 1)]
