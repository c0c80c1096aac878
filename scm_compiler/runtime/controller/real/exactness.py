"""Which real nodes their parents all but determine."""

from collections.abc import Iterator, Mapping

import numpy as np

from scm_compiler.ir.domain import Real
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.runtime.controller.real.codes.fits import NearlyExact

EXACT = 0.01
"""A node is determined by its parents if they leave less of its spread than this."""

ROWS = 2000
"""Rows that are looked at."""

NORMAL = 1.349
"""From the lower to the upper quartile of a normal law, in deviations."""


def nearly_exact(
    mechanisms: Mapping[str, Mechanism], columns: Mapping[str, Column]
) -> Iterator[NearlyExact]:
    """W566 for each real node that has hardly any noise.

    Args:
        mechanisms: By node.
        columns: The rows that they were fitted to.
    """
    for name, mechanism in mechanisms.items():
        if not isinstance(mechanism.domain, Real) or not mechanism.parents:
            continue
        step = -(-len(columns[name]) // ROWS)
        world = {parent: columns[parent][::step] for parent in mechanism.parents}
        low, high = (_at(mechanism, world, share) for share in (0.25, 0.75))
        apart = (high - low)[high > low]  # of a heap, which has a probability, nothing is left
        spread = np.std(columns[name])
        if 2 * len(apart) > len(low) and np.median(apart) < NORMAL * EXACT * spread:
            yield NearlyExact(name=name)


def _at(mechanism: Mechanism, world: Mapping[str, Column], share: float) -> Column:
    """What so large a share of the values is below, given the parents."""
    count = len(next(iter(world.values())))
    noise = mechanism.noise_of(np.full((count, 1), share))  # type: ignore[attr-defined]
    return np.asarray(mechanism.sample(world, noise))
