"""Graphs as objects of networkx."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.separation import separated
from scm_compiler.shipped import example_programs


@pytest.mark.parametrize("name", sorted(set(example_programs()) - {"own_kind"}))
def test_the_examples_come_back(name):
    graph = scm.load(name)
    again = scm.from_networkx(scm.to_networkx(graph))
    assert (again.hash, again.name) == (graph.hash, graph.name)


def test_networkx_separates_what_the_graph_separates():
    """A hidden common cause is a node there, so that its d-separation is right."""
    graph = scm.parse("A, B, C, D : binary\nA -> B -> C\nA <-> C\nC <-> D\n")
    found = scm.to_networkx(graph)
    names = [node.name for node in graph.nodes]
    for one, other in combinations(names, 2):
        rest = [name for name in names if name not in (one, other)]
        for size in range(len(rest) + 1):
            for given in combinations(rest, size):
                asked = nx.is_d_separator(found, one, other, set(given))
                assert asked == separated(graph, (one,), (other,), given)


def test_a_plain_graph_is_of_binary_nodes():
    graph = scm.from_networkx(nx.MultiDiGraph([(1, 2), (1, 2), ("x", 2)]), "g")
    assert graph.hash == scm.parse("1, 2, x : binary\n1 -> 2\nx -> 2").hash


def test_names_that_are_taken():
    graph = scm.parse('A, B, "U(A,B)" : binary\nA <-> B\n')
    found = scm.to_networkx(graph)
    assert set(found) == {"A", "B", "U(A,B)", "U(A,B)'"}
    assert scm.from_networkx(found).hash == graph.hash


def test_what_is_no_causal_graph():
    with pytest.raises(TypeError, match="takes a directed graph of networkx"):
        scm.from_networkx(nx.Graph([(1, 2)]))
    with pytest.raises(TypeError, match=r"takes a directed graph of networkx, not 'g\.dot'"):
        scm.from_networkx("g.dot")
    with pytest.raises(ValueError, match="two nodes are the same text"):
        scm.from_networkx(nx.DiGraph([(1, "1")]))
    with pytest.raises(ScmError, match="E204") as refusal:
        scm.from_networkx(nx.DiGraph([("a", "b"), ("b", "a")]))
    assert refusal.value.exit_code == 1


class Model(nx.DiGraph):
    """As the networks of pgmpy are: a graph of networkx with a set of unobserved nodes."""

    latents = frozenset({"Genes", "removed"})


def test_latents_of_a_model_are_hidden_causes():
    bow = scm.from_networkx(Model([("Genes", "Smoke"), ("Genes", "Ill"), ("Smoke", "Ill")]), "bow")
    assert bow.hash == scm.parse("Smoke, Ill : binary\nSmoke -> Ill\nSmoke <-> Ill").hash
    assert not bow.identify("P(Ill | do(Smoke))").identified
    chain = scm.from_networkx(Model([("Smoke", "Genes"), ("Genes", "Ill")]))
    assert chain.hash == scm.parse("Smoke, Ill : binary\nSmoke -> Ill").hash


@pytest.mark.parametrize(
    "facts",
    [
        {"latent": True}, {"hidden": 1}, {"unobserved": "yes"}, {"observed": False},
        {"observed": np.False_}, {"observed": '"no"'},
    ],
)  # fmt: skip
def test_an_attribute_says_that_a_node_is_hidden(facts):
    found = nx.DiGraph([("U", "A"), ("U", "B")])
    found.nodes["U"].update(facts)
    assert scm.from_networkx(found).hash == scm.parse("A, B : binary\nA <-> B").hash
    found.nodes["U"].update(dict.fromkeys(facts, "so-so"))
    with pytest.raises(ScmError, match="E841"):
        scm.from_networkx(found)


@pytest.mark.parametrize(
    ("facts", "program"),
    [
        ({"type": "bidirected"}, "A <-> B"), ({"type": "<>"}, "A <-> B"),
        ({"dir": "both"}, "A <-> B"),
        ({"dir": '"back"'}, "B -> A"), ({"type": "<-"}, "B -> A"), ({"type": "->"}, "A -> B"),
        ({"type": "excites", "weight": 2}, "A -> B"), ({"arrowhead": "vee"}, "A -> B"),
        ({"type": "o>"}, "E822"), ({"type": "--"}, "E822"), ({"type": "undirected"}, "E822"),
        ({"arrowhead": "none"}, "E822"), ({"dir": "up"}, "E840"),
    ],
)  # fmt: skip
def test_an_attribute_says_what_an_edge_is(facts, program):
    found = nx.MultiDiGraph()
    found.add_nodes_from("AB")
    found.add_edge("A", "B", **facts)
    if program.startswith("E"):
        with pytest.raises(ScmError, match=program):
            scm.from_networkx(found)
    else:
        assert scm.from_networkx(found).hash == scm.parse(f"A, B : binary\n{program}").hash


def test_a_hidden_cause_may_be_two_edges_and_defaults_count():
    found = nx.MultiDiGraph()
    found.add_edges_from([("A", "B", {"type": "bidirected"}), ("B", "A", {"type": "bidirected"})])
    found.add_edge("A", "B", type="directed")
    assert scm.from_networkx(found).hash == scm.parse("A, B : binary\nA -> B\nA <-> B").hash
    turned = nx.DiGraph([("A", "B")], edge={"dir": "back"})
    assert scm.from_networkx(turned).hash == scm.parse("A, B : binary\nB -> A").hash
