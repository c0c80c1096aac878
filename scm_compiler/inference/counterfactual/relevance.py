"""Which evidence bears on what a counterfactual asks."""

from collections.abc import Sequence
from itertools import pairwise

from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import Held, unite


def concerning(
    aims: Sequence[ir.Variable], given: tuple[ir.Event, ...], do: ir.World, graph: Graph
) -> tuple[ir.Event, ...]:
    """The evidence that something ties to a target: an arrow, or noise that copies share.

    No value is looked at, so that what reads a known copy is tied to it.

    Args:
        aims: The targets.
        given: The evidence.
        do: An intervention on every world.
        graph: The graph of the tables.
    """
    import networkx as nx  # noqa: PLC0415  (a fifth of a second, for few questions)

    seen = [event.variable for event in given]
    worlds = unite(graph, (), do, (*aims, *seen))
    assert worlds is not None  # nothing is known that could contradict itself
    ties = nx.Graph((number, number) for number in range(len(worlds.copies)))
    ties.add_edges_from(
        (number, place)
        for number, copy in enumerate(worlds.copies)
        for place in copy.inputs
        if not isinstance(place, Held)
    )
    ties.add_edges_from(pair for group in worlds.coupled for pair in pairwise(group))
    reached = {
        place
        for aim in worlds.shown[: len(aims)]
        if not isinstance(aim, Held)
        for place in nx.node_connected_component(ties, aim)
    }
    places = zip(given, worlds.shown[len(aims) :], strict=True)
    return tuple(event for event, place in places if place in reached)
