"""The evaluation of a label model: its tables beside the data's, and its interventions.

Everything is computed from the tables P(label | parents) of the model and of the data, so nothing
is sampled; where a model's own tables were estimated, each number carries its standard error. A
label whose table cannot be written out is a network: then the small tables are counted in draws of
the model, and what the data would need such a table for is left out, with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import log2

import numpy as np
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import LEVEL, Interval, Table, answer
from scm_compiler.inference.proposals import causes
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.module import CausalModule
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.evaluation.distance import Distance, distance
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.likelihood import Likelihood, likelihood
from scm_compiler.runtime.evaluation.marginals import Agreement, Array, agreement
from scm_compiler.runtime.evaluation.regimes import (
    Exact,
    Key,
    exact,
    regime_of,
    settings,
    values_of,
    written,
)
from scm_compiler.runtime.runs.counted_tables import draw_units

MOST_PAIRS = 400
"""Above this many pairs of labels, pairwise tables are not worked out from tables."""

DRAWS = 200_000
"""The units of a model with networks for tables that its marginals and pairs are counted in."""

MOST_TELLING = 12
"""The answers under do that are shown first."""

MOST_FIRM = 400
"""Up to so many answers under do all have intervals; of more those alone that are shown first."""

MOST_LABELS = 100
"""Above this many labels, their marginals have no intervals."""

_SHOWN = 0.0005
"""The least difference between doing and seeing that three digits show."""

_TOO_MANY_PAIRS = f"pairwise tables: there are more than {MOST_PAIRS} pairs"


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
        caused: Whether what is set is a cause of the label, directly or not.
    """

    regime: str
    label: str
    value: str
    model: Estimate
    data: float | None
    seen: float | None
    caused: bool


@dataclass(frozen=True)
class LabelReport:
    """How well a label model agrees with the data.

    Attributes:
        distance: The total variation distance over all combinations of values.
        agreement: Marginals and pairwise tables of the data and of the model; no pairs where
            there would be very many.
        interventions: The model's answers beside the data's.
        likelihood: How likely the model makes the data.
        left_out: What is not there, and why.
        singles: The share of the rows that are like no other row. Where it is large, the distance
            of every model is that carries over to new rows.
        values: The names of each label's values.
        intervals: What the rows leave open of the model's marginals, value by value; none where
            they are not from tables that were fitted to rows.
    """

    distance: Distance
    agreement: Agreement
    interventions: tuple[Intervention, ...]
    likelihood: Likelihood
    left_out: tuple[str, ...] = ()
    singles: float = 0.0
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    intervals: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)

    @property
    def worst_intervention(self) -> float | None:
        """The largest difference between the model's answer and the data's under do."""
        gaps = [abs(i.model.value - i.data) for i in self.interventions if i.data is not None]
        return max(gaps, default=None)


def evaluate_labels(
    module: CausalModule | None,
    tables: Tables,
    data: LabelTable,
    *,
    trained: LabelTable | None = None,
    config: Config | None = None,
    seed: int = 0,
) -> LabelReport:
    """Evaluate a label model.

    Args:
        module: The trained module; it is run where the graph has hidden common causes or a label
            has no table, else it may be None.
        tables: Its tables, or what it is asked with (`Run.distributions`).
        data: What it is held against.
        trained: What it was trained on, if that is another table.
        config: What was asked for of the training.
        seed: Of what is drawn.

    Raises:
        ScmError: E433 if a table that is needed would be too large.
    """
    graph = fold(tables.graph)
    source = data if trained is None else trained
    singles = float((data.counts == 1).sum()) / data.rows
    values = values_of(graph)
    likely = likelihood(module, tables, data, source, config)
    if module is None or not tables.networks:
        far = distance(module if module is not None and graph.confounders else tables, data)
        alone = exact(ir.Regime(), tables, level=LEVEL if len(values) <= MOST_LABELS else None)
        found = Agreement(_marginals(alone, data), _pairs(tables, data))
        left_out = () if found.pairs or len(data.labels) < 2 else (_TOO_MANY_PAIRS,)
        answers = _firmly(dict(_interventions(tables, data, graph)), tables)
        firm = _intervals(alone)
        return LabelReport(far, found, answers, likely, left_out, singles, values, firm)
    units = draw_units(module, DRAWS, torch.Generator().manual_seed(seed))
    far, found = distance(module, data), agreement(data, units)
    left_out = (_without_tables(tables, data),)
    return LabelReport(far, found, (), likely, left_out, singles, values)


def _without_tables(tables: Tables, data: LabelTable) -> str:
    """What a model with networks for tables is not asked, and why."""
    graph = fold(tables.graph)
    rows = {
        name: sum(log2(graph.sizes[n]) for n in graph.parents[name]) for name in tables.networks
    }
    widest = max(rows, key=rows.__getitem__)
    return (
        f"answers under do, beside the data's: `{widest}` has 2^{rows[widest]:.0f} parent "
        f"configurations and the data {data.rows:,} rows, so that they give no answer to compare "
        "with; `scmc query` gives the model's, with its error"
    )


def _marginals(model: Exact, data: LabelTable) -> dict[str, Array]:
    return {
        name: np.stack([data.counts_of([name]) / data.rows, [e.value for e in model[name]]])
        for name in data.labels
    }


def _intervals(model: Exact) -> dict[str, tuple[Interval, ...]]:
    """Those of each label's values, where all are known."""
    found = {name: tuple(e.interval for e in numbers) for name, numbers in model.items()}
    return {name: known for name, some in found.items() if (known := tuple(filter(None, some)))}


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


def telling(items: Iterable[Intervention]) -> list[Intervention]:
    """The causes and effects of which seeing says most else than doing, the furthest first."""
    gaps = {i: abs(i.seen - i.model.value) for i in items if i.seen is not None}
    found = (i for i, gap in gaps.items() if i.caused and i.data is not None and gap >= _SHOWN)
    return sorted(found, key=lambda i: -gaps[i])[:MOST_TELLING]


def _firmly(
    asked: Mapping[Intervention, ir.Probability], tables: Tables
) -> tuple[Intervention, ...]:
    """The interventions with the intervals of the model's answers."""
    chosen = asked if len(asked) <= MOST_FIRM else telling(asked)
    firm = {}
    for item in chosen:
        interval = answer(asked[item], tables).interval
        firm[item] = replace(item, model=replace(item.model, interval=interval))
    return tuple(firm.get(item, item) for item in asked)


def _interventions(
    tables: Tables, data: LabelTable, graph: Graph
) -> Iterator[tuple[Intervention, ir.Probability]]:
    """Each intervention, and what the model was asked for it."""
    shares = None if graph.confounders else fit_tables(graph, data)
    values, below = values_of(graph), set(causes(graph))
    for key in settings(graph, "do"):
        model = _answer(key, tables)
        if model is None:
            continue
        theirs = None if shares is None else _answer(key, shares)
        _, cause, level = key
        for name in (other for other in values if other != cause):
            beside = data.counts_of([cause, name])[level]
            for value in range(1 if len(values[name]) == 2 else 0, len(values[name])):
                event = ir.Event(ir.Variable(name), value)
                item = Intervention(
                    regime=written(key, graph),
                    label=name,
                    value=values[name][value],
                    model=model[name][value],
                    data=None if theirs is None else theirs[name][value].value,
                    seen=float(beside[value] / beside.sum()) if beside.sum() else None,
                    caused=(cause, name) in below,
                )
                yield item, ir.Probability((event,), do=regime_of(key).do)


def _answer(key: Key, tables: Tables) -> Exact | None:
    """What the tables say under a regime; None where nothing stands behind it."""
    try:
        return exact(regime_of(key), tables)
    except ScmError:
        return None
