"""Which of what was seen matters: what noise or an unknown discrete variable ties to a target."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scm_compiler.inference.gaussian.network import Instance
from scm_compiler.inference.gaussian.unrolled import Copy, Known, Place
from scm_compiler.passes import Worlds


@dataclass(frozen=True)
class Ties:
    """Things in connected parts, each of which has one of them that stands for it."""

    above: dict[object, object] = field(default_factory=dict)

    def part(self, thing: object) -> object:
        """What stands for the part of a thing."""
        while (above := self.above.get(thing, thing)) != thing:
            self.above[thing] = self.above.get(above, above)
            thing = above
        return thing

    def tie(self, left: object, right: object) -> None:
        """Make one part of the parts of two things."""
        self.above[self.part(left)] = self.part(right)


def tied(
    worlds: Worlds,
    copies: Sequence[Copy],
    discrete: Mapping[Instance, Place],
    placed: Mapping[Instance, Place],
) -> Ties:
    """What hangs together: variables, noises by their nodes, and discrete copies by their numbers.

    Args:
        worlds: The discrete network of all worlds.
        copies: The real copies.
        discrete: What each discrete variable is in the network.
        placed: What each real variable is among the copies.
    """
    ties = Ties()
    for left, right in _between(worlds):
        ties.tie(left, right)
    for instance, place in placed.items():
        if isinstance(place, int):
            for tie in _rests_on(copies[place], discrete):
                ties.tie(instance, tie)
    for instance, place in discrete.items():
        if isinstance(place, int):
            ties.tie(instance, place)
    return ties


def concerning(
    targets: Iterable[Instance],
    seen: Mapping[Instance, float],
    real: Collection[Instance],
    ties: Ties,
) -> set[Instance]:
    """The real variables seen that are tied to a target.

    They are all, where a node was seen in two worlds: what was seen may then contradict itself.
    """
    rows = [each for each in seen if each in real]
    if len({each.node for each in rows}) < len(rows):
        return {*rows}
    near = {ties.part(each) for each in targets if each not in seen}
    return {each for each in rows if ties.part(each) in near}


def _between(worlds: Worlds) -> Iterator[tuple[int, int]]:
    """The discrete copies that read one another or share noise."""
    for number, copy in enumerate(worlds.copies):
        yield from ((number, other) for other in copy.inputs if isinstance(other, int))
    for group in worlds.coupled:
        yield from pairwise(group)


def _rests_on(copy: Copy, discrete: Mapping[Instance, Place]) -> Iterator[object]:
    """The noises and the unknown discrete copies."""
    for part in copy.rests_on:
        place = discrete[part] if isinstance(part, Instance) else part
        if not isinstance(place, Known):
            yield place
