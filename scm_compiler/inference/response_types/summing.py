"""Labels without hidden causes that stand between others, summed out of a network of worlds.

In one world such a label does nothing but pass on P(label | parents). Where there are many of them
the ways in which something comes about are not gone through one by one: their tables are
contracted, and what is left is a number for each value of the copies that districts have or read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scm_compiler.inference.contraction import Array, Contraction, contract, plan
from scm_compiler.passes.twin import Held, Input, Worlds


@dataclass(frozen=True, eq=False)
class Sum:
    """The product of some labels' tables, summed over copies that nothing else reads.

    Attributes:
        factors: Of each label the number of its district, and what it reads and is.
        kept: The copies that stay.
        sizes: How many values each copy has.
    """

    factors: tuple[tuple[int, tuple[Input, ...]], ...]
    kept: tuple[int, ...]
    sizes: Mapping[int, int]

    @cached_property
    def way(self) -> Contraction:
        """In which order it is summed."""
        scopes = [tuple(map(str, _numbers(places))) for _, places in self.factors]
        sizes = {str(number): size for number, size in self.sizes.items()}
        return plan(scopes, sizes, tuple(map(str, self.kept)))

    def table(self, tables: Mapping[int, Array]) -> Array:
        """The numbers, an axis for each copy that stays; NaN where a table has one.

        Args:
            tables: P(label | parents) of each district of one label, by its number.
        """
        sliced = [
            tables[home][tuple(p.value if isinstance(p, Held) else slice(None) for p in places)]
            for home, places in self.factors
        ]
        mass = contract(self.way, sliced)
        return np.asarray(mass.values * np.exp(mass.log_scale))


def summed(
    worlds: Worlds,
    plain: Mapping[int, int],
    sizes: Mapping[str, int],
) -> Sum | None:
    """The sum over the copies of labels without hidden causes; None if there is none to be made.

    Args:
        worlds: The network.
        plain: Of each copy that is its label's only one, and whose label shares no hidden cause,
            the number of the label's district.
        sizes: How many values each label has.
    """
    kept: set[int] = set()
    factors = []
    for number, copy in enumerate(worlds.copies):
        own: Input = Held(worlds.known[number]) if number in worlds.known else number
        places = (*copy.inputs, own)
        if len(set(_numbers(places))) < len(_numbers(places)):
            return None  # one copy is read as the value of several parents
        if number in plain:
            factors.append((plain[number], places))
        else:
            kept.update(_numbers(places))
    met = {number for _, places in factors for number in _numbers(places)}
    if met <= kept:
        return None
    return Sum(
        tuple(factors),
        tuple(sorted(met & kept)),
        {number: sizes[worlds.copies[number].node] for number in met},
    )


def _numbers(places: Sequence[Input]) -> list[int]:
    return [place for place in places if not isinstance(place, Held)]
