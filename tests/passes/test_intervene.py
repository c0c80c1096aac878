"""Interventions make a new model."""

import numpy as np
import pytest

from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.passes import intervene, mutilate


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


@pytest.fixture
def model():
    nodes = (Node("A", "binary", BINARY), Node("B", "categorical", Discrete(("x", "y", "z"))))
    return Tables(
        Graph("g", nodes, (Edge("A", "B"),)),
        {"A": np.array([0.5, 0.5]), "B": np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])},
        draws={"B": 100},
        unseen={"B": np.array([False, True])},
    )


def test_a_held_label_has_its_value(model):
    held = intervene(model, {"B": 2})
    assert held.probabilities["B"].tolist() == [0, 0, 1]
    assert held.probabilities["A"] is model.probabilities["A"]
    assert held.graph.edges == ()
    assert (held.draws, held.unseen) == ({}, {})
    assert model.probabilities["B"].shape == (2, 3)
    assert model.draws == {"B": 100}


@pytest.mark.parametrize("do", [{"B": 3}, {"B": -1}, {"X": 0}])
def test_wrong_values_are_refused(model, do):
    with pytest.raises(ValueError, match=r"no value number|not a label"):
        intervene(model, do)
