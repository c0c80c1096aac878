"""Numbers that are made of others: values, ends and slopes of sums, products and ratios."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.ir import query as ir

Found = TypeVar("Found")
_ZERO = 1e-12

Span = tuple[Array, Array]
"""The least and the most that a number can be."""


def value(quantity: ir.Quantity, of: Callable[[ir.Quantity], Array]) -> Array:
    """A quantity; not a number, or infinite, where it divides by zero.

    Args:
        quantity: What is asked.
        of: The value of each weighted sum that it is made of.
    """
    match quantity:
        case ir.Sum(()):
            return np.zeros(())
        case ir.Sum(terms) if not ir.linear(quantity):
            return np.asarray(sum(weight * value(term, of) for weight, term in terms))
        case ir.Product(left, right):
            return np.asarray(value(left, of) * value(right, of))
        case ir.Ratio(above, below):
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(value(above, of) / value(below, of))
        case _:
            return of(quantity)


def span(quantity: ir.Quantity, of: Callable[[ir.Quantity], Span]) -> Span:
    """The ends of a quantity, from those of the sums that it is made of."""
    match quantity:
        case ir.Sum(()):
            return np.zeros(()), np.zeros(())
        case ir.Sum(terms) if not ir.linear(quantity):
            spans = [(weight, span(term, of)) for weight, term in terms if weight]
            low, high = (
                sum(weight * ends[end if weight > 0 else 1 - end] for weight, ends in spans)
                for end in (0, 1)
            )
            return np.asarray(low), np.asarray(high)
        case ir.Product(left, right):
            return _hull(span(left, of), span(right, of), np.multiply)
        case ir.Ratio(above, below):
            (low, high), (bottom, top) = span(above, of), span(below, of)
            bottom = np.where(np.abs(bottom) < _ZERO, 0.0, bottom)
            least, most = _hull((low, high), (bottom, top), np.divide)
            if quantity.evidence:  # a part of what it is divided by
                return np.maximum(least, 0.0) if np.all(low >= 0) else least, most
            crosses = (bottom < 0) & (top >= 0)
            return np.where(crosses, -np.inf, least), np.where(crosses, np.inf, most)
        case _:
            return of(quantity)


def _hull(left: Span, right: Span, join: Callable[[Array, Array], Array]) -> Span:
    with np.errstate(divide="ignore", invalid="ignore"):
        every = [np.asarray(join(a, b)) for a in left for b in right]
    return np.fmin.reduce(every), np.fmax.reduce(every)


def slopes(
    quantity: ir.Quantity, of: Callable[[ir.Quantity], Array]
) -> Mapping[ir.Quantity, float]:
    """How much a quantity moves with each weighted sum that it is made of."""
    found: dict[ir.Quantity, float] = {}

    def go(part: ir.Quantity, slope: float) -> None:
        match part:
            case ir.Sum(()):
                return
            case ir.Sum(terms) if not ir.linear(part):
                for weight, term in terms:
                    go(term, slope * weight)
            case ir.Product(left, right):
                go(left, slope * float(value(right, of)))
                go(right, slope * float(value(left, of)))
            case ir.Ratio(above, below):
                bottom = float(value(below, of))
                go(above, slope / bottom)
                go(below, -slope * float(value(above, of)) / bottom**2)
            case _:
                found[part] = found.get(part, 0.0) + slope

    go(quantity, 1.0)
    return found
