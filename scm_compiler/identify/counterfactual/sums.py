"""What follows from others that add up: P(y, x) from P(y) and the P(y, x') of other values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from scm_compiler.identify.counterfactual.memory import Known, Memory, Place
from scm_compiler.identify.counterfactual.ratio import Decision, decide_joint, decide_ratio
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import unite

MOST = 256
"""How many probabilities are looked at."""

MOST_COPIES = 64
"""Networks of more copies are not looked at: each probability is decided by itself."""


def decide_by_sums(
    memory: Memory, targets: Sequence[ir.Event], given: Sequence[ir.Event], do: ir.World
) -> Decision | None:
    """Of a ratio whose parts follow from others that add up; None if they do not."""
    together = dict.fromkeys((*given, *targets))
    sums = _Sums(memory, tuple(dict.fromkeys(event.variable for event in together)), do)
    whole = unite(memory.graph, tuple(together), do)
    if whole is None or len(whole.copies) > MOST_COPIES:
        return None
    if len(sums.variables) < len(together) or sums.size > MOST:
        return None
    known = sums.known
    above, below = sums.place(together), sums.place(given)
    if not {above, below} <= known.keys():
        return None
    both = tuple(sums.signed(above, known)), tuple(sums.signed(below, known))
    used = (factor for side in both for _, part in side for factor in part.factors)
    return Decision(factors=tuple(dict.fromkeys(used)), sums=both)


@dataclass(frozen=True)
class _Sums:
    """The probabilities of some variables' values, all or some of them, which add up.

    Attributes:
        memory: Of their graph.
        variables: Different ones.
        do: An intervention on every world.
    """

    memory: Memory
    variables: tuple[ir.Variable, ...]
    do: ir.World

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of values of each variable."""
        return tuple(self.memory.graph.domain(variable.node).size for variable in self.variables)

    @property
    def size(self) -> int:
        """How many probabilities there are."""
        return prod(size + 1 for size in self.sizes)

    def place(self, events: Iterable[ir.Event]) -> Place:
        """The values of the events."""
        values = {event.variable: event.value for event in events}
        return tuple(values.get(variable) for variable in self.variables)

    @property
    def known(self) -> Known:
        """What P determines, and from what: the same whichever of the values are asked for."""
        kept, key = self.memory.sums, (self.variables, self.do)
        if key not in kept:
            kept[key] = self._closed()
        found: Known = kept[key]
        return found

    def _closed(self) -> Known:
        places = product(*([None, *range(size)] for size in self.sizes))
        known: dict[Place, tuple[Place, ...]] = {
            place: ()
            for place in places
            if decide_joint(self.memory, self._events(place), self.do)
        }
        while fresh := dict(self._following(known)):
            known |= fresh
        return known

    def _following(self, known: Known) -> Iterator[tuple[Place, tuple[Place, ...]]]:
        """The missing parts of sums of which all else is known."""
        for whole in known:
            for axis in (rank for rank, value in enumerate(whole) if value is None):
                values = range(self.sizes[axis])
                parts = [(*whole[:axis], value, *whole[axis + 1 :]) for value in values]
                missing = [part for part in parts if part not in known]
                if len(missing) == 1:
                    rest = (part for part in parts if part != missing[0])
                    yield missing[0], (whole, *rest)

    def signed(self, place: Place, known: Known) -> Iterator[tuple[float, Decision]]:
        """A probability, as a sum of those that it follows from."""
        if not known[place]:
            yield 1.0, decide_ratio(self.memory, self._events(place), (), self.do)
            return
        whole, *others = known[place]
        yield from self.signed(whole, known)
        for other in others:
            yield from ((-sign, part) for sign, part in self.signed(other, known))

    def _events(self, place: Place) -> tuple[ir.Event, ...]:
        pairs = zip(self.variables, place, strict=True)
        return tuple(ir.Event(variable, value) for variable, value in pairs if value is not None)
