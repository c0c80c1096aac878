"""Graphs that the tests of emission share."""

import pytest
import torch

from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Node, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.compilation import compile_module

THREE = Discrete(("a", "b", "c"))
COUNT = {2: ("binary", BINARY), 3: ("categorical", THREE)}


def build(nodes, edges, pairs=(), name="g"):
    """A graph from `{name: number of values, Real or Image}`, edges and pairs, in sorted order."""
    kinds = {Image: "image", Real: "real"}
    listed = tuple(
        Node(n, kinds[type(d)], d) if type(d) in kinds else Node(n, *COUNT[d])
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


REALS = {
    "real": build(
        {"X": Real(), "Y": Real(0.0), "Z": Real()}, [("X", "Y"), ("X", "Z"), ("Y", "Z")]
    ),
    "both": build(
        {"A": 2, "R": Real(-1.0, 4.0), "B": 3, "C": 3, "S": Real(), "D": 2, "E": 2},
        [("A", "R"), ("A", "B"), ("R", "C"), ("B", "C"), ("R", "S"), ("B", "S"), ("C", "D")],
        [("A", "E")],
    ),
}
"""Graphs with real nodes: alone, and beside labels that cause them, that they cause, and apart."""


@pytest.fixture
def reals():
    return REALS


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
