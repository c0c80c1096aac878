"""What queries are put to: the tables of a model, or a graph alone, for which they are planned."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.law import law_graph
from scm_compiler.inference.engine import engine_of
from scm_compiler.inference.observation import Names, Observation, observation_of
from scm_compiler.inference.shape import Shapes
from scm_compiler.ir import Graph
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold

Which = Literal["own", "law", "plain"]
"""Tables of a model: its own; those of the observational distribution (`identify.law`); or
P(label | parents) in the graph as its author wrote it."""


@dataclass(frozen=True, eq=False)
class Setting:
    """A model, or a graph alone.

    Attributes:
        graph: The graph of the model's own tables.
        model: These; None for a graph alone.
        networks: The labels that have no table.
        estimated: Whether some of the tables were estimated from draws: such are not drawn from
            again where an exact answer does not fit.
    """

    graph: Graph
    model: Tables | None = None
    networks: frozenset[str] = frozenset()
    estimated: bool = False

    @classmethod
    def of(cls, model: Tables | Graph) -> "Setting":
        """That of a model, or of a graph alone."""
        if isinstance(model, Graph):
            return cls(model)
        drawn = bool(model.draws or model.drawn)
        return cls(model.graph, model, frozenset(model.conditionals), drawn)

    @cached_property
    def declared(self) -> Graph:
        """The graph as its author wrote it."""
        return fold(self.graph)

    @cached_property
    def observed(self) -> Observation | None:
        """What the tables say of observation, where the graph has hidden common causes."""
        return None if self.model is None else observation_of(self.model)

    @cached_property
    def hidden(self) -> bool:
        """Whether queries have to be identified first."""
        return bool(self.declared.confounders if self.model is None else self.observed)

    def tables(self, which: Which) -> Tables:
        """Some of the tables; there are none of a graph alone."""
        assert self.model is not None
        if which == "own":
            return self.model
        assert self.observed is not None
        return self.observed.law if which == "law" else self.observed.plain

    def shapes(self, which: Which) -> Shapes:
        """The shapes of questions on some of the tables, which need not be there."""
        if which == "own":
            return self._own
        return self.law if which == "law" else self._plain

    @cached_property
    def _own(self) -> Shapes:
        return Shapes(self.graph, self.networks) if self.model is None else engine_of(self.model)

    @cached_property
    def law(self) -> Shapes:
        """The shapes of questions on the observational distribution."""
        if self.observed is None:
            return Shapes(law_graph(self.declared), self.networks)
        return self.observed.engine

    @cached_property
    def _plain(self) -> Shapes:
        return Shapes(self.declared, self.law.networks)

    def identify(
        self, outcomes: Names, treatments: Names, conditions: Names
    ) -> Identified | NotIdentified:
        """`identify.identify` on the declared graph, remembered with a model."""
        if self.observed is None:
            return identify(self.declared, outcomes, treatments, conditions)
        return self.observed.identify(outcomes, treatments, conditions)
