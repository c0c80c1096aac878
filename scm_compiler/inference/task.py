"""What an engine is given and what it makes of it: the interface of all engines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.parts import Part
from scm_compiler.inference.result import Result
from scm_compiler.inference.route import Route
from scm_compiler.inference.setting import Setting
from scm_compiler.inference.shape import Shapes
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes.worlds import rung


@dataclass(frozen=True)
class Task:
    """A query that was identified.

    Attributes:
        query: Flattened.
        setting: What it is put to.
        route: From which distributions it is answered.
        method: As it was asked for.
        noise_model: Of a counterfactual; None for the model's own.
    """

    query: ir.Query
    setting: Setting
    route: Route
    method: str = "auto"
    noise_model: str | Responses | None = None

    @cached_property
    def rung(self) -> int:
        """1 observe, 2 intervene, 3 counterfactual."""
        return rung(self.query)

    @property
    def shapes(self) -> Shapes:
        """The shapes of questions on the tables whose product answers it."""
        return self.setting.shapes(self.route.tables)

    @property
    def tables(self) -> Tables:
        """The tables whose product answers it."""
        return self.setting.tables(self.route.tables)

    @property
    def estimated(self) -> bool:
        """Whether what it is answered from was estimated from draws."""
        setting = self.setting
        if setting.observed is None or self.route.formulas:
            return setting.estimated
        return bool(setting.observed.law.draws)


class Work(Protocol):
    """A query that an engine has prepared, whatever the numbers in the tables are."""

    @property
    def beyond(self) -> TooMuch | None:
        """Why it takes too much memory or time; None if it does not."""

    @property
    def parts(self) -> Sequence[Part]:
        """Its contractions, to be shown."""

    def run(self, seed: int, samples: int) -> Result:
        """Answer.

        Args:
            seed: Of what is drawn.
            samples: Draws that are wanted, of an engine that draws.

        Raises:
            ScmError: If the numbers do not allow an answer.
        """


class QueryEngine(Protocol):
    """One way to answer queries."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def methods(self) -> Collection[str]:
        """Of `scmc query --method`, those that may choose it."""

    def prepare(self, task: Task) -> Work | None:
        """Prepare a query; None if it is not one that this engine answers.

        Raises:
            ScmError: If no engine of the method could answer it.
        """
