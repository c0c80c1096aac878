"""Graphs in short form, and random models with hidden causes whose every answer is enumerated."""

from dataclasses import dataclass

import numpy as np
import pytest

from scm_compiler.identify.evaluation import Dense
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY


def build(text, nodes=()):
    """The graph of `A->B C<->B`; nodes that stand in no arrow are given apart."""
    names, edges, pairs = dict.fromkeys(nodes), [], []
    for word in text.split():
        left, right = word.split("<->") if "<->" in word else word.split("->")
        names |= dict.fromkeys((left, right))
        (pairs if "<->" in word else edges).append((left, right))
    return Graph(
        "g",
        tuple(Node(name, "binary", BINARY) for name in names),
        tuple(Edge(*edge) for edge in edges),
        tuple(Confounder(*pair) for pair in pairs),
    )


@dataclass(frozen=True)
class Model:
    """Tables of a graph in which every hidden cause is drawn as a label of three values."""

    graph: Graph
    tables: tuple[tuple[tuple[object, ...], np.ndarray], ...]

    def joint(self, do=None):
        """The distribution of the observed labels under an intervention, by summing it all."""
        names = [node.name for node in self.graph.nodes]
        axes = {name: rank for rank, name in enumerate([*names, *self.graph.confounders])}
        parts = []
        for scope, table in self.tables:
            if do and scope[-1] in do:
                parts += [np.eye(2)[do[scope[-1]]], [axes[scope[-1]]]]
            else:
                parts += [table, [axes[name] for name in scope]]
        values = np.einsum(*parts, [axes[name] for name in names], optimize=True)
        return Dense(tuple(names), values)


def random_model(graph, source):
    """A model of the graph with random tables."""
    tables = [((pair,), source.dirichlet(np.ones(3))) for pair in graph.confounders]
    for node in graph.nodes:
        pairs = [pair for pair in graph.confounders if node.name in (pair.left, pair.right)]
        scope = (*graph.parents[node.name], *pairs)
        shape = [2 if isinstance(name, str) else 3 for name in scope]
        tables.append(((*scope, node.name), source.dirichlet(np.ones(2) * 0.8, size=shape)))
    return Model(graph, tuple(tables))


@pytest.fixture(name="build", scope="session")
def _build():
    return build


@pytest.fixture(scope="session")
def model_of():
    return random_model
