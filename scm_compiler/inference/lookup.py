"""The answers to all questions of one shape, in one table.

Questions that come again differ in the values of what is held and seen, and hardly ever in which
labels these are. So the tables are contracted once with the known labels kept as axes; an answer
is then one row of the result.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.contraction import SAFE, Array, Contraction, contract, plan
from scm_compiler.ir import Graph

MOST_NUMBERS = 2**13
"""The largest such table."""

MOST_COST = 2**20
"""The most multiplications that making one may take: some milliseconds."""


@dataclass(frozen=True)
class Lookup:
    """P(targets | condition) for every value of the condition.

    Attributes:
        axes: The known labels that the answer depends on.
        posterior: (size of each axis…, size of each target…).
        sure: (size of each axis…): whether the row is good to all its digits; a condition that is
            impossible, or so rare that floats may have lost parts of it, has none.
    """

    axes: tuple[str, ...]
    posterior: Array
    sure: NDArray[np.bool_]

    def at(self, fixed: Mapping[str, int]) -> Array | None:
        """The answer for these values of the known labels; None where it must be worked out."""
        place = tuple([fixed[name] for name in self.axes])
        return self.posterior[place] if self.sure[place] else None


def tabulate(
    graph: Graph,
    rows: Mapping[str, Array],
    nodes: Sequence[str],
    fixed: Mapping[str, int],
    targets: tuple[str, ...],
) -> Lookup | None:
    """Work out all answers of one shape.

    Args:
        graph: The graph.
        rows: The table of each label, parents first.
        nodes: The labels whose tables the answers rest on.
        fixed: The known labels, with any values.
        targets: What is asked.

    Returns:
        None if the table would be large or take long.
    """
    sizes = {
        name: size
        for node in nodes
        for name, size in zip((*graph.parents[node], node), rows[node].shape, strict=True)
    }
    found = lookup_plan(graph, sizes, nodes, fixed, targets)
    if found is None:
        return None
    axes, way = found
    joint = contract(way, [rows[name] for name in nodes]).values
    over = tuple(range(len(axes), joint.ndim))
    total = joint.sum(over, keepdims=True)
    sure = total > SAFE
    posterior = joint / np.where(sure, total, 1.0)
    posterior.flags.writeable = False
    return Lookup(axes, posterior, sure.reshape(joint.shape[: len(axes)]))


def lookup_plan(
    graph: Graph,
    sizes: Mapping[str, int],
    nodes: Sequence[str],
    fixed: Collection[str],
    targets: tuple[str, ...],
) -> tuple[tuple[str, ...], Contraction] | None:
    """The axes of a table of all answers, and how to make it; the arguments are `tabulate`'s."""
    scopes = [(*graph.parents[name], name) for name in nodes]
    reached = {name for scope in scopes for name in scope}
    axes = tuple(name for name in fixed if name in reached)
    if not nodes or prod(sizes[name] for name in (*axes, *targets)) > MOST_NUMBERS:
        return None
    way = plan(scopes, sizes, (*axes, *targets))
    return None if way.cost > MOST_COST else (axes, way)
