"""The exact engine: a query of rung 1 or 2 as contractions of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.inference.evaluation import Numbers, Term, chain, condition_of, evaluate, terms
from scm_compiler.inference.limits import TooMuch, first
from scm_compiler.inference.parts import Part, posterior_part, regime_part
from scm_compiler.inference.posteriors import engine_of
from scm_compiler.inference.precision import from_rows, known_from_rows, spread, standard_errors
from scm_compiler.inference.result import Result, worked_out
from scm_compiler.inference.shape import Condition
from scm_compiler.inference.support import network_warnings, support_warnings
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import query as ir

Link = tuple[tuple[str, ...], Condition]


@dataclass(frozen=True)
class Contractions(Work):
    """The contractions of a query."""

    task: Task

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why they take too much memory (E433) or time (E437), if they do."""
        query, shapes = self.task.query, self.task.shapes
        if not isinstance(query, ir.Regime) or not shapes.sweep(
            condition_of(query.do, query.given)
        ):
            for targets, condition in self._links:
                if (beyond := shapes.shape(targets, condition).beyond) is not None:
                    return beyond
        return self._beyond_plain if self.task.route.tables == "plain" else None

    @cached_property
    def _links(self) -> Sequence[Link]:
        """The posteriors that are asked for; without targets, whether the evidence can happen."""
        query, shapes = self.task.query, self.task.shapes
        if isinstance(query, ir.Regime):
            condition = condition_of(query.do, query.given)
            unknown = [name for name in shapes.sizes if name not in condition.fixed]
            return [((), condition), *(((name,), condition) for name in unknown)]
        return [link for _, term in self._terms for link in chain(term)]

    @cached_property
    def _terms(self) -> Sequence[tuple[float, Term]]:
        """The terms of the query, with the weight of each."""
        return terms(self.task.query, self.task.shapes.graph)

    @property
    def _beyond_plain(self) -> TooMuch | None:
        """Why P(label | parents) of labels with hidden causes is too large to be made."""
        graph, law = self.task.setting.declared, self.task.setting.law
        scopes = ((*graph.parents[name], name) for name in graph.confounded)
        known = (law.shape(scope, Condition()) for scope in scopes)
        return first(each.beyond for each in known)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The contractions, to be shown."""
        query, shapes = self.task.query, self.task.shapes
        if isinstance(query, ir.Regime):
            return (regime_part(condition_of(query.do, query.given), shapes),)
        return tuple(posterior_part(*link, shapes) for link in self._links if link[0])

    def run(self, seed: int, samples: int) -> Result:
        """Contract."""
        query, tables = self.task.query, self.task.tables
        engine = engine_of(tables)
        numbers = evaluate(query, engine, signed=self._terms)
        errors: Numbers = {name: np.zeros(np.shape(part)) for name, part in numbers.items()}
        warnings: tuple[Diagnostic, ...] = ()
        if tables.draws:
            errors = standard_errors(query, engine, tables, numbers, seed)
        if tables.unseen:
            warnings += support_warnings(query, engine, tables)
        if tables.networks:
            warnings += network_warnings(query, tables)
        return worked_out(query, tables, numbers, errors, warnings=warnings)

    @property
    def room(self) -> float:
        """On how many drawn tables it is answered at once."""
        engine = engine_of(self.task.tables)
        return engine.limit // engine.peak

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on tables drawn from what the rows of data leave open."""
        query, tables, engine = self.task.query, self.task.tables, engine_of(self.task.tables)
        if not known_from_rows(query, tables):
            return None

        def answers(size: int, number: int) -> Numbers:
            return evaluate(query, engine, from_rows(tables, size, seed + number))

        return spread(answers, point, count, self.room)


def prepare(task: Task) -> Contractions | None:
    """The contractions of any query of rung 1 or 2 that a product of tables answers."""
    other = task.rung == 3 or task.route.formulas or isinstance(task.query, ir.LocalEffect)
    return None if other else Contractions(task)
