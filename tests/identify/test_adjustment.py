"""Adjustment sets against the back-door criterion, over all subsets."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.identify.adjustment import adjustment_sets
from scm_compiler.identify.evaluation import Dense
from scm_compiler.identify.separation import separated
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY


@st.composite
def graphs(draw):
    count = draw(st.integers(2, 6))
    pairs = list(combinations([f"N{rank}" for rank in range(count)], 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9))
    spouses = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    nodes = tuple(Node(f"N{rank}", "binary", BINARY) for rank in range(count))
    return Graph(
        "g", nodes, tuple(Edge(*e) for e in edges), tuple(Confounder(*e) for e in spouses)
    )


def brute(graph, cause, effect):
    """The minimal back-door sets, by Pearl 2009, Definition 3.3.1, tried one by one."""
    below = {cause}
    for name in graph.topological:
        if below & set(graph.parents[name]):
            below.add(name)
    kept = tuple(edge for edge in graph.edges if edge.source != cause)
    cut = Graph("g", graph.nodes, kept, graph.confounders)
    rest = [name for name in graph.by_name if name not in below | {effect}]
    found = []
    for size in range(len(rest) + 1):
        for some in combinations(rest, size):
            larger = any(set(less) <= set(some) for less in found)
            if not larger and separated(cut, [cause], [effect], some):
                found.append(some)
    return tuple(found)


@settings(max_examples=300, deadline=None)
@given(graphs(), st.data())
def test_all_minimal_sets_are_found(graph, data):
    cause, effect, *_ = data.draw(st.permutations(list(graph.by_name)))
    assert adjustment_sets(graph, cause, effect) == brute(graph, cause, effect)


def test_pearls_figure(build):
    """Pearl 2009, Figure 3.4: {X3, X4} and {X4, X5} are back-door sets, {X4} is none."""
    graph = build("X1->X3 X1->X4 X2->X4 X2->X5 X3->Xi X4->Xi X4->Xj X5->Xj Xi->X6 X6->Xj")
    found = {frozenset(some) for some in adjustment_sets(graph, "Xi", "Xj")}
    assert {frozenset(("X3", "X4")), frozenset(("X4", "X5"))} <= found
    assert found == {frozenset((other, "X4")) for other in ("X1", "X2", "X3", "X5")}


def test_the_formula_holds(build, model_of):
    graph = build("A->X B->A B->Y X->M M->Y A<->B")
    model = model_of(graph, np.random.default_rng(0))
    assert adjustment_sets(graph, "X", "Y") == (("A",), ("B",))
    seen = model.joint()
    for (z,) in adjustment_sets(graph, "X", "Y"):
        whole = seen.marginal(("X", z, "Y"))
        rows = whole / whole.sum(-1, keepdims=True)
        found = np.einsum("xzy,z->xy", rows, seen.marginal((z,)))
        for x in (0, 1):
            truth = model.joint({"X": x}).marginal(("Y",))
            assert found[x] == pytest.approx(truth, abs=1e-12)


def test_nothing_to_adjust_for_and_nothing_that_helps(build):
    assert adjustment_sets(build("X->Y"), "X", "Y") == ((),)
    assert adjustment_sets(build("X->Y X<->Y"), "X", "Y") == ()
    assert adjustment_sets(build("X->Y X<->Z Z<->Y"), "X", "Y") == ((),)  # the M-graph


def test_the_number_of_sets_is_bounded(build):
    words = [f"A{rank}->X A{rank}->B{rank} B{rank}->Y" for rank in range(12)]
    graph = build(" ".join(words))
    found = adjustment_sets(graph, "X", "Y", limit=50)
    assert len(set(found)) == 50  # of 2^12
    assert all(len(some) == 12 for some in found)


@pytest.mark.parametrize(("cause", "effect"), [("Q", "Y"), ("X", "X")])
def test_wrong_names(build, cause, effect):
    with pytest.raises(ValueError, match=r"not a node|same node"):
        adjustment_sets(build("X->Y"), cause, effect)


def test_counts_scale_to_a_distribution():
    assert Dense(("A",), np.array([1, 3])).marginal(("A",)) == pytest.approx([0.25, 0.75])
