"""Images held on a device."""

import numpy as np
import torch

from scm_compiler.runtime.data.images.resident import ResidentImages, nearest
from scm_compiler.runtime.data.images.table import ImageTable


def test_it_draws_the_batches_of_the_table():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (50, 3, 8, 8), dtype=np.uint8)
    table = ImageTable(("A",), images, random.integers(0, 2, (50, 1)), None, "print", "noise")
    held = ResidentImages(table, torch.device("cpu"))
    one, other = (torch.Generator().manual_seed(3) for _ in range(2))
    for _ in range(3):
        for mine, theirs in zip(held.draw(16, one), table.draw(16, other), strict=True):
            assert torch.equal(mine, theirs)
    assert (len(held), held.fingerprint) == (50, "print")
    assert nearest(table, torch.device("cpu")) is table
