"""Drawing from a table."""

import numpy as np
import pytest
import torch

from scm_compiler.runtime.data.images import ImageTable
from scm_compiler.runtime.heads.head import ImageBatches


def table(count=50, split=None):
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] + np.zeros((1, 3, 2, 2), "u1")
    labels = np.arange(count)[:, None] % 3
    return ImageTable(("A",), images.astype("u1"), labels, split, "print", "test")


def test_it_is_what_heads_draw_from():
    batches: ImageBatches = table()
    images, labels = batches.draw(7, torch.Generator().manual_seed(0))
    assert (images.dtype, images.shape) == (torch.uint8, (7, 3, 2, 2))
    assert (labels.dtype, labels.shape) == (torch.int64, (7, 1))
    assert (images[:, 0, 0, 0].long() % 3 == labels[:, 0]).all()
    assert (len(batches), batches.fingerprint) == (50, "print")


def test_draws_depend_on_the_generator_alone():
    first, second = (torch.Generator().manual_seed(3) for _ in range(2))
    mine, yours = table(), table()
    mine.draw(5, torch.Generator().manual_seed(9))  # leaves no trace
    for n in (4, 9):
        assert torch.equal(mine.draw(n, first)[0], yours.draw(n, second)[0])
    state = first.get_state()
    before = mine.draw(6, first)[0]
    first.set_state(state)
    assert torch.equal(before, mine.draw(6, first)[0])


def test_every_row_to_learn_from_is_as_likely():
    held = table()
    images, _ = held.draw(40_000, torch.Generator().manual_seed(1))
    counts = torch.bincount(images[:, 0, 0, 0].long(), minlength=50)
    learnt, kept_back = held.cut()
    assert counts[kept_back].max() == 0
    assert counts[learnt].min() > 1000 - 6 * 32  # six standard deviations of a count
    assert counts[learnt].max() < 1000 + 6 * 32


def test_rows_are_copies():
    held = table()
    images, labels = held.rows([3, 1])
    assert images[:, 0, 0, 0].tolist() == [3, 1]
    images.zero_()
    labels.zero_()
    assert held.rows(torch.tensor([3]))[0].max() == 3
    with pytest.raises(IndexError):
        held.rows([50])


def test_one_row_in_five_is_held_out():
    learnt, kept_back = table().cut()
    assert (len(learnt), len(kept_back)) == (40, 10)
    assert sorted([*learnt.tolist(), *kept_back.tolist()]) == list(range(50))


def test_the_splits_of_the_source_are_kept():
    split = np.array([0] * 20 + [1] * 10 + [2] * 10 + [-1] * 10, np.int8)
    held = table(split=split)
    assert held.splits == ("train", "valid", "test")
    learnt, kept_back = held.cut()
    assert sorted(learnt.tolist()) == list(range(20))
    assert sorted(kept_back.tolist()) == list(range(20, 40))
    drawn, _ = held.draw(200, torch.Generator().manual_seed(0))
    assert (drawn.min(), drawn.max()) == (0, 19)


def test_a_source_with_training_images_alone_is_cut_like_one_without_splits():
    assert len(table(split=np.zeros(50, np.int8)).cut()[1]) == 10


def test_numbers_of_rows_that_differ():
    held = table()
    with pytest.raises(ValueError, match="labels"):
        ImageTable(("A",), held.images, held.labels[1:], None, "", "")
    with pytest.raises(ValueError, match="splits"):
        ImageTable(("A",), held.images, held.labels, np.zeros(3, np.int8), "", "")
