"""Graphs that the tests of emission share."""

import pytest
import torch

from scm_compiler.emit import compile_module
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY

THREE = Discrete(("a", "b", "c"))


def build(nodes, edges, pairs=(), name="g"):
    """A graph from `{name: number of values or an Image}`, edges and pairs, in sorted order."""
    domains = {2: ("binary", BINARY), 3: ("categorical", THREE)}
    listed = tuple(
        Node(n, "image", d) if isinstance(d, Image) else Node(n, *domains[d])
        for n, d in nodes.items()
    )
    rank = {node.name: place for place, node in enumerate(listed)}
    return Graph(
        name,
        listed,
        tuple(Edge(*e) for e in sorted(edges, key=lambda e: (rank[e[1]], rank[e[0]]))),
        tuple(Confounder(*p) for p in sorted(pairs, key=lambda p: (rank[p[1]], rank[p[0]]))),
    )


GRAPHS = {
    "binary": build(
        {"Y": 2, "M": 2, "E": 2, "S": 2, "N": 2},
        [("Y", "E"), ("M", "S"), ("Y", "S"), ("M", "N"), ("Y", "N"), ("S", "N")],
    ),
    "mixed": build(
        {"A": 2, "B": 3, "Face": Image(3, 8, 8), "C": 2, "D": 3},
        [("A", "B"), ("A", "C"), ("B", "C"), ("B", "D"), ("C", "D"), ("A", "Face")],
    ),
    "hidden": build(
        {"A": 2, "B": 3, "C": 2, "D": 3},
        [("A", "B"), ("B", "C"), ("C", "D")],
        [("A", "C"), ("B", "D")],
    ),
    "backwards": build({"C": 2, "B": 3, "A": 2}, [("A", "B"), ("B", "C"), ("A", "C")]),
    "one": build({"A": 3}, []),
    "image": build({"Face": Image(1, 4, 4)}, []),
}


@pytest.fixture(params=GRAPHS)
def graph(request):
    return GRAPHS[request.param]


@pytest.fixture
def graphs():
    return GRAPHS


@pytest.fixture
def build_graph():
    return build


@pytest.fixture
def randomised():
    """Compile a graph and give it random weights."""

    def make(graph, spec=None, seed=0, scale=1.0):
        module = compile_module(graph, spec)
        generator = torch.Generator().manual_seed(seed)
        module.load_node_weights(
            {
                name: torch.randn(weight.shape, generator=generator) * scale
                for name, weight in module.node_weights().items()
            }
        )
        return module

    return make
