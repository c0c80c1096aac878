"""Answers to queries: exactly from tables, by weighted draws, or by the paper's rejection.

```python
answer(query, tables).probability
```
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from time import perf_counter
from weakref import WeakKeyDictionary

import numpy as np

from scm_compiler.diagnostics import Diagnostic, ScmError, refuse
from scm_compiler.inference.answers import Answer, Asked, Marginals, Method, Row, Table
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.counterfactual import NOISE_MODELS, answer_counterfactual
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.drawing import Ends, table_ends, together
from scm_compiler.inference.engine import Engine
from scm_compiler.inference.evaluation import Numbers, condition_of, evaluate
from scm_compiler.inference.explaining import explain
from scm_compiler.inference.identified import Estimate, Route, route
from scm_compiler.inference.limits import (
    BEYOND_EXACT,
    guess_warnings,
    network_warnings,
    refuse_long_tables,
)
from scm_compiler.inference.number import Bounds, DrawingInterval, Kind, Number
from scm_compiler.inference.planning import Explanation
from scm_compiler.inference.precision import standard_errors
from scm_compiler.inference.refusals import pointing_at, refuse_contradictory
from scm_compiler.inference.rejection import sample_answer
from scm_compiler.inference.shape import label_sizes
from scm_compiler.inference.support import support_warnings
from scm_compiler.inference.weighting import weigh
from scm_compiler.ir import Discrete, Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Counted, Tables
from scm_compiler.passes import flatten, fold
from scm_compiler.passes.worlds import never, rung
from scm_compiler.semantics.query import phrase_events, worded

__all__ = [
    "METHODS",
    "NOISE_MODELS",
    "SAMPLES",
    "Answer",
    "Bounds",
    "DrawingInterval",
    "Explanation",
    "Marginals",
    "Number",
    "Responses",
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
    method: Asked = "auto",
    seed: int = 0,
    samples: int = SAMPLES,
    noise_model: str | Responses | None = None,
    text: str | None = None,
) -> Answer:
    """Answer a query on a model.

    Plans are remembered with the model, so that a second query of the same shape costs little.

    Args:
        query: Resolved against the model's graph.
        model: The tables.
        method: `exact` contraction; `weighted` draws (likelihood weighting); `sample` for
            rejection sampling; or `auto`, which is exact where memory and time allow, else
            weighted.
        seed: Of sampling, and of the posterior draws behind a standard error.
        samples: Draws that `sample` must accept for each probability, and that weighted draws
            should be worth.
        noise_model: Of counterfactuals: `threshold`, `gumbel-max`, or what the model's networks
            do; None for `threshold` where the tables are exact.
        text: The query as the user wrote it.

    Raises:
        ScmError: E430 a counterfactual by sampling, E431 impossible evidence, E432 a
            counterfactual by draws that rests on a hidden common cause, E433 too large, E434 too
            few draws accepted, E435 or E443 no data behind the answer, E436 weighted draws that
            are worth too little, E437 too slow, E438 too many rows, E441 no draws of an
            intervention, E444 a formula that gives no probability, E45x a counterfactual that
            cannot be answered, E520 or E523 not identified.
        ValueError: If there is no such method or noise model.
    """
    if method not in METHODS:
        known = ", ".join(f"`{name}`" for name in METHODS)
        raise ValueError(f"there is no method `{method}`; there are {known}")
    with pointing_at(text):
        started = perf_counter()
        flat = flatten(query, model.graph)
        refuse_long_tables(flat, model.graph)
        asking = _Asking(model, method, seed, samples, noise_model)
        way, found = asking.never(flat) if never(flat, model.graph) else asking.answer(flat)
    declared = fold(model.graph)
    return Answer(
        query=worded(text, query, model.graph),
        rung=rung(flat),
        identified=found.identified,
        method=found.method,
        samples=found.samples,
        warnings=found.warnings,
        value=_value(flat, found, declared),
        graph_hash=declared.hash,
        seconds=perf_counter() - started,
        noise_model=found.noise_model,
        found=way.found,
        derived=way.formulas,
        effective=found.effective,
        see=partial(_seeing, flat, model, rung(flat)),
    )


def _seeing(query: ir.Query, model: Tables, level: int) -> Answer | None:
    """What only seeing the values would say that a regime of rung 2 holds."""
    if not isinstance(query, ir.Regime) or not query.do or level > 2:
        return None
    held = condition_of(query.do, ()).do
    seen = tuple(ir.Event(ir.Variable(name), value) for name, value in held.items())
    try:
        return answer(ir.Regime(given=(*seen, *query.given)), model)
    except ScmError:
        return None  # these values never occur together, or only sampling could tell


@dataclass(frozen=True, slots=True)
class _Found:
    numbers: Numbers
    errors: Numbers
    method: Method
    samples: int | None
    ends: Mapping[str, Ends] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Bounds, ...]] = field(default_factory=dict)
    identified: bool = True
    noise_model: str | None = None
    warnings: tuple[Diagnostic, ...] = ()
    effective: float | None = None

    def number(self, name: str, place: tuple[int, ...], kind: Kind = "probability") -> Number:
        """One number of the part of this name."""
        shape = self.numbers[name].shape
        span = self.bounds[name][np.ravel_multi_index(place, shape)] if self.bounds else None
        value, error = float(self.numbers[name][place]), float(self.errors[name][place])
        if not error:
            return Number(value, error, kind, span)
        low, high = self.ends[name].low[place], self.ends[name].high[place]
        return Number(value, error, kind, span, DrawingInterval(float(low), float(high)))


def _counterfactual(
    query: ir.Query, model: Tables, noise_model: str | Responses | None, seed: int
) -> _Found:
    found = answer_counterfactual(query, model, noise_model=noise_model, seed=seed)
    points = {name: part.point for name, part in found.parts.items()}
    errors = {name: part.errors for name, part in found.parts.items()}
    method, samples = _how(model, estimated=any(map(np.any, errors.values())))
    return _Found(
        numbers=points,
        errors=errors,
        ends=table_ends(query, model.graph, points, errors),
        method=method,
        samples=samples,
        bounds={name: part.bounds for name, part in found.parts.items()},
        identified=found.identified,
        noise_model=found.noise_model,
        warnings=found.warnings,
    )


def _how(model: Tables, *, estimated: bool) -> tuple[Method, int | None]:
    """The method and the draws of an answer that was worked out from tables."""
    if not estimated:
        return "exact", None
    if isinstance(model.known, Counted):
        return "drawn", model.known.units
    return "estimated", min(int(np.min(draws)) for draws in model.draws.values())


def _by_formula(query: ir.Query, estimate: Estimate, model: Tables) -> _Found:
    method, samples = _how(model, estimated=any(map(np.any, estimate.errors.values())))
    ends = table_ends(query, model.graph, estimate.numbers, estimate.errors)
    return _Found(
        estimate.numbers, estimate.errors, method, samples, ends, warnings=estimate.warnings
    )


def _exact(
    query: ir.Query, model: Tables, seed: int, _: int, noise_model: str | Responses | None
) -> _Found:
    if rung(query) == 3:
        return _counterfactual(query, model, noise_model, seed)
    engine = engine_of(model)
    numbers = evaluate(query, engine)
    errors = standard_errors(query, engine, model, numbers, seed)
    ends = table_ends(query, model.graph, numbers, errors)
    return _Found(numbers, errors, *_how(model, estimated=any(map(np.any, errors.values()))), ends)


def _weighted(
    query: ir.Query,
    model: Tables,
    seed: int,
    samples: int,
    noise_model: str | Responses | None,
) -> _Found:
    found = weigh(query, model, seed, samples, noise_model)
    return _Found(
        found.numbers,
        found.errors,
        "weighted",
        found.draws,
        found.ends,
        found.bounds,
        identified=found.noise_model is None,
        noise_model=found.noise_model,
        effective=found.effective,
    )


def _auto(
    query: ir.Query,
    model: Tables,
    seed: int,
    samples: int,
    noise_model: str | Responses | None,
) -> _Found:
    """The exact answer where memory and time allow it, else weighted draws."""
    try:
        return _exact(query, model, seed, samples, noise_model)
    except ScmError as refusal:
        if not isinstance(refusal.diagnostics[0], BEYOND_EXACT) or model.draws:
            raise
    return _weighted(query, model, seed, samples, noise_model)


def _sampled(
    query: ir.Query, model: Tables, seed: int, samples: int, _: str | Responses | None
) -> _Found:
    engine = engine_of(model)
    sampled = sample_answer(query, engine, seed, samples)
    numbers, errors, ends = sampled.numbers, sampled.errors, sampled.ends
    if model.draws:  # the tables' own error comes on top, independent of the sampling
        tables = standard_errors(query, engine, model, evaluate(query, engine), seed)
        errors = {name: np.hypot(part, tables[name]) for name, part in errors.items()}
        theirs = table_ends(query, model.graph, numbers, tables)
        ends = {name: together(part, ends[name], theirs[name]) for name, part in numbers.items()}
    return _Found(numbers, errors, "sample", sampled.accepted, ends)


@dataclass(frozen=True)
class _Asking:
    """The model that a query is put to, and how; the attributes are the arguments of `answer`."""

    model: Tables
    method: Asked
    seed: int
    samples: int
    noise_model: str | Responses | None

    def answer(self, query: ir.Query) -> tuple[Route, _Found]:
        """Answer a flattened query; also the route that was taken."""
        if rung(query) < 3 or self.method == "sample":
            refuse_contradictory(query, self.model.graph)
        way, used = _routed(query, self.model, self.method, self.seed)
        if way.estimate is not None:
            return way, _by_formula(query, way.estimate, self.model)
        found = METHODS[used](query, way.model, self.seed, self.samples, self.noise_model)
        return way, replace(found, warnings=found.warnings + _warnings(query, way.model, found))

    def never(self, query: ir.Query) -> tuple[Route, _Found]:
        """Zero, by whichever method, for what happens in no model; the evidence has to happen."""
        assert isinstance(query, ir.Probability)
        if query.given:
            seen = replace(query, targets=query.given[:1])
            replace(self, method="auto").answer(flatten(seen, self.model.graph))
        sizes = label_sizes(self.model.graph)
        zeros = {"": np.zeros([sizes[variable.node] for variable in query.free])}
        spans = {"": (Bounds(0.0, 0.0, sharp=True),) * zeros[""].size} if rung(query) == 3 else {}
        return Route(self.model), _Found(zeros, zeros, "exact", None, bounds=spans)


def _routed(query: ir.Query, model: Tables, method: Asked, seed: int) -> tuple[Route, Asked]:
    """Choose the tables and the method for a query.

    Where `auto` finds a formula too wide, weighted draws of the model are left: an identified
    query has the same answer whatever the states of its hidden causes are.
    """
    drawn = method in {"sample", "weighted"}
    try:
        return route(query, model, sampled=drawn, seed=seed), method
    except ScmError as refusal:
        (found, *_) = refusal.diagnostics
        if isinstance(found, TooLarge) and isinstance(model.known, Counted):
            raise refuse(replace(found, drawable=False)) from None
        if method != "auto" or not isinstance(found, BEYOND_EXACT):
            raise
    return route(query, model, sampled=True, seed=seed), "weighted"


METHODS: Mapping[Asked, Callable[..., _Found]] = {
    "auto": _auto,
    "exact": _exact,
    "weighted": _weighted,
    "sample": _sampled,
}
"""How a query is answered: of the query, the model, the seed, the draws and the noise model."""


def _warnings(query: ir.Query, model: Tables, found: _Found) -> tuple[Diagnostic, ...]:
    """What to know of the tables that an answer rests on."""
    networks = network_warnings(query, model)
    if found.method == "weighted":
        return guess_warnings(query, model) + networks
    return (_supported(query, model) if rung(query) < 3 else ()) + networks


def _supported(query: ir.Query, model: Tables) -> tuple[Diagnostic, ...]:
    """What rests on guesses, or that it is too much to work out."""
    try:
        return support_warnings(query, engine_of(model), model)
    except ScmError as refusal:
        if not isinstance(refusal.diagnostics[0], BEYOND_EXACT):
            raise
    return guess_warnings(query, model)


def engine_of(model: Tables) -> Engine:
    """The model's engine, with the plans that it remembers."""
    engine = _ENGINES.get(model)
    if engine is None:
        engine = _ENGINES[model] = Engine(model)
    return engine


def _value(query: ir.Query, found: _Found, graph: Graph) -> Number | Table | Marginals:
    match query:
        case ir.Regime():
            tables = {
                node.name: {
                    row.values[0]: row.probability
                    for row in _table((node.name,), node.name, found, graph).rows
                }
                for node in graph.labels
            }
            return Marginals(tables)
        case ir.Probability() if query.free:
            shown = tuple(_shown(variable, graph) for variable in query.free)
            names = tuple(variable.node for variable in query.free)
            return replace(_table(names, "", found, graph), variables=shown)
        case ir.Contrast() | ir.Effect():
            return found.number("", (), "difference")
        case ir.Expectation():
            return found.number("", (), "expectation")
        case _:
            return found.number("", ())


def _shown(variable: ir.Variable, graph: Graph) -> str:
    """A free target as the table names it: with its world, if it has one of its own."""
    if not variable.world:
        return variable.node
    return phrase_events([ir.Event(variable)], graph)


def _table(names: tuple[str, ...], part: str, found: _Found, graph: Graph) -> Table:
    domains = [graph.by_name[name].domain for name in names]
    values = [domain.values for domain in domains if isinstance(domain, Discrete)]
    places = np.ndindex(found.numbers[part].shape)
    rows = tuple(
        Row(chosen, found.number(part, place))
        for chosen, place in zip(product(*values), places, strict=True)
    )
    return Table(names, rows)
