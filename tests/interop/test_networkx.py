"""Graphs as objects of networkx."""

from itertools import combinations

import networkx as nx
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
