"""What data tell of directions is what all graphs with the same independences agree on."""

from itertools import combinations, product

import networkx as nx
import numpy as np

from scm_compiler.runtime.evaluation.direction import beside_declared, told_by_data


def graphs(count):
    """All graphs without circles of so many nodes, as matrices."""
    pairs = list(combinations(range(count), 2))
    for directions in product((None, False, True), repeat=len(pairs)):
        edges = np.zeros((count, count), bool)
        for (left, right), way in zip(pairs, directions, strict=True):
            if way is not None:
                edges[(left, right) if way else (right, left)] = True
        if nx.is_directed_acyclic_graph(nx.from_numpy_array(edges, create_using=nx.DiGraph)):
            yield edges


def independences(edges):
    """All that d-separation implies of pairs of nodes."""
    graph = nx.from_numpy_array(edges, create_using=nx.DiGraph)
    found = []
    for pair in combinations(graph, 2):
        rest = [node for node in graph if node not in pair]
        for size in range(len(rest) + 1):
            for given in combinations(rest, size):
                found.append(nx.is_d_separator(graph, {pair[0]}, {pair[1]}, set(given)))
    return tuple(found)


def test_the_directions_of_all_graphs_of_four_nodes():
    """Against d-separation and a count of all 543 graphs."""
    alike = {}
    for edges in graphs(4):
        alike.setdefault(independences(edges), []).append(edges)
    assert sum(map(len, alike.values())) == 543
    for them in alike.values():
        agreed = np.logical_and.reduce(them)
        for edges in them:
            assert np.array_equal(told_by_data(edges), agreed)


def test_a_chain_and_a_fork_can_be_turned_and_a_collider_cannot():
    chain, collider = np.zeros((3, 3), bool), np.zeros((3, 3), bool)
    chain[[0, 1], [1, 2]] = True
    collider[[0, 2], [1, 1]] = True
    assert not told_by_data(chain).any()
    assert np.array_equal(told_by_data(collider), collider)


def test_what_is_learnt_is_told_beside_what_is_declared():
    """Water and Hole meet at Flow; Ball -> Water could as well be turned around, as declared."""
    learnt, declared = np.zeros((5, 5)), np.zeros((5, 5))
    learnt[0, 1], learnt[1, 2], learnt[3, 2], learnt[4, 0] = 0.25, 0.8, -0.7, 0.1
    declared[1, 0] = declared[0, 3] = declared[1, 2] = declared[3, 2] = 1
    assert list(beside_declared(("Ball", "Water", "Flow", "Hole", "Rain"), learnt, declared)) == [
        "  Ball -> Water  +0.25, declared the other way; data do not tell its direction",
        "  Ball -> Hole  not found, declared",
        "  Water -> Flow  +0.80, declared",
        "  Hole -> Flow  -0.70, declared",
        "  Rain -> Ball  +0.10, not declared; data do not tell its direction",
        "  other directions hold if causes of one label, where not linked, are independent",
    ]
