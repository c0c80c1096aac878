"""MIC and TIC against what is known of them: published values and grids tried one by one."""

from itertools import combinations
from math import log

import numpy as np
import pytest

from scm_compiler.runtime.evaluation.association import associated, characteristic


def test_the_same_numbers():
    line = np.random.default_rng(0).random(300)
    found = associated(line, line)
    assert found.mic == pytest.approx(1, abs=1e-6)
    assert found.tic == pytest.approx(1, abs=0.01)


def test_a_fold_counts_in_full_for_mic_and_not_for_tic():
    across = np.linspace(-1, 1, 500)
    found = associated(across, across**2)
    assert found.mic > 0.98
    assert 0.6 < found.tic < 0.9


def test_the_floor_of_independent_numbers():
    """About .17 for 500 points, as minepy gives it."""
    random = np.random.default_rng(1)
    floors = [associated(*random.random((2, 500))).mic for _ in range(4)]
    assert np.mean(floors) == pytest.approx(0.17, abs=0.03)
    assert associated(*random.random((2, 500))).floor == pytest.approx(0.17, abs=0.05)


def test_the_cap_of_a_rare_label():
    random = np.random.default_rng(2)
    label = (random.random(1000) < 0.18).astype(float)
    found = associated(label + 0.1 * random.random(1000), label)
    assert found.mic == pytest.approx(found.cap, abs=0.02)
    share = label.mean()
    entropy = -(share * log(share) + (1 - share) * log(1 - share)) / log(2)
    assert found.cap == pytest.approx(entropy, abs=0.01)  # .68 for 18 %


def test_a_small_case_by_trying_every_grid():
    random = np.random.default_rng(3)
    left, right = random.random((2, 12))
    best = 0.0
    for along, across in ((left, right), (right, left)):
        order = np.argsort(along)
        upper = (across > np.sort(across)[5])[order]
        for cut in combinations(range(1, 12), 1):
            best = max(best, _information(upper, cut[0]))
    assert max(characteristic(left, right)) == pytest.approx(best / log(2))


def _information(upper, cut):
    def entropy(values):
        share = values.mean()
        return -sum(p * log(p) for p in (share, 1 - share) if p)

    parts = (upper[:cut], upper[cut:])
    return entropy(upper) - sum(len(part) / len(upper) * entropy(part) for part in parts)
