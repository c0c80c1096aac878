"""Intervals from the data."""

import numpy as np
import pytest

from scm_compiler.inference.intervals import replicate_ends


@pytest.mark.parametrize(("count", "quantile"), [(4, 3.182), (6, 2.571), (11, 2.228), (31, 2.042)])
def test_a_few_replicates_reach_as_far_as_a_t_distribution_says(count, quantile):
    """The quantiles are those of a printed table."""
    drawn = np.random.default_rng(0).normal(0, 1, count)
    ends = replicate_ends({"": drawn}, {"": np.array(0.1)}, 0.95)[""]
    assert ends.high - 0.1 == pytest.approx(quantile * drawn.std(ddof=1), rel=0.01)
    assert 0.1 - ends.low == pytest.approx(quantile * drawn.std(ddof=1), rel=0.01)


def test_a_probability_stays_one():
    ends = replicate_ends({"": np.array([0.0, 0.01, 0.4])}, {"": np.array(0.02)}, 0.95)[""]
    assert ends.low == 0.0
