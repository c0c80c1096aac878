"""Interventions make a new model."""

import pytest

from scm_compiler.ir import Confounder, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.passes import mutilate


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
