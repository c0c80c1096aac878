"""What engines are given and what they make of it: the interface that they stand behind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Literal, Protocol

from scm_compiler.identify.codes.identification import NotIdentifiable, WorldsDisagree
from scm_compiler.identify.evaluation import Joint
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.law import law_graph
from scm_compiler.inference.by_formula import WorldsFormula
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.observation import Names, Observation, Plain, observation_of
from scm_compiler.inference.parts import Part, Programme
from scm_compiler.inference.posteriors import engine_of
from scm_compiler.inference.result import Result
from scm_compiler.inference.shape import Shapes
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Counted, Tables
from scm_compiler.passes import fold
from scm_compiler.passes.worlds import rung

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
        drawn = bool(model.draws) or isinstance(model.known, Counted)
        return cls(model.graph, model, frozenset(model.networks), drawn)

    @cached_property
    def declared(self) -> Graph:
        """The graph as its author wrote it."""
        return fold(self.graph)

    @cached_property
    def observed(self) -> Observation | None:
        """What the tables say of observation, where the graph has hidden common causes."""
        if self.model is None or (self.declared is self.graph and not self.model.observational):
            return None
        return observation_of(self.model)

    @property
    def source(self) -> Joint:
        """The observational distribution of a model."""
        assert self.model is not None
        return Plain(engine_of(self.model)) if self.observed is None else self.observed

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

    @cached_property
    def own(self) -> Shapes:
        """The shapes of questions on the model's own tables, which need not be there."""
        return Shapes(self.graph, self.networks) if self.model is None else engine_of(self.model)

    @cached_property
    def law(self) -> Shapes:
        """The shapes of questions on the observational distribution."""
        if self.observed is None:
            return Shapes(law_graph(self.declared), self.networks)
        return self.observed.engine

    @cached_property
    def plain(self) -> Shapes:
        """The shapes of questions on P(label | parents) in the graph as declared."""
        return Shapes(self.declared, self.law.networks)

    def identify(
        self, outcomes: Names, treatments: Names, conditions: Names
    ) -> Identified | NotIdentified:
        """`identify.identify` on the declared graph, remembered with a model."""
        if self.observed is None:
            return identify(self.declared, outcomes, treatments, conditions)
        return self.observed.identify(outcomes, treatments, conditions)


@dataclass(frozen=True)
class Route:
    """From which distributions a query is answered.

    Attributes:
        tables: Whose product answers it.
        estimands: How it follows from observation; empty where no hidden cause is in the graph.
        formulas: Whether these formulas are evaluated, for want of tables that multiply.
        worlds: Of a counterfactual, how it follows from `estimands`.
        refused: Why observation does not determine it; None if it does.
    """

    tables: Which = "own"
    estimands: tuple[Identified, ...] = ()
    formulas: bool = False
    worlds: WorldsFormula | None = None
    refused: NotIdentifiable | WorldsDisagree | None = None


@dataclass(frozen=True)
class Task:
    """A query, and whether observation determines it.

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
        match self.route.tables:
            case "own":
                return self.setting.own
            case "law":
                return self.setting.law
            case "plain":
                return self.setting.plain

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

    @property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula, to be shown."""
        return ()

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share, to be shown."""
        return ()

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The response types that bounds are over, to be shown."""
        return ()

    @property
    def widest(self) -> int:
        """The numbers in the largest table that evaluating its formulas makes, to be shown."""
        return 0

    @property
    def room(self) -> float:
        """On how many drawn tables it is answered at once."""
        return inf

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on many tables that the rows of data leave open, along a first axis.

        None where what they leave open is not known.
        """

    def ends(self, count: int, seed: int) -> Mapping[str, tuple[Array, Array]]:
        """The lower and upper bounds of each number on such tables; none of an engine without."""
        return {}

    def run(self, seed: int, samples: int) -> Result:
        """Answer.

        Args:
            seed: Of what is drawn.
            samples: Draws that are wanted, of an engine that draws.

        Raises:
            ScmError: If the numbers do not allow an answer.
        """


class Planned(Protocol):
    """A query with the work that answers it."""

    @property
    def task(self) -> Task:
        """The query as it was put to the engine."""

    @property
    def work(self) -> Work:
        """What the engine prepared."""

    @property
    def parts(self) -> Sequence[Part]:
        """Its contractions, to be shown."""

    @property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula."""

    @property
    def tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The response types that bounds are over."""

    @property
    def widest(self) -> int:
        """The numbers in the largest table that evaluating its formulas makes."""


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
