"""Models, and the tables of their labels: what exact answers are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.graph import Graph
from scm_compiler.model.mechanism import Chances, Conditional, Mechanism, Network, Tabular
from scm_compiler.passes.fold import HIDDEN

Draws = Mapping[str, int | NDArray[np.int64]]
"""For each label that was estimated, the draws behind each parent configuration: one number, or an
array over the configurations where they differ. A label that is absent has an exact table."""

Masks = Mapping[str, NDArray[np.bool_]]
"""For each label, true at the parent configurations that nothing stands behind; absent labels have
been seen everywhere."""


class Data(Protocol):
    """The rows that a model was fitted to, counted."""

    @property
    def rows(self) -> int:
        """How many there are."""

    def counts_of(self, names: Sequence[str]) -> NDArray[Any]:
        """How often each combination of some labels' values occurs, with one axis a name.

        Where rows have weights these are fractions.
        """


class Backoff(Protocol):
    """What is known of a label's table where rows are few, or have gaps."""

    def shapes(self, count: int, random: "np.random.Generator", batch: int) -> NDArray[np.float64]:
        """The shapes of the rows' Dirichlet posterior, along a first axis of draws.

        Args:
            count: How many.
            random: What they are drawn with, by each label for itself.
            batch: A number that all labels of a batch of draws have in common.
        """


@dataclass(frozen=True, eq=False)
class Given:
    """Tables that are what they are: no rows and no draws stand behind them."""

    data: ClassVar[None] = None
    draws: ClassVar[Draws] = {}
    unseen: ClassVar[Masks] = {}
    observational: ClassVar[None] = None


@dataclass(frozen=True, eq=False)
class Fitted:
    """Exact tables of mechanisms that were fitted to rows of data.

    Attributes:
        unseen: Where the rows hold no parent configuration, so that the numbers are guesses.
        data: The rows; None where only the masks are known.
        likeliest: Whether the tables are the shares of the rows, which make them most likely, but
            for labels with `backoffs`: what the rows leave open is then known too.
        backoffs: By label, what its table is drawn towards; others are the shares.
        trained: The labels whose tables are what a network says, which counts of rows do not tell.
        observational: Where hidden causes are labels of the tables, the observational distribution
            as the rows have it: tables of `identify.law.law_graph`. What observation determines is
            answered from it.
    """

    unseen: Masks = field(default_factory=dict)
    data: Data | None = None
    likeliest: bool = False
    backoffs: Mapping[str, Backoff] = field(default_factory=dict)
    trained: frozenset[str] = frozenset()
    observational: "Tables | None" = None
    draws: ClassVar[Draws] = {}


@dataclass(frozen=True, eq=False)
class Estimated:
    """Tables of which some were estimated, by running their networks on fresh noise.

    Attributes:
        draws: The draws behind them.
        unseen: Where the rows that the networks were trained on hold no parent configuration.
        data: These rows.
    """

    draws: Draws
    unseen: Masks = field(default_factory=dict)
    data: Data | None = None
    observational: ClassVar[None] = None


@dataclass(frozen=True, eq=False)
class Counted:
    """Tables of networks that share noise, counted in draws of the whole model.

    Attributes:
        units: How many units were drawn.
        draws: How many of them are behind each parent configuration.
        unseen: Where there are none, in the draws or in `data`.
        data: The rows that the networks were trained on.
        observational: The observational distribution as it was counted; None of tables that are
            one.
    """

    units: int
    draws: Draws = field(default_factory=dict)
    unseen: Masks = field(default_factory=dict)
    data: Data | None = None
    observational: "Tables | None" = None


Knowledge = Given | Fitted | Estimated | Counted
"""How firmly a model is known."""

GIVEN = Given()


def on_data(known: Knowledge, unseen: Masks, data: Data | None) -> Knowledge:
    """What is known, with other guessed rows, or on other data."""
    if isinstance(known, Given):
        return Fitted(unseen, data) if unseen or data is not None else known
    return replace(known, unseen=unseen, data=data)


@dataclass(frozen=True, eq=False)
class Model:
    """A graph and a mechanism for each of its nodes; how firmly they are known is a type.

    Attributes:
        graph: The graph; hidden common causes may be nodes of it.
        mechanisms: By node, images included where their generators are trained.
        known: How firmly they are known.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    known: Knowledge = GIVEN

    @cached_property
    def tables(self) -> "Tables":
        """Its discrete view: what exact answers are computed from.

        Raises:
            ValueError: If a label has neither a table nor probabilities that can be computed.
        """
        own = {node.name: self.mechanisms[node.name] for node in self.graph.labels}
        networks = {name: m.conditional for name, m in own.items() if isinstance(m, Network)}
        found = {name: table for name, m in own.items() if (table := m.table()) is not None}
        return Tables(self.graph, found, self.known, networks)


@dataclass(frozen=True, eq=False)
class Tables:
    """The discrete view of a model: P(node | parents) for every label of a graph.

    Attributes:
        graph: The graph that the tables belong to.
        probabilities: For each label an array of shape (size of each parent…, size of the label),
            parents in the order of `graph.parents`; the last axis sums to 1.
        known: How firmly they are known.
        networks: The labels that have no table, because it would be too large.
        replicates: Tables of models that were trained alike on other weights of the rows.
        zeros: The labels whose table says of something that it never happens.

    Raises:
        ValueError: If a table is missing, has the wrong shape or does not sum to 1.
    """

    graph: Graph
    probabilities: Mapping[str, NDArray[np.float64]]
    known: Knowledge = GIVEN
    networks: Mapping[str, Conditional] = field(default_factory=dict)
    replicates: Sequence["Tables"] = ()
    zeros: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        zeros = set()
        for node in self.graph.labels:
            if node.name in self.networks:
                continue
            table = self.probabilities.get(node.name)
            shape = table_shape(self.graph, node.name)
            if table is None or table.shape != shape:
                found = None if table is None else table.shape
                raise ValueError(f"the table of {node.name} has shape {found}, not {shape}")
            if not np.allclose(table.sum(-1), 1.0, atol=1e-6) or (least := table.min()) < 0:
                raise ValueError(f"the table of {node.name} is not a distribution")
            if least == 0:
                zeros.add(node.name)
        object.__setattr__(self, "zeros", frozenset(zeros))

    @cached_property
    def model(self) -> Model:
        """Its labels as a model."""
        return Model(self.graph, self.mechanisms, self.known)

    @cached_property
    def mechanisms(self) -> Mapping[str, Chances]:
        """The mechanism of each label, whose noise is coupled to its value by `threshold`."""
        return {node.name: self._mechanism(node.name) for node in self.graph.labels}

    def _mechanism(self, name: str) -> Chances:
        domain, parents = self.graph.domain(name), self.graph.parents[name]
        if name in self.networks:
            return Network(domain, parents, conditional=self.networks[name])
        return Tabular(domain, parents, rows=self.probabilities[name])

    def counts(self, name: str) -> NDArray[Any] | None:
        """How many rows of data have each value under each parent configuration.

        With the weights of a prior added they are the shapes of the Dirichlet posterior of each
        row of the label's table. None where no data are known, or not of a hidden cause.
        """
        scope = (*self.graph.parents[name], name)
        hidden = any(self.graph.by_name[other].kind == HIDDEN for other in scope)
        data = self.known.data
        return None if data is None or hidden else data.counts_of(scope)

    @property
    def backoffs(self) -> Mapping[str, Backoff]:
        """What tables are drawn towards, by label."""
        return self.known.backoffs if isinstance(self.known, Fitted) else {}

    @property
    def rows(self) -> int:
        """How many rows of data stand behind the tables."""
        return 0 if self.known.data is None else self.known.data.rows

    @property
    def draws(self) -> Draws:
        """The draws behind the labels that were estimated by sampling."""
        return self.known.draws

    @property
    def unseen(self) -> Masks:
        """Where the tables are guesses."""
        return self.known.unseen

    @property
    def observational(self) -> "Tables | None":
        """What observation says where causes are hidden; None if it is what these tables say."""
        return self.known.observational


def table_shape(graph: Graph, name: str) -> tuple[int, ...]:
    """The sizes of a label's parents, then its own."""
    return tuple(graph.domain(n).size for n in (*graph.parents[name], name))
