"""Models, and a way to ask them in text."""

import numpy as np
import pytest

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.inference import answer
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query


def query_of(text, graph):
    """A resolved query; raises ScmError where the text is wrong."""
    sink = Sink(Source("query", text))
    tree = parse_query(sink.source, sink)
    sink.check()
    query = resolve(tree, graph, sink)
    sink.check()
    return query


@pytest.fixture(scope="session")
def parsed():
    """Text and graph to a resolved query."""
    return query_of


@pytest.fixture(scope="session")
def ask():
    """Model and text to an answer."""

    def ask_model(model, text, **options):
        return answer(query_of(text, fold(model.graph)), model, text=text, **options)

    return ask_model


@pytest.fixture(scope="session")
def binary():
    """Builds a graph of binary labels from names and edges such as "A->B" or "A<->B"."""

    def build(names, edges):
        rank = {name: i for i, name in enumerate(names.split())}
        arrows = [edge.split("->") for edge in edges.split() if "<->" not in edge]
        spouses = [edge.split("<->") for edge in edges.split() if "<->" in edge]
        arrows.sort(key=lambda pair: (rank[pair[1]], rank[pair[0]]))
        return Graph(
            "g",
            tuple(Node(name, "binary", BINARY) for name in rank),
            tuple(Edge(*pair) for pair in arrows),
            tuple(Confounder(*pair) for pair in spouses),
        )

    return build


@pytest.fixture(scope="session")
def smoking(binary):
    """Gene causes Smoke and Cancer, Smoke causes Cancer, Cancer causes Cough."""
    edges = "Gene->Smoke Gene->Cancer Smoke->Cancer Cancer->Cough"
    return Tables(
        binary("Gene Smoke Cancer Cough", edges),
        {
            "Gene": np.array([0.7, 0.3]),
            "Smoke": np.array([[0.8, 0.2], [0.3, 0.7]]),
            "Cancer": np.array([[[0.99, 0.01], [0.9, 0.1]], [[0.8, 0.2], [0.5, 0.5]]]),
            "Cough": np.array([[0.9, 0.1], [0.4, 0.6]]),
        },
    )
