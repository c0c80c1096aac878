"""Random linear Gaussian networks: answers are those of the closed forms."""

import numpy as np

from benchmarks.gaussians import measured


def test_answers_are_those_of_the_closed_forms():
    found = measured(networks=4, kinds=1, seed=7)
    assert len(found) == 24
    assert max(off for tally in found.values() for off in tally.exact) < 1e-8
    drawn = np.array([off for tally in found.values() for off in tally.drawn])
    assert len(drawn) >= 12
    assert drawn.max() < 4
