"""Answers to queries: exactly from tables, or by the paper's rejection sampling.

```python
answer(query, tables).probability
```
"""

from dataclasses import dataclass
from time import perf_counter
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np

from scm_compiler.ir import Discrete, Graph
from scm_compiler.ir import query as ir
from scm_compiler.ir.tables import Tables
from scm_compiler.passes import flatten, fold
from scm_compiler.passes.worlds import rung
from scm_compiler.runtime.queries.answers import Answer, Marginals, Method, Number, Row, Table
from scm_compiler.runtime.queries.contraction import Array
from scm_compiler.runtime.queries.engine import Engine
from scm_compiler.runtime.queries.evaluation import Numbers, evaluate
from scm_compiler.runtime.queries.planning import Explanation, explain
from scm_compiler.runtime.queries.precision import standard_errors
from scm_compiler.runtime.queries.refusals import pointing_at, refuse_unanswerable
from scm_compiler.runtime.queries.rejection import sample_answer
from scm_compiler.runtime.queries.support import support_warnings
from scm_compiler.semantics.query import phrase

__all__ = [
    "SAMPLES",
    "Answer",
    "Explanation",
    "Marginals",
    "Number",
    "Row",
    "Table",
    "answer",
    "explain",
]

SAMPLES = 10_000

_ENGINES: WeakKeyDictionary[Tables, Engine] = WeakKeyDictionary()


def answer(
    query: ir.Query,
    model: Tables,
    *,
    method: Literal["exact", "sample"] = "exact",
    seed: int = 0,
    samples: int = SAMPLES,
    text: str | None = None,
) -> Answer:
    """Answer a query of rung 1 or 2 on a model.

    Plans are remembered with the model, so that a second query of the same shape costs little.

    Args:
        query: Resolved against the model's graph.
        model: The tables.
        method: `exact`, or `sample` for rejection sampling.
        seed: Of sampling, and of the posterior draws behind a standard error.
        samples: Draws that `sample` must accept for each probability.
        text: The query as the user wrote it.

    Raises:
        ScmError: E430 counterfactual, E431 impossible evidence, E432 hidden common cause, E433
            too large, E434 too few draws accepted, E435 no data behind the answer.
    """
    with pointing_at(text):
        started = perf_counter()
        flat = flatten(query, model.graph)
        refuse_unanswerable(flat, model.graph)
        found = (_sampled if method == "sample" else _exact)(flat, model, seed, samples)
        warnings = support_warnings(flat, engine_of(model), model)
    declared = fold(model.graph)
    return Answer(
        query=text or phrase(query, model.graph),
        rung=rung(flat),
        identified=True,
        method=found.method,
        samples=found.samples,
        warnings=warnings,
        value=_value(flat, found.numbers, found.errors, declared),
        graph_hash=declared.hash,
        seconds=perf_counter() - started,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    numbers: Numbers
    errors: Numbers
    method: Method
    samples: int | None


def _exact(query: ir.Query, model: Tables, seed: int, _: int) -> _Found:
    engine = engine_of(model)
    numbers = evaluate(query, engine)
    errors = standard_errors(query, engine, model, numbers, seed)
    if any(np.any(error) for error in errors.values()):
        return _Found(numbers, errors, "estimated", min(model.draws.values()))
    return _Found(numbers, errors, "exact", None)


def _sampled(query: ir.Query, model: Tables, seed: int, samples: int) -> _Found:
    engine = engine_of(model)
    sampled = sample_answer(query, engine, seed, samples)
    errors = sampled.errors
    if model.draws:  # the tables' own error comes on top, independent of the sampling
        tables = standard_errors(query, engine, model, evaluate(query, engine), seed)
        errors = {name: np.hypot(part, tables[name]) for name, part in errors.items()}
    return _Found(sampled.numbers, errors, "sample", sampled.accepted)


def engine_of(model: Tables) -> Engine:
    """The model's engine, with the plans that it remembers."""
    engine = _ENGINES.get(model)
    if engine is None:
        engine = _ENGINES[model] = Engine(model)
    return engine


def _value(
    query: ir.Query, point: Numbers, errors: Numbers, graph: Graph
) -> Number | Table | Marginals:
    match query:
        case ir.Regime():
            tables = {
                name: {
                    row.values[0]: row.probability
                    for row in _table((name,), point[name], errors[name], graph).rows
                }
                for name in (node.name for node in graph.labels)
            }
            return Marginals(tables)
        case ir.Probability() if query.free:
            names = tuple(variable.node for variable in query.free)
            return _table(names, point[""], errors[""], graph)
        case ir.Contrast() | ir.Effect():
            return Number(float(point[""]), float(errors[""]), "difference")
        case ir.Expectation():
            return Number(float(point[""]), float(errors[""]), "expectation")
        case _:
            return Number(float(point[""]), float(errors[""]))


def _table(names: tuple[str, ...], point: Array, errors: Array, graph: Graph) -> Table:
    domains = [graph.by_name[name].domain for name in names]
    values = [domain.values for domain in domains if isinstance(domain, Discrete)]
    rows = tuple(
        Row(
            tuple(values[axis][index] for axis, index in enumerate(place)),
            Number(float(point[place]), float(errors[place])),
        )
        for place in np.ndindex(point.shape)
    )
    return Table(names, rows)
