"""The engine of what observation does not determine: the bounds that it leaves."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from math import nan

import numpy as np

from scm_compiler.diagnostics import Diagnostic, ScmError
from scm_compiler.identify.evaluation import Joint
from scm_compiler.inference.codes.bounds import NoSolver, NotOfGraph, OnlyBounds
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.intervals import FEWER
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.observation import Seen
from scm_compiler.inference.parts import Part, Programme, posterior_part
from scm_compiler.inference.precision import from_rows, known_from_rows
from scm_compiler.inference.response_types import Problem, Spans
from scm_compiler.inference.result import Result
from scm_compiler.inference.shape import Condition
from scm_compiler.inference.task import Task, Work

_FAR = 1e-6


@dataclass(frozen=True)
class BoundsWork(Work):
    """The linear programmes of a query."""

    task: Task
    _solved: dict[tuple[int, int], dict[str, tuple[Array, Array]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def problem(self) -> Problem:
        """These, whatever the observational distribution is."""
        return Problem(self.task.query, self.task.setting.declared)

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why they are too large (E532) or cannot be solved (E533), if so."""
        return NoSolver() if find_spec("scipy") is None else self.problem.beyond

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The response types that are asked about."""
        return tuple(
            Programme(one.nodes, one.types, one.cells) for one in self.problem.districts.every
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What they ask of the observational distribution: its marginals, each once."""
        law = self.task.setting.law
        asked = dict.fromkeys(
            (*one.blankets[node], node)
            for one in self.problem.districts.every
            for node in one.nodes
        )
        return tuple(posterior_part(names, Condition(), law) for names in asked)

    def run(self, seed: int, samples: int) -> Result:
        """Solve them on what the data show; what they do not show bounds nothing."""
        observed, why = self.task.setting.observed, self.task.route.refused
        assert observed is not None
        assert why is not None
        found = self.problem.bounds(Seen(observed))
        shapes = self.problem.shapes
        numbers = {
            name: np.array([_point(span) for span in spans]).reshape(shapes[name])
            for name, spans in found.parts.items()
        }
        return Result(
            numbers,
            {name: np.zeros(shape) for name, shape in shapes.items()},
            "bounds",
            None,
            bounds=found.parts,
            identified=False,
            warnings=(OnlyBounds(why), *off_graph(found)),
        )

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """What bounds that meet meet in, on distributions that the rows of data leave open."""
        observed = self.task.setting.observed
        if observed is None or not known_from_rows(self.task.query, observed.law):
            return None
        ends = self.ends(FEWER, seed)
        return {
            name: ((low + high) / 2).reshape(len(low), *point[name].shape)
            for name, (low, high) in ends.items()
        } or None

    def ends(self, count: int, seed: int) -> dict[str, tuple[Array, Array]]:
        """The lower and upper bounds on such distributions."""
        observed = self.task.setting.observed
        assert observed is not None
        if (count, seed) not in self._solved:
            drawn = observed.replicates(from_rows(observed.law, count, seed))
            found = [parts for each in drawn if (parts := self._parts(each)) is not None]
            self._solved[count, seed] = {
                name: (
                    np.array([[span.low for span in parts[name]] for parts in found]),
                    np.array([[span.high for span in parts[name]] for parts in found]),
                )
                for name in (found[0] if found else ())
            }
        return self._solved[count, seed]

    def _parts(self, drawn: Joint) -> Mapping[str, tuple[Bounds, ...]] | None:
        """The bounds on one of them; None where none of the models next to it has the evidence."""
        with suppress(ScmError):
            return self.problem.bounds(drawn).parts
        return None


def prepare(task: Task) -> BoundsWork | None:
    """The programmes of any query that observation does not determine."""
    return None if task.route.refused is None else BoundsWork(task)


def _point(span: Bounds) -> float:
    """What bounds that meet meet in."""
    return nan if span.open else (span.low + span.high) / 2


def off_graph(found: Spans) -> Iterator[Diagnostic]:
    """The warning that no model of the graph has the observed distribution."""
    if found.distance > _FAR:
        yield NotOfGraph(found.distance, found.far)
