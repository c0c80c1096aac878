"""What a counterfactual can be whatever the noise model: bounds from the tables alone.

Without hidden common causes the only thing that the tables P(x | parents) leave open is, for each
node, how its values under different parents go together: any coupling with these margins is the
work of some mechanism (Balke and Pearl 1994; Tian and Pearl 2000). So the bounds are the extremes
over all couplings of each node that has several copies in the network of worlds.

Corners. For a node of two values and two copies, the coupling of each pair of parent
configurations is one number between the two of Fréchet. A probability is a ratio of two functions
that are linear in each of these numbers; along each the ratio is monotone, so that its extremes
are at corners of the box of all numbers, and the corners are tried. If, for each node, the pairs
form no cycle (a forest on the configurations), every corner is the work of some mechanism and the
bounds are sharp. If there is a cycle the box is too large, and the bounds are sound but may be
wide.

Guesses. A row of a table that no data stand behind can be anything. Along the row of a node that
has one copy the ratio is monotone too: it is enough to try each value as the only one. The rows of
several copies, or too many, are bounded by entries, each between nothing and what others leave.

Entries. Otherwise each entry of a common table is put between its own Fréchet bounds,
max(0, sum of the margins - (their number - 1)) and the least margin. All else being non-negative,
the sums over these bounds enclose the probability.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from itertools import product
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.joint import Group, Joint
from scm_compiler.inference.counterfactual.noise import opposed, threshold
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.posteriors import Rows
from scm_compiler.passes.twin import Held

MOST_SWITCHES = 10
"""Corners are tried up to two to this power; beyond it, entries are bounded."""

MOST_SETTINGS = 64
"""Guessed rows are tried at each value up to so many settings; beyond it, entries are bounded."""

_NOTHING = Bounds(np.nan, np.nan, sharp=False)
"""Where the evidence is impossible."""

_BATCH_CELLS = 2**22
_ROUNDING = 1e-12

Masks = Mapping[str, NDArray[np.bool_]]
"""For labels with guessed rows, true at those parent configurations."""

Pair = tuple[int, int]
"""Two configurations of a node's parents, by their rows in its table."""


@dataclass(frozen=True)
class Case:
    """A conditional probability P(targets | evidence) over several worlds.

    Attributes:
        joint: The network in which targets and evidence happen.
        evidence: The network in which the evidence happens.
        others: Builds the networks in which the evidence happens and the targets have other
            values; they exclude each other and leave nothing out. None if there are too many.
        rows: The tables, without a batch axis.
        unseen: For labels with guessed rows, true at those parent configurations: there the
            bounds hold whatever is true. None are looked at unless they are given.
        open: The network in which nothing is known of any copy of the joint's.
    """

    joint: Joint
    evidence: Joint
    others: Callable[[], tuple[Joint, ...] | None]
    rows: Rows
    unseen: Masks = field(default_factory=dict)
    open: Joint | None = None

    @cached_property
    def groups(self) -> tuple[list[Group], list[Group]]:
        """The copies that share noise: with the targets, and in the evidence alone."""
        return self.joint.groups(self.rows), self.evidence.groups(self.rows)


def bounds(case: Case) -> Bounds:
    """The bounds of one probability; not numbers if no noise model allows the evidence.

    Raises:
        ScmError: E450 if a table would be too large.
    """
    if case.unseen:
        return _whatever(case)
    above, below = case.groups
    if not above and not below:
        whole = _logs(case.evidence, case.rows)
        if whole == -np.inf:
            return _NOTHING
        value = float(np.exp(_logs(case.joint, case.rows) - whole))
        return Bounds(value, value, sharp=True)
    if all(_is_simple(group) for group in (*above, *below)):
        switches = _Switches.of(above, below)
        if switches.count <= MOST_SWITCHES:
            return _corners(case, switches)
    return _entries(case)


def drawn_bounds(case: Case, count: int) -> list[Bounds] | None:
    """The bounds on many tables at once; None where it takes one after the other.

    Args:
        case: Its tables have a batch axis.
        count: How many there are.
    """
    groups = (*case.groups[0], *case.groups[1])
    largest = count * max(case.joint.way.largest, case.evidence.way.largest)
    if largest > _BATCH_CELLS or not all(map(_is_simple, groups)):
        return None
    switches = _Switches.of(*case.groups)
    if 2**switches.count > count:
        return None
    settings = (np.array(each, np.bool_) for each in np.ndindex(*[2] * switches.count))
    ratios = [np.broadcast_to(_at(case, switches, each), (count,)) for each in settings]
    ends = zip(np.fmin.reduce(ratios), np.fmax.reduce(ratios), strict=True)
    return [Bounds(float(low), float(high), switches.sharp) for low, high in ends]


def mean_bounds(rows: Sequence[Bounds], weights: Sequence[float]) -> Bounds:
    """The bounds of an expectation from those of each value's probability."""
    low = _greedy(rows, weights)
    high = -_greedy(rows, [-weight for weight in weights])
    return Bounds(low, high, sharp=len(rows) == 2 and all(row.sharp for row in rows))


def _greedy(rows: Sequence[Bounds], weights: Sequence[float]) -> float:
    """The least mean: what is left after each value's least goes to the smallest weights."""
    left = 1.0 - sum(row.low for row in rows)
    total = sum(weight * row.low for weight, row in zip(weights, rows, strict=True))
    for weight, row in sorted(zip(weights, rows, strict=True), key=itemgetter(0)):
        taken = min(left, row.width)
        total, left = total + weight * taken, left - taken
    return total


def holding(found: Bounds, point: float) -> Bounds:
    """Bounds that hold a point also after rounding."""
    return replace(found, low=min(found.low, point), high=max(found.high, point))


def most_log_mass(joint: Joint, rows: Rows) -> float:
    """A number that the logarithm of a probability cannot exceed under any noise model."""
    return float(np.broadcast_to(joint.log_mass(rows, _frechet), (3,))[2])


def _is_simple(group: Group) -> bool:
    return len(group.tables) == 2 and group.tables[0].shape[-1] == 2


@dataclass(frozen=True)
class _Switches:
    """Which pairs of configurations go together and which go apart.

    Attributes:
        place: The switch of each pair of each node.
        count: How many switches there are.
        sharp: Whether all settings of the pairs are possible at once.
    """

    place: Mapping[tuple[str, Pair], int] = field(default_factory=dict)
    count: int = 0
    sharp: bool = True

    @classmethod
    def of(cls, above: Sequence[Group], below: Sequence[Group]) -> "_Switches":
        """The switches of a case.

        Where both copies of a node have a known value, and the evidence alone does not couple
        them, everything grows or shrinks with all of the node's pairs alike: one switch is enough.
        """
        place: dict[tuple[str, Pair], int] = {}
        count, sharp = 0, True
        nodes = {group.node for group in below}
        for group in (*above, *below):
            pairs = [pair for pair in _pairs(group) if (group.node, pair) not in place]
            alike = group.node not in nodes and None not in group.known
            for pair in pairs:
                place[group.node, pair] = count
                count += not alike
            count += alike and bool(pairs)
        for node in nodes | {group.node for group in above}:
            sharp &= _is_forest([pair for name, pair in place if name == node])
        return cls(place, count, sharp)

    def numbers(self, group: Group) -> NDArray[np.int64]:
        """The switch of each setting of a group's inputs; 0 where it makes no difference."""
        left, right = np.broadcast_arrays(*group.rows)
        found = [self.place.get((group.node, pair), 0) for pair in _ordered(left, right)]
        return np.array(found, np.int64).reshape(left.shape)


def _pairs(group: Group) -> list[Pair]:
    """The pairs of different configurations that leave a choice."""
    first, second = np.broadcast_arrays(*(table.min(-1) for table in group.tables))
    left, right = np.broadcast_arrays(*group.rows)
    choice = (first > 0) & (second > 0) & (left != right)
    choice = choice.reshape(-1, *left.shape).any(0)
    return sorted({*_ordered(left[choice], right[choice])})


def _ordered(left: NDArray[np.int64], right: NDArray[np.int64]) -> Iterator[Pair]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    return zip(low.ravel().tolist(), high.ravel().tolist(), strict=True)


def _corners(case: Case, switches: _Switches) -> Bounds:
    """The extremes over all settings of the switches."""
    settings = np.array(list(np.ndindex(*[2] * switches.count)), np.bool_)
    largest = max(case.joint.way.largest, case.evidence.way.largest)
    step = int(max(1, min(len(settings), _BATCH_CELLS // largest)))
    values = [
        _at(case, switches, settings[start : start + step])
        for start in range(0, len(settings), step)
    ]
    # Evidence that is impossible at a corner is so on a whole face, which says nothing.
    ratios = np.concatenate(values)
    if np.isnan(ratios).all():
        return _NOTHING
    return Bounds(float(np.nanmin(ratios)), float(np.nanmax(ratios)), switches.sharp)


def _at(case: Case, switches: _Switches, settings: NDArray[np.bool_]) -> Array:
    """The probability at each setting (batch,); not a number where the evidence is impossible.

    Or, of tables with a batch axis, at one setting.
    """

    def join(group: Group) -> Array:
        together, apart = threshold(group), opposed(group)
        if not switches.count:
            return together
        chosen = group.beside(settings[..., switches.numbers(group)])
        return np.asarray(np.where(chosen, together, apart))

    above, below = case.groups
    whole = case.evidence.log_mass(case.rows, join, below)
    part = case.joint.log_mass(case.rows, join, above)
    possible = whole > -np.inf
    ratios = np.exp(part - np.where(possible, whole, 0.0))
    found = np.where(possible, np.minimum(ratios, 1.0), np.nan)
    return np.broadcast_to(found, settings.shape[:-1]) if found.ndim == 0 else found


def _whatever(case: Case) -> Bounds:
    """The bounds where guessed rows can be anything."""
    tied = {name for joint in (case.joint, case.evidence) for name in joint.worlds.tied}
    choices = [
        (name, row)
        for name in sorted(case.unseen.keys() - tied)
        for row in sorted(_met(name, case))
    ]
    sizes = [case.rows[name].shape[-1] for name, _ in choices]
    if math.prod(sizes) > MOST_SETTINGS:
        return _entries(case)
    left = {name: mask for name, mask in case.unseen.items() if name in tied}
    found = []
    for values in product(*map(range, sizes)):
        rows = {name: np.array(case.rows[name]) for name, _ in choices}
        for (name, row), value in zip(choices, values, strict=True):
            size = rows[name].shape[-1]
            rows[name].reshape(-1, size)[row] = np.eye(size)[value]
        one = replace(case, rows={**case.rows, **rows}, unseen=left)
        found.append(_entries(one) if left else bounds(one))
    possible = [span for span in found if not np.isnan(span.low)]
    low, high = min(span.low for span in possible), max(span.high for span in possible)
    return Bounds(low, high, sharp=all(span.sharp for span in possible))


def _met(name: str, case: Case) -> set[int]:
    """The guessed rows that some copy of a node can read."""
    mask = case.unseen[name]
    found: set[int] = set()
    for worlds in (case.joint.worlds, case.evidence.worlds):
        for copy in (each for each in worlds.copies if each.node == name):
            values = (
                place.value if isinstance(place, Held) else worlds.known.get(place)
                for place in copy.inputs
            )
            at = tuple(slice(None) if value is None else value for value in values)
            reached = np.zeros(mask.shape, np.bool_)
            reached[at] = True
            found.update(np.flatnonzero(reached & mask).tolist())
    return found


def _entries(case: Case) -> Bounds:
    low, high = _enclosed([case.joint], case)
    others = case.others()
    whole_low, whole_high = _enclosed([case.evidence], case)
    if whole_high == 0:
        return _NOTHING
    if others is not None:
        rest_low, rest_high = _enclosed(others, case)
        if whole_high - whole_low <= _ROUNDING * whole_high:
            low, high = max(low, whole_high - rest_high), min(high, whole_high - rest_low)
            return _interval(low / whole_high, high / whole_high)
        return _interval(_share(low, rest_high, 0.0), _share(high, rest_low, 1.0))
    return _interval(low / whole_high, high / whole_low if whole_low > 0 else 1.0)


def _interval(low: float, high: float) -> Bounds:
    return Bounds(max(0.0, low), min(1.0, high), sharp=False)


def _share(part: float, rest: float, otherwise: float) -> float:
    return part / (part + rest) if part + rest > 0 else otherwise


def _enclosed(joints: Iterable[Joint], case: Case) -> tuple[float, float]:
    """The least and the most that the sum of some probabilities can be.

    What comes about by way of guessed rows is at most what meets one at all.
    """
    low, seen, high = sum((_masses(joint, case) for joint in joints), np.zeros(3))
    if case.open is not None:
        high = min(high, seen + 1.0 - _masses(case.open, case)[0])
    return float(low), float(high)


def _masses(joint: Joint, case: Case) -> Array:
    """The least and the most of a probability without guessed rows, and the most with them."""
    rows = dict(case.rows)
    for name, mask in case.unseen.items():
        if name not in joint.worlds.tied:
            met = mask[..., None]
            none, all_of_it = (np.where(met, end, rows[name]) for end in (0.0, 1.0))
            rows[name] = np.stack([none, none, all_of_it])
    logs = joint.log_mass(rows, partial(_frechet, unseen=case.unseen))
    return np.asarray(np.exp(np.broadcast_to(logs, (3,))))


def _frechet(group: Group, unseen: Masks | None = None) -> Array:
    """A group's common table, every entry at its least and its most: a batch of three.

    The first two are of what meets no guessed row; in the third such a row can be anything.
    """
    size = group.tables[0].shape[-1]
    mask = (unseen or {}).get(group.node)
    chances = group.spread([table / table.sum(-1, keepdims=True) for table in group.tables])
    met = [
        np.zeros(row.shape, np.bool_) if mask is None else mask.ravel()[row] for row in group.rows
    ]
    guessed = group.spread([np.broadcast_to(m[..., None], (*m.shape, size)) for m in met])
    values = group.spread([np.arange(size).reshape(*[1] * row.ndim, size) for row in group.rows])
    rows = [group.beside(row) for row in group.rows]
    highs = [np.where(free, 1.0, chance) for free, chance in zip(guessed, chances, strict=True)]
    least, missing, agree = highs[0], 1 - chances[0], np.array(True)
    for rank in range(1, len(chances)):
        same = [rows[rank] == rows[other] for other in range(rank)]
        for other, alike in enumerate(same):
            agree = agree & (~alike | (values[rank] == values[other]))
        again = np.any(np.stack(np.broadcast_arrays(*same)), 0)
        least = np.minimum(least, highs[rank])
        missing = missing + np.where(again, 0.0, 1 - chances[rank])
    low, high, free = np.broadcast_arrays(
        np.maximum(0.0, 1 - missing), least, reduce(np.logical_or, guessed)
    )
    sure = agree & ~free
    return np.stack([np.where(sure, low, 0), np.where(sure, high, 0), np.where(agree, high, 0)])


def _logs(joint: Joint, rows: Rows) -> Array:
    return joint.log_mass(rows, threshold)


def _is_forest(pairs: Sequence[Pair]) -> bool:
    """Whether no circle can be made of the pairs: each joins two trees."""
    above: dict[int, int] = {}
    for pair in pairs:
        left, right = (_root(end, above) for end in pair)
        if left == right:
            return False
        above[left] = right
    return True


def _root(place: int, above: Mapping[int, int]) -> int:
    while place in above:
        place = above[place]
    return place
