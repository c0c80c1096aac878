"""Questions in terms of plain ones: each weighted sum is planned for itself, and all are combined.

The sums share the tables that are drawn for an interval, so that what they have in common cancels.
The standard error is that of the sum which the answer is to first order (the delta method),
answered in the same way as its parts: so it, too, knows what they have in common.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Generic, TypeVar

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference import arithmetic
from scm_compiler.inference.answers import GUESSES
from scm_compiler.inference.codes.answers import ImpossibleEvidence, RestsOnUnseen
from scm_compiler.inference.codes.bounds import OnlyBounds
from scm_compiler.inference.codes.derived import DividesByZero
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.drawing import Ends, Z, from_errors, reach_of
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.parts import Part, Programme
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Planned, Route, Work
from scm_compiler.ir import query as ir

Plan = TypeVar("Plan", bound=Planned)

_Drawn = Mapping[ir.Quantity, arithmetic.Span]
_Ask = Callable[[Work, int, int], arithmetic.Span | None]
_Combine = Callable[[ir.Quantity, _Drawn], Array]

_LOOSE = ("exact", "estimated", "drawn", "weighted", "sample", "bounds")


@dataclass(frozen=True)
class Combined(Work, Generic[Plan]):
    """The plans of the weighted sums that a question is made of.

    Attributes:
        query: The question, flattened.
        plans: Of each sum, in the order of `query.sums`.
        decide: Plans another sum in the same way.
    """

    query: ir.Derived
    plans: Mapping[ir.Quantity, Plan]
    decide: Callable[[ir.Quantity], Plan]
    beyond: TooMuch | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Their contractions, to be shown."""
        return tuple(dict.fromkeys(part for plan in self.plans.values() for part in plan.parts))

    @cached_property
    def route(self) -> Route:
        """From which distributions they are answered, together."""
        routes = [plan.task.route for plan in self.plans.values()]
        found = dict.fromkeys(one for route in routes for one in route.estimands)
        refused = next((route.refused for route in routes if route.refused is not None), None)
        formulas = any(route.formulas for route in routes)
        return Route(estimands=tuple(found), formulas=formulas, refused=refused)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula."""
        return tuple(dict.fromkeys(one for plan in self.plans.values() for one in plan.derived))

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""
        return tuple(dict.fromkeys(name for plan in self.plans.values() for name in plan.tied))

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The response types that bounds are over."""
        every = (each for plan in self.plans.values() for each in plan.programmes)
        return tuple(dict.fromkeys(every))

    @property
    def widest(self) -> int:
        """The numbers in the largest table that evaluating their formulas makes."""
        return max((plan.widest for plan in self.plans.values()), default=0)

    @cached_property
    def alone(self) -> Plan | None:
        """The plan of the one sum that the question is, where it is no more than that."""
        sums = self.query.alone
        return None if sums is None else self.plans.get(sums)

    def run(self, seed: int, samples: int) -> Result:
        """Answer each, and combine."""
        if self.alone is not None:  # nothing is combined
            only = self.alone.work.run(seed, samples)
            if self.query.kind == "difference" and not only.warnings:
                return only
            warnings = tuple(map(self._of_all, only.warnings))
            return replace(only, numbers={"": self._within(only.numbers[""])}, warnings=warnings)
        found = {part: plan.work.run(seed, samples) for part, plan in self.plans.items()}
        numbers = {part: result.numbers[""] for part, result in found.items()}
        point = self._point(numbers)
        errors, ends = self._errors(found, numbers, point, seed, samples)
        bounds = self._bounds(found, point)
        methods = [result.method for result in found.values()] or ["exact"]
        drawn = [result.samples for result in found.values() if result.samples is not None]
        worth = [result.effective for result in found.values() if result.effective is not None]
        models = (result.noise_model for result in found.values())
        return Result(
            {"": point},
            {"": errors},
            max(methods, key=looseness),
            min(drawn, default=None),
            {"": ends},
            {"": bounds} if bounds else {},
            identified=all(result.identified for result in found.values()),
            noise_model=next(filter(None, models), None),
            warnings=tuple(self._warnings(found, numbers)),
            effective=min(worth, default=None),
        )

    @property
    def room(self) -> float:
        """On how many drawn tables all are answered at once."""
        return min((plan.work.room for plan in self.plans.values()), default=inf)

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on tables drawn from what the rows of data leave open."""

        def value(row: ir.Quantity, drawn: _Drawn) -> Array:
            return np.atleast_1d(arithmetic.value(row, lambda part: drawn[part][0]))

        found = self._batches(count, seed, _answers, value)
        if found is None:
            return None
        answers = found.reshape((-1, *point[""].shape))
        return {"": np.where(np.isfinite(answers), answers, np.nan)}

    def ends(self, count: int, seed: int) -> Mapping[str, tuple[Array, Array]]:
        """The bounds of each number on such tables."""

        def span(row: ir.Quantity, drawn: _Drawn) -> Array:
            low, high = arithmetic.span(row, drawn.__getitem__)
            return np.stack(np.broadcast_arrays(np.atleast_1d(low), np.atleast_1d(high)), -1)

        found = self._batches(count, seed, _spans, span)
        return {} if found is None else {"": (found[..., 0], found[..., 1])}

    def _batches(self, count: int, seed: int, ask: _Ask, combine: _Combine) -> Array | None:
        """Each row on many drawn tables, along a first axis: all parts on the very same tables."""
        size, made = int(min(count, max(1.0, self.room))), []
        for number in range(-(-count // size)):
            drawn = self._together(size, seed + number, ask)
            if drawn is None:
                return None
            fewest = min((len(low) for low, _ in drawn.values()), default=size)
            rows = [combine(row, drawn) for _, row in self.query.rows]
            rows = [np.broadcast_to(row, (fewest, *row.shape[1:])) for row in rows]
            made.append(np.stack(rows, 1))
            if fewest < size:  # drawing and linear programmes are asked of a few tables
                break
        return self._within(np.concatenate(made)[:count])

    def _together(self, count: int, seed: int, ask: _Ask) -> _Drawn | None:
        """Each part on as many drawn tables as the one that can be asked of the fewest."""
        found = {}
        for part, plan in self.plans.items():
            span = ask(plan.work, count, seed)
            if span is None:
                return None
            found[part] = span
        fewest = min((len(low) for low, _ in found.values()), default=count)
        for part, (low, _) in found.items():
            if len(low) > fewest:
                again = ask(self.plans[part].work, fewest, seed)
                assert again is not None
                found[part] = again[0][:fewest], again[1][:fewest]
        return found

    def _point(self, numbers: Mapping[ir.Quantity, Array]) -> Array:
        """The numbers themselves.

        Raises:
            ScmError: E431 if the evidence is impossible, E467 if a ratio divides by zero.
        """
        for _, row in self.query.rows:
            self._check(row, numbers)
        rows = [float(arithmetic.value(row, numbers.__getitem__)) for _, row in self.query.rows]
        shape = (len(rows),) if self.query.variables else ()
        return self._within(np.array(rows).reshape(shape))

    def _within(self, numbers: Array) -> Array:
        """Numbers as what they are can be.

        They are more or less by rounding, and where parts were drawn or bounded each for itself.
        """
        if self.query.kind not in ("probability", "variance"):
            return np.asarray(numbers, np.float64)
        most = 1.0 if self.query.kind == "probability" else np.inf
        return np.asarray(np.clip(numbers, 0.0, most), np.float64)

    def _check(self, quantity: ir.Quantity, numbers: Mapping[ir.Quantity, Array]) -> None:
        match quantity:
            case ir.Sum(terms) if not ir.linear(quantity):
                for _, term in terms:
                    self._check(term, numbers)
            case ir.Product(left, right):
                self._check(left, numbers)
                self._check(right, numbers)
            case ir.Ratio(above, below, evidence):
                self._check(above, numbers)
                self._check(below, numbers)
                if float(arithmetic.value(below, numbers.__getitem__)) == 0:
                    raise refuse(
                        ImpossibleEvidence(evidence, "")
                        if evidence
                        else DividesByZero(self.query.words)
                    )

    def _errors(
        self,
        found: Mapping[ir.Quantity, Result],
        numbers: Mapping[ir.Quantity, Array],
        point: Array,
        seed: int,
        samples: int,
    ) -> tuple[Array, Ends]:
        """The standard errors and the intervals of drawing."""
        each = []
        for (_, row), number in zip(self.query.rows, point.ravel(), strict=True):
            slopes = arithmetic.slopes(row, numbers.__getitem__)
            each.append(0.0)
            if np.isfinite(number) and any(found[part].errors[""].any() for part in slopes):
                first_order = ir.total((slope, part) for part, slope in slopes.items())
                result = self.decide(first_order).work.run(seed, samples)
                each[-1] = float(result.errors[""])
        errors = np.array(each).reshape(point.shape)
        if not errors.any():
            return errors, Ends(point, point)
        reach = reach_of(self.query, next(iter(self.plans.values())).task.setting.graph)
        if not np.isfinite(reach).all():
            return errors, Ends(point - Z * errors, point + Z * errors)
        return errors, from_errors(point, errors, reach)

    def _bounds(self, found: Mapping[ir.Quantity, Result], point: Array) -> tuple[Bounds, ...]:
        """What each number can be, whatever is not determined."""
        if not any(result.bounds for result in found.values()):
            return ()

        made = []
        for (_, row), number in zip(self.query.rows, point.ravel(), strict=True):
            spans = [found[part].bounds[""][0] for part in ir.parts(row) if found[part].bounds]
            span = arithmetic.span(row, lambda part: _bounded(found[part]))
            low, high = map(self._within, span)
            loose = [s.grounds for s in spans if s.grounds and not s.sharp]
            if sum(s.open for s in spans) > 1:
                loose.append("its terms bounded one by one")
            sharp = not loose and all(s.sharp for s in spans)
            grounds = loose or [s.grounds for s in spans if s.grounds]
            ends = float(np.fmin(low, number)), float(np.fmax(high, number))
            made.append(Bounds(*ends, sharp, "; ".join(dict.fromkeys(grounds))))
        return tuple(made)

    def _of_all(self, warning: Diagnostic) -> Diagnostic:
        """A warning of a part; that it is not identified is said of the whole question."""
        if not isinstance(warning, OnlyBounds):
            return warning
        return OnlyBounds(replace(warning.refused, query=self.query.words))

    def _warnings(
        self, found: Mapping[ir.Quantity, Result], numbers: Mapping[ir.Quantity, Array]
    ) -> Iterator[Diagnostic]:
        """The warnings, each once; one of guesses with what they leave open of the whole."""
        every = [self._of_all(warning) for result in found.values() for warning in result.warnings]
        guesses = [warning for warning in every if isinstance(warning, GUESSES)]
        yield from dict.fromkeys(warning for warning in every if not isinstance(warning, GUESSES))
        if not guesses:
            return

        def ends(part: ir.Quantity) -> arithmetic.Span:
            for warning in found[part].warnings:
                if isinstance(warning, GUESSES) and warning.low is not None:
                    return np.asarray(warning.low), np.asarray(warning.high)
            return _bounded(found[part]) if np.isnan(numbers[part]) else (numbers[part],) * 2

        spans = self._within(np.array([arithmetic.span(row, ends) for _, row in self.query.rows]))
        first = max(guesses, key=lambda warning: getattr(warning, "share", 0.0))
        if len(spans) == 1:
            yield replace(first, low=spans[0, 0], high=spans[0, 1])
            return
        width = float(np.max(spans[:, 1] - spans[:, 0]))
        if isinstance(first, RestsOnUnseen):
            yield replace(first, share=min(width, 1.0), low=None, high=None)
        else:
            yield replace(first, width=width, low=None, high=None)


def looseness(method: str) -> int:
    """The place of a method among all, from the firmest."""
    return _LOOSE.index(method) if method in _LOOSE else 0


def _bounded(result: Result) -> arithmetic.Span:
    """The bounds of a part; itself twice where it has none."""
    if not result.bounds:
        return result.numbers[""], result.numbers[""]
    (span,) = result.bounds[""]
    return np.asarray(span.low), np.asarray(span.high)


def _answers(work: Work, count: int, seed: int) -> arithmetic.Span | None:
    """What a part is on drawn tables; None where they are not known."""
    answers = work.spread(count, seed, {"": np.zeros(())})
    return None if answers is None else (answers[""], answers[""])


def _spans(work: Work, count: int, seed: int) -> arithmetic.Span | None:
    """The bounds of a part on drawn tables; itself twice where it has none."""
    ends = work.ends(count, seed)
    if not ends:
        return _answers(work, count, seed)
    low, high = ends[""]
    return low[:, 0], high[:, 0]
