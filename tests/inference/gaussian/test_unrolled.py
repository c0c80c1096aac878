"""Real nodes as sums of noises."""

import numpy as np
import pytest

from scm_compiler.inference.gaussian import Instance
from scm_compiler.inference.gaussian.unrolled import Known, Unrolled, sums
from tests.inference.gaussian.conftest import configurations, here, network, solved
from tests.inference.gaussian.test_question import chain


@pytest.mark.parametrize("seed", range(20))
def test_they_solve_the_equations(seed):
    net = network(seed)
    unrolled = Unrolled(net, {})
    names = [name for name in net.graph.topological if name in net.mechanisms]
    places = [unrolled.place(here(name)) for name in names]
    worlds = [own for own, _ in configurations(net)]
    chosen = {here(n): np.array([own[n] for own in worlds]) for n in net.tables}
    found = sums(net, unrolled.copies, chosen, len(worlds))
    noises = list(dict.fromkeys(copy.node for copy in unrolled.copies))
    order = [noises.index(name) for name in names]
    for rank, own in enumerate(worlds):
        _, mean, loads = solved(net, own)
        assert np.allclose(found.constants[places, rank], mean)
        assert np.allclose(found.loads[places, rank][:, order], loads)


def test_worlds_share_what_they_have_in_common():
    unrolled = Unrolled(chain(4), {here("X1"): 5.0})
    first = unrolled.place(here("X3"))
    assert [copy.node for copy in unrolled.copies] == ["X2", "X3"]
    assert unrolled.copies[0].real == (Known(5.0),)
    assert unrolled.place(Instance.of("X3", {"D0": 1})) != first  # X1 would have been another
    assert [copy.node for copy in unrolled.copies] == ["X2", "X3", "X0", "X1", "X2", "X3"]
    assert unrolled.place(Instance.of("X3", {"X3": 2.0})) == Known(2.0)
    assert unrolled.place(Instance.of("X2", {"X3": 2.0})) == 0
