"""In which order variables are summed out of a product of tables: greedy, by one of two rules."""

import heapq
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

Scope = tuple[str, ...]


def elimination_order(
    scopes: Sequence[Scope],
    sizes: Mapping[str, int],
    keep: Collection[str],
    rule: str = "min-fill",
) -> tuple[str, ...]:
    """The variables that are not kept, next always the one of the least score.

    Neighbours are bits of one whole number a variable, so that sets are compared at once.

    Args:
        scopes: The axes of each table.
        sizes: The number of values of each variable.
        keep: The variables that stay.
        rule: `min-fill`, the number of fill-in edges, ties by the size of the table made; or
            `min-weight`, that size first.
    """
    names = list(dict.fromkeys(name for scope in scopes for name in scope))
    place = {name: rank for rank, name in enumerate(names)}
    near = [0] * len(names)
    for scope in scopes:
        whole = sum(1 << place[name] for name in scope)
        for name in scope:
            near[place[name]] |= whole
    near = [mask & ~(1 << rank) for rank, mask in enumerate(near)]
    weights = [math.log2(sizes[name]) for name in names]
    left = set(range(len(names))).difference(place[name] for name in keep if name in place)
    return tuple(names[rank] for rank in _eliminated(near, weights, left, _SCORES[rule]))


def _eliminated(
    near: list[int], weights: Sequence[float], left: set[int], score: "_Score"
) -> Iterator[int]:
    """Take out the variable of the least score, connect its neighbours, and so on."""
    scores = {rank: score(near, weights, rank) for rank in left}
    heap = [(value, rank) for rank, value in scores.items()]
    heapq.heapify(heap)
    while scores:
        value, rank = heapq.heappop(heap)
        if scores.get(rank) != value:
            continue  # an entry that a later score replaced
        del scores[rank]
        yield rank
        for other in _eliminate(near, rank):
            if other in scores and (fresh := score(near, weights, other)) != scores[other]:
                scores[other] = fresh
                heapq.heappush(heap, (fresh, other))


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _fill(near: Sequence[int], weights: Sequence[float], rank: int) -> tuple[float, float]:
    around = left = near[rank]
    missing, weight = 0, weights[rank]
    while left:  # as `_bits`, which would be asked more than anything else
        low = left & -left
        left ^= low
        other = low.bit_length() - 1
        missing += (around & ~near[other]).bit_count() - 1  # the neighbour itself is no edge
        weight += weights[other]
    return missing, weight


def _weight(near: Sequence[int], weights: Sequence[float], rank: int) -> tuple[float, float]:
    missing, weight = _fill(near, weights, rank)
    return weight, missing


_Score = Callable[[Sequence[int], Sequence[float], int], tuple[float, float]]

_SCORES: Mapping[str, _Score] = {"min-fill": _fill, "min-weight": _weight}

RULES = tuple(_SCORES)
"""The greedy rules for an elimination order, the first to be tried first."""


def _eliminate(near: list[int], rank: int) -> Iterator[int]:
    """Connect the neighbours of a variable, remove it, and say whose score may have changed."""
    around = touched = left = near[rank]
    others = ~(1 << rank)
    while left:  # as `_bits`
        low = left & -left
        left ^= low
        other = low.bit_length() - 1
        new = around & ~near[other] ^ low
        near[other] = (near[other] | new) & others
        if new:
            touched |= near[other]
    return _bits(touched)
