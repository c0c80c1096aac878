"""Mean distances of pairs."""

from itertools import combinations

import numpy as np
import pytest
import torch

from scm_compiler.runtime.evaluation.diversity import pair_mean


def test_the_mean_over_pairs():
    rows = torch.randn(12, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pairs = [float(((a - b) ** 2).mean().sqrt()) for a, b in combinations(rows, 2)]
    assert pair_mean(rows).value == pytest.approx(np.mean(pairs))


def test_the_error_is_that_of_repeated_samples():
    generator = torch.Generator().manual_seed(1)
    found = [
        pair_mean(torch.rand(40, 3, generator=generator, dtype=torch.float64)) for _ in range(300)
    ]
    spread = np.std([f.value for f in found])
    assert np.mean([f.error for f in found]) == pytest.approx(spread, rel=0.15)


def test_equal_images_have_no_distance():
    assert pair_mean(torch.ones(5, 7, dtype=torch.float64)).value == 0
    assert np.isnan(pair_mean(torch.ones(1, 7)).value)
