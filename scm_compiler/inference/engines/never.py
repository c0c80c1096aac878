"""What happens in no model: zero, whatever the tables."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.parts import Part
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import query as ir


@dataclass(frozen=True)
class Never(Work):
    """What happens in no model: zero, by whichever method, where the evidence happens.

    Attributes:
        task: The query.
        find_out: Finds out whether the evidence happens, with a seed and a number of draws.
    """

    task: Task
    find_out: Callable[[int, int], object] | None
    beyond: TooMuch | None = None
    parts: tuple[Part, ...] = ()

    def run(self, seed: int, samples: int) -> Result:
        """Zeros."""
        if self.find_out is not None:
            self.find_out(seed, samples)
        query = self.task.query
        assert isinstance(query, ir.Probability)
        sizes = self.task.setting.graph.sizes
        zeros = {"": np.zeros([sizes[variable.node] for variable in query.free])}
        spans = {"": (Bounds(0.0, 0.0, sharp=True),) * zeros[""].size}
        return Result(zeros, zeros, "exact", None, bounds=spans if self.task.rung == 3 else {})

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """Zeros, whatever the data."""
        return {name: np.zeros((count, *part.shape)) for name, part in point.items()}
