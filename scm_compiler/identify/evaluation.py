"""Estimands as numbers: on a joint table, on counts, or on a model's tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.estimand import Estimand, Factor, Product, Ratio, Sum
from scm_compiler.identify.identification import Identified

if TYPE_CHECKING:
    pass

Array = NDArray[np.float64]

LIMIT = 2**24
"""The largest table, in numbers, that an evaluation makes: 128 MB."""


class TableTooLargeError(ValueError):
    """A table beyond the limit, which was not made.

    Attributes:
        cells: The numbers that it would have.
    """

    def __init__(self, names: tuple[str, ...], cells: int) -> None:
        super().__init__(f"a table of {', '.join(names)} has {cells:,} numbers")
        self.cells = cells


class Joint(Protocol):
    """Anything that knows the observational distribution."""

    def marginal(self, names: tuple[str, ...]) -> Array:
        """P(names), one axis a name."""
        ...


@dataclass(frozen=True, eq=False)
class Dense:
    """A joint distribution as one array.

    Attributes:
        names: The variable of each axis.
        values: The probabilities, or counts: they are scaled to sum to 1.

    Raises:
        ValueError: If the axes do not fit the names, or the values are no distribution.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64] | NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.values.ndim != len(self.names):
            raise ValueError(f"{len(self.names)} names for {self.values.ndim} axes")
        if not self.values.size or self.values.min() < 0 or not 0 < self.values.sum() < np.inf:
            raise ValueError("the values are not probabilities or counts")

    def marginal(self, names: tuple[str, ...]) -> Array:
        """P(names), one axis a name."""
        over = tuple(axis for axis, name in enumerate(self.names) if name not in names)
        kept = [name for name in self.names if name in names]
        table = self.values.sum(over) / self.values.sum()
        return np.asarray(table.transpose([kept.index(name) for name in names]))


@dataclass(frozen=True, eq=False)
class Counts:
    """Rows of data, each distinct one once; a marginal is made from them when it is asked for.

    Attributes:
        names: The columns of `cells`.
        sizes: The number of values of each column.
        cells: (cells, V) value indices.
        counts: (cells,) how often each row occurs.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    cells: NDArray[np.int64]
    counts: NDArray[np.int64]

    def marginal(self, names: tuple[str, ...]) -> Array:
        """The share of each combination of values among the rows, one axis a name."""
        columns = [self.names.index(name) for name in names]
        shape = tuple(self.sizes[column] for column in columns)
        check_size(shape, names)
        flat = np.zeros(len(self.cells), dtype=np.intp)
        for column in columns:
            flat = flat * self.sizes[column] + self.cells[:, column]
        sums = np.bincount(flat, weights=self.counts, minlength=prod(shape))
        return np.asarray(sums.reshape(shape) / self.counts.sum())


@dataclass(frozen=True, eq=False)
class Table:
    """A function of some variables.

    Attributes:
        names: The variable of each axis.
        values: NaN where the distribution does not say: it gives the condition no probability.
    """

    names: tuple[str, ...]
    values: Array


def evaluate(found: Identified, source: Joint) -> Table:
    """P(outcomes | do(treatments), conditions) by the formula that identification found.

    Args:
        found: An identified query.
        source: The observational distribution.

    Returns:
        One axis for each treatment, then condition, then outcome. NaN where the formula divides
        by zero: there the distribution lacks the support that the formula needs (positivity).
        Variables that may have any value are averaged over those that have an answer.

    Raises:
        ValueError: If a table would have more than 2^24 numbers.
    """
    table = value(found.estimand, source)
    asked = (*found.treatments, *found.conditions, *found.outcomes)
    # A treatment that changes nothing is not in the formula.
    absent = {name: source.marginal((name,)).size for name in asked if name not in table.names}
    names = (*table.names, *absent)
    check_size((*table.values.shape, *absent.values()), names)
    shape = (*table.values.shape, *(1 for _ in absent))
    values = np.broadcast_to(table.values.reshape(shape), (*table.values.shape, *absent.values()))
    order = (*asked, *found.arbitrary)
    values = values.transpose([names.index(name) for name in order])
    return Table(asked, _any_of(values, len(found.arbitrary)))


def largest_table(found: Identified, sizes: Mapping[str, int]) -> int:
    """The numbers in the largest table that `evaluate` makes; none is made to find it.

    Args:
        found: An identified query.
        sizes: The number of values of each variable.

    >>> from scm_compiler.identify.identification import Identified
    >>> formula = Sum(("Z",), Product((Factor(("Y",), ("X", "Z")), Factor(("Z",)))))
    >>> found = Identified(("Y",), ("X",), (), formula, ())
    >>> largest_table(found, {"X": 2, "Y": 2, "Z": 5})
    20
    """
    sizing = _Sizing(sizes)
    names = sizing.of(found.estimand)
    sizing.see(names.union(found.treatments, found.conditions, found.outcomes, found.arbitrary))
    return sizing.largest


class _Sizing:
    """The variables of each table of an evaluation, and the numbers in the largest."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.largest = 1
        self._sizes = sizes
        self._known: dict[int, frozenset[str]] = {}

    def see(self, names: frozenset[str]) -> frozenset[str]:
        self.largest = max(self.largest, self._cells(names))
        return names

    def of(self, formula: Estimand) -> frozenset[str]:
        if id(formula) not in self._known:
            self._known[id(formula)] = self.see(self._fresh(formula))
        return self._known[id(formula)]

    def _fresh(self, formula: Estimand) -> frozenset[str]:
        match formula:
            case Factor():
                return formula.free
            case Product(factors):
                return frozenset().union(*map(self.of, factors))
            case Sum(over, term):
                parts = term.factors if isinstance(term, Product) else (term,)
                return self._eliminated([self.of(part) for part in parts], over)
            case Ratio(above, below):
                return self.of(above) | self.of(below)

    def _eliminated(self, scopes: list[frozenset[str]], over: Iterable[str]) -> frozenset[str]:
        """As `eliminated` has it."""
        left = set(over)
        while left:
            unions = {
                name: frozenset().union(*(scope for scope in scopes if name in scope))
                for name in sorted(left)
            }
            name = min(unions, key=lambda one: self._cells(unions[one]))
            self.see(unions[name])
            scopes = [scope for scope in scopes if name not in scope]
            scopes.append(unions[name] - {name})
            left.remove(name)
        return frozenset().union(*scopes)

    def _cells(self, names: frozenset[str]) -> int:
        return prod(self._sizes[name] for name in names)


def value(formula: Estimand, source: Joint) -> Table:
    """A formula as a table of its free variables."""
    return _Evaluation(source).of(formula)


def _any_of(values: Array, count: int) -> Array:
    """The mean over the last axes, of the entries that are numbers; they are equal in theory."""
    for _ in range(count):
        known = ~np.isnan(values)
        total = np.where(known, values, 0.0).sum(-1)
        with np.errstate(invalid="ignore"):
            values = total / known.sum(-1)
    return values


class _Evaluation:
    """One evaluation: each part of the formula, and each marginal, is computed once."""

    def __init__(self, source: Joint) -> None:
        self.source = source
        self._parts: dict[int, Table] = {}
        self._marginals: dict[tuple[str, ...], Array] = {}

    def of(self, formula: Estimand) -> Table:
        """The table of a formula. Parts are shared inside it: an object is looked at once."""
        known = self._parts.get(id(formula))
        if known is None:
            known = self._parts[id(formula)] = self._fresh(formula)
        return known

    def _fresh(self, formula: Estimand) -> Table:
        match formula:
            case Factor(of, given):
                return self._factor(of, given)
            case Product(factors):
                return times([self.of(part) for part in factors])
            case Sum(over, term):
                parts = term.factors if isinstance(term, Product) else (term,)
                return eliminated([self.of(part) for part in parts], over)
            case Ratio(above, below):
                return divided(self.of(above), self.of(below))

    def _factor(self, of: tuple[str, ...], given: tuple[str, ...]) -> Table:
        both = self._marginal((*given, *of))
        if not given:
            return Table(of, both)
        below = Table(given, self._marginal(given))
        return divided(Table((*given, *of), both), below)

    def _marginal(self, names: tuple[str, ...]) -> Array:
        if names not in self._marginals:
            self._marginals[names] = self.source.marginal(names)
        return self._marginals[names]


def eliminated(tables: list[Table], over: Iterable[str]) -> Table:
    """The product summed over some variables, each time the one that makes the least table."""
    left = set(over)
    while left:
        name = min(sorted(left), key=lambda one: _cost(tables, one))
        touched = [table for table in tables if name in table.names]
        tables = [table for table in tables if name not in table.names]
        whole = times(touched)
        axis = whole.names.index(name)
        rest = (*whole.names[:axis], *whole.names[axis + 1 :])
        tables.append(Table(rest, whole.values.sum(axis)))
        left.remove(name)
    return times(tables)


def _cost(tables: list[Table], name: str) -> int:
    sizes: dict[str, int] = {}
    for table in tables:
        if name in table.names:
            sizes |= zip(table.names, table.values.shape, strict=True)
    return prod(sizes.values())


def times(tables: Sequence[Table]) -> Table:
    """The product; what is zero stays so whatever an undefined factor would say."""
    sizes: dict[str, int] = {}
    for table in tables:
        sizes |= zip(table.names, table.values.shape, strict=True)
    names = tuple(sizes)
    check_size(tuple(sizes.values()), names)
    result, zero = np.ones(tuple(sizes.values())), np.zeros((), dtype=bool)
    for table in tables:
        part = spread(table, names)
        result = result * part
        zero = zero | (part == 0)
    return Table(names, np.where(zero, 0.0, result))


def divided(above: Table, below: Table) -> Table:
    """The quotient; NaN where it divides by zero."""
    names = (*above.names, *(name for name in below.names if name not in above.names))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = spread(above, names) / spread(below, names)
    return Table(names, np.where(np.isfinite(found), found, np.nan))


def spread(table: Table, names: tuple[str, ...]) -> Array:
    """A table's array with an axis for each name, of length one where it has no such variable."""
    order = [table.names.index(name) for name in names if name in table.names]
    moved = iter(table.values.transpose(order).shape)
    shape = [next(moved) if name in table.names else 1 for name in names]
    return table.values.transpose(order).reshape(shape)


def check_size(shape: tuple[int, ...], names: tuple[str, ...]) -> None:
    """Raise `TableTooLargeError` for a table that would be too large."""
    if prod(shape) > LIMIT:
        raise TableTooLargeError(names, prod(shape))
