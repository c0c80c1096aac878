"""Separation against the definition: every path of a small graph is looked at."""

from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.identify.separation import open_path, separated
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY


def make(count, arrows, spouses=()):
    nodes = tuple(Node(f"N{i}", "binary", BINARY) for i in range(count))
    edges = tuple(Edge(f"N{a}", f"N{b}") for a, b in arrows)
    return Graph("g", nodes, edges, tuple(Confounder(f"N{a}", f"N{b}") for a, b in spouses))


@st.composite
def graphs(draw):
    count = draw(st.integers(2, 6))
    pairs = list(combinations(range(count), 2))
    arrows = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9))
    spouses = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    return make(count, arrows, spouses)


def steps(graph, node):
    """Every step from a node: (arrow, node, head at the start, head at the end)."""
    for edge in graph.edges:
        if edge.source == node:
            yield edge.target, False, True
        if edge.target == node:
            yield edge.source, True, False
    for pair in graph.confounders:
        if node in (pair.left, pair.right):
            yield pair.right if node == pair.left else pair.left, True, True


def descendants(graph, node):
    found = {node}
    while True:
        more = {edge.target for edge in graph.edges if edge.source in found} - found
        if not more:
            return found
        found |= more


def brute(graph, left, right, given):
    """Whether no path is open, by the definition, over all paths."""

    def extend(path, head_in):
        here = path[-1]
        if here == right:
            return True
        for node, head_out, head_next in steps(graph, here):
            if node in path:
                continue
            if len(path) > 1:
                collider = head_in and head_out
                passes = (
                    bool(descendants(graph, here) & set(given)) if collider else here not in given
                )
                if not passes:
                    continue
            if extend([*path, node], head_next):
                return True
        return False

    return not extend([left], False)


@given(graphs(), st.data())
@settings(max_examples=400, deadline=None)
def test_separation_is_the_definition(graph, data):
    names = data.draw(st.permutations([node.name for node in graph.nodes]))
    left, right, *rest = names
    known = rest[: data.draw(st.integers(0, len(rest)))]
    expected = brute(graph, left, right, known)
    assert separated(graph, [left], [right], known) is expected
    path = open_path(graph, [left], [right], known)
    assert (path is None) is expected
    if path is not None:
        check_witness(graph, path, known)
        assert (path.nodes[0], path.nodes[-1]) == (left, right)


def check_witness(graph, path, known):
    assert len(set(path.nodes)) == len(path.nodes)
    edges = {(edge.source, edge.target) for edge in graph.edges}
    spouses = {frozenset((pair.left, pair.right)) for pair in graph.confounders}
    for a, arrow, b in zip(path.nodes, path.arrows, path.nodes[1:], strict=False):
        real = {
            "->": (a, b) in edges,
            "<-": (b, a) in edges,
            "<->": frozenset((a, b)) in spouses,
        }
        assert real[arrow]
    for before, node, after in zip(path.arrows, path.nodes[1:], path.arrows[1:], strict=False):
        collider = before != "<-" and after != "->"
        if collider:
            assert descendants(graph, node) & set(known)
        else:
            assert node not in known


@given(graphs(), st.data())
@settings(max_examples=100, deadline=None)
def test_sets_are_separated_if_each_pair_is(graph, data):
    names = data.draw(st.permutations([node.name for node in graph.nodes]))
    cut = data.draw(st.integers(1, len(names) - 1))
    left, right = names[:1], names[1 : 1 + cut]
    known = names[1 + cut :]
    pairs = all(separated(graph, [a], [b], known) for a in left for b in right)
    assert separated(graph, left, right, known) is pairs


def test_textbook_cases():
    chain, fork, collider = make(3, [(0, 1), (1, 2)]), make(3, [(1, 0), (1, 2)]), None
    collider = make(4, [(0, 1), (2, 1), (1, 3)])
    for graph in (chain, fork):
        assert not separated(graph, ["N0"], ["N2"])
        assert separated(graph, ["N0"], ["N2"], ["N1"])
    assert separated(collider, ["N0"], ["N2"])
    assert not separated(collider, ["N0"], ["N2"], ["N3"])
    assert str(open_path(collider, ["N0"], ["N2"], ["N3"])) == "N0 -> N1 <- N2"


def test_a_hidden_cause_opens_an_m():
    graph = make(3, [], [(0, 1), (1, 2)])
    assert separated(graph, ["N0"], ["N2"])
    assert str(open_path(graph, ["N0"], ["N2"], ["N1"])) == "N0 <-> N1 <-> N2"


def test_long_chains_need_no_recursion():
    graph = make(20_000, [(i, i + 1) for i in range(19_999)])
    path = open_path(graph, ["N0"], ["N19999"])
    assert len(path.nodes) == 20_000
    assert open_path(graph, ["N0"], ["N19999"], ["N10000"]) is None
    assert separated(graph, ["N0"], ["N19999"], ["N10000"])


def test_without_hidden_causes_networkx_agrees():
    graph = make(6, [(0, 2), (1, 2), (2, 3), (3, 4), (1, 5)])
    drawn = nx.DiGraph([(edge.source, edge.target) for edge in graph.edges])
    for left, right in combinations(graph.by_name, 2):
        for known in ([], ["N2"], ["N4"]):
            if not {left, right} & set(known):
                expected = nx.is_d_separator(drawn, {left}, {right}, set(known))
                assert separated(graph, [left], [right], known) is expected


@pytest.mark.parametrize(
    ("left", "right", "known"), [("N0", "N9", ()), ("N0", "N0", ()), ("N0", "N1", ("N1",))]
)
def test_wrong_sets_are_refused(left, right, known):
    for question in (separated, open_path):
        with pytest.raises(ValueError, match=r"not a node|overlap"):
            question(make(2, [(0, 1)]), [left], [right], known)
