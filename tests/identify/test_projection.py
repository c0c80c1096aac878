"""Latent projections: what is said of the nodes that are left, and at what cost."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from scm_compiler.identify.projection import Projection, hide
from scm_compiler.identify.separation import separated
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY


def graph_of(names, edges=(), pairs=()):
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    return Graph(
        "g", nodes, tuple(Edge(*edge) for edge in edges), tuple(Confounder(*p) for p in pairs)
    )


def random_graph(source, count):
    names = [f"N{rank}" for rank in range(count)]
    pairs = list(combinations(names, 2))
    edges = [pair for pair in pairs if source.random() < 0.35]
    return graph_of(names, edges, [pair for pair in pairs if source.random() < 0.15])


@pytest.mark.parametrize("seed", range(10))
def test_what_is_left_is_separated_as_before(seed):
    source = np.random.default_rng(seed)
    graph = random_graph(source, 7)
    gone = list(source.permutation(list(graph.by_name))[:3])
    projection = Projection(graph)
    for name in gone:
        projection.hide(name)
    seen = projection.seen()
    for one, other in combinations(seen.by_name, 2):
        rest = [name for name in seen.by_name if name not in (one, other)]
        for count in range(len(rest) + 1):
            for given in combinations(rest, count):
                before = separated(graph, [one], [other], given)
                assert separated(seen, [one], [other], given) == before


@pytest.mark.parametrize("seed", range(5))
def test_together_or_one_after_the_other(seed):
    graph = random_graph(np.random.default_rng(seed), 8)
    projection, single = Projection(graph), graph
    for name in ("N5", "N1", "N3"):
        projection.hide(name)
        single = hide(single, name)
    assert projection.seen() == single
    assert projection.arrows == len(single.edges) + len(single.confounders)


def test_a_chain_of_latents_costs_one_arrow_each():
    names = [f"N{rank}" for rank in range(300)]
    projection = Projection(graph_of(names, pairwise(names)))
    costs = []
    for name in names[1:-1]:
        costs.append(projection.costs(name))
        assert len(projection.hide(name)) == 1
    assert set(costs) == {1}
    assert [(e.source, e.target) for e in projection.seen().edges] == [("N0", "N299")]


def test_what_is_gone_cannot_go_again():
    projection = Projection(graph_of("AB", [("A", "B")]))
    projection.hide("A")
    with pytest.raises(ValueError, match="A is not a node"):
        projection.hide("A")
