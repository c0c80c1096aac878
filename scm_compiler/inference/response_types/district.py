"""The response types of a district: every way in which its labels together can answer.

A label is a function of its parents and of noise, and has finitely many values. So whatever its
noise is, all that matters of one unit is which function it has: its response type (Balke and Pearl
1994). Labels that hidden causes tie have a joint distribution of types, and nothing is known of
it but what observation says. Both that and what is asked are sums of its probabilities.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import product
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.evaluation import Joint
from scm_compiler.inference.contraction import Array

Names = tuple[str, ...]

Reading = frozenset[tuple[str, int, int]]
"""Labels, the row of what each reads, and the value that it answers with."""

Slice = tuple[int, ...]
"""The values of what all labels of a district read."""

_RANK = 1e-9


@dataclass(frozen=True, eq=False)
class District:
    """Labels that hidden causes tie into one piece.

    Attributes:
        nodes: In topological order.
        parents: Of each, without the common ones.
        common: The parents outside that all of them read, where no question sets one unit's apart:
            types are told apart for one value of these at a time.
        blankets: Of each, what its probability depends on among the labels before it.
        sizes: How many values each label has.
    """

    nodes: Names
    parents: Mapping[str, Names]
    common: Names
    blankets: Mapping[str, Names]
    sizes: Mapping[str, int]

    @cached_property
    def outside(self) -> Names:
        """The other parents outside."""
        read = (name for node in self.nodes for name in self.parents[node])
        return tuple(dict.fromkeys(name for name in read if name not in self.nodes))

    @property
    def single(self) -> bool:
        """Whether it is one label, of which a question is about one world."""
        return len(self.nodes) == 1 and not self.outside

    @cached_property
    def log_types(self) -> float:
        """The logarithm, to base 2, of the number of types."""
        return float(sum(self._rows(node) * log2(self.sizes[node]) for node in self.nodes))

    @cached_property
    def types(self) -> int:
        """The number of types, for one value of what all labels read."""
        return prod(self.sizes[node] ** self._rows(node) for node in self.nodes)

    @cached_property
    def cells(self) -> int:
        """How many things can be observed of it, for one value of what all labels read."""
        return self.contexts * prod(self.sizes[name] for name in self.nodes)

    @property
    def contexts(self) -> int:
        """How many values there are of what it reads, without what all labels read."""
        return prod(self.sizes[name] for name in self.outside)

    def indicator(self, reading: Reading) -> NDArray[np.bool_]:
        """Of each type, whether its labels answer so."""
        parts = []
        for node in self.nodes:
            fits = np.ones(len(self._functions[node]), bool)
            for name, row, value in reading:
                if name == node:
                    fits &= self._functions[node][:, row] == value
            parts.append(fits)
        return reduce(lambda left, right: np.logical_and.outer(left, right).ravel(), parts)

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Of each cell, in C order over `outside` and `nodes`, the types that give it."""
        return np.stack([self.indicator(reading) for reading in self._observations()])

    def row(self, node: str, values: Mapping[str, int]) -> int:
        """The row of a label's function at the values that it reads."""
        place = 0
        for name in self.parents[node]:
            place = place * self.sizes[name] + values[name]
        return place

    def probabilities(self, source: Joint) -> list[Array]:
        """P(the first labels of it | do(what they read)), of none of them, of one, and so on.

        The Q of Tian and Pearl 2002, equation 69. Axes are `common`, `outside` and `nodes`; what
        an observational distribution does not show, since it never happens, is NaN.
        """
        axes = (*self.common, *self.outside, *self.nodes)
        found = [np.ones([1] * len(axes))]
        for node in self.nodes:
            scope = (*self.blankets[node], node)
            joint = source.marginal(scope)
            with np.errstate(invalid="ignore", divide="ignore"):
                table = joint / joint.sum(-1, keepdims=True)
            order = sorted(range(len(scope)), key=lambda axis: axes.index(scope[axis]))
            shape = [self.sizes[name] if name in scope else 1 for name in axes]
            spread = table.transpose(order).reshape(shape)
            found.append(np.where(found[-1] == 0, 0.0, found[-1] * spread))
        whole = tuple(self.sizes[name] for name in axes)
        return [np.broadcast_to(part, whole) for part in found]

    @property
    def slices(self) -> Iterator[Slice]:
        """The values of the common parents."""
        return product(*(range(self.sizes[name]) for name in self.common))

    def _rows(self, node: str) -> int:
        return prod(self.sizes[name] for name in self.parents[node])

    @cached_property
    def _functions(self) -> Mapping[str, NDArray[np.int64]]:
        """Every function of each label: its value at each row of what it reads."""
        return {
            node: np.indices((self.sizes[node],) * rows).reshape(rows, -1).T
            for node in self.nodes
            for rows in [self._rows(node)]
        }

    def _observations(self) -> Iterator[Reading]:
        names = (*self.outside, *self.nodes)
        for values in product(*(range(self.sizes[name]) for name in names)):
            at = dict(zip(names, values, strict=True))
            yield frozenset((node, self.row(node, at), at[node]) for node in self.nodes)


@dataclass(frozen=True, eq=False)
class Block:
    """The types of a district in one slice, alike ones taken together, and what is asked of them.

    Attributes:
        district: The district.
        at: The slice.
        readings: What is asked.
        observed: (cells, types) Of each cell, the types that give it.
        asked: (readings, types) Of each reading, the types that answer so.
    """

    district: District
    at: Slice
    readings: tuple[Reading, ...]
    observed: Array
    asked: Array

    @classmethod
    def of(cls, district: District, at: Slice, readings: tuple[Reading, ...]) -> "Block":
        """The block for some readings."""
        asked = np.stack([district.indicator(reading) for reading in readings])
        both = np.concatenate([district.observed, asked])
        packed = np.packbits(both, axis=0).T
        _, kept = np.unique(packed, axis=0, return_index=True)
        both = both[:, np.sort(kept)].astype(float)
        count = len(district.observed)
        return cls(district, at, readings, both[:count], both[count:])

    @property
    def types(self) -> int:
        """How many types are told apart."""
        return int(self.observed.shape[1])

    @cached_property
    def places(self) -> Mapping[Reading, int]:
        """Where each reading stands."""
        return {reading: place for place, reading in enumerate(self.readings)}

    @cached_property
    def _regular(self) -> tuple[Array, NDArray[np.bool_]]:
        return followed(self.observed, self.asked)

    def system(self, known: Sequence[Array]) -> "System":
        """What an observational distribution says of the types.

        Args:
            known: The district's `probabilities`.
        """
        parts = [part[self.at].reshape(-1) for part in known]
        if not np.isnan(parts[-1]).any():
            return System(self, self.observed, parts[-1], *self._regular)
        rows, totals = self._seen(parts)
        return System(self, rows, totals, *followed(rows, self.asked))

    def _seen(self, parts: list[Array]) -> tuple[Array, Array]:
        """The rows and totals where some cells are not known: the sum of such cells, if it is."""
        known = np.sum([~np.isnan(part) for part in parts], 0) - 1
        shape = [self.district.sizes[name] for name in self.district.nodes]
        rows, totals = dict[tuple[int, int, int], Array](), dict[tuple[int, int, int], float]()
        for cell, depth in enumerate(known):
            context, own = divmod(cell, prod(shape))
            key = (context, int(depth), own // prod(shape[depth:]))
            rows[key] = rows.get(key, 0.0) + self.observed[cell]
            totals[key] = float(parts[depth][cell])
        return np.stack(list(rows.values())), np.array(list(totals.values()))


@dataclass(frozen=True, eq=False)
class System:
    """A block under an observational distribution: types with `rows @ types == totals`.

    Attributes:
        block: The block.
        rows: (constraints, types)
        totals: (constraints,)
        weights: (readings, constraints) The readings as combinations of the totals.
        settled: Of each reading, whether it is one.
    """

    block: Block
    rows: Array
    totals: Array
    weights: Array
    settled: NDArray[np.bool_]

    @property
    def unsettled(self) -> "System":
        """The same where the totals are not to be relied on."""
        return replace(self, settled=np.zeros_like(self.settled))

    def value(self, reading: Reading) -> float | None:
        """The probability of a reading, where the totals determine it."""
        number = self.block.places[reading]
        return float(self.weights[number] @ self.totals) if self.settled[number] else None

    def vector(self, reading: Reading) -> Array:
        """The types that answer so."""
        return np.asarray(self.block.asked[self.block.places[reading]])


def followed(rows: Array, asked: Array) -> tuple[Array, NDArray[np.bool_]]:
    """What is asked as combinations of some rows, and where it is one."""
    weights = asked @ rows.T @ np.linalg.pinv(rows @ rows.T, hermitian=True)
    settled = np.abs(weights @ rows - asked).max(1) < _RANK
    return np.asarray(weights), np.asarray(settled)
