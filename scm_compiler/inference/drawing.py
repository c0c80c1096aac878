"""How far off drawing can put a number: 95 % intervals that hold where few draws hit.

A number plus or minus 1.96 standard errors covers far less than 95 % where a handful of draws
hit, and runs below zero. So two draws or so are added at either end of what one draw can say
(Agresti and Coull 1998: z^2 / 2 hits and as many misses), and the mean and variance of all are
taken. For a proportion it is their interval; where units carry weights, or say a probability and
not yes or no, it is the same with the variance that the units show.

What is added weighs what a unit like it weighs. Few hits may all be heavy ones, and where no unit
hit, none tells how heavy one would be: then it is the most that the evidence allows.

The ends of a difference are as far off as those of its sides, in squares (Zou and Donner 2008),
less what the same random numbers make them share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.query import numeric_values

Z = 1.959963984540054
"""Of a normal number, 95 % lie so many standard deviations from its mean or nearer."""

ADDED = Z**2 / 2
"""Draws that are added at either end."""

Range = tuple[Array, Array]
"""The least and the most that one draw can say."""

UNIT: Range = (np.zeros(()), np.ones(()))


@dataclass(frozen=True)
class Ends:
    """The 95 % interval of drawing around numbers.

    Attributes:
        low: Its lower ends.
        high: Its upper ends.
    """

    low: Array
    high: Array


@dataclass(frozen=True)
class Added:
    """What the draws that are added weigh, as parts of the weight of all that were drawn.

    Attributes:
        bottom: One that says the least.
        top: One that says the most.
    """

    bottom: Array
    top: Array


def around(value: Array, variance: Array, worth: Array, reach: Range, added: Added | None) -> Ends:
    """The interval of a mean of draws.

    Args:
        value: The means.
        variance: Theirs, as the draws show it.
        worth: How many independent draws there are.
        reach: The least and the most that one draw can say.
        added: What the added draws weigh, where that may be more than one draw's part.
    """
    low, high = reach
    width = np.where(high > low, high - low, 1.0)
    share, spread = (value - low) / width, variance / width**2
    plain = Added(1 / worth, 1 / worth)
    found = [_agresti_coull(share, spread, worth, plain)]
    if added is not None:
        heavy = Added(*(np.maximum(part, 1 / worth) for part in (added.bottom, added.top)))
        found.append(_agresti_coull(share, spread, worth, heavy))
    least = np.minimum.reduce([share, *(ends.low for ends in found)])
    most = np.maximum.reduce([share, *(ends.high for ends in found)])
    sure = high <= low
    return Ends(
        np.where(sure, value, low + width * least), np.where(sure, value, low + width * most)
    )


def _agresti_coull(share: Array, variance: Array, worth: Array, added: Added) -> Ends:
    """Of a mean between 0 and 1."""
    bottom, top = ADDED * added.bottom, ADDED * added.top
    total = 1 + bottom + top
    middle = (share + top) / total
    squares = variance + (share - middle) ** 2 / worth
    squares = squares + bottom * added.bottom * middle**2 + top * added.top * (1 - middle) ** 2
    arm = Z * np.sqrt(squares) / total
    return Ends(np.maximum(middle - arm, 0.0), np.minimum(middle + arm, 1.0))


def from_errors(value: Array, error: Array, reach: Range) -> Ends:
    """The interval of a number that is known by its standard error, from a Jeffreys posterior.

    The error says how many draws of a plain proportion would be as firm: of n draws with the
    share v, it is v (1 - v) / n + 3 / 4 n^2 squared, nearly (exactly so at the ends, but for
    terms of 1 / n^3).
    """
    low, high = reach
    share, square = (value - low) / (high - low), np.square(error / (high - low))
    sure = square == 0
    square = np.where(sure, 1.0, square)
    plain = np.clip(share * (1 - share), 0.0, None)
    worth = (plain + np.sqrt(plain**2 + 3 * square)) / (2 * square)
    ends = around(
        value, np.where(sure, 0.0, plain / worth * (high - low) ** 2), worth, reach, None
    )
    return Ends(np.where(sure, value, ends.low), np.where(sure, value, ends.high))


def least_variance(worth: float) -> float:
    """Of a share that all draws agree on: by the estimate of Jeffreys, half a hit more."""
    smooth = 0.5 / (worth + 1)
    return smooth * (1 - smooth) / worth


def together(value: Array, *parts: Ends) -> Ends:
    """The interval where independent errors of one number add up."""
    down = np.sqrt(sum(np.square(value - part.low) for part in parts))
    up = np.sqrt(sum(np.square(part.high - value) for part in parts))
    return Ends(value - down, value + up)


@dataclass(frozen=True)
class Side:
    """One part of a signed sum.

    Attributes:
        sign: Its sign.
        value: What it is.
        variance: Its own.
        ends: Its interval.
        floor: What its interval leaves open where all draws say the same.
    """

    sign: float
    value: Array
    variance: Array
    ends: Ends
    floor: Array

    @property
    def arms(self) -> tuple[Array, Array]:
        """How far the interval reaches down and up in the sum."""
        arms = self.value - self.ends.low, self.ends.high - self.value
        return arms if self.sign > 0 else arms[::-1]


def signed_sum(sides: Sequence[Side], variance: Array) -> Ends:
    """The interval of a signed sum.

    Args:
        sides: Its parts.
        variance: Of the sum.
    """
    value = np.asarray(sum(side.sign * side.value for side in sides))
    shared = Z**2 * (variance - sum(side.variance for side in sides))
    arms = []
    for way in (0, 1):
        each = [side.arms[way] for side in sides]
        least = sum(
            np.square(np.minimum(arm, s.floor)) for arm, s in zip(each, sides, strict=True)
        )
        square = np.maximum(sum(np.square(arm) for arm in each) + shared, least)
        arms.append(np.minimum(np.sqrt(square), sum(each)))
    return Ends(value - arms[0], value + arms[1])


def table_ends(
    query: ir.Query, graph: Graph, numbers: Mapping[str, Array], errors: Mapping[str, Array]
) -> dict[str, Ends]:
    """The intervals of an answer that was worked out from estimated tables."""
    reach = reach_of(query, graph)
    return {name: from_errors(part, errors[name], reach) for name, part in numbers.items()}


def reach_of(query: ir.Query, graph: Graph) -> Range:
    """The least and the most that an answer can be."""
    match query:
        case ir.Contrast(left, right):
            (low, high), (other_low, other_high) = (
                reach_of(side, graph) for side in (left, right)
            )
            return low - other_high, high - other_low
        case ir.Effect(_, outcome):
            low, high = _span(outcome, graph)
            return low - high, high - low
        case ir.Expectation(target):
            return _span(target.node, graph)
        case _:
            return UNIT


def _span(node: str, graph: Graph) -> Range:
    numbers = np.array(numeric_values(graph.domain(node)))
    return numbers.min(), numbers.max()
