"""A regime of a trained model from Python: `run.do(Mustache=1).given(Young=1).sample(64)`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir import query as ir
from scm_compiler.runtime.queries import Answer
from scm_compiler.runtime.queries.draws import draw_labels
from scm_compiler.semantics.question import read_query
from scm_compiler.syntax.printer import print_name

if TYPE_CHECKING:
    from scm_compiler.runtime.run import Run

Value = str | int
Values = Mapping[str, Value]


@dataclass(frozen=True)
class Labels:
    """Rows of labels.

    Attributes:
        names: The labels in the order of declaration.
        rows: Value indices, shape (B, V).
    """

    names: tuple[str, ...]
    rows: NDArray[np.int64]

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        """The column of one label, shape (B,)."""
        return self.rows[:, self.names.index(name)]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Regime:
    """What is held and what is seen; each call makes a new regime.

    Attributes:
        run: The trained model.
        held: Interventions, by name.
        seen: Evidence in the world that the interventions make, by name.
    """

    run: "Run"
    held: tuple[tuple[str, Value], ...] = ()
    seen: tuple[tuple[str, Value], ...] = ()

    def do(self, values: Values | None = None, /, **named: Value) -> "Regime":
        """Hold further nodes; `do({"5_o_Clock_Shadow": 1})` takes names that are no Python."""
        return replace(self, held=(*self.held, *(values or {}).items(), *named.items()))

    def given(self, values: Values | None = None, /, **named: Value) -> "Regime":
        """See further nodes, in the world that the interventions make."""
        return replace(self, seen=(*self.seen, *(values or {}).items(), *named.items()))

    @property
    def text(self) -> str:
        """The regime as it is written in a query; empty where nothing is held or seen."""
        parts = {"do": self.held, "given": self.seen}
        return ", ".join(f"{word}({_settings(pairs)})" for word, pairs in parts.items() if pairs)

    def answer(self) -> Answer:
        """The table of every label.

        Raises:
            ScmError: As for `Run.query`.
        """
        return self.run.query(self.text)

    def sample(self, rows: int, *, seed: int = 0) -> Labels:
        """Draw labels exactly from this regime; no row is rejected, however rare the evidence.

        Args:
            rows: How many.
            seed: The same seed gives the same rows.

        Raises:
            ScmError: E41x if a name or value is wrong, E431 if the evidence is impossible.
        """
        graph = self.run.graph
        regime = read_query(self.text, graph) if self.text else ir.Regime()
        if not isinstance(regime, ir.Regime):
            raise TypeError(f"{self.text} is not a regime")
        drawn = draw_labels(regime, self.run.tables(), rows, seed=seed)
        return Labels(tuple(node.name for node in graph.labels), drawn)


def _settings(pairs: tuple[tuple[str, Value], ...]) -> str:
    return ", ".join(f"{print_name(name)}={_value(value)}" for name, value in pairs)


def _value(value: Value) -> str:
    return str(int(value)) if isinstance(value, int) else print_name(value)
