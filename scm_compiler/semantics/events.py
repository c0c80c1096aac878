"""Events that a variable can meet at several values."""

import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import prod

from scm_compiler.ir import Binned, Finite
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import index_of, is_number
from scm_compiler.semantics.derive import MOST_CASES, Factor

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
}


def compared(relation: str, text: str, domain: Finite) -> frozenset[int] | None:
    """The values of which a relation holds; None if they cannot be compared with such a value.

    Numbers are in their order, other values in that of declaration; a cut of intervals parts those
    that lie below it from the others.

    >>> from scm_compiler.ir import Binned
    >>> compared(">=", "60", Binned((60, 80))), compared("<", "60", Binned((60, 80)))
    (frozenset({1, 2}), frozenset({0}))
    """
    holds, index = _COMPARISONS[relation], index_of(text, domain)
    if all(map(is_number, domain.values)) and is_number(text):
        return frozenset(
            v for v, value in enumerate(domain.values) if holds(float(value), float(text))
        )
    if isinstance(domain, Binned) and relation in ("<", ">=") and is_number(text):
        index = domain.read(text) if float(text) in domain.cuts else None
    if index is None:
        return None
    return frozenset(v for v in range(domain.size) if holds(v, index))


Allowed = tuple[ir.Variable, frozenset[int]]
"""A variable and the values that are meant."""


def factor_of(
    cases: Iterable[Iterable[Allowed]], sizes: Mapping[ir.Variable, int]
) -> Factor | int:
    """The event that one of several cases is; the number of values where these are too many.

    Args:
        cases: Of each, what all has to be.
        sizes: The number of values of each variable.
    """
    variables = tuple(sizes)
    if (count := prod(sizes.values())) > MOST_CASES:
        return count
    rank = {variable: place for place, variable in enumerate(variables)}
    tests = [[(rank[variable], values) for variable, values in case] for case in cases]
    weights = {
        cell: 1.0
        for cell in product(*map(range, sizes.values()))
        if any(all(cell[place] in values for place, values in test) for test in tests)
    }
    return Factor(variables, weights)


def as_events(found: Factor) -> tuple[ir.Event | Factor, ...]:
    """A factor, or what it says where it leaves one value to each variable."""
    if len(found.weights) != 1 or set(found.weights.values()) != {1.0}:
        return (found,)
    (cell,) = found.weights
    return tuple(map(ir.Event, found.variables, cell))
