"""Implied independences, and their tests on data."""

import math
from importlib import import_module
from itertools import combinations, pairwise

import numpy as np
import pytest

from scm_compiler.identify.evaluation import Counts
from scm_compiler.identify.implied import implied
from scm_compiler.identify.independence import check_independences, chi_squared_tail, holm
from scm_compiler.identify.separation import separated
from scm_compiler.ir import Confounder, Edge, Graph, Independence, Node
from scm_compiler.ir.domain import BINARY


def random_graph(source, count):
    names = [f"N{rank}" for rank in range(count)]
    pairs = list(combinations(names, 2))
    return Graph(
        "g",
        tuple(Node(name, "binary", BINARY) for name in names),
        tuple(Edge(*pair) for pair in pairs if source.random() < 0.4),
        tuple(Confounder(*pair) for pair in pairs if source.random() < 0.2),
    )


@pytest.mark.parametrize("seed", range(5))
def test_each_missing_arrow_is_claimed_or_inseparable(seed):
    source = np.random.default_rng(seed)
    for _ in range(20):
        graph = random_graph(source, 6)
        found = implied(graph)
        joined = {frozenset((e.source, e.target)) for e in graph.edges}
        joined |= {frozenset((p.left, p.right)) for p in graph.confounders}
        claimed = [frozenset((*c.left, *c.right)) for c in found.independences]
        left_out = [frozenset(pair) for pair in found.inseparable]
        every = {frozenset(pair) for pair in combinations(graph.by_name, 2)} - joined
        assert found.complete
        assert sorted(map(sorted, claimed + left_out)) == sorted(map(sorted, every))
        for claim in found.independences:
            assert separated(graph, claim.left, claim.right, claim.given)
            for name in claim.given:  # and the set is minimal
                fewer = [other for other in claim.given if other != name]
                assert not separated(graph, claim.left, claim.right, fewer)
        for a, b in found.inseparable:
            rest = [name for name in graph.by_name if name not in (a, b)]
            subsets = (s for size in range(5) for s in combinations(rest, size))
            assert not any(separated(graph, [a], [b], some) for some in subsets)


def test_a_limit(build):
    found = implied(build("", nodes=[f"N{rank}" for rank in range(10)]), limit=7)
    assert len(found.independences) == 7
    assert not found.complete


@pytest.mark.parametrize("x", [1e-6, 0.3, 1.0, 4.7, 30.0, 200.0, 900.0])
def test_the_tail_of_chi_squared(x):
    """Closed forms: one degree is the normal's tail; an even number is a Poisson sum."""
    assert chi_squared_tail(x, 1) == pytest.approx(math.erfc(math.sqrt(x / 2)), rel=1e-11)
    for half in (1, 2, 5, 40, 300):
        terms = (math.exp(k * math.log(x / 2) - x / 2 - math.lgamma(k + 1)) for k in range(half))
        assert chi_squared_tail(x, 2 * half) == pytest.approx(math.fsum(terms), rel=1e-9)
    odd = math.erfc(math.sqrt(x / 2)) + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)
    assert chi_squared_tail(x, 3) == pytest.approx(odd, rel=1e-10)


def test_quantiles_of_the_tables():
    """Abramowitz and Stegun 1964, table 26.8."""
    for quantile, freedom, p in [(6.63490, 1, 0.01), (18.3070, 10, 0.05), (124.342, 100, 0.05)]:
        assert chi_squared_tail(quantile, freedom) == pytest.approx(p, rel=1e-4)
    assert chi_squared_tail(5.0, 0) == 1
    assert chi_squared_tail(0.0, 3) == 1


def test_holm():
    """Holm 1979: the smallest of n by n, the next by n - 1, never falling, at most 1."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def counts_of(table, names):
    cells = np.argwhere(table > 0)
    return Counts(names, table.shape, cells, table[table > 0])


def test_g_by_its_definition():
    source = np.random.default_rng(0)
    table = source.integers(1, 40, size=(3, 2, 4))
    claim = Independence(("A",), ("B",), ("C",))
    (test,) = check_independences([claim], counts_of(table, tuple("ABC")))
    g = 0.0
    for stratum in np.moveaxis(table, 2, 0):
        expected = np.outer(stratum.sum(1), stratum.sum(0)) / stratum.sum()
        g += 2 * (stratum * np.log(stratum / expected)).sum()
    assert test.statistic == pytest.approx(g)
    assert test.freedom == 4 * 2 * 1
    assert test.p_value == test.corrected == chi_squared_tail(test.statistic, 8)
    assert test.bits == pytest.approx(g / (2 * table.sum() * math.log(2)))


def test_values_that_a_stratum_does_not_show_are_no_freedom():
    table = np.zeros((3, 2, 3), dtype=np.int64)
    table[:2, :, 0] = [[5, 3], [2, 6]]  # two of three values of A
    table[:, 0, 1] = [4, 4, 4]  # B does not vary
    claims = [Independence(("A",), ("B",), ("C",)), Independence(("A",), ("B",))]
    tested = check_independences(claims, counts_of(table, tuple("ABC")))
    assert [test.freedom for test in tested] == [1, 2]
    constant = np.zeros((2, 2), dtype=np.int64)
    constant[0] = [3, 4]
    (none,) = check_independences([Independence(("A",), ("B",))], counts_of(constant, ("A", "B")))
    assert (none.freedom, none.p_value, none.corrected) == (0, 1.0, 1.0)


@pytest.mark.statistics
def test_true_claims_are_rejected_as_often_as_promised():
    """Under the claim p is uniform: of 400 draws 5 % are below 0.05, give or take 4 deviations."""
    source = np.random.default_rng(1)
    p_a, p_b = np.array([0.3, 0.7]), np.array([0.2, 0.5, 0.3])
    low = 0
    for _ in range(400):
        table = source.multinomial(2_000, np.outer(p_a, p_b).ravel()).reshape(2, 3)
        (test,) = check_independences([Independence(("A",), ("B",))], counts_of(table, ("A", "B")))
        low += test.p_value < 0.05
    assert abs(low - 20) < 4 * math.sqrt(400 * 0.05 * 0.95)


def test_sets_are_not_tested():
    data = counts_of(np.ones((2, 2, 2), dtype=np.int64), tuple("ABC"))
    with pytest.raises(ValueError, match="two single labels"):
        check_independences([Independence(("A", "B"), ("C",))], data)


def test_of_a_large_graph_fewer_pairs_are_looked_at(monkeypatch):
    names = [f"N{rank}" for rank in range(30)]
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    graph = Graph("g", nodes, tuple(Edge(*pair) for pair in pairwise(names)))
    monkeypatch.setattr(import_module("scm_compiler.identify.implied"), "WORK", 10 * (30 + 29))
    found = implied(graph)
    assert len(found.independences) == 10
    assert not found.complete
