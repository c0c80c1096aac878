"""Each label gets the code that tells it."""

import numpy as np
import torch

from benchmarks.table1.measure import Sample, best_places
from scm_compiler.runtime.heads.head import LabelCoding


class Shuffled(torch.nn.Module):
    """Its noise is what the picture's pixels are."""

    coding = LabelCoding(("A", "B"), (2, 2), (0, 1))

    def noise_of(self, images, labels):
        return images.flatten(1)

    def tell(self, images):
        return type("Told", (), {"values": torch.zeros(len(images), 2)})


def test_the_best_places():
    random = np.random.default_rng(0)
    codes = random.normal(size=(200, 3))
    labels = np.stack([codes[:, 2] > 0, codes[:, 0] > 0], 1)
    sample = Sample(torch.from_numpy(codes)[:, :, None, None], torch.from_numpy(labels).long())
    assert best_places(Shuffled(), sample) == [2, 0]
