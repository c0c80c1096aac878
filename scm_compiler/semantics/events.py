"""Events that a variable can meet at several values."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import isfinite, prod

from scm_compiler.ir import Binned, Finite
from scm_compiler.ir import query as ir
from scm_compiler.semantics.derive import MOST_CASES, Factor

_YES = frozenset(("1", "true", "yes", "t", "y", "on"))
_NO = frozenset(("0", "false", "no", "f", "n", "off"))

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
}

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def is_number(text: str) -> bool:
    """Whether a value is written as a number.

    >>> is_number("-1.5"), is_number("1e-3"), is_number("1e999"), is_number("inf")
    (True, True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None and isfinite(float(text))


def index_of(text: str, domain: Finite) -> int | None:
    """The index of a value as it is written: as declared, or as data write what is the same.

    >>> from scm_compiler.ir import Discrete
    >>> index_of("True", Discrete(("no", "yes"))), index_of("2.0", Discrete(("1", "2")))
    (1, 1)
    """
    if text in domain.values:
        return domain.index(text)
    if is_number(text) and all(map(is_number, domain.values)):
        same = [v for v, value in enumerate(domain.values) if float(value) == float(text)]
    else:
        same = [v for v, value in enumerate(domain.values) if _means_the_same(text, value)]
        both = {value.casefold() in _YES for value in domain.values} == {True, False}
        same = same if domain.size == 2 and both else []
    return same[0] if len(same) == 1 else None


def _means_the_same(text: str, value: str) -> bool:
    pair = {text.casefold(), value.casefold()}
    return pair <= _YES or pair <= _NO


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
