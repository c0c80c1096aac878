"""Identification first: how a query on a graph with hidden common causes is answered.

Observation is answered from the observational distribution. Where a query rests on no hidden
cause, the tables multiply as they do without any. Elsewhere the formula that identification
found is evaluated on the observational distribution; where it found none, the query is refused
with its hedge.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.identify.band import Band, evaluate_band
from scm_compiler.identify.evaluation import Joint, evaluate
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.law import law_graph
from scm_compiler.identify.refusal import questions, refusal
from scm_compiler.inference.by_formula import Work, refuse_wide, worlds_formula
from scm_compiler.inference.codes.identified import NeverSeen, OnlyByFormula, RestsOnGuesses
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.evaluation import Numbers, Term, chain, condition_of, terms
from scm_compiler.inference.observation import Observation, observation_of
from scm_compiler.inference.possible import refuse_impossible
from scm_compiler.inference.precision import REPLICATES
from scm_compiler.inference.shape import confounded, label_sizes, requisite
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import phrase

_NEGLIGIBLE = 1e-6
_WIDE = 2**16

Names = tuple[str, ...]
Decide = Callable[[Names, Names, Names], Identified | NotIdentified]
"""Decides on outcomes, treatments and conditions."""

Signed = Sequence[tuple[float, Band]]
"""Terms with their signs."""

PartsBy = Callable[[Work], dict[str, Signed]]
"""The signed terms of each part of an answer, by what evaluates formulas."""


@dataclass(frozen=True)
class Estimate:
    """What formulas say.

    Attributes:
        numbers: Of each part of the answer.
        errors: Their standard errors.
        warnings: What to know before relying on them.
    """

    numbers: Numbers
    errors: Numbers
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class PlannedRoute:
    """On which graph's tables a query would be answered.

    Attributes:
        graph: Of the law, or the declared one.
        found: How the query follows from observation.
        formulas: Whether that is evaluated, for want of tables that multiply.
    """

    graph: Graph
    found: tuple[Identified, ...]
    formulas: bool = False


@dataclass(frozen=True)
class Route:
    """How a query is answered.

    Attributes:
        model: What the ordinary methods answer it on.
        found: How it follows from observation; empty where no hidden cause is in the graph.
        estimate: The answer, where no product of tables gives it.
        formulas: Of a counterfactual, each probability in terms of `found`.
    """

    model: Tables
    found: tuple[Identified, ...] = ()
    estimate: Estimate | None = None
    formulas: tuple[str, ...] = ()


def route(query: ir.Query, model: Tables, *, sampled: bool = False, seed: int = 0) -> Route:
    """Identify a query, and say on what it is answered.

    Args:
        query: A flattened query.
        model: The tables.
        sampled: Whether it will be answered by drawing from the model, which has the states of
            its hidden causes for that.
        seed: Of the posterior draws behind a standard error.

    Raises:
        ScmError: E431 if its evidence never happens; E441 if it cannot be drawn, since networks
            share noise; E520 or E523 if observation does not determine it, E443 if the data never
            show what its formula asks for, E433 if a table would be too large.
    """
    observed = observation_of(model)
    if observed is None:
        return Route(model)
    if rung(query) == 3:
        return _worlds_route(query, model, observed, sampled, seed)
    way = planned_route(query, observed.declared, observed.identify)
    if rung(query) == 1:
        return Route(observed.law, way.found)
    refuse_impossible(query, observed)
    if not way.formulas:
        return Route(observed.plain, way.found)
    if not sampled:
        parts = partial(_parts, query, observed)
        return Route(model, way.found, _estimate(parts, _point(observed), observed, seed))
    if observed.declared is model.graph:
        raise refuse(OnlyByFormula())
    return Route(model, way.found)


def _worlds_route(
    query: ir.Query, model: Tables, observed: Observation, sampled: bool, seed: int
) -> Route:
    """How a counterfactual is answered: by the labels' tables where no hidden cause reaches."""
    formula = None if sampled else worlds_formula(query, observed.declared)
    if formula is None:
        return Route(observed.plain)
    for found in formula.found:
        refuse_wide(found, observed.engine)
    refuse_impossible(query, observed)

    def parts(work: Work) -> dict[str, Signed]:
        return {
            name: [(sign, cells.band(work)) for sign, cells in signed]
            for name, signed in formula.parts.items()
        }

    point = _point(observed)
    formula.check(point)
    estimate = _estimate(parts, point, observed, seed)
    return Route(model, formula.found, estimate, formula.written)


def planned_route(query: ir.Query, graph: Graph, decide: Decide | None = None) -> PlannedRoute:
    """How a query of rung 1 or 2 would be answered.

    Args:
        query: A flattened query.
        graph: The graph as its author wrote it, with hidden common causes.
        decide: Decides whether a distribution is identified; `identify` on the graph if None.

    Raises:
        ScmError: E520 if observation does not determine it.
    """
    found = tuple(_identified(query, graph, decide or partial(identify, graph)))
    if rung(query) == 1:
        return PlannedRoute(law_graph(graph), found)
    if not _rests_on_hidden_causes(query, graph):
        return PlannedRoute(graph, found)
    return PlannedRoute(law_graph(graph), found, formulas=True)


def refuse_unidentified(query: ir.Query, graph: Graph) -> None:
    """Refuse (E520) a query of rung 1 or 2, of a regime the joint table of all labels.

    Args:
        query: A flattened query.
        graph: The graph as its author wrote it.
    """
    for question in questions(query, graph):
        _decide(identify(graph, *question), query, graph)


def _identified(query: ir.Query, graph: Graph, decide: Decide) -> Iterator[Identified]:
    """The distributions that a query rests on; of a regime the table of each label."""
    asked = questions(query, graph)
    if isinstance(query, ir.Regime):
        asked = tuple(((name,), held, seen) for outcomes, held, seen in asked for name in outcomes)
    for question in asked:
        yield _decide(decide(*question), query, graph)


def _decide(found: Identified | NotIdentified, query: ir.Query, graph: Graph) -> Identified:
    if isinstance(found, NotIdentified):
        raise refuse(refusal(graph, found, query=phrase(query, graph)))
    return found


def _rests_on_hidden_causes(query: ir.Query, graph: Graph) -> bool:
    """Whether a product of the tables P(label | parents) would be wrong for it."""
    if isinstance(query, ir.Regime):
        held = condition_of(query.do, query.given).do
        return bool(confounded(graph, label_sizes(graph).keys() - held.keys()))
    return any(
        confounded(graph, requisite(graph, targets, condition).nodes)
        for _, term in terms(query, graph)
        for targets, condition in chain(term)
    )


def _point(observed: Observation) -> Work:
    """Evaluates formulas on the distribution itself, each once."""
    return cache(partial(evaluate_band, source=observed))


def _estimate(parts_by: PartsBy, point: Work, observed: Observation, seed: int) -> Estimate:
    parts = parts_by(point)
    widest = max(parts.values(), key=_width)
    numbers = {name: _total(signed, "values") for name, signed in parts.items()}
    errors = _errors(parts_by, observed, numbers, seed)
    return Estimate(numbers, errors, tuple(_warning(widest)))


def _parts(query: ir.Query, observed: Observation, work: Work) -> dict[str, Signed]:
    """The signed terms of each part of the answer."""
    if not isinstance(query, ir.Regime):
        signed = terms(query, observed.declared)
        return {"": [(sign, _band(term, observed, work)) for sign, term in signed]}
    condition = condition_of(query.do, query.given)
    return {
        name: [(1.0, _band(Term({}, (name,), condition), observed, work))]
        for name in observed.engine.sizes
    }


def _errors(parts_by: PartsBy, observed: Observation, point: Numbers, seed: int) -> Numbers:
    """The standard errors: as precision.py has it, on distributions drawn from the posterior."""
    squares = {name: np.zeros(part.shape) for name, part in point.items()}
    if not observed.law.draws:
        return squares
    # A few marginals of a whole batch are held at once. Where they are wide, fewer distributions
    # are drawn: of 50 the error is still known to a tenth.
    peak = observed.engine.peak
    count = REPLICATES if peak <= _WIDE else REPLICATES // 8
    batch = int(min(count, max(1.0, observed.engine.limit // (8 * peak))))
    batches = -(-count // batch)
    for number in range(batches):
        for source in observed.replicates(batch, seed + number):
            for name, signed in parts_by(cache(partial(_values, source))).items():
                squares[name] += np.square(_total(signed, "values") - point[name])
    return {name: np.sqrt(square / (batch * batches)) for name, square in squares.items()}


def _values(source: Joint, found: Identified) -> Band:
    """A formula's values alone."""
    table = evaluate(found, source)
    return Band(table.names, *(table.values,) * 3)


def _band(term: Term, observed: Observation, work: Work) -> Band:
    """A term's numbers and their ends, one axis for each free target."""
    fixed = term.condition.fixed
    sizes = observed.engine.sizes
    shape = tuple(sizes[name] for name in term.free)
    if term.never:
        return Band(term.free, *(np.zeros(shape),) * 3)
    asked = {name: value for name, value in term.asked.items() if name not in fixed}
    free = tuple(name for name in term.free if name not in fixed)
    band = _table(asked, free, term, observed, work)
    ends = [_with_points(part, free, term, sizes) for part in (band.low, band.values, band.high)]
    found = Band(term.free, *ends)
    return found if term.weights is None else found.mean(term.weights)


def _table(
    asked: Mapping[str, int],
    free: tuple[str, ...],
    term: Term,
    observed: Observation,
    work: Work,
) -> Band:
    """P(asked, free | condition) at the condition's values."""
    if not asked and not free:
        return Band((), *(np.ones(()),) * 3)
    do, given = term.condition.do, term.condition.given
    seen = tuple(name for name in given if name not in do)
    found = observed.identify((*asked, *free), tuple(do), seen)
    assert isinstance(found, Identified)
    refuse_wide(found, observed.engine)
    band = work(found)
    values = {**given, **do, **asked}
    place = tuple(values.get(name, slice(None)) for name in band.names)
    left = [name for name in band.names if name not in values]
    order = [left.index(name) for name in free]
    low, point, high = (
        part[place].transpose(order) for part in (band.low, band.values, band.high)
    )
    if np.isnan(point).any() or (np.all(low < _NEGLIGIBLE) and np.all(high > 1 - _NEGLIGIBLE)):
        raise refuse(NeverSeen(query=str(found).split(" = ")[0], formula=str(found.estimand)))
    return Band(free, low, point, high)


def _with_points(
    table: Array, free: tuple[str, ...], term: Term, sizes: Mapping[str, int]
) -> Array:
    """The table with an axis more for each free target that the condition fixes."""
    for axis, name in enumerate(term.free):
        if name not in free:
            point = np.eye(sizes[name])[term.condition.fixed[name]]
            after = sum(other in free for other in term.free[axis + 1 :])
            table = np.expand_dims(table, table.ndim - after) * point[(..., *[None] * after)]
    return table


def _total(signed: Signed, end: str) -> Array:
    other = {"low": "high", "high": "low", "values": "values"}[end]
    parts = [sign * np.asarray(getattr(band, end if sign > 0 else other)) for sign, band in signed]
    return np.asarray(sum(parts[1:], start=parts[0]))


def _width(signed: Signed) -> float:
    """How far apart the ends are at most."""
    return float(np.max(_total(signed, "high") - _total(signed, "low")))


def _warning(signed: Signed) -> Iterator[Diagnostic]:
    width = _width(signed)
    if width > _NEGLIGIBLE:
        low, high = _total(signed, "low"), _total(signed, "high")
        ends = (float(low), float(high)) if low.ndim == 0 else (None, None)
        yield RestsOnGuesses(width, *ends)
