"""Tables and computed probabilities behind the interface of a mechanism."""

import numpy as np
import pytest

from scm_compiler.ir.domain import Discrete
from scm_compiler.model.coupling import COUPLINGS, bounds
from scm_compiler.model.mechanism import Network, Tabular

RANDOM = np.random.default_rng(0)
TABLE = RANDOM.dirichlet(np.ones(3), size=(2, 4))
DOMAIN, PARENTS = Discrete(("a", "b", "c")), ("A", "B")
WORLD = {"A": RANDOM.integers(2, size=900), "B": RANDOM.integers(4, size=900), "C": np.zeros(900)}


class Reading:
    """A conditional that reads the table."""

    def at(self, parents):
        return TABLE[tuple(parents.T)]


def both(coupling="threshold"):
    common = {"coupling": COUPLINGS[coupling]}
    yield Tabular(DOMAIN, PARENTS, rows=TABLE, **common)
    yield Network(DOMAIN, PARENTS, conditional=Reading(), **common)


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_a_network_is_what_its_table_is(coupling):
    table, network = both(coupling)
    value = RANDOM.integers(3, size=900)
    uniform = RANDOM.random((900, table.width))
    noise = table.abduct(value, WORLD, uniform)
    assert np.array_equal(network.abduct(value, WORLD, uniform), noise)
    other = WORLD | {"A": 1 - WORLD["A"]}
    assert np.array_equal(table.sample(WORLD, noise), value)
    assert np.array_equal(network.sample(other, noise), table.sample(other, noise))
    assert np.array_equal(network.log_prob(value, WORLD), table.log_prob(value, WORLD))
    expected = TABLE[WORLD["A"], WORLD["B"], value]
    assert np.allclose(table.log_prob(value, WORLD), np.log(expected))
    assert np.array_equal(network.bounds(WORLD), table.bounds(WORLD))
    assert np.array_equal(table.bounds(WORLD), bounds(TABLE[WORLD["A"], WORLD["B"]]))
    assert table.table() is TABLE
    assert network.table() is None


def test_one_value_for_all_units_needs_no_axis():
    for mechanism in both():
        found = mechanism.chances({"A": np.array(1), "B": np.array(2)})
        assert np.array_equal(np.broadcast_to(found, (1, 3)), TABLE[None, 1, 2])
        mixed = mechanism.chances({"A": np.array(1), "B": WORLD["B"]})
        assert np.array_equal(mixed, TABLE[1, WORLD["B"]])


def test_a_node_without_parents():
    mechanism = Tabular(DOMAIN, (), rows=TABLE[0, 0])
    noise = RANDOM.random(20_000)
    shares = np.bincount(mechanism.sample({}, noise), minlength=3) / len(noise)
    assert np.allclose(shares, TABLE[0, 0], atol=0.02)
    assert mechanism.bounds({}).shape == (2,)
