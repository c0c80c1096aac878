"""What stands in for people who compare two images."""

from math import comb

import numpy as np
import torch

from scm_compiler.runtime.audit.annotators import neighbours, preference


def test_neighbours_is_the_realism_score_of_its_paper():
    dice = np.random.default_rng(0)
    real, asked = dice.normal(size=(41, 3)), dice.normal(size=(7, 3))
    reach = [sorted(np.linalg.norm(real - one, axis=1))[3] for one in real]
    kept = [k for k in range(41) if reach[k] <= np.median(reach)]
    wanted = [max(reach[k] / np.linalg.norm(real[k] - one) for k in kept) for one in asked]
    assert np.allclose(neighbours(real)(asked), wanted)


def test_an_image_far_from_all_real_ones_is_less_real():
    real = np.random.default_rng(1).normal(size=(200, 4))
    score = neighbours(real)
    assert (score(real[:20] + 0.01) > score(real[:20] + 5)).all()


def test_a_preference_is_counted_and_tested_by_its_sign():
    left, right = torch.tensor([2.0, 1.0, 3.0, 5.0, 4.0, 0.0]), torch.tensor([1.0, 1, 2, 4, 3, 1])
    found, p = preference(left, right)  # four for the left, one for the right, one tie
    assert found.value == 0.8
    assert p == 2 * (comb(5, 0) + comb(5, 1)) / 2**5
    none, p = preference(left[:0], right[:0])
    assert np.isnan(none.value)
    assert p == 1
