"""Draws of what units would have been: each node's own noise is drawn from its posterior.

The posterior is local to a node: given its parents and its value, nothing else tells of its own
noise. A node whose parents keep their values keeps its own; another one is what its mechanism
makes of the same noise under the new values. The same uniform numbers give the same noise
whatever is held, so that several counterfactuals of one unit are of one unit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.imagined import NoNoiseFits
from scm_compiler.ir import Discrete, Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.tables import Tables, table_shape
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.runtime.queries.contraction import Array
from scm_compiler.runtime.queries.counterfactual.responses import Responses
from scm_compiler.runtime.queries.draws import draws_of

Column = NDArray[np.int64]
Columns = Mapping[str, Column]

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
            before, after = (_row(graph, name, world) for world in (units, found))
            drawn = _redraw(model, name, noise, uniform, before, after, units[name])
            found[name] = np.where(moved, drawn, units[name])
    return found


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


def _redraw(
    model: Tables,
    name: str,
    noise: str | Responses,
    uniform: Uniform,
    before: Column,
    after: Column,
    values: Column,
) -> Column:
    """The values under other parents, with noise that gives the values under their own."""
    if isinstance(noise, Responses):
        domain = model.graph.by_name[name].domain
        assert isinstance(domain, Discrete)
        return _by_response(noise, name, uniform(name, 1)[:, 0], before, after, values, domain)
    size = model.probabilities[name].shape[-1]
    table = model.probabilities[name].reshape(-1, size)
    if noise == "gumbel-max":
        return _by_gumbel(table[before], table[after], values, uniform(name, size))
    return _by_threshold(table[before], table[after], values, uniform(name, 1)[:, 0])


def _by_threshold(before: Array, after: Array, values: Column, uniform: Array) -> Column:
    """X = #{k : u < P(x > k)}: u lies evenly in [P(x > v), P(x >= v)) under the unit's parents."""
    above = _survival(before)
    low = np.take_along_axis(above, values[:, None] + 1, 1)[:, 0]
    high = np.take_along_axis(above, values[:, None], 1)[:, 0]
    u = low + uniform * (high - low)
    drawn: Column = (u[:, None] < _survival(after)[:, 1:-1]).sum(1)
    return _possible(after, drawn)


def _survival(table: Array) -> Array:
    """P(x >= k) for k = 0 … size, along the last axis."""
    ends = np.concatenate([table[:, ::-1].cumsum(1)[:, ::-1], np.zeros((len(table), 1))], 1)
    return np.asarray(ends / ends[:, :1])


def _possible(table: Array, drawn: Column) -> Column:
    """The values, where rounding hit one of probability zero the likeliest in its place."""
    chances = np.take_along_axis(table, drawn[:, None], 1)[:, 0]
    return np.where(chances > 0, drawn, table.argmax(1))


def _by_gumbel(before: Array, after: Array, values: Column, uniform: Array) -> Column:
    """X = argmax over v of log P(v) + G_v, with the G_v given that the unit's value has won.

    The largest of log P(v) + G_v is Gumbel distributed whichever v it is of; the others are cut
    off below it (Maddison et al. 2014, Oberst and Sontag 2019).
    """
    with np.errstate(divide="ignore"):
        old, new = np.log(before), np.log(after)
    units = np.arange(len(values))
    tiny = np.finfo(np.float64).tiny
    exponential = -np.log(np.maximum(uniform, tiny))
    top = -np.log(exponential[units, values])
    with np.errstate(divide="ignore", over="ignore"):
        cut = -np.log(np.exp(-top)[:, None] + exponential / np.maximum(before, tiny))
    free = -np.log(exponential)
    noise = np.where(before > 0, cut - np.where(before > 0, old, 0.0), free)
    noise[units, values] = top - old[units, values]
    return np.asarray((new + noise).argmax(1), dtype=np.int64)


def _by_response(
    noise: Responses,
    name: str,
    uniform: Array,
    before: Column,
    after: Column,
    values: Column,
    domain: Discrete,
) -> Column:
    """One of the response functions that give the unit's value, by their probabilities."""
    law = noise.law(name)
    found = np.zeros_like(values)
    pairs = np.stack([before, values], 1)
    for row, value in np.unique(pairs, axis=0).tolist():
        fitting = np.where(law.values[:, row] == value, law.weights, 0.0)
        if not fitting.any():
            raise refuse(NoNoiseFits(name, domain.values[value]))
        where = np.flatnonzero((before == row) & (values == value))
        bounds = fitting.cumsum()
        chosen = np.searchsorted(bounds, uniform[where] * bounds[-1], side="right")
        chosen = np.minimum(chosen, np.flatnonzero(fitting)[-1])
        found[where] = law.values[chosen, after[where]]
    return found
