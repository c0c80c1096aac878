"""What is worth asking: a cause and its effect, where doing is not seeing."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.inference.proposals import MOST_LABELS, causes, propose
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.fit import train
from scm_compiler.semantics.query import phrase

SEED = 3


def model(make_graph, nodes, edges, seed=SEED):
    """A graph with tables drawn at random."""
    graph = make_graph(nodes, edges)
    draw = np.random.default_rng(seed).dirichlet
    tables = {}
    for node in graph.nodes:
        shape = tuple(graph.domain(parent).size for parent in graph.parents[node.name])
        tables[node.name] = draw(np.ones(node.domain.size), shape)
    return Tables(graph, tables)


def proposed(tables):
    return phrase(propose(tables), tables.graph)


def test_the_largest_gap_comes_first(make_graph, ask):
    edges = "C>S C>R S>W R>W"
    for seed in range(8):
        tables = model(make_graph, "C S R W", edges, seed)
        gaps = {
            f"P(W | do({name}=1))": abs(
                ask(tables, f"P(W=1 | do({name}=1))").probability
                - ask(tables, f"P(W=1 | {name}=1)").probability
            )
            for name in "SR"
        }
        assert proposed(tables) == max(gaps, key=gaps.__getitem__)


@pytest.mark.parametrize(
    ("nodes", "edges", "expected"),
    [
        ("W R", "R>W", "P(W | do(R=1))"),  # nothing confounds it: the first arrow
        ("A B", "", "P(A)"),
        ("Z X Y", "Z>X Z>Y X>Y", "P(Y | do(X=1))"),
        ("Z X M Y", "Z>X Z>Y X>M M>Y", "P(Y | do(X=1))"),  # M is confounded by way of X alone
        ("H:a|b Z X:no|yes Y", "Z>X Z>Y X>Y", "P(Y | do(X=yes))"),
    ],
)
def test_a_cause_is_done_and_its_effect_asked(make_graph, nodes, edges, expected):
    tables = model(make_graph, nodes, edges)
    found = proposed(tables)
    if "M" in nodes:
        assert found in (expected, "P(Y | do(M=1))")
    else:
        assert found == expected


def test_where_no_gap_is_what_could_have_one_is_proposed(make_graph):
    graph = make_graph("Z X Y A B", "Z>X Z>Y X>Y A>B")
    even = {"Z": np.full(2, 0.5), "X": np.full((2, 2), 0.5), "A": np.full(2, 0.5)}
    even |= {"Y": np.array([[[0.9, 0.1], [0.6, 0.4]]] * 2), "B": np.full((2, 2), 0.5)}
    assert proposed(Tables(graph, even)) == "P(Y | do(X=1))"


def test_a_hidden_cause_confounds():
    nodes = tuple(Node(name, "binary", BINARY) for name in "XMY")
    graph = Graph("g", nodes, (Edge("X", "M"), Edge("M", "Y")), (Confounder("X", "Y"),))
    assert list(causes(graph)) == [("X", "M"), ("X", "Y"), ("M", "Y")]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ("X -> Y\nX <-> Y\n", "P(X)"),  # a bow is not identified
        ("X -> Y -> Z\nX <-> Y\n", "P(Z | do(Y=1))"),
        ("X -> Z -> Y\nX <-> Y\n", "P(Y | do(X=1))"),  # the front door
    ],
)
def test_what_is_refused_is_not_proposed(tmp_path, edges, expected):
    graph = parse_text(f"X, Y, Z : binary\n{edges}")
    x, z = [0] * 6 + [1] * 6, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0]
    data = {"X": x, "Z": z, "Y": [0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1]}
    found = propose(train(graph, data=data, run=tmp_path / "run").distributions())
    assert phrase(found, graph) == expected


def test_of_a_large_graph_nothing_is_asked(make_graph, monkeypatch):
    monkeypatch.setattr(
        "scm_compiler.inference.proposals.plan", lambda *_: pytest.fail("it was asked")
    )
    count = MOST_LABELS + 1
    names = " ".join(f"N{rank}" for rank in range(count))
    edges = " ".join(f"N{rank}>N{other}" for rank in range(3) for other in range(rank + 1, 4))
    assert proposed(model(make_graph, names, edges)) == "P(N2 | do(N1=1))"
