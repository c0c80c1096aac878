"""What a picture of a digit is measured by, on strokes whose thickness is known."""

import numpy as np
import pytest
import torch

from benchmarks.digits import intensity, thickness, thinned


@pytest.mark.parametrize("wide", [2, 3, 4, 6])
def test_a_bar_is_as_thick_and_bright_as_it_was_drawn(wide):
    bar = torch.full((1, 1, 28, 28), -1.0)
    bar[:, :, 3:25, 10 : 10 + wide] = 0.5
    assert thickness(bar)[0] == pytest.approx(wide, abs=0.5)
    assert intensity(bar)[0] == pytest.approx(1.5 * 127.5)


def test_a_skeleton_is_a_line():
    shape = np.zeros((20, 40), bool)
    shape[8:13, 4:36] = True
    found = thinned(shape)
    assert not (found & ~shape).any()
    assert set(found[:, 10:30].sum(0)) == {1}
