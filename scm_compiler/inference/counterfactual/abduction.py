"""Abduction: each node's own noise, drawn from what a unit's labels tell of it.

The posterior is local to a node: given its parents and its value, nothing else tells of its own
noise (Pearl 2009, section 7.1.3). So `abduct` draws the noise of one node, and `respond` is what
its mechanism makes of that noise under other parents. A node whose parents keep their values keeps
its own. The same uniform numbers give the same noise whatever is held, so that several
counterfactuals of one unit are of one unit.

What the noise is depends on the noise model: a uniform number (`threshold`), a Gumbel number for
each value (`gumbel-max`), or which of many draws of a network's noise it is (`Responses`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.counterfactuals import NoNoiseFits
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.draws import draws_of
from scm_compiler.ir import Discrete, Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.passes.fold import HIDDEN

Column = NDArray[np.int64]
Columns = Mapping[str, Column]

Noise = NDArray[Any]
"""The noise of one node in each unit: (B,) or (B, size); see `abduct`."""

Uniform = Callable[[str, int], Array]
"""A node and a number k to independent uniform numbers (B, k), the same ones for each node."""


def imagine(
    model: Tables,
    units: Columns,
    do: Mapping[str, int],
    uniform: Uniform,
    noise: str | Responses = "threshold",
) -> dict[str, Column]:
    """What the labels of units would have been.

    Args:
        model: The tables. Hidden common causes are nodes of theirs, whose values are part of the
            noise: they must be among the units, see `draw_hidden`.
        units: The value index of every node of the tables (B,).
        do: What would have been held.
        uniform: Where the noise comes from.
        noise: `threshold`, `gumbel-max`, or the responses of the model's networks.

    Raises:
        ScmError: E835 if no draw of a network's noise explains a unit.
    """
    graph = model.graph
    found: dict[str, Column] = dict(units)
    labels = {node.name for node in graph.labels}
    for name in (name for name in graph.topological if name in labels):
        if name in do:
            found[name] = np.full_like(units[name], do[name])
            continue
        moved = np.zeros(len(units[name]), dtype=bool)
        for parent in graph.parents[name]:
            moved |= found[parent] != units[parent]
        if moved.any():
            drawn = respond(model, name, found, abduct(model, name, units, uniform, noise), noise)
            found[name] = np.where(moved, drawn, units[name])
    return found


def abduct(
    model: Tables, name: str, units: Columns, uniform: Uniform, noise: str | Responses
) -> Noise:
    """The noise of one node, drawn given its parents and its value.

    Args:
        model: The tables; the label may be one of its `networks`.
        name: The node.
        units: The value index of every node that is read (B,).
        uniform: Where the noise comes from.
        noise: The noise model.

    Returns:
        `threshold`: uniform numbers (B,), each between P(x > value) and P(x >= value) under the
        unit's parents. `gumbel-max`: (B, size). Of responses: the number of a draw (B,).

    Raises:
        ScmError: E835 if no draw of a network's noise explains a unit.
    """
    if isinstance(noise, Responses):
        return _abduct_draw(noise, name, uniform(name, 1)[:, 0], units, model.graph)
    table = chances(model, name, units)
    if noise == "gumbel-max":
        return _abduct_gumbel(table, units[name], uniform(name, table.shape[1]))
    above = _survival(table)
    low, high = (np.take_along_axis(above, units[name][:, None] + k, 1)[:, 0] for k in (1, 0))
    return np.asarray(low + uniform(name, 1)[:, 0] * (high - low))


def respond(
    model: Tables, name: str, world: Columns, own: Noise, noise: str | Responses
) -> Column:
    """What a node's mechanism makes of its noise (B,) under the parents of a world."""
    if isinstance(noise, Responses):
        law = noise.law(name)
        found: Column = law.values[law.draws[own], _row(model.graph, name, world)]
        return found
    table = chances(model, name, world)
    if noise == "gumbel-max":
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(table) + own).argmax(1), dtype=np.int64)
    drawn: Column = (own[:, None] < _survival(table)[:, 1:-1]).sum(1)
    return _possible(table, drawn)


def chances(model: Tables, name: str, world: Columns) -> Array:
    """P(node | its parents in a world): (B, size)."""
    parents = model.graph.parents[name]
    if name in model.networks:
        return model.networks[name].at(np.stack([world[parent] for parent in parents], 1))
    table = model.probabilities[name]
    if not parents:
        return np.broadcast_to(table, (len(world[name]), len(table)))
    return np.asarray(table[tuple(world[parent] for parent in parents)])


def draw_hidden(model: Tables, units: Columns, seed: int) -> dict[str, Column]:
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


def _row(graph: Graph, name: str, world: Columns) -> Column:
    """Which row of a node's table its parents select (B,)."""
    found = np.zeros(len(world[name]), np.int64)
    for parent, size in zip(graph.parents[name], table_shape(graph, name)[:-1], strict=True):
        found = found * size + world[parent]
    return found


def _survival(table: Array) -> Array:
    """P(x >= k) for k = 0 … size, along the last axis."""
    ends = np.concatenate([table[:, ::-1].cumsum(1)[:, ::-1], np.zeros((len(table), 1))], 1)
    return np.asarray(ends / ends[:, :1])


def _possible(table: Array, drawn: Column) -> Column:
    """The values, where rounding hit one of probability zero the likeliest in its place."""
    chances = np.take_along_axis(table, drawn[:, None], 1)[:, 0]
    return np.where(chances > 0, drawn, table.argmax(1))


def _abduct_gumbel(table: Array, values: Column, uniform: Array) -> Array:
    """X = argmax over v of log P(v) + G_v: the G_v given that the unit's value has won.

    The largest of log P(v) + G_v is Gumbel distributed whichever v it is of; the others are cut
    off below it (Maddison et al. 2014, Oberst and Sontag 2019).
    """
    with np.errstate(divide="ignore"):
        logs = np.log(table)
    units = np.arange(len(values))
    tiny = np.finfo(np.float64).tiny
    exponential = -np.log(np.maximum(uniform, tiny))
    top = -np.log(exponential[units, values])
    with np.errstate(divide="ignore", over="ignore"):
        cut = -np.log(np.exp(-top)[:, None] + exponential / np.maximum(table, tiny))
    free = -np.log(exponential)
    noise = np.where(table > 0, cut - np.where(table > 0, logs, 0.0), free)
    noise[units, values] = top - logs[units, values]
    return np.asarray(noise)


def _abduct_draw(
    noise: Responses, name: str, uniform: Array, units: Columns, graph: Graph
) -> Column:
    """One of the draws whose response function gives the unit's value, each as likely."""
    domain = graph.by_name[name].domain
    assert isinstance(domain, Discrete)
    law = noise.law(name)
    found = np.zeros_like(units[name])
    pairs = np.stack([_row(graph, name, units), units[name]], 1)
    for row, value in np.unique(pairs, axis=0).tolist():
        (fitting,) = np.nonzero((law.values[:, row] == value)[law.draws])
        if not len(fitting):
            raise refuse(NoNoiseFits(name, domain.values[value]))
        where = np.flatnonzero((pairs == (row, value)).all(1))
        found[where] = fitting[(uniform[where] * len(fitting)).astype(np.int64)]
    return found
