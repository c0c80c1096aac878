"""The engine of rung 3: networks of worlds that share noise, under a named noise model."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual import Networks
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.parts import Part, worlds_part
from scm_compiler.inference.precision import known_from_rows, spread
from scm_compiler.inference.result import Result, worked_out
from scm_compiler.inference.support import network_warnings
from scm_compiler.inference.task import Task, Work


@dataclass(frozen=True)
class WorldsWork(Work):
    """The networks of a query."""

    task: Task
    networks: Networks

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why they take too much memory (E450) or time (E437), if they do."""
        return self.networks.beyond(self.task.shapes.networks)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Their contractions, to be shown."""
        without = self.task.shapes.networks
        return tuple(worlds_part(asks, joint, without) for asks, joint in self.networks.shown)

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""
        joints = (joint for _, joint in self.networks.shown)
        return tuple(dict.fromkeys(name for joint in joints for name in joint.worlds.tied))

    def run(self, seed: int, samples: int) -> Result:
        """Contract, under the noise model and under any other."""
        task, tables = self.task, self.task.tables
        found = self.networks.answer(tables, task.noise_model, seed)
        numbers = {name: part.point for name, part in found.parts.items()}
        errors = {name: part.errors for name, part in found.parts.items()}
        return worked_out(
            task.query,
            tables,
            numbers,
            errors,
            bounds={name: part.bounds for name, part in found.parts.items()},
            identified=found.identified,
            noise_model=found.noise_model,
            warnings=found.warnings + network_warnings(task.query, tables),
        )

    @property
    def room(self) -> float:
        """On how many drawn tables it is answered at once."""
        return min(prepared.room for prepared in self.networks.every)

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on tables drawn from what the rows of data leave open."""
        task, tables = self.task, self.task.tables
        if not known_from_rows(task.query, tables):
            return None

        def answers(size: int, number: int) -> Numbers:
            return self.networks.spread(tables, task.noise_model, size, seed + number)

        return spread(answers, point, count, self.room)

    def ends(self, count: int, seed: int) -> Mapping[str, tuple[Array, Array]]:
        """The bounds of each number on such tables."""
        return self.networks.ends(self.task.tables, count, seed)


def prepare(task: Task) -> WorldsWork | None:
    """The networks of any query of rung 3 that no hidden cause reaches.

    Raises:
        ScmError: E431, E432, E454; see `Networks.of`.
    """
    if task.rung < 3 or task.route.formulas:
        return None
    return WorldsWork(task, Networks.of(task.query, task.shapes.graph))
