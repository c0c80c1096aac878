"""What happens in no model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.parts import Part
from scm_compiler.inference.result import Result
from scm_compiler.inference.shape import label_sizes
from scm_compiler.inference.task import Task
from scm_compiler.ir import query as ir


class Asking(Protocol):
    """What finds out whether evidence happens."""

    def run(self, *, seed: int, samples: int) -> object:
        """Ask; refused (E431) where it does not."""


@dataclass(frozen=True)
class Never:
    """What happens in no model: zero, by whichever method, where the evidence happens.

    Attributes:
        task: The query.
        evidence: How it is found out whether the evidence happens.
    """

    task: Task
    evidence: Asking | None
    beyond: TooMuch | None = None
    parts: tuple[Part, ...] = ()

    def run(self, seed: int, samples: int) -> Result:
        """Zeros."""
        if self.evidence is not None:
            self.evidence.run(seed=seed, samples=samples)
        query = self.task.query
        assert isinstance(query, ir.Probability)
        sizes = label_sizes(self.task.setting.graph)
        zeros = {"": np.zeros([sizes[variable.node] for variable in query.free])}
        spans = {"": (Bounds(0.0, 0.0, sharp=True),) * zeros[""].size}
        return Result(zeros, zeros, "exact", None, bounds=spans if self.task.rung == 3 else {})

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """Zeros, whatever the data."""
        return {name: np.zeros((count, *part.shape)) for name, part in point.items()}
