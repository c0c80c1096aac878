"""The observational distribution as one factor a label."""

import numpy as np
import pytest

from scm_compiler.identify.law import law_graph
from scm_compiler.identify.separation import separated
from scm_compiler.ir import Confounder, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY


@pytest.mark.parametrize("seed", range(3))
def test_the_factors_multiply_to_the_distribution(model_of, seed):
    """prod P(label | its parents in the law's graph), each read off the joint, is the joint."""
    source = np.random.default_rng(seed)
    for _ in range(20):
        names = [f"V{rank}" for rank in range(source.integers(2, 7))]
        pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
        graph = Graph(
            "g",
            tuple(Node(name, "binary", BINARY) for name in names),
            tuple(Edge(*pair) for pair in pairs if source.random() < 0.4),
            tuple(Confounder(*pair) for pair in pairs if source.random() < 0.3),
        )
        joint = model_of(graph, source).joint()
        law = law_graph(graph)
        product = np.ones(())
        for name in law.topological:
            scope = (*law.parents[name], name)
            table = joint.marginal(scope)
            rows = table / table.sum(-1, keepdims=True)
            order = sorted(scope, key=names.index)
            moved = rows.transpose([scope.index(other) for other in order])
            shape = [2 if other in scope else 1 for other in names]
            product = product * moved.reshape(shape)
        assert product == pytest.approx(joint.marginal(tuple(names)), abs=1e-12)


def test_without_hidden_causes_it_is_the_graph(build):
    graph = build("A->B A->C B->D C->D")
    assert law_graph(graph).parents == graph.parents


def test_an_order_that_keeps_blankets_small(build):
    """A <-> B <-> C with B last: A and C stay independent, as the graph says."""
    graph = build("A<->B B<->C")
    law = law_graph(graph)
    assert dict(law.parents) == {"A": (), "B": ("A", "C"), "C": ()}
    assert separated(law, "A", "C")


def test_images_stay_outside():
    nodes = (Node("A", "binary", BINARY), Node("Face", "image", Image(1, 4, 4)))
    graph = Graph("g", (*nodes, Node("B", "binary", BINARY)), (Edge("A", "Face"),))
    tied = Graph("g", graph.nodes, graph.edges, (Confounder("A", "B"),))
    assert [node.name for node in law_graph(tied).nodes] == ["A", "B"]
    assert law_graph(tied).parents["B"] == ("A",)
    assert tied.confounded == ("A", "B")
