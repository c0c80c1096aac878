"""The engine of formulas, which are evaluated on the observational distribution."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.identify.band import Band, evaluate_band
from scm_compiler.identify.estimand import factors
from scm_compiler.identify.evaluation import Joint, evaluate, largest_table
from scm_compiler.identify.identification import Identified
from scm_compiler.inference.by_formula import Evaluator, too_wide
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.codes.identified import NeverSeen, RestsOnGuesses
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.evaluation import Numbers, Term, condition_of, terms
from scm_compiler.inference.limits import TooMuch, first
from scm_compiler.inference.observation import Names, Observation
from scm_compiler.inference.parts import Part, posterior_part
from scm_compiler.inference.precision import (
    REPLICATES,
    from_draws,
    from_rows,
    known_from_rows,
    spread,
)
from scm_compiler.inference.result import Result, worked_out
from scm_compiler.inference.shape import Condition
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Counted

_NEGLIGIBLE = 1e-6
_WIDE = 2**16

Signed = Sequence[tuple[float, Band]]
"""Terms with their signs."""

PartsBy = Callable[[Evaluator], dict[str, Signed]]
"""The signed terms of each part of an answer, by what evaluates formulas."""


@dataclass(frozen=True)
class Formulas(Work):
    """The formulas of a query."""

    task: Task

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why they take too much memory (E433) or time (E437) to be evaluated, if they do."""
        setting = self.task.setting
        beyond = first(too_wide(one, setting.law) for one in self._evaluated)
        drawn = setting.model is not None and isinstance(setting.model.known, Counted)
        if drawn and isinstance(beyond, TooLarge):
            return replace(beyond, drawable=False)
        return beyond

    @property
    def _evaluated(self) -> Iterator[Identified]:
        yield from self.task.route.estimands
        if self.task.rung == 3 or isinstance(self.task.query, ir.Regime):
            return
        for _, term in terms(self.task.query, self.task.setting.declared):
            outcomes, treatments, conditions = _asks(term)
            if not outcomes or term.never:
                continue
            found = self.task.setting.identify(outcomes, treatments, conditions)
            if isinstance(found, Identified):
                yield found

    @property
    def widest(self) -> int:
        """The numbers in the largest table that evaluating them makes."""
        sizes = self.task.setting.law.sizes
        return max((largest_table(one, sizes) for one in self.task.route.estimands), default=1)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What they ask of the observational distribution: its marginals, each once."""
        asked = (part for one in self.task.route.estimands for part in factors(one.estimand))
        marginals = dict.fromkeys((*factor.of, *factor.given) for factor in asked)
        law = self.task.setting.law
        return tuple(posterior_part(names, Condition(), law) for names in marginals)

    def run(self, seed: int, samples: int) -> Result:
        """Evaluate them."""
        task, observed = self.task, self.task.setting.observed
        assert observed is not None
        point: Evaluator = cache(partial(evaluate_band, source=observed))
        if task.route.worlds is not None:
            task.route.worlds.check(point)
        parts_by = partial(_parts, task, observed)
        parts = parts_by(point)
        numbers = {name: _total(signed, "values") for name, signed in parts.items()}
        errors = _errors(parts_by, observed, numbers, seed)
        warnings = tuple(_warning(max(parts.values(), key=_width)))
        return worked_out(
            task.query, task.setting.tables("own"), numbers, errors, warnings=warnings
        )

    @property
    def room(self) -> float:
        """On how many drawn distributions it is answered at once."""
        observed = self.task.setting.observed
        assert observed is not None
        return observed.engine.limit // (8 * observed.engine.peak)

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on observational distributions that the rows of data leave open."""
        task, observed = self.task, self.task.setting.observed
        assert observed is not None
        law = observed.law
        if not known_from_rows(task.query, law):
            return None
        parts_by = partial(_parts, task, observed)

        def answers(size: int, number: int) -> Numbers:
            each = [
                {name: _total(signed, "values") for name, signed in parts.items()}
                for source in observed.replicates(from_rows(law, size, seed + number))
                for parts in [parts_by(cache(partial(_values, source)))]
            ]
            return {name: np.stack([one[name] for one in each]) for name in point}

        return spread(answers, point, count, self.room)


def prepare(task: Task) -> Formulas | None:
    """The formulas of any query that no product of tables answers."""
    return Formulas(task) if task.route.formulas else None


def _parts(task: Task, observed: Observation, work: Evaluator) -> dict[str, Signed]:
    """The signed terms of each part of the answer."""
    query, worlds = task.query, task.route.worlds
    if worlds is not None:
        return {
            name: [(sign, cells.band(work)) for sign, cells in signed]
            for name, signed in worlds.parts.items()
        }
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
        for source in observed.replicates(from_draws(observed.law, batch, seed + number)):
            for name, signed in parts_by(cache(partial(_values, source))).items():
                squares[name] += np.square(_total(signed, "values") - point[name])
    return {name: np.sqrt(square / (batch * batches)) for name, square in squares.items()}


def _values(source: Joint, found: Identified) -> Band:
    """A formula's values alone."""
    table = evaluate(found, source)
    return Band(table.names, *(table.values,) * 3)


def _band(term: Term, observed: Observation, work: Evaluator) -> Band:
    """A term's numbers and their ends, one axis for each free target."""
    sizes = observed.engine.sizes
    shape = tuple(sizes[name] for name in term.free)
    if term.never:
        return Band(term.free, *(np.zeros(shape),) * 3)
    asked, free = _unknown(term)
    band = _table(asked, free, term, observed, work)
    ends = [_with_points(part, free, term, sizes) for part in (band.low, band.values, band.high)]
    found = Band(term.free, *ends)
    return found if term.weights is None else found.mean(term.weights)


def _unknown(term: Term) -> tuple[dict[str, int], Names]:
    """What is asked for that the condition does not say: labels with a value, and free ones."""
    fixed = term.condition.fixed
    asked = {name: value for name, value in term.asked.items() if name not in fixed}
    return asked, tuple(name for name in term.free if name not in fixed)


def _asks(term: Term) -> tuple[Names, Names, Names]:
    """The outcomes, treatments and conditions that have to be identified."""
    asked, free = _unknown(term)
    do = term.condition.do
    return (*asked, *free), tuple(do), tuple(n for n in term.condition.given if n not in do)


def _table(
    asked: Mapping[str, int],
    free: tuple[str, ...],
    term: Term,
    observed: Observation,
    work: Evaluator,
) -> Band:
    """P(asked, free | condition) at the condition's values."""
    if not asked and not free:
        return Band((), *(np.ones(()),) * 3)
    do, given = term.condition.do, term.condition.given
    found = observed.identify(*_asks(term))
    assert isinstance(found, Identified)
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
