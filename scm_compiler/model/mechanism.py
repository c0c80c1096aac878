"""A node's mechanism: what its parents and noise of its own make of it.

Values travel as columns: an array a node, (B,) or (B, …) for B units, of the type that the node's
domain says. All that is asked of a model goes through this interface, so that another family of
mechanisms is one more class.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.domain import Domain, Finite
from scm_compiler.model.coupling import THRESHOLD, Coupling, bounds

Array = NDArray[np.float64]
Values = NDArray[np.int64]

Column = NDArray[Any]
"""The values of one node in each unit (B, …); one value for all units may do without its axis."""

Noise = NDArray[Any]
"""One node's own noise in each unit (B, …), whatever its mechanism makes it of."""

World = Mapping[str, Column]
"""The columns of the nodes in one world; a mechanism reads those of its parents."""


class Mechanism(Protocol):
    """One node's conditional, P(node | parents), as a function of its parents and of noise."""

    @property
    def domain(self) -> Domain:
        """What values the node takes."""

    @property
    def parents(self) -> tuple[str, ...]:
        """What it reads of a world."""

    @property
    def width(self) -> int:
        """How many uniform numbers its own noise is drawn from in one unit."""

    def sample(self, world: World, noise: Noise) -> Column:
        """The node's values (B, …) in a world, for its own noise (B, …)."""

    def log_prob(self, value: Column, world: World) -> Array:
        """The log of P(value | parents), of a density where values are real (B,), in nats.

        Raises:
            ValueError: If such a mechanism tells no probabilities.
        """

    def abduct(self, value: Column, world: World, uniform: Array) -> Noise:
        """The node's own noise (B, …), drawn given its parents and its value.

        `sample` gives the value back for it, and under other parents what the unit would have
        been.

        Args:
            value: (B, …).
            world: The parents.
            uniform: Independent uniform numbers (B, width).

        Raises:
            ScmError: If no noise explains a unit.
            ValueError: If the noise of such a mechanism cannot be had at all.
        """

    def table(self) -> Array | None:
        """P(node | parents), parents first; None where no table holds it."""

    def columns(self, noise: Noise) -> Array:
        """Its own noise (B, …) as a module's noise tensor has it: (B, columns)."""


class Conditional(Protocol):
    """P(label | parents) that is computed where it is asked, because its table cannot be held."""

    def at(self, parents: Values) -> Array:
        """The distributions for some values of the parents.

        Args:
            parents: (B, parents) value indices, in the order of `graph.parents`.

        Returns:
            (B, size of the label); each row sums to 1, and no number is zero.
        """


@dataclass(frozen=True, eq=False)
class Chances(ABC):
    """A mechanism of a discrete node that can tell the probability of each of its values.

    Attributes:
        domain: The node's values.
        parents: What it reads.
        coupling: How its noise becomes a value.
    """

    domain: Finite
    parents: tuple[str, ...]
    coupling: Coupling = THRESHOLD

    @property
    def width(self) -> int:
        """How many uniform numbers its own noise is drawn from."""
        return self.coupling.width(self.domain.size)

    @abstractmethod
    def chances(self, world: World) -> Array:
        """P(node | its parents in a world): (B, size), or (size,) if it is the same for all."""

    @abstractmethod
    def table(self) -> Array | None:
        """See `Mechanism.table`."""

    def bounds(self, world: World) -> Array:
        """P(node <= k | its parents) for every value k but the last; as `chances`."""
        return bounds(self.chances(world))

    def sample(self, world: World, noise: Noise) -> Values:
        """The values (B,) in a world."""
        return self.coupling.value(self._rows(world, len(noise)), noise)

    def log_prob(self, value: Column, world: World) -> Array:
        """The log of P(value | parents) (B,)."""
        chances = self._rows(world, len(value))
        with np.errstate(divide="ignore"):
            return np.log(np.take_along_axis(chances, value[:, None], 1)[:, 0])

    def abduct(self, value: Column, world: World, uniform: Array) -> Noise:
        """The noise (B,) or (B, size), by the coupling."""
        return self.coupling.noise(self._rows(world, len(value)), value, uniform)

    def columns(self, noise: Noise) -> Array:
        """One column of uniform numbers, whose coupling is that of explicit modules."""
        return noise[:, None]

    def _rows(self, world: World, count: int) -> Array:
        return np.broadcast_to(self.chances(world), (count, self.domain.size))


@dataclass(frozen=True, eq=False, kw_only=True)
class Tabular(Chances):
    """A mechanism whose probabilities are a table.

    Attributes:
        rows: P(node | parents), parents first; rows that are only in proportion to it will do
            where nothing but `sample` and `bounds` is asked.
    """

    rows: Array

    def chances(self, world: World) -> Array:
        """The rows that the parents select."""
        return np.asarray(self.rows[tuple(world[parent] for parent in self.parents)])

    def bounds(self, world: World) -> Array:
        """As of any mechanism; made once for the whole table."""
        if not self.parents:
            return self._bounds[:, 0]
        return self._bounds.take(row_of(world, self.parents, self.rows.shape), 1).T

    def table(self) -> Array:
        """The whole table."""
        return self.rows

    @cached_property
    def _bounds(self) -> Array:
        """(size - 1, rows of the table): one value after the other."""
        flat = self.rows.reshape(-1, self.rows.shape[-1])
        return np.ascontiguousarray(bounds(flat).T)


@dataclass(frozen=True, eq=False, kw_only=True)
class Network(Chances):
    """A mechanism whose table would be too large: it is run on its parents' values.

    Attributes:
        conditional: What computes its probabilities.
    """

    conditional: Conditional

    def chances(self, world: World) -> Array:
        """The probabilities at the parents' values."""
        columns = np.broadcast_arrays(*(np.atleast_1d(world[parent]) for parent in self.parents))
        return self.conditional.at(np.stack(columns, 1))

    def table(self) -> None:
        """There is none."""


def row_of(world: World, parents: tuple[str, ...], shape: tuple[int, ...]) -> Values:
    """Which row of a table of this shape, parents first, each unit's parents select (B,)."""
    found = np.zeros(np.shape(world[parents[0]]) if parents else (), np.int64)
    for parent, size in zip(parents, shape, strict=False):
        found = found * size + world[parent]
    return found
