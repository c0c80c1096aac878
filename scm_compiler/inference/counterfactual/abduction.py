"""Abduction: each node's own noise, drawn from what a unit's labels tell of it.

The posterior is local to a node: given its parents and its value, nothing else tells of its own
noise (Pearl 2009, section 7.1.3). So the noise of one node is drawn by its mechanism (`abduct`),
which then says what it makes of that noise under other parents (`sample`). A node whose parents
keep their values keeps its own. The same uniform numbers give the same noise whatever is held, so
that several counterfactuals of one unit are of one unit.

What the noise is depends on the noise model: a uniform number (`threshold`), a Gumbel number for
each value (`gumbel-max`), or which of many draws of a network's noise it is (`Responses`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.draws import draws_of
from scm_compiler.ir import query as ir
from scm_compiler.model.coupling import COUPLINGS
from scm_compiler.model.mechanism import Column, World
from scm_compiler.model.tables import Model, Tables
from scm_compiler.passes.fold import HIDDEN

Uniform = Callable[[str, int], Array]
"""A node and a number k to independent uniform numbers (B, k), the same ones for each node."""


def under(tables: Tables, noise: str | Responses) -> Model:
    """The model that tables and a noise model make.

    Args:
        tables: P(node | parents).
        noise: `threshold`, `gumbel-max`, or the responses of the model's networks.
    """
    if isinstance(noise, Responses):
        return replace(
            tables.model, mechanisms={name: noise.mechanism(name) for name in tables.mechanisms}
        )
    coupling = COUPLINGS[noise]
    coupled = {name: replace(m, coupling=coupling) for name, m in tables.mechanisms.items()}
    return replace(tables.model, mechanisms=coupled)


def imagine(
    model: Model, units: World, do: Mapping[str, int], uniform: Uniform
) -> dict[str, Column]:
    """What the labels of units would have been.

    Args:
        model: The model. Hidden common causes are nodes of it, whose values are part of the noise:
            they must be among the units, see `draw_hidden`.
        units: The values of every node that is imagined (B,).
        do: What would have been held.
        uniform: Where the noise comes from.

    Raises:
        ScmError: E835 if no draw of a network's noise explains a unit.
    """
    graph = model.graph
    found: dict[str, Column] = dict(units)
    for name in (name for name in graph.topological if name in units):
        if name in do:
            found[name] = np.full_like(units[name], do[name])
            continue
        moved = np.zeros(len(units[name]), dtype=bool)
        for parent in graph.parents[name]:
            moved |= found[parent] != units[parent]
        if moved.any():
            mechanism = model.mechanisms[name]
            own = mechanism.abduct(units[name], units, uniform(name, mechanism.width))
            found[name] = np.where(moved, mechanism.sample(found, own), units[name])
    return found


def draw_hidden(model: Tables, units: World, seed: int) -> dict[str, Column]:
    """The units with the values of hidden common causes, drawn given all of their labels.

    Args:
        model: The tables.
        units: The value index of every observed label (B,).
        seed: Of the draws.
    """
    hidden = tuple(node.name for node in model.graph.labels if node.kind == HIDDEN)
    if not hidden:
        return dict(units)
    rows = np.stack([units[name] for name in units], 1)
    distinct, place = np.unique(rows, axis=0, return_inverse=True)
    found = {name: np.zeros(len(rows), np.int64) for name in hidden}
    for rank, row in enumerate(distinct):
        where = np.flatnonzero(place.reshape(-1) == rank)
        seen = zip(units, row.tolist(), strict=True)
        events = tuple(ir.Event(ir.Variable(name), value) for name, value in seen)
        draws = replace(draws_of(ir.Regime(given=events), model), labels=hidden)
        values = draws.rows(len(where), seed + rank)
        for column, name in enumerate(hidden):
            found[name][where] = values[:, column]
    return {**units, **found}
