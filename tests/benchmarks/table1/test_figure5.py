"""What is found, turned around, missed, and not declared."""

from io import BytesIO

import numpy as np
from PIL import Image

from benchmarks.table1.figure5 import Learnt, counts, picture, weights


def made():
    """Declared are 0 -> 2 <- 1 and 2 -> 3; found are 0 -> 2, 3 -> 2 and 0 -> 3."""
    found, declared = np.zeros((4, 4)), np.zeros((4, 4))
    found[0, 2], found[3, 2], found[0, 3] = 0.5, -0.3, 0.2
    declared[0, 2] = declared[1, 2] = declared[2, 3] = 1
    return Learnt(tuple("abcd"), [found / 2] * 100, found, declared)


def test_counts():
    assert made().counted() == (1, 1, 1, 1)
    last = counts({"Set": [made(), made()]}).splitlines()[1].split()
    assert last == ["Set", "3", "3", *"11111111"]


def test_the_weights_at_each_step():
    rows = {row[:6]: row.split()[3:] for row in weights(made()).splitlines()[1:]}
    assert rows["a -> c"] == [*["+0.25"] * 5, "+0.50", "+1.00", "data", "can", "tell"]
    assert rows["d -> c"][-2:] == ["0", "-"]


def test_the_heat_maps():
    assert Image.open(BytesIO(picture({"Set": made()}))).width > 400
