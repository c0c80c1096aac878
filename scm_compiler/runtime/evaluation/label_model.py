"""The evaluation of a label model: its tables beside the data's, and its interventions.

Everything is computed from the tables P(label | parents) of the model and of the data, so nothing
is sampled; where a model's own tables were estimated, each number carries its standard error.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scm_compiler.diagnostics import ScmError
from scm_compiler.emit.module import CausalModule
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.evaluation.distance import Distance, distance
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.marginals import Agreement, Array
from scm_compiler.runtime.evaluation.regimes import (
    Exact,
    Key,
    exact,
    regime_of,
    settings,
    values_of,
    written,
)
from scm_compiler.runtime.queries import Table, answer

MOST_PAIRS = 400
"""With more pairs of labels than so many, the pairwise tables are left out."""


@dataclass(frozen=True)
class Intervention:
    """P(label = value | do(...)) in several ways.

    Attributes:
        regime: Such as `do(Mustache=1)`.
        label: The label that is looked at, with its value.
        value: Its value.
        model: The model's answer.
        data: What the data and the graph say (truncated factorisation of the data's own tables);
            None where they cannot: hidden common causes, or parents that the data never show.
        seen: P(label = value | the same label seen, not set) in the data; None if it never is.
    """

    regime: str
    label: str
    value: str
    model: Estimate
    data: float | None
    seen: float | None


@dataclass(frozen=True)
class LabelReport:
    """How well a label model agrees with the data.

    Attributes:
        distance: The total variation distance over all combinations of values.
        agreement: Marginals and pairwise tables of the data and of the model; no pairs where
            there would be very many.
        interventions: The model's answers beside the data's.
    """

    distance: Distance
    agreement: Agreement
    interventions: tuple[Intervention, ...]

    @property
    def worst_intervention(self) -> float | None:
        """The largest difference between the model's answer and the data's under do."""
        gaps = [abs(i.model.value - i.data) for i in self.interventions if i.data is not None]
        return max(gaps, default=None)


def evaluate_labels(module: CausalModule, tables: Tables, data: LabelTable) -> LabelReport:
    """Evaluate a label model.

    Args:
        module: The trained module; only where the graph has hidden common causes is it sampled.
        tables: Its tables.
        data: What it was trained on.

    Raises:
        ScmError: E433 if a table that is needed would be too large.
    """
    graph = fold(tables.graph)
    far = distance(module if graph.confounders else tables, data)
    found = Agreement(_marginals(tables, data), _pairs(tables, data))
    return LabelReport(far, found, tuple(_interventions(tables, data, graph)))


def _marginals(tables: Tables, data: LabelTable) -> dict[str, Array]:
    model = exact(ir.Regime(), tables)
    return {
        name: np.stack([data.counts_of([name]) / data.rows, [e.value for e in model[name]]])
        for name in data.labels
    }


def _pairs(tables: Tables, data: LabelTable) -> dict[tuple[str, str], Array]:
    names = data.labels
    if len(names) * (len(names) - 1) // 2 > MOST_PAIRS:
        return {}
    return {
        pair: np.stack([data.counts_of(pair) / data.rows, _pair(tables, pair)])
        for pair in combinations(names, 2)
    }


def _pair(tables: Tables, names: tuple[str, str]) -> Array:
    targets = tuple(ir.Event(ir.Variable(name)) for name in names)
    table = answer(ir.Probability(targets), tables).value
    if not isinstance(table, Table):
        raise TypeError("the answer to a question with free targets is no table")
    values = [row.probability.value for row in table.rows]
    sizes = [len(values_of(fold(tables.graph))[name]) for name in names]
    return np.array(values).reshape(sizes)


def _interventions(tables: Tables, data: LabelTable, graph: Graph) -> Iterator[Intervention]:
    shares = None if graph.confounders else fit_tables(graph, data)
    values = values_of(graph)
    for key in settings(graph, "do"):
        model = _answer(key, tables)
        if model is None:
            continue
        theirs = None if shares is None else _answer(key, shares)
        _, cause, level = key
        for name in (other for other in values if other != cause):
            beside = data.counts_of([cause, name])[level]
            for value in range(1 if len(values[name]) == 2 else 0, len(values[name])):
                yield Intervention(
                    regime=written(key, graph),
                    label=name,
                    value=values[name][value],
                    model=model[name][value],
                    data=None if theirs is None else theirs[name][value].value,
                    seen=float(beside[value] / beside.sum()) if beside.sum() else None,
                )


def _answer(key: Key, tables: Tables) -> Exact | None:
    """What the tables say under a regime; None where nothing stands behind it."""
    try:
        return exact(regime_of(key), tables)
    except ScmError:
        return None
