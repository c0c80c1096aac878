"""What an engine finds, and the answer that is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import isnan
from typing import Any

import numpy as np

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.inference.drawing import Ends, table_ends
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.number import Bounds, DrawingInterval, Intervals, Number
from scm_compiler.inference.table import Marginals, Row, Table
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.query import Kind
from scm_compiler.model.tables import Counted, Tables
from scm_compiler.semantics.query import phrase_events

_KINDS: Mapping[type, Kind] = {ir.Expectation: "expectation", ir.LocalEffect: "difference"}
"""What the one number of a query is, where it is no probability."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an engine found.

    Attributes:
        numbers: The parts of the answer.
        errors: Their standard errors.
        method: How they were got; the answers of an installed engine have its name instead.
        samples: Draws behind them; None if exact.
        ends: Their intervals of drawing.
        bounds: Of each number of a part, what any noise model could make of it.
        identified: Whether every noise model gives the same.
        noise_model: What was assumed where they do not.
        warnings: What to know before relying on them.
        effective: How many independent draws weighted ones are worth.
        intervals: What the rows of data leave open, where that was worked out.
    """

    numbers: Numbers
    errors: Numbers
    method: str
    samples: int | None
    ends: Mapping[str, Ends] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Bounds, ...]] = field(default_factory=dict)
    identified: bool = True
    noise_model: str | None = None
    warnings: tuple[Diagnostic, ...] = ()
    effective: float | None = None
    intervals: Intervals | None = None

    def number(self, name: str, place: tuple[int, ...], kind: Kind = "probability") -> Number:
        """One number of the part of this name."""
        span = self._span(name, place) if self.bounds else None
        value, error = float(self.numbers[name][place]), float(self.errors[name][place])
        interval = None
        if self.intervals is not None and not isnan(value):
            interval = self.intervals.at(name, place)
        if not error:
            return Number(value, error, kind, span, interval=interval)
        low, high = self.ends[name].low[place], self.ends[name].high[place]
        drawn = DrawingInterval(float(low), float(high))
        return Number(value, error, kind, span, drawn, interval)

    def _span(self, name: str, place: tuple[int, ...]) -> Bounds:
        """The bounds of one number."""
        rank = int(np.ravel_multi_index(place, self.numbers[name].shape))
        span = self.bounds[name][rank]
        if self.intervals is None or not span.open:
            return span
        return replace(span, interval=self.intervals.of_bounds(name, rank))

    def value(self, query: ir.Query, graph: Graph) -> Number | Table | Marginals:
        """The numbers in the form that a query asks for.

        Args:
            query: Flattened.
            graph: As its author wrote it.
        """
        match query:
            case ir.Regime():
                tables = {
                    node.name: {
                        row.values[0]: row.probability
                        for row in self._table((node.name,), node.name, graph).rows
                    }
                    for node in graph.labels
                }
                return Marginals(tables)
            case ir.Probability() if query.free:
                shown = tuple(_shown(variable, graph) for variable in query.free)
                names = tuple(variable.node for variable in query.free)
                return replace(self._table(names, "", graph), variables=shown)
            case ir.Derived(variables=(_, *_)):
                return self._rows(query)
            case ir.Derived(kind=kind):
                return self.number("", (), kind)
            case _:
                return self.number("", (), _KINDS.get(type(query), "probability"))

    def _rows(self, query: ir.Derived) -> Table | Marginals:
        """The rows of a question in terms of plain ones."""
        rows = [
            Row(values, self.number("", (rank,), query.kind))
            for rank, (values, _) in enumerate(query.rows)
        ]
        if not query.regime:
            return Table(query.variables, tuple(rows))
        tables: dict[str, dict[str, Number]] = {}
        for row in rows:
            node, value = row.values
            tables.setdefault(node, {})[value] = row.probability
        return Marginals(tables)

    def _table(self, names: tuple[str, ...], part: str, graph: Graph) -> Table:
        values = [graph.domains[name].values for name in names]
        places = np.ndindex(self.numbers[part].shape)
        rows = tuple(
            Row(chosen, self.number(part, place))
            for chosen, place in zip(product(*values), places, strict=True)
        )
        return Table(names, rows)


def worked_out(
    query: ir.Query,
    model: Tables,
    numbers: Numbers,
    errors: Numbers,
    **more: Any,  # noqa: ANN401
) -> Result:
    """The result of exact work on tables, which may themselves be estimated.

    Args:
        query: Flattened.
        model: The tables.
        numbers: The parts of the answer.
        errors: Their standard errors.
        more: Further attributes.
    """
    if not any(map(np.any, errors.values())):
        return Result(numbers, errors, "exact", None, **more)
    ends = table_ends(query, model.graph, numbers, errors)
    if isinstance(model.known, Counted):
        return Result(numbers, errors, "drawn", model.known.units, ends, **more)
    fewest = min(int(np.min(draws)) for draws in model.draws.values())
    return Result(numbers, errors, "estimated", fewest, ends, **more)


def _shown(variable: ir.Variable, graph: Graph) -> str:
    """A free target as the table names it: with its world, if it has one of its own."""
    if not variable.world:
        return variable.node
    return phrase_events([ir.Event(variable)], graph)
