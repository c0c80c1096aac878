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

Entries. Otherwise each entry of a common table is put between its own Fréchet bounds,
max(0, sum of the margins - (their number - 1)) and the least margin. All else being non-negative,
the sums over these bounds enclose the probability.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.answers import Bounds
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.joint import Group, Joint
from scm_compiler.inference.counterfactual.noise import opposed, threshold
from scm_compiler.inference.engine import Rows

MOST_SWITCHES = 10
"""Corners are tried up to two to this power; beyond it, entries are bounded."""

_BATCH_CELLS = 2**22


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
    """

    joint: Joint
    evidence: Joint
    others: Callable[[], tuple[Joint, ...] | None]
    rows: Rows

    @cached_property
    def groups(self) -> tuple[list[Group], list[Group]]:
        """The copies that share noise: with the targets, and in the evidence alone."""
        return self.joint.groups(self.rows), self.evidence.groups(self.rows)


def bounds(case: Case) -> Bounds:
    """The bounds of one probability; the evidence must be possible under `threshold`.

    Raises:
        ScmError: E450 if a table would be too large.
    """
    above, below = case.groups
    if not above and not below:
        value = float(np.exp(_logs(case.joint, case.rows) - _logs(case.evidence, case.rows)))
        return Bounds(value, value, sharp=True)
    if all(_is_simple(group) for group in (*above, *below)):
        switches = _Switches.of(above, below)
        if switches.count <= MOST_SWITCHES:
            return _corners(case, switches)
    return _entries(case)


def most_log_mass(joint: Joint, rows: Rows) -> float:
    """A number that the logarithm of a probability cannot exceed under any noise model."""
    return float(np.broadcast_to(joint.log_mass(rows, _frechet), (2,))[1])


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
        keys = np.stack([np.minimum(left, right).ravel(), np.maximum(left, right).ravel()])
        pairs, places = np.unique(keys, axis=1, return_inverse=True)
        found = [self.place.get((group.node, (int(a), int(b))), 0) for a, b in pairs.T]
        return np.array(found, np.int64)[places.reshape(left.shape)]


def _pairs(group: Group) -> list[Pair]:
    """The pairs of different configurations that leave a choice."""
    first, second = np.broadcast_arrays(*(table.min(-1) for table in group.tables))
    left, right = np.broadcast_arrays(*group.rows)
    choice = (first > 0) & (second > 0) & (left != right)
    ends = left[choice], right[choice]
    found = np.unique(np.stack([np.minimum(*ends), np.maximum(*ends)]), axis=1)
    return [(int(a), int(b)) for a, b in found.T]


def _corners(case: Case, switches: _Switches) -> Bounds:
    """The extremes over all settings of the switches."""
    settings = np.array(list(np.ndindex(*[2] * switches.count)), np.bool_)
    largest = max(case.joint.plan.largest, case.evidence.plan.largest)
    step = int(max(1, min(len(settings), _BATCH_CELLS // largest)))
    values = [
        _at(case, switches, settings[start : start + step])
        for start in range(0, len(settings), step)
    ]
    # Evidence that is impossible at a corner is so on a whole face, which says nothing.
    ratios = np.concatenate(values)
    return Bounds(float(np.nanmin(ratios)), float(np.nanmax(ratios)), switches.sharp)


def _at(case: Case, switches: _Switches, settings: NDArray[np.bool_]) -> Array:
    """The probability at each setting (batch,); not a number where the evidence is impossible."""

    def join(group: Group) -> Array:
        together, apart = threshold(group), opposed(group)
        if not switches.count:
            return together
        chosen = group.beside(settings[:, switches.numbers(group)])
        return np.asarray(np.where(chosen, together, apart))

    whole = case.evidence.log_mass(case.rows, join)
    part = case.joint.log_mass(case.rows, join)
    possible = whole > -np.inf
    ratios = np.exp(part - np.where(possible, whole, 0.0))
    found = np.where(possible, np.minimum(ratios, 1.0), np.nan)
    return np.broadcast_to(found, (len(settings),)) if found.ndim == 0 else found


def _entries(case: Case) -> Bounds:
    low, high = _enclosed([case.joint], case.rows)
    others = case.others()
    if others is not None:
        rest_low, rest_high = _enclosed(others, case.rows)
        if not case.groups[1]:
            whole = float(np.exp(_logs(case.evidence, case.rows)))
            low, high = max(low, whole - rest_high), min(high, whole - rest_low)
            return _interval(low / whole, high / whole)
        return _interval(_share(low, rest_high, 0.0), _share(high, rest_low, 1.0))
    whole_low, whole_high = _enclosed([case.evidence], case.rows)
    return _interval(low / whole_high, high / whole_low if whole_low > 0 else 1.0)


def _interval(low: float, high: float) -> Bounds:
    return Bounds(max(0.0, low), min(1.0, high), sharp=False)


def _share(part: float, rest: float, otherwise: float) -> float:
    return part / (part + rest) if part + rest > 0 else otherwise


def _enclosed(joints: Iterable[Joint], rows: Rows) -> tuple[float, float]:
    """The least and the most that the sum of some probabilities can be."""
    found = np.zeros(2)
    for joint in joints:
        found += np.exp(np.broadcast_to(joint.log_mass(rows, _frechet), (2,)))
    return float(found[0]), float(found[1])


def _frechet(group: Group) -> Array:
    """A group's common table, every entry at its least and at its most: a batch of two."""
    chances = group.spread([table / table.sum(-1, keepdims=True) for table in group.tables])
    size = group.tables[0].shape[-1]
    values = group.spread([np.arange(size).reshape(*[1] * row.ndim, size) for row in group.rows])
    rows = [group.beside(row) for row in group.rows]
    least, missing, agree = chances[0], 1 - chances[0], np.array(True)
    for rank in range(1, len(chances)):
        same = [rows[rank] == rows[other] for other in range(rank)]
        for other, alike in enumerate(same):
            agree = agree & (~alike | (values[rank] == values[other]))
        again = np.any(np.stack(np.broadcast_arrays(*same)), 0)
        least = np.minimum(least, chances[rank])
        missing = missing + np.where(again, 0.0, 1 - chances[rank])
    low, high = np.broadcast_arrays(np.maximum(0.0, 1 - missing), least)
    return np.stack([np.where(agree, low, 0.0), np.where(agree, high, 0.0)])


def _logs(joint: Joint, rows: Rows) -> Array:
    return joint.log_mass(rows, threshold)


def _is_forest(pairs: Sequence[Pair]) -> bool:
    """Whether no circle can be made of the pairs."""
    import networkx as nx  # noqa: PLC0415  (a fifth of a second, for few questions)

    return not pairs or bool(nx.is_forest(nx.Graph(pairs)))
