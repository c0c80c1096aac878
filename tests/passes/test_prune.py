"""What a query rests on, against the definition of a requisite table; what interventions cut."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.inference.posteriors import Engine
from scm_compiler.inference.shape import Condition
from scm_compiler.ir import Confounder, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.passes import mutilate, prune


def make(names, arrows, spouses=()):
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    edges = sorted(arrows, key=lambda pair: (names.index(pair[1]), names.index(pair[0])))
    return Graph(
        "g",
        nodes,
        tuple(Edge(*pair) for pair in edges),
        tuple(Confounder(*pair) for pair in spouses),
    )


def test_barren_and_separated_nodes_go():
    graph = make("ABCDE", ["AB", "BC", "DC", "CE"])
    found = prune(graph, ["C"], ["B"])
    assert found.nodes == ("D", "C")
    assert found.barren == ("E",)
    assert found.separated == ("A", "B")
    assert [sorted(part) for part in found.apart] == [["A", "B"]]


def test_evidence_on_a_child_keeps_its_parents():
    found = prune(make("ABC", ["AC", "BC"]), ["A"], ["C"])
    assert set(found.nodes) == {"A", "B", "C"}


def test_hidden_causes_tie_tables_together():
    graph = make("XYZ", ["XY", "YZ"], ["XY"])
    assert set(prune(graph, ["Y"], ["X"]).nodes) == {"X", "Y"}
    assert set(prune(mutilate(graph, ["X"]), ["Y"], ["X"]).nodes) == {"Y"}
    assert set(prune(graph, ["Z"], ["Y"]).nodes) == {"Z"}


def test_a_target_in_the_evidence_is_the_callers_mistake():
    with pytest.raises(ValueError, match="target and evidence: A"):
        prune(make("AB", ["AB"]), ["A"], ["A"])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_table_left_out_changes_nothing_and_one_kept_does(data):
    names = "ABCDEF"
    pairs = ["".join(pair) for pair in combinations(names, 2)]
    graph = make(names, data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9)))
    order = data.draw(st.permutations(names))
    target, seen = order[0], order[1 : 1 + data.draw(st.integers(0, 3))]
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))

    def fresh(name):
        return random.dirichlet([1, 1], size=table_shape(graph, name)[:-1])

    tables = {name: fresh(name) for name in names}
    condition = Condition({}, dict.fromkeys(seen, 1))

    def posterior(changed):
        model = Tables(graph, tables | {changed: fresh(changed)} if changed else tables)
        return Engine(model).posterior((target,), condition)

    before = posterior(None)
    requisite = prune(graph, [target], seen).nodes
    for name in names:
        moved = np.abs(posterior(name) - before).max()
        assert (moved > 1e-9) == (name in requisite)


@pytest.fixture
def graph():
    nodes = (*(Node(name, "binary", BINARY) for name in "ABC"), Node("F", "image", Image(1, 8, 8)))
    edges = (Edge("A", "B"), Edge("A", "C"), Edge("B", "C"), Edge("C", "F"))
    return Graph("g", nodes, edges, (Confounder("A", "B"), Confounder("A", "C")))


def test_what_points_into_a_held_node_is_cut(graph):
    cut = mutilate(graph, ["B"])
    assert [(edge.source, edge.target) for edge in cut.edges] == [
        ("A", "C"),
        ("B", "C"),
        ("C", "F"),
    ]
    assert cut.confounders == (Confounder("A", "C"),)
    assert cut.nodes == graph.nodes
    assert len(graph.edges) == 4
    assert mutilate(graph, []) is graph


def test_strangers_are_refused(graph):
    with pytest.raises(ValueError, match="not nodes of g: X"):
        mutilate(graph, ["X"])
