from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.model.layout import Layout
from scm_compiler.runtime.heads.labels import LabelCoding


def test_the_coding_of_a_graph_is_its_layout_without_the_other_labels(squares):
    graph = squares.graph()
    coding, layout = LabelCoding.of(graph, "Picture"), Layout(graph)
    assert coding.names == ("Hue", "Big")
    assert coding.sizes == (3, 2)
    assert coding.columns == (1, 2)
    widths = [place.stop - place.start for place in layout.encoded]
    assert [p.stop - p.start for p in coding.encoded] == [widths[c] for c in coding.columns]


def test_encoding():
    coding = LabelCoding(("A", "Hue", "B"), (2, 3, 2), (0, 1, 2))
    labels = torch.tensor([[1, 0, 0], [0, 2, 1]])
    expected = torch.tensor([[1.0, 1, 0, 0, 0], [0, 0, 0, 1, 1]])
    assert torch.equal(coding.encode(labels), expected)
    assert coding.width == 5


def test_joint_ranks_are_the_row_major_ranks():
    coding = LabelCoding(("A", "Hue", "B"), (2, 3, 2), (0, 1, 2))
    labels = torch.cartesian_prod(torch.arange(2), torch.arange(3), torch.arange(2))
    assert coding.joint(labels).tolist() == list(range(coding.combinations))


def test_no_labels():
    none = LabelCoding((), (), ())
    assert none.encode(torch.zeros(3, 0, dtype=torch.int64)).shape == (3, 0)
    assert (none.width, none.combinations) == (0, 1)


def test_labels_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) for 2 parents"):
        LabelCoding(("A", "B"), (2, 2), (0, 1)).encode(torch.zeros(2, 3, dtype=torch.int64))


@given(st.lists(st.integers(2, 4), max_size=7))
def test_blocks_hold_every_label_once_and_put_only_binary_ones_together(sizes):
    coding = LabelCoding(tuple(map(str, sizes)), tuple(sizes), tuple(range(len(sizes))))
    ranks = [rank for block in coding.blocks for rank in range(len(sizes))[block.ranks]]
    assert ranks == list(range(len(sizes)))
    columns = [c for block in coding.blocks for c in range(coding.width)[block.columns]]
    assert columns == list(range(coding.width))
    for block, after in pairwise(coding.blocks):
        assert not block.size == after.size == 2
    for block in coding.blocks:
        held = sizes[block.ranks]
        assert held == [2] * len(held) if block.size == 2 else held == [block.size]
