"""Rows drawn from the cells of a label table."""

import numpy as np
import pytest
import torch

from scm_compiler.ir import Discrete, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.layout import Layout
from scm_compiler.runtime.controller.wgan_gp.rows import RealRows
from scm_compiler.runtime.data.table import LabelTable

NODES = (
    Node("A", "binary", BINARY),
    Node("C", "categorical", Discrete(("red", "green", "blue"))),
)
CELLS = np.array([[0, 2], [1, 0], [1, 1]])
COUNTS = np.array([700, 25, 275], dtype=np.int64)


def rows():
    table = LabelTable(("A", "C"), (2, 3), CELLS, COUNTS, origin="test")
    return RealRows(table, Layout(Graph("g", NODES)))


ENCODED = torch.tensor([[0.0, 0, 0, 1], [1, 1, 0, 0], [1, 0, 1, 0]])


def test_rows_are_encoded_cells_in_the_layouts_order():
    drawn = rows().draw(50, 64, torch.Generator().manual_seed(0))
    assert torch.equal(drawn.unique(dim=0), ENCODED.unique(dim=0))


def test_every_batch_holds_each_cell_within_a_row_of_its_share():
    random = torch.Generator().manual_seed(0)
    drawn = rows().draw(500, 64, random).view(500, 64, 4)
    for cell, count in zip(ENCODED, COUNTS, strict=True):
        found = (drawn == cell).all(2).sum(1)
        share = 64 * count / 1000
        assert set(found.tolist()) <= {int(share), int(share) + 1}


@pytest.mark.statistics
def test_shares_are_right_on_average():
    """The rare cell is in a batch with probability 0.025 * 8: 6 standard errors."""
    drawn = rows().draw(4000, 8, torch.Generator().manual_seed(1)).view(4000, 8, 4)
    rare = (drawn == torch.tensor([1.0, 1, 0, 0])).all(2).sum(1)
    assert set(rare.tolist()) == {0, 1}
    assert abs(rare.float().mean() - 0.2) < 6 * (0.2 * 0.8 / 4000) ** 0.5
