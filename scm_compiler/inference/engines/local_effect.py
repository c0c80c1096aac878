"""The engine of local effects: the effect on those whom an instrument moves.

Nobody being moved the other way is an assumption about noise. Under it the effect is the Wald
ratio, what the instrument does to the outcome divided by what it does to the cause (Imbens and
Angrist 1994). Observation can speak against it (Kitagawa 2015, "A test for instrument validity"),
and never for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.identify.evaluation import Joint
from scm_compiler.inference.codes.local_effects import (
    Defiers,
    MovesNobody,
    NoDefiersAssumed,
)
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.engines.bounds import BoundsWork, off_graph
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.observation import Names
from scm_compiler.inference.parts import Part, posterior_part
from scm_compiler.inference.posteriors import engine_of
from scm_compiler.inference.precision import REPLICATES, from_draws, from_rows, known_from_rows
from scm_compiler.inference.response_types import Problem
from scm_compiler.inference.result import Result, worked_out
from scm_compiler.inference.shape import Condition
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import query as ir
from scm_compiler.semantics.query import numeric_values

_MONOTONE = "monotone"
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Wald(Work):
    """A local effect, by the Wald ratio.

    Attributes:
        task: The query.
        asked: The query itself.
    """

    task: Task
    asked: ir.LocalEffect
    beyond: TooMuch | None = None

    @property
    def scope(self) -> Names:
        """The instrument, the cause and the outcome."""
        return (self.asked.instrument, self.asked.cause, self.asked.outcome)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it asks of the observational distribution."""
        setting = self.task.setting
        shapes = setting.law if setting.hidden else setting.own
        return (posterior_part(self.scope, Condition(), shapes),)

    def run(self, seed: int, samples: int) -> Result:
        """The ratio, with the bounds that hold without what it assumes."""
        setting, source = self.task.setting, self.task.setting.source
        table = self._given_instrument(source.marginal(self.scope))
        raised = table.sum(2)[1, 1] - table.sum(2)[0, 1]
        if abs(raised) < _NEGLIGIBLE:
            raise refuse(MovesNobody(self.asked.instrument, self.asked.cause))
        point = np.array(self._ratio(table))
        spans, warnings = self._bounds(source)
        return worked_out(
            self.task.query,
            setting.tables("own") if setting.observed is None else setting.observed.law,
            {"": point},
            {"": np.array(self._error(float(point), seed))},
            bounds=spans,
            identified=False,
            noise_model=_MONOTONE,
            warnings=(*self._assumed(table, raised > 0), *warnings),
        )

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The ratios on distributions that the rows of data leave open."""
        setting = self.task.setting
        tables = setting.tables("own" if setting.observed is None else "law")
        if not known_from_rows(self.task.query, tables):
            return None
        rows = from_rows(tables, count, seed)
        drawn = engine_of(tables).posterior(self.scope, Condition(), rows)
        return {"": np.array([self._ratio(self._given_instrument(each)) for each in drawn])}

    def ends(self, count: int, seed: int) -> Mapping[str, tuple[Array, Array]]:
        """The ends of the bounds on such distributions, where hidden causes leave any open."""
        if self.task.setting.observed is None or self._problem is None:
            return {}
        return BoundsWork(self.task).ends(count, seed)

    def _given_instrument(self, joint: Array) -> Array:
        """P(cause, outcome | instrument): by instrument, cause and outcome, each in its order."""
        graph = self.task.setting.declared
        for axis, name in enumerate(self.scope[:2]):
            joint = np.take(joint, [graph.domain(name).index(value) for value in "01"], axis)
        with np.errstate(invalid="ignore", divide="ignore"):
            table = joint / joint.sum((1, 2), keepdims=True)
        if np.isnan(table).any():
            raise refuse(MovesNobody(self.asked.instrument, self.asked.cause))
        return np.asarray(table)

    def _ratio(self, table: Array) -> float:
        """What the instrument does to the outcome, divided by what it does to the cause."""
        values = np.array(numeric_values(self.task.setting.declared.domain(self.asked.outcome)))
        outcome, cause = table.sum(1) @ values, table.sum(2)[:, 1]
        return float((outcome[1] - outcome[0]) / (cause[1] - cause[0]))

    def _error(self, point: float, seed: int) -> float:
        """Its distance from the ratio on distributions drawn from the posterior."""
        observed = self.task.setting.observed
        if observed is None or not observed.law.draws:
            return 0.0
        drawn = observed.replicates(from_draws(observed.law, REPLICATES, seed))
        joints = (each.marginal(self.scope) for each in drawn)
        off = [self._ratio(self._given_instrument(each)) - point for each in joints]
        return float(np.sqrt(np.mean(np.square(off))))

    def _bounds(
        self, source: Joint
    ) -> tuple[Mapping[str, tuple[Bounds, ...]], tuple[Diagnostic, ...]]:
        """What it can be if some are moved the other way; none without scipy, or if too large."""
        if self._problem is None:
            return {}, ()
        found = self._problem.bounds(source)
        return found.parts, tuple(off_graph(found))

    @property
    def _problem(self) -> Problem | None:
        problem = Problem(self.task.query, self.task.setting.declared)
        return None if find_spec("scipy") is None or problem.beyond is not None else problem

    def _assumed(self, table: Array, raises: bool) -> Iterator[Diagnostic]:
        """What is assumed, and whether observation speaks against it."""
        instrument, cause, _ = self.scope
        yield NoDefiersAssumed(instrument, cause, raises)
        with_, without = (table[1], table[0]) if raises else (table[0], table[1])
        # With it more have X=1 and each outcome than without, and fewer X=0 and that outcome.
        worst = max((without[1] - with_[1]).max(), (with_[0] - without[0]).max())
        if worst > _NEGLIGIBLE:
            none = float(table.max(0).sum(1).max())  # Pearl 1995: at most 1 of any instrument
            yield Defiers(instrument, cause, float(worst), none - 1 if none > 1 else 0.0)


def prepare(task: Task) -> Wald | None:
    """The Wald ratio of `LATE(Z -> X -> Y)`, of an instrument Z."""
    return Wald(task, task.query) if isinstance(task.query, ir.LocalEffect) else None
