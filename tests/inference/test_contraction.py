"""Plans and their running."""

from itertools import pairwise

import numpy as np
import pytest

from scm_compiler.inference.contraction import _Planner, adjoints, contract, plan
from scm_compiler.inference.elimination import RULES, elimination_order

SIZES = {"A": 2, "B": 3, "C": 4, "D": 2}
SCOPES = [("A",), ("A", "B"), ("B", "C"), ("C", "D", "A")]


@pytest.fixture
def tables():
    random = np.random.default_rng(0)
    return [random.random([SIZES[name] for name in scope]) for scope in SCOPES]


@pytest.mark.parametrize("keep", [(), ("D",), ("D", "A"), ("A", "B", "C", "D")])
def test_contraction_is_einsum(tables, keep):
    subscripts = "a,ab,bc,cda->" + "".join(keep).lower()
    found = contract(plan(SCOPES, SIZES, keep), tables)
    assert np.allclose(found.values, np.einsum(subscripts, *tables), rtol=1e-14)
    assert not np.any(found.log_scale)


def test_a_batch_is_every_element_alone(tables):
    random = np.random.default_rng(1)
    batch = [random.random((5, *tables[0].shape)), *tables[1:3], random.random((5, 4, 2, 2))]
    way = plan(SCOPES, SIZES, ("D",))
    found = contract(way, batch).values
    for element in range(5):
        alone = [batch[0][element], *batch[1:3], batch[3][element]]
        assert np.allclose(found[element], contract(way, alone).values, rtol=1e-14)


def test_tiny_products_do_not_vanish(tables):
    small = [table * 1e-120 for table in tables]
    way = plan(SCOPES, SIZES, ("D",))
    found, large = contract(way, small), contract(way, tables)
    assert np.allclose(found.log_total, np.log(large.values.sum()) + 4 * np.log(1e-120))
    shares = found.values / found.values.sum()
    assert np.allclose(shares, large.values / large.values.sum(), rtol=1e-10)


def test_a_value_that_is_tiny_beside_another_survives_where_the_other_is_excluded():
    # The first value of X outweighs the second by more than a float can tell, then is excluded.
    tables = [np.array([1.0, 1e-200]), np.array([1.0, 1e-200]), np.array([0.0, 1.0])]
    found = contract(plan([("X",)] * 3, {"X": 2}, ()), tables)
    assert float(found.log_total) == pytest.approx(400 * np.log(0.1))


def test_an_exact_zero_is_zero():
    tables = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    assert contract(plan([("X",)] * 2, {"X": 2}, ()), tables).log_total == -np.inf


def test_adjoints_are_derivatives(tables):
    way = plan(SCOPES, SIZES, ())
    slopes = adjoints(way, tables)
    base = float(contract(way, tables).values)
    for number, (table, slope) in enumerate(zip(tables, slopes, strict=True)):
        assert slope.shape == table.shape
        for place in np.ndindex(table.shape):
            moved = [other.copy() for other in tables]
            moved[number][place] += 1.0
            assert slope[place] == pytest.approx(float(contract(way, moved).values) - base)


def test_adjoints_refuse_what_underflows(tables):
    assert adjoints(plan(SCOPES, SIZES, ()), [table * 1e-120 for table in tables]) is None


def test_a_chain_is_eliminated_without_fill():
    names = [f"X{i:03}" for i in range(300)]
    scopes = [(names[0],), *pairwise(names)]
    way = plan(scopes, dict.fromkeys(names, 2), (names[150],))
    assert way.largest == 4
    assert way.cost < 8 * 300
    assert sorted(way.order) == sorted(set(names) - {names[150]})


def test_a_grid_costs_what_its_width_costs():
    side = 8
    names = {(r, c): f"X{r}_{c}" for r in range(side) for c in range(side)}
    scopes = [(names[r, c], names[r, c + 1]) for r in range(side) for c in range(side - 1)]
    scopes += [(names[r, c], names[r + 1, c]) for r in range(side - 1) for c in range(side)]
    way = plan(scopes, dict.fromkeys(names.values(), 2), ())
    assert way.largest <= 2 ** (side + 2)


def test_the_size_of_an_impossible_contraction_is_known_before_it_is_run():
    names = [f"X{i}" for i in range(70)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    way = plan(pairs, dict.fromkeys(names, 2), ())
    assert way.largest == 2.0**69


def test_the_cheaper_of_several_orders_is_taken():
    random = np.random.default_rng(0)
    names = [f"X{i}" for i in range(30)]
    sizes = {name: int(random.integers(2, 9)) for name in names}
    scopes = [tuple(random.choice(names, 3, replace=False)) for _ in range(40)]
    way = plan(scopes, sizes, ())
    costs = {}
    for rule in RULES:
        order = elimination_order(scopes, sizes, (), rule)
        costs[rule] = _Planner(scopes, sizes).finish(order, (), rule).cost
    assert costs["min-fill"] != costs["min-weight"]
    assert way.cost == min(costs.values())
    assert costs[way.rule] == way.cost


def test_peak_counts_what_is_held_at_once(tables):
    way = plan(SCOPES, SIZES, ())
    held = sum(table.size for table in tables)
    assert held < way.peak <= held + sum(np.prod([SIZES[n] for n in s.scope]) for s in way.steps)


def test_order_does_not_depend_on_hashing():
    orders = {elimination_order(SCOPES, SIZES, ()) for _ in range(5)}
    assert len(orders) == 1
