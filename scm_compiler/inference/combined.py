"""Questions in terms of plain ones: each weighted sum is planned for itself, and all are combined.

The sums share the tables that are drawn for an interval, so that what they have in common cancels.
The standard error is that of the sum which the answer is to first order (the delta method),
answered in the same way as its parts: so it, too, knows what they have in common.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference import arithmetic
from scm_compiler.inference.answers import GUESSES, Method
from scm_compiler.inference.codes.answers import ImpossibleEvidence, RestsOnUnseen
from scm_compiler.inference.codes.derived import DividesByZero
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.drawing import Ends, Z, from_errors, reach_of
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.parts import Part
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Planned, Route
from scm_compiler.ir import query as ir

Plan = TypeVar("Plan", bound=Planned)

_LOOSE: Sequence[Method] = ("exact", "estimated", "drawn", "weighted", "sample")
"""The methods, from the firmest."""


@dataclass(frozen=True)
class Combined(Generic[Plan]):
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
        found = dict.fromkeys(one for route in routes for one in route.found)
        return Route(found=tuple(found), formulas=any(route.formulas for route in routes))

    @property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula."""
        return tuple(dict.fromkeys(one for plan in self.plans.values() for one in plan.derived))

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""
        return tuple(dict.fromkeys(name for plan in self.plans.values() for name in plan.tied))

    def run(self, seed: int, samples: int) -> Result:
        """Answer each, and combine."""
        found = {part: plan.work.run(seed, samples) for part, plan in self.plans.items()}
        numbers = {part: result.numbers[""] for part, result in found.items()}
        point = self._point(numbers)
        if not self.query.variables and (alone := found.get(self.query.rows[0][1])):
            return replace(alone, numbers={"": point})  # nothing is combined
        errors, ends = self._errors(found, numbers, point, seed, samples)
        bounds = self._bounds(found, point)
        methods = [result.method for result in found.values()] or ["exact"]
        drawn = [result.samples for result in found.values() if result.samples is not None]
        worth = [result.effective for result in found.values() if result.effective is not None]
        models = (result.noise_model for result in found.values())
        return Result(
            {"": point},
            {"": errors},
            max(methods, key=_LOOSE.index),
            min(drawn, default=None),
            {"": ends},
            {"": bounds} if bounds else {},
            identified=all(result.identified for result in found.values()),
            noise_model=next(filter(None, models), None),
            warnings=tuple(self._warnings(found, numbers)),
            effective=min(worth, default=None),
        )

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on tables drawn from what the rows of data leave open."""
        drawn: dict[ir.Quantity, Array] = {}
        for part, plan in self.plans.items():
            answers = plan.work.spread(count, seed, {"": np.zeros(())})
            if answers is None:
                return None
            drawn[part] = answers[""]
        fewest = min(map(len, drawn.values()), default=count)
        rows = [
            np.broadcast_to(arithmetic.value(row, lambda part: drawn[part][:fewest]), (fewest,))
            for _, row in self.query.rows
        ]
        found = np.stack(rows, -1).reshape((fewest, *point[""].shape))
        return {"": np.where(np.isfinite(found), found, np.nan)}

    def ends(self, count: int, seed: int) -> Mapping[str, tuple[Array, Array]]:
        """The bounds of each number on such tables."""
        spans: dict[ir.Quantity, arithmetic.Span] = {}
        for part, plan in self.plans.items():
            ends = getattr(plan.work, "ends", None)
            if ends is not None:
                low, high = ends(count, seed)[""]
                spans[part] = low[:, 0], high[:, 0]
                continue
            answers = plan.work.spread(count, seed, {"": np.zeros(())})
            if answers is None:
                return {}
            spans[part] = answers[""], answers[""]
        fewest = min((len(low) for low, _ in spans.values()), default=count)
        cut = {part: (low[:fewest], high[:fewest]) for part, (low, high) in spans.items()}
        rows = [arithmetic.span(row, cut.__getitem__) for _, row in self.query.rows]
        low, high = (
            np.stack([np.broadcast_to(row[end], (fewest,)) for row in rows], -1) for end in (0, 1)
        )
        return {"": (low, high)}

    def _point(self, numbers: Mapping[ir.Quantity, Array]) -> Array:
        """The numbers themselves.

        Raises:
            ScmError: E431 if the evidence is impossible, E467 if a ratio divides by zero.
        """
        for _, row in self.query.rows:
            self._check(row, numbers)
        rows = [float(arithmetic.value(row, numbers.__getitem__)) for _, row in self.query.rows]
        shape = (len(rows),) if self.query.variables else ()
        # But for rounding, and for parts that were drawn each for itself, these are the ends.
        least = 0.0 if self.query.kind in ("probability", "variance") else -np.inf
        most = 1.0 if self.query.kind == "probability" else np.inf
        return np.asarray(np.clip(np.array(rows).reshape(shape), least, most), np.float64)

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
        for _, row in self.query.rows:
            slopes = arithmetic.slopes(row, numbers.__getitem__)
            each.append(0.0)
            if any(found[part].errors[""].any() for part in slopes):
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
        """What any noise model could make of each number."""
        if not any(result.bounds for result in found.values()):
            return ()

        def ends(part: ir.Quantity) -> arithmetic.Span:
            result = found[part]
            if not result.bounds:
                return result.numbers[""], result.numbers[""]
            (span,) = result.bounds[""]
            return np.asarray(span.low), np.asarray(span.high)

        made = []
        for (_, row), number in zip(self.query.rows, point.ravel(), strict=True):
            spans = [found[part].bounds[""][0] for part in ir.parts(row) if found[part].bounds]
            low, high = arithmetic.span(row, ends)
            if self.query.kind == "probability":
                low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
            made.append(
                Bounds(
                    min(float(low), float(number)),
                    max(float(high), float(number)),
                    sharp=all(s.sharp for s in spans) and sum(s.open for s in spans) < 2,
                    grounds="; ".join(dict.fromkeys(s.grounds for s in spans if s.grounds)),
                )
            )
        return tuple(made)

    def _warnings(
        self, found: Mapping[ir.Quantity, Result], numbers: Mapping[ir.Quantity, Array]
    ) -> Iterator[Diagnostic]:
        """The warnings, each once; one of guesses with what they leave open of the whole."""
        every = [warning for result in found.values() for warning in result.warnings]
        guesses = [warning for warning in every if isinstance(warning, GUESSES)]
        yield from dict.fromkeys(warning for warning in every if not isinstance(warning, GUESSES))
        if not guesses:
            return

        def ends(part: ir.Quantity) -> arithmetic.Span:
            for warning in found[part].warnings:
                if isinstance(warning, GUESSES) and warning.low is not None:
                    return np.asarray(warning.low), np.asarray(warning.high)
            return numbers[part], numbers[part]

        spans = np.array([arithmetic.span(row, ends) for _, row in self.query.rows])
        if self.query.kind == "probability":
            spans = np.clip(spans, 0.0, 1.0)
        first = max(guesses, key=lambda warning: getattr(warning, "share", 0.0))
        if len(spans) == 1:
            yield replace(first, low=spans[0, 0], high=spans[0, 1])
            return
        width = float(np.max(spans[:, 1] - spans[:, 0]))
        if isinstance(first, RestsOnUnseen):
            yield replace(first, share=min(width, 1.0), low=None, high=None)
        else:
            yield replace(first, width=width, low=None, high=None)
