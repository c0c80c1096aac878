"""The measurement of answers from rows with gaps."""

import numpy as np
import pytest

from benchmarks.missing import WAYS, measure, with_gaps


def test_what_is_gone_depends_on_what_is_seen_or_on_nothing():
    random = np.random.default_rng(0)
    rows = random.integers(2, size=(20_000, 4))
    gone = {way: with_gaps(rows, 0.2, way, random) < 0 for way in WAYS}
    shares = {
        way: [holes[rows[:, 0] == v, 1:].mean() for v in (0, 1)] for way, holes in gone.items()
    }
    assert not gone["seen"][:, 0].any()
    np.testing.assert_allclose(shares["random"], [0.2, 0.2], atol=0.01)
    np.testing.assert_allclose(shares["seen"], [0.1, 0.4], atol=0.01)


@pytest.mark.parametrize("way", WAYS)
def test_all_rows_and_complete_ones_answer_the_same_problems(way):
    found = measure("P(Y | X)", 300, 4, 0.2, way)
    assert {name: len(one.held) for name, one in found.items()} == {"em": 4, "drop": 4}
    assert np.mean(found["em"].widths) < np.mean(found["drop"].widths)
