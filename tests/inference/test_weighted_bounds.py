"""Bounds of counterfactuals from draws, against the exact ones.

Ends are moved out by four standard errors: an end misses with probability 3e-5, and some 400 are
looked at, at fixed seeds: a right program fails with probability below 2e-2 had the seeds not been
fixed, and never with them.
"""

from itertools import product

import numpy as np
import pytest

from scm_compiler.inference.weighted_bounds import MARGINALS, NODE, NOTHING
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.model.tables import Tables, table_shape

ROUNDING = 1e-9


def numbers(value):
    return [row.probability for row in value.rows] if hasattr(value, "rows") else [value]


def both(ask, model, text, **options):
    return (
        numbers(ask(model, text, method=method, **options).value)
        for method in ("exact", "weighted")
    )


def drawn(seed, edges, sizes):
    """A random model; a name's size is 2 if not given."""
    source = np.random.default_rng(seed)
    names = dict.fromkeys("ZXMYC")
    domains = {n: Discrete(tuple(map(str, range(sizes.get(n, 2))))) for n in names}
    graph = Graph(
        "g",
        tuple(Node(n, "binary" if d.size == 2 else "categorical", d) for n, d in domains.items()),
        tuple(Edge(*edge) for edge in edges),
    )
    shapes = {n: table_shape(graph, n) for n in names}
    return Tables(graph, {n: source.dirichlet(np.ones(s[-1]), s[:-1]) for n, s in shapes.items()})


DIRECT = ["ZX", "ZY", "XY", "ZM", "ZC"]
"""X acts on Y alone: the only noise that two worlds share is Y's."""

MEDIATED = ["ZX", "XM", "ZY", "XY", "MY", "YC"]


@pytest.mark.statistics
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "text",
    [
        "P(Y[X=0]=1 | X=1, Y=1)",
        "P(Y[X=0]=0 | X=1, Y=1, M=1)",
        "P(Y[X=0] | X=1, Y=0)",
        "P(Y[X=0]=1 | Y=1)",
        "P(Y[X=0]=1, C=1 | X=1, Y=1)",
    ],
)
def test_of_one_nodes_noise_they_are_the_exact_ones(seed, text, ask):
    for sizes in ({}, {"Y": 3, "Z": 3}):
        model = drawn(seed, DIRECT, sizes)
        for exact, found in zip(*both(ask, model, text, seed=seed), strict=True):
            assert found.bounds.low <= exact.bounds.low + ROUNDING
            assert found.bounds.high >= exact.bounds.high - ROUNDING
            assert found.bounds.grounds in (NODE, NOTHING)
            if exact.bounds.sharp and sizes == {}:
                assert found.bounds.low == pytest.approx(exact.bounds.low, abs=0.05)
                assert found.bounds.high == pytest.approx(exact.bounds.high, abs=0.05)


@pytest.mark.statistics
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "text",
    [
        "P(Y[X=0]=1 | X=1, Y=1)",
        "P(C[X=0]=1 | X=1, M=1)",
        "P(C[X=0] | X=1, C=0)",
        "P(C[X=0]=1, C[X=1]=0)",
        "P(C[X=0]=1, M=1 | X=1)",
        "P(C[X=1, M=M[X=0]]=1 | X=1)",
        "E(C[X=0] | X=1, C=1)",
        "P(C[X=1]=1 | X=0, C=0) - P(C[X=0]=1 | X=1, C=1)",
    ],
)
def test_they_hold_what_the_exact_ones_hold(seed, text, ask):
    model = drawn(seed, MEDIATED, {})
    for exact, found in zip(*both(ask, model, text, seed=seed), strict=True):
        if found.bounds is None:  # no noise is shared
            assert not exact.bounds.open
            continue
        if exact.bounds.sharp:
            assert found.bounds.low <= exact.bounds.low + ROUNDING
            assert found.bounds.high >= exact.bounds.high - ROUNDING
        assert found.bounds.low <= found.value <= found.bounds.high


@pytest.mark.statistics
def test_marginals_exclude_what_frechet_excludes(ask):
    """P(C[X=0]=1 | X=1) by hand: P(X=1) and P(C=1 | do(X=0)) are all that is known."""
    model = drawn(0, MEDIATED, {})
    rows = dict(model.probabilities)
    rows["X"] = np.array([[0.05, 0.95], [0.1, 0.9]])
    rows["Y"] = np.broadcast_to([0.9, 0.1], rows["Y"].shape)
    rows["C"] = np.array([[0.8, 0.2], [0.7, 0.3]])
    model = Tables(model.graph, rows)
    text = "P(C[X=0]=1, M=1 | X=1)"
    found = ask(model, text, method="weighted")
    seen, done = ask(model, "P(X=1)").probability, ask(model, "P(C=1 | do(X=0))").probability
    mediated = ask(model, "P(M=1 | X=1)").probability
    high = min(mediated, done / seen)
    low = max(0.0, mediated - (1 - done) / seen)
    assert found.bounds.grounds in (MARGINALS, NODE)
    assert found.bounds.high == pytest.approx(high, abs=0.03)
    assert found.bounds.low == pytest.approx(low, abs=0.03)
    assert found.bounds.high >= high
    assert found.bounds.low <= low
    assert f"in {found.bounds} ({found.bounds.grounds})" in str(found)


def test_where_nothing_is_excluded_the_answer_says_so(ask):
    model = drawn(1, MEDIATED, {})
    rows = dict(model.probabilities)
    for name in ("X", "M", "Y", "C"):
        rows[name] = np.full(rows[name].shape, 0.5)
    found = ask(Tables(model.graph, rows), "P(C[X=0]=1 | X=1, C=1)", method="weighted")
    assert (found.bounds.low, found.bounds.high) == (0, 1)
    assert NOTHING in found.text
    assert found.to_dict()["answer"]["bounds"]["grounds"] == NOTHING


def test_every_size_of_table_keeps_its_axes(ask):
    """Free targets in two worlds, of three values and two: each cell has its own bounds."""
    model = drawn(2, MEDIATED, {"C": 3})
    text = "P(C[X=0], Y | X=1)"
    found = ask(model, text, method="weighted")
    cells = {row.values: row.probability for row in found.value.rows}
    assert cells.keys() == set(product("012", "01"))
    for (c, y), cell in cells.items():
        assert cell.bounds.low <= cell.value <= cell.bounds.high
        alone = ask(model, f"P(Y={y} | X=1)").probability
        other = ask(model, f"P(C={c} | do(X=0))").probability / ask(model, "P(X=1)").probability
        assert cell.bounds.high == pytest.approx(min(alone, other, 1), abs=0.05)
