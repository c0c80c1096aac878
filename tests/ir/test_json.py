"""Graphs as JSON: what goes in comes out, and nothing else comes in."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.compiler import load
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Independence, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.json import graph_from_json, graph_to_json

GRAPH = Graph(
    "hair",
    (
        Node("A", "binary", BINARY),
        Node("Hair", "categorical", Discrete(("black", "fair", "red"))),
        Node("C", "binary", BINARY),
        Node("Face", "image", Image(3, 8, 8)),
    ),
    (Edge("A", "Hair"), Edge("Hair", "C"), Edge("A", "Face")),
    (Confounder("A", "C"),),
    (Independence(("A",), ("C",), ("Hair",)),),
)


def edited(**changes):
    """The JSON of GRAPH with some fields replaced, and no new hash."""
    return json.dumps(json.loads(graph_to_json(GRAPH)) | changes)


def refusal(text):
    with pytest.raises(ScmError) as caught:
        graph_from_json(text, "build/g/graph.json")
    (found,) = caught.value.diagnostics
    return found


def test_a_graph_survives():
    found = graph_from_json(graph_to_json(GRAPH))
    assert found == GRAPH
    assert found.asserts == GRAPH.asserts
    assert found.hash == GRAPH.hash
    assert graph_to_json(found) == graph_to_json(GRAPH)


@pytest.mark.parametrize("name", ["celeba_g1", "celeba_cg1", "hair", "front_door", "sprinkler"])
def test_every_example_survives(name):
    graph = load(name)
    assert graph_from_json(graph_to_json(graph)) == graph


@given(st.lists(st.text(min_size=1), min_size=2, max_size=6, unique=True))
def test_any_names_survive(names):
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    graph = Graph(names[0], nodes, (Edge(names[0], names[1]),))
    assert graph_from_json(graph_to_json(graph)) == graph


@pytest.mark.parametrize(
    "changes",
    [
        {"edges": [{"source": "A", "target": "Hair"}, {"source": "A", "target": "Face"}]},
        {"confounders": []},
        {"hash": "0" * 64},
    ],
)
def test_an_edited_graph_is_refused(changes):
    found = refusal(edited(**changes))
    assert found.code == "E505"
    assert found.message() == "the graph in `build/g/graph.json` was edited"


def test_the_name_and_the_asserts_are_no_part_of_the_claim():
    assert graph_from_json(edited(name="other", asserts=[])).hash == GRAPH.hash


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        (graph_to_json(GRAPH)[:200], "not JSON"),
        ("[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[]", "should be an object"),
        ("{}", "version: Field required"),
        (edited(version=2), "version 2, this scmc reads up to 1"),
        (edited(version="1"), "version: Input should be a valid integer"),
        (edited(nodes=[]), "nodes: "),
        (edited(colour="red"), "colour: Extra inputs are not permitted"),
        (edited(edges=[{"source": "A"}]), "edges.0.target: Field required"),
    ],
)
def test_what_is_no_graph_is_refused(text, reason):
    found = refusal(text)
    assert found.code == "E504"
    assert reason in found.message()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"edges": (Edge("C", "A"), Edge("A", "C"))}, "has a cycle"),
        ({"edges": (Edge("A", "Z"),)}, "`Z` is not among the nodes"),
        ({"edges": (Edge("A", "C"), Edge("A", "C"))}, "out of order or listed twice"),
        ({"edges": (Edge("Hair", "C"), Edge("A", "Hair"))}, "out of order or listed twice"),
        ({"edges": (Edge("Face", "C"),)}, "an image causes something"),
        ({"confounders": (Confounder("A", "Face"),)}, "an image causes something"),
        ({"confounders": (Confounder("C", "A"),)}, "hidden common causes are out of order"),
        ({"confounders": (Confounder("A", "A"),)}, "hidden common causes are out of order"),
        ({"nodes": (GRAPH.nodes[0], *GRAPH.nodes)}, "two nodes have one name"),
        (
            {"nodes": (Node("A", "categorical", Discrete(("x", "x"))), *GRAPH.nodes[1:])},
            "`A` has a value twice",
        ),
    ],
)
def test_what_no_program_compiles_to_is_refused_even_with_a_right_hash(changes, reason):
    found = refusal(graph_to_json(replace(GRAPH, **changes)))
    assert found.code == "E504"
    assert reason in found.message()
