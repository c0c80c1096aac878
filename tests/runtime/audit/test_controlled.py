"""Units of which a cause or an effect is turned over, and what is compared of them."""

from math import log

import numpy as np
import pytest
import torch

import scm_compiler as scm
from scm_compiler.runtime.audit.controlled import (
    Turned,
    comparisons,
    same_destination,
    same_source,
    turned,
)
from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.audit.readers import Labelled, Reader
from scm_compiler.runtime.evaluation.estimate import Estimate

STEEP = 5.0


def generator():
    """Images of one pixel a number; the second number follows the first in part."""

    def draw(codes):
        second = codes[:, 1] + 0.5 * codes[:, 0]
        return torch.stack([codes[:, 0], second], dim=1)[:, None, None]

    return Generator("pixels", 2, (1, 1, 2), draw)


def read(images):
    return torch.sigmoid(STEEP * images[:, 0, 0].double())


def realism(images):
    """One annotator who likes what is bright."""
    return images.flatten(1).double().mean(1)[None]


@pytest.fixture(scope="module")
def moved():
    codes = 0.4 * torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    reader = Reader(("First", "Second"), read, (Estimate(1.0),) * 2)
    units = codes, torch.arange(300) >= 200
    return codes, turned(generator(), reader, realism, torch.eye(2), units, most=1.0)


def test_the_least_strength_that_turns_an_attribute_over_is_found(moved):
    codes, found = moved
    side = torch.where(codes[:, 0] > 0, -1.0, 1.0)
    wanted = side * log(9) / STEEP - codes[:, 0]  # a reading of 0.9 on the other side
    reached = wanted.abs() <= 1
    assert torch.equal(found.strengths[0].isfinite(), reached)
    assert (found.strengths[0] - wanted)[reached].abs().max() <= 1 / 64
    sure = torch.where(side > 0, found.after[0, :, 0], 1 - found.after[0, :, 0])
    assert (sure[reached] >= 0.9).all()
    assert sure[reached].max() < 0.93  # and no farther than need be


def test_what_follows_is_read_off_the_moved_images(moved):
    codes, found = moved
    second = codes[:, 1] + 0.5 * (codes[:, 0] + found.strengths[0])
    there = found.strengths[0].isfinite()
    assert torch.allclose(
        found.after[0, there, 1], torch.sigmoid(STEEP * second[there].double()), atol=1e-5
    )


def test_the_same_source_is_turned_over_twice(moved):
    _, found = moved
    left, right = same_source(found, 0, 1)
    assert torch.equal(left, right)
    assert len(left) > 50
    assert (left < 200).all()  # as they come
    assert found.strengths[:, left].isfinite().all()


def test_the_same_destination_is_reached_from_both_sides(moved):
    _, found = moved
    left, right = same_destination(found, 0, 1)
    assert len(left) == len(right) > 20
    assert len(set(left.tolist())) == len(left)
    assert len(set(right.tolist())) == len(right)
    for u, v in zip(left.tolist(), right.tolist(), strict=True):
        assert ((found.before[u] > 0.5) != (found.before[v] > 0.5)).all()
        assert torch.equal(found.after[0, u] > 0.5, found.after[1, v] > 0.5)
        assert found.strengths[0, u].isfinite()
        assert found.strengths[1, v].isfinite()


def test_the_share_is_of_the_first_attribute():
    """Turning the second over spoils every image."""
    realism = torch.stack([torch.ones(1, 40), torch.zeros(1, 40)], dim=1)
    before = torch.tensor([[0.9, 0.9], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9]]).repeat(10, 1)
    after = torch.stack([before, before])
    after[0, :, 0], after[1, :, 1] = 1 - before[:, 0], 1 - before[:, 1]
    found = Turned(torch.zeros(40).bool(), before, torch.full((2, 40), 0.5), after, realism)
    (pair,) = comparisons(found, ("A", "B"), ("eye",))
    assert (pair.left, pair.right) == ("A", "B")
    for control in (pair.source, pair.destination):
        assert control.preferred["eye"].share.value == 1
        assert control.preferred["eye"].p < 1e-6
        assert control.strengths == (0.5, 0.5)
    assert pair.source.pairs == pair.destination.pairs == 40


def test_where_nothing_can_be_turned_over_nothing_is_said():
    nothing = torch.full((2, 6), torch.nan)
    read = torch.full((2, 6, 2), 0.9)
    found = Turned(torch.zeros(6).bool(), read[0], nothing, read, torch.zeros(1, 2, 6))
    (pair,) = comparisons(found, ("A", "B"), ("eye",))
    assert pair.source.pairs == pair.destination.pairs == 0
    assert np.isnan(pair.source.preferred["eye"].share.value)
    assert pair.source.preferred["eye"].p == 1


def test_rows_of_numbers_have_no_pictures():
    rows = torch.randn(2000, 12, generator=torch.Generator().manual_seed(0))
    data = Labelled(("A", "B"), rows, (rows[:, :2] > 0).long(), "rows")
    with pytest.raises(ValueError, match="compares images"):
        scm.audit(
            lambda codes: codes, latent=12, images=data, units=20, nulls=10, learn=500,
            replicates=2, controlled=20,
        )  # fmt: skip
