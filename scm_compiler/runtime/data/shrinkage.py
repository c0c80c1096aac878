"""Tables where rows of data are few: each row drawn towards what rows with like parents say.

With a dozen parents most of their configurations are in no row of data, and the shares of the
others are of one or two. So a row of the table is taken to be about what a softmax regression on
the parents says (softmax.py), in a Dirichlet distribution that weighs m rows. Which regression and
which m hold is averaged over by how likely they make the data, and a table in which the parents
tell nothing of each other's effect gets the small m that leaves its rows alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from scm_compiler.ir import Graph
from scm_compiler.model.tables import table_shape
from scm_compiler.runtime.data.softmax import (
    Array,
    Penalty,
    Regression,
    design,
    regressions,
    width,
)
from scm_compiler.runtime.data.table import LabelTable

RARE, SHARE = 10, 0.01
"""A table is shrunk where more than this share of the data stands in parent configurations with
fewer than so many rows."""

PENALTIES = (Penalty(0.3), Penalty(3.0), Penalty(0.3, 3.0), Penalty(3.0, 30.0))
"""The regressions that are tried: on the parents alone, and on their pairs too."""

WEIGHTS = (1000.0, 200.0, 40.0, 8.0, 2.0, 0.5, 0.1, 0.02, 0.001)
"""What regressions weigh, in rows of data: m, from all that is said to next to nothing, which is
what makes the data most likely where the label is a function of its parents."""

MOST_COEFFICIENTS = 256
"""The most coefficients of a regression: with more, pairs are left out, then the parents, and a
label with still more is not shrunk."""

MOST_NUMBERS = 2**20
"""The most numbers in a table that is shrunk."""

LEAST = 0.02
"""The least that the prior of a drawn row weighs, each value a like part: below, draws round to
zero."""

NEGLIGIBLE = 1e-3
"""Regressions that are less probable than this are left out."""


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A label's table in which each row is drawn towards what rows with like parents say.

    Attributes:
        counts: How many rows of data have each value under each parent configuration.
        penalties: Of the regressions that are tried.
    """

    counts: Array
    penalties: Sequence[Penalty] = PENALTIES

    @property
    def table(self) -> Array:
        """The mean of each row, given the data."""
        found = np.zeros_like(self._flat)
        for share, one in self._probable:
            towards = one.weight * one.mean(self._regressors(one))
            rows = self._flat.sum(1, keepdims=True) + one.weight
            found += share * (self._flat + towards) / rows
        return found.reshape(self.counts.shape)

    def shapes(self, count: int, random: "np.random.Generator", batch: int = 0) -> Array:
        """The shapes of the Dirichlet posterior of each row, on regressions that may be.

        Args:
            count: How many, along the first axis.
            random: What they are drawn with.
            batch: Not used: what is drawn of one label says nothing of another.
        """
        shares = np.array([share for share, _ in self._probable])
        chosen = random.choice(len(shares), size=count, p=shares)
        found = np.empty((count, *self._flat.shape))
        for rank, (_, one) in enumerate(self._probable):
            mine = np.flatnonzero(chosen == rank)
            towards = one.draws(self._regressors(one), len(mine), random)
            shapes = self._flat + np.maximum(one.weight * towards, LEAST / towards.shape[-1])
            found[mine] = shapes if one.weight >= 1 else _once_drawn(shapes, random)
        return found.reshape(count, *self.counts.shape)

    @property
    def _sizes(self) -> tuple[int, ...]:
        return self.counts.shape[:-1]

    @property
    def _flat(self) -> Array:
        return self.counts.reshape(-1, self.counts.shape[-1])

    def _regressors(self, one: Regression) -> Array:
        return design(self._sizes, np.arange(len(self._flat)), one.penalty)[0]

    @cached_property
    def _probable(self) -> Sequence[tuple[float, Regression]]:
        """The regressions that the data leave, and how probable each is."""
        free = self.counts.shape[-1] - 1
        penalties = [
            p for p in self.penalties if width(self._sizes, p) * free <= MOST_COEFFICIENTS
        ]
        found = list(regressions(self._flat, self._sizes, penalties or [Penalty()], WEIGHTS))
        logs = np.array([one.evidence for one in found])
        chances = np.exp(logs - logs.max())
        chances[chances < NEGLIGIBLE * chances.max()] = 0
        chances /= chances.sum()
        return [(float(c), one) for c, one in zip(chances, found, strict=True) if c]


def _once_drawn(shapes: Array, random: "np.random.Generator") -> Array:
    """The shapes after a draw from each row's urn: of the same mean, and no row next to none.

    A Dirichlet distribution is the mixture of those that one draw from it leads to.
    """
    steps = shapes.cumsum(-1)
    chance = random.random(shapes.shape[:-1])[..., None] * steps[..., -1:]
    return np.asarray(shapes + np.eye(shapes.shape[-1])[(chance > steps[..., :-1]).sum(-1)])


def shrunk(graph: Graph, table: LabelTable, name: str) -> Shrunk | None:
    """How a label's table is shrunk; None where its parents' configurations have plenty of rows.

    One parent alone has no rows with like parents to borrow from.

    Args:
        graph: The graph, none of whose causes of the label is hidden.
        table: The data.
        name: The label.
    """
    parents, shape = graph.parents[name], table_shape(graph, name)
    if len(parents) < 2 or prod(shape) > MOST_NUMBERS or shape[-1] > MOST_COEFFICIENTS:
        return None
    rows = table.counts_of(parents)
    if rows[rows < RARE].sum() <= SHARE * table.rows:
        return None
    return Shrunk(table.counts_of((*parents, name)).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Backoffs(Mapping[str, Shrunk]):
    """The labels of a graph whose tables are shrunk, each worked out when it is first asked for.

    Attributes:
        graph: The graph.
        table: The data.
        names: The labels with tables of their own.
    """

    graph: Graph
    table: LabelTable
    names: Sequence[str]

    @cached_property
    def _found(self) -> Mapping[str, Shrunk]:
        each = ((name, shrunk(self.graph, self.table, name)) for name in self.names)
        return {name: one for name, one in each if one is not None}

    def __getitem__(self, name: str) -> Shrunk:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
