"""The probability that events of several worlds happen together, as a contraction of tables.

A copy that is alone has its node's table. The copies of one node that differ in their inputs
share the node's noise: together they have one table, P(x^1, …, x^k | inputs of all), which is
what a noise model makes of the node's own table.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.counterfactuals import WorldsTooLarge
from scm_compiler.inference.contraction import Array, Contraction, Mass, contract, plan
from scm_compiler.inference.elimination import Scope
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.posteriors import Rows
from scm_compiler.inference.shape import too_long
from scm_compiler.ir import Graph
from scm_compiler.passes.twin import Copy, Held, Worlds

Numbers = NDArray[np.int64]

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Group:
    """The copies of one node, aligned to each other.

    Attributes:
        node: The node.
        tables: For each copy P(x | inputs), shape (batch…, inputs of all copies…, size), with 1
            along the inputs that the copy does not read.
        rows: For each copy which row of the node's table its inputs select, likewise.
        known: For each copy its value, if that is known.
    """

    node: str
    tables: tuple[Array, ...]
    rows: tuple[Numbers, ...]
    known: tuple[int | None, ...]

    def spread(self, arrays: Sequence[NDArray[T]]) -> list[NDArray[T]]:
        """One array for each copy, its last axis moved to an axis of the copy's own.

        A copy whose value is known is read at that value and has no axis, so that the product of
        all has the shape (batch…, inputs…, size of each unknown copy…).
        """
        unknown = [rank for rank, value in enumerate(self.known) if value is None]
        return [
            _placed(array, value, unknown.index(rank) if value is None else None, len(unknown))
            for rank, (array, value) in enumerate(zip(arrays, self.known, strict=True))
        ]

    def beside(self, array: NDArray[T]) -> NDArray[T]:
        """An array (inputs…) with an axis of size 1 for each unknown copy."""
        return array[(..., *[None] * self.known.count(None))]


Join = Callable[[Group], Array]
"""Makes the common table of a group: shape (batch…, inputs…, size of each unknown copy…)."""


@dataclass(frozen=True)
class Joint:
    """P(everything that is known) in a network of worlds, ready to be computed.

    Attributes:
        worlds: The network.
        graph: The graph of the tables.
        limit: The largest table, in numbers, that may be made.
        keep: Copies without a known value that `mass` has an axis for, each once.
    """

    worlds: Worlds
    graph: Graph
    limit: float
    keep: tuple[int, ...] = ()

    @cached_property
    def way(self) -> Contraction:
        """The contraction, whether it fits or not."""
        scopes = [*map(self._scope, self._alone), *map(self._group_scope, self.worlds.coupled)]
        return plan(scopes or [()], self._sizes, tuple(map(str, self.keep)))

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why the contraction takes too much memory (E450) or time (E437), if it does."""
        if self.way.peak > self.limit:
            return WorldsTooLarge(math.log2(self.way.peak), math.log2(self.limit))
        return too_long(self.way)

    def log_mass(self, rows: Rows, join: Join, groups: Sequence[Group] | None = None) -> Array:
        """The logarithm of the probability, one number for each element of the batch.

        As for `mass`.
        """
        return self.mass(rows, join, groups).log_total

    def mass(self, rows: Rows, join: Join, groups: Sequence[Group] | None = None) -> Mass:
        """The probability of all that is known and of each value of what is kept.

        Args:
            rows: The table of each label, perhaps with a batch axis first.
            join: Makes the table of copies that share noise.
            groups: These copies, where they are at hand.

        Raises:
            ScmError: E450 if it needs a table beyond the limit, E437 if it would never end.
        """
        if self.beyond is not None:
            raise refuse(self.beyond)
        tables = [self._cut(self.worlds.copies[i], rows, self._value(i)) for i in self._alone]
        groups = self.groups(rows) if groups is None else groups
        for numbers, group in zip(self.worlds.coupled, groups, strict=True):
            scope = (*self._shared(numbers), *self._own(numbers))
            tables.append(_diagonal(join(group), scope, 0))
        return contract(self.way, tables or [np.ones(())])

    def groups(self, rows: Rows) -> list[Group]:
        """The copies that share noise, node by node."""
        return [self._group(numbers, rows) for numbers in self.worlds.coupled]

    @cached_property
    def _alone(self) -> list[int]:
        together = {number for group in self.worlds.coupled for number in group}
        return [number for number in range(len(self.worlds.copies)) if number not in together]

    @cached_property
    def _sizes(self) -> dict[str, int]:
        sizes = self.graph.sizes
        return {str(i): sizes[copy.node] for i, copy in enumerate(self.worlds.copies)}

    def _value(self, number: int) -> int | None:
        return self.worlds.known.get(number)

    def _own(self, numbers: Sequence[int]) -> Scope:
        return tuple(str(number) for number in numbers if self._value(number) is None)

    def _scope(self, number: int) -> Scope:
        return (*_inputs(self.worlds.copies[number]), *self._own([number]))

    def _group_scope(self, numbers: Sequence[int]) -> Scope:
        # A copy may be an input of another copy of the node, as in Y[X=Y[X=0]].
        return tuple(dict.fromkeys((*self._shared(numbers), *self._own(numbers))))

    def _shared(self, numbers: Sequence[int]) -> Scope:
        copies = [self.worlds.copies[number] for number in numbers]
        return tuple(dict.fromkeys(name for copy in copies for name in _inputs(copy)))

    def _group(self, numbers: Sequence[int], rows: Rows) -> Group:
        copies = [self.worlds.copies[number] for number in numbers]
        node, shared = copies[0].node, self._shared(numbers)
        table = rows[node]
        sizes = table.shape[table.ndim - len(self.graph.parents[node]) - 1 : -1]
        places = np.arange(math.prod(sizes)).reshape(*sizes, 1)
        return Group(
            node,
            tables=tuple(_aligned(_selected(table, c), _inputs(c), shared) for c in copies),
            rows=tuple(_aligned(_selected(places, c), _inputs(c), shared)[..., 0] for c in copies),
            known=tuple(self._value(number) for number in numbers),
        )

    def _cut(self, copy: Copy, rows: Rows, value: int | None) -> Array:
        table = _selected(rows[copy.node], copy)
        return table if value is None else table[..., value]


def _inputs(copy: Copy) -> Scope:
    """The copies that a copy reads and whose values are not known, each once."""
    return tuple(dict.fromkeys(str(i) for i in copy.inputs if not isinstance(i, Held)))


def _selected(table: NDArray[T], copy: Copy) -> NDArray[T]:
    """A node's table (batch…, parents…, size) at a copy's inputs: (batch…, inputs…, size)."""
    index = tuple(i.value if isinstance(i, Held) else slice(None) for i in copy.inputs)
    cut = table[(..., *index, slice(None))]
    return _diagonal(cut, [str(i) for i in copy.inputs if not isinstance(i, Held)], 1)


def _diagonal(table: NDArray[T], names: Sequence[str], trailing: int) -> NDArray[T]:
    """The table with one axis for each name where several axes are the same variable.

    Args:
        table: (batch…, an axis for each name…, trailing axes…).
        names: May repeat.
        trailing: How many axes follow the names'.
    """
    distinct = tuple(dict.fromkeys(names))
    if len(distinct) == len(names):
        return table
    start = table.ndim - trailing - len(names)
    places = np.ogrid[tuple(slice(table.shape[start + names.index(name)]) for name in distinct)]
    index: tuple[Any, ...] = tuple(places[distinct.index(name)] for name in names)
    return table[(..., *index, *[slice(None)] * trailing)]


def _aligned(table: NDArray[T], scope: Scope, joint: Scope) -> NDArray[T]:
    """The table (batch…, scope…, size) with an axis for each variable of `joint` instead."""
    batch = table.ndim - len(scope) - 1
    order = [batch + scope.index(name) for name in joint if name in scope]
    moved = table.transpose(*range(batch), *order, table.ndim - 1)
    index = tuple(slice(None) if name in scope else None for name in joint)
    return moved[(..., *index, slice(None))]


def _placed(array: NDArray[T], value: int | None, place: int | None, width: int) -> NDArray[T]:
    if value is not None:
        return array[(..., value, *[None] * width)]
    after = [None] * (width - 1 - (place or 0))
    before = [None] * (place or 0)
    return array[(..., *before, slice(None), *after)]
