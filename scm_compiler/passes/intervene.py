"""Interventions as a new model: the mutilated graph and its tables (Pearl 2009, section 3.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scm_compiler.ir.graph import Graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scm_compiler.ir.tables import Tables


def mutilate(graph: Graph, nodes: Iterable[str]) -> Graph:
    """The graph without the edges and hidden common causes that point into the given nodes.

    Args:
        graph: A validated graph; it is not changed.
        nodes: The nodes that an intervention holds.

    Raises:
        ValueError: If a node is not one of the graph's.

    >>> from scm_compiler.ir import Discrete, Edge, Node
    >>> binary = Discrete(("0", "1"))
    >>> chain = Graph("g", (Node("A", "binary", binary), Node("B", "binary", binary)),
    ...               (Edge("A", "B"),))
    >>> mutilate(chain, ["B"]).edges
    ()
    """
    held = frozenset(nodes)
    if strangers := held - graph.by_name.keys():
        raise ValueError(f"not nodes of {graph.name}: {', '.join(sorted(strangers))}")
    if not held:
        return graph
    return replace(
        graph,
        edges=tuple(edge for edge in graph.edges if edge.target not in held),
        confounders=tuple(
            pair for pair in graph.confounders if held.isdisjoint((pair.left, pair.right))
        ),
    )


def intervene(model: "Tables", do: Mapping[str, int]) -> "Tables":
    """The model in which each node of `do` is held at a value, whatever its parents are.

    Args:
        model: The tables before the intervention; they are not changed.
        do: Labels and the index of the value that each is held at.

    Returns:
        Tables of the mutilated graph; a held label has all its probability at its value.

    Raises:
        ValueError: If a node is not a label of the graph or a value is not in its domain.
    """
    from scm_compiler.ir.tables import Tables  # noqa: PLC0415  (numpy, which drawing does not need)

    points = {name: _point(model.graph, name, value) for name, value in do.items()}
    return Tables(
        graph=mutilate(model.graph, do),
        probabilities={**model.probabilities, **points},
        draws={name: count for name, count in model.draws.items() if name not in do},
        unseen={name: mask for name, mask in model.unseen.items() if name not in do},
    )


def _point(graph: Graph, name: str, value: int) -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415

    size = graph.domain(name).size
    if not 0 <= value < size:
        raise ValueError(f"{name} has no value number {value}")
    return np.asarray(np.eye(size)[value])
