"""The real nodes that a question rests on, in every world, as sums of shared normal noises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.gaussian.network import Instance, LinearNetwork
from scm_compiler.ir.domain import Finite
from scm_compiler.ir.graph import reached

Values = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Known:
    """An input with a known number."""

    number: float


Place = Known | int
"""A number, or the place of a copy."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A real node in a world.

    Attributes:
        node: The node.
        discrete: What each discrete parent is, in the order of the mechanism.
        real: What each real parent is: known, or the place of another copy.
        rests_on: The noises (as nodes) and the discrete variables that it is a function of.
    """

    node: str
    discrete: tuple[Known | Instance, ...]
    real: tuple[Place, ...]
    rests_on: frozenset[str | Instance]


@dataclass
class Unrolled:
    """Copies of real nodes, each after those that it reads.

    A parent whose value in that world was seen is that number, so that all that was seen of it is
    in its own row.

    Attributes:
        network: The network.
        seen: The values of variables, none of them with more held than reaches the node.
        copies: The copies so far.
    """

    network: LinearNetwork
    seen: Mapping[Instance, float]
    copies: list[Copy] = field(default_factory=list)
    _places: dict[Instance, int] = field(default_factory=dict)

    def place(self, target: Instance) -> Place:
        """The place of the copy that a real variable is, made if need be; its value if held."""
        if (held := dict(target.held).get(target.node)) is not None:
            return Known(held)
        for name in self._above(target):
            instance = self.network.felt(Instance(name, target.held))
            if instance not in self._places:
                self._places[instance] = len(self.copies)
                self.copies.append(self._copy(instance))
        return self._places[self.network.felt(target)]

    def _above(self, target: Instance) -> list[str]:
        """The real nodes to be placed for a variable, and itself, parents first."""

        def read(name: str) -> list[str]:
            if self.network.felt(Instance(name, target.held)) in self._places:
                return []
            real = self.network.mechanisms[name].real
            return [each for each in real if not isinstance(self._input(each, target), Known)]

        found = set(reached([target.node], read))
        return [name for name in self.network.graph.topological if name in found]

    def _input(self, parent: str, child: Instance) -> Known | Instance:
        held = dict(child.held)
        if parent in held:
            return Known(held[parent])
        instance = self.network.felt(Instance(parent, child.held))
        return Known(self.seen[instance]) if instance in self.seen else instance

    def _copy(self, instance: Instance) -> Copy:
        inputs = self.network.mechanisms[instance.node].inputs
        rests: set[str | Instance] = {instance.node}
        discrete: list[Known | Instance] = []
        real: list[Place] = []
        for parent, domain in inputs.items():
            found = self._input(parent, instance)
            if isinstance(domain, Finite):
                discrete.append(found)
                rests |= set() if isinstance(found, Known) else {found}
            else:
                place = found if isinstance(found, Known) else self._places[found]
                real.append(place)
                rests |= set() if isinstance(place, Known) else self.copies[place].rests_on
        return Copy(instance.node, tuple(discrete), tuple(real), frozenset(rests))


@dataclass(frozen=True, eq=False)
class Sums:
    """Each copy as a constant and a sum of standard normal noises, in each configuration.

    Attributes:
        constants: (copies, configurations).
        loads: (copies, configurations, noises).
    """

    constants: Array
    loads: Array


def sums(
    network: LinearNetwork, copies: Sequence[Copy], chosen: Mapping[Instance, Values], count: int
) -> Sums:
    """The copies in each configuration of the discrete variables.

    Args:
        network: The network.
        copies: Each after those that it reads.
        chosen: The value of each discrete variable in each configuration (count,).
        count: How many configurations there are.
    """
    noises = {name: rank for rank, name in enumerate(dict.fromkeys(c.node for c in copies))}
    constants = np.zeros((len(copies), count))
    loads = np.zeros((len(copies), count, len(noises)))
    for place, copy in enumerate(copies):
        mechanism = network.mechanisms[copy.node]
        sizes = [d.size for d in mechanism.inputs.values() if isinstance(d, Finite)]
        row = np.zeros(count, np.int64)
        for size, source in zip(sizes, copy.discrete, strict=True):
            row = row * size + (
                int(source.number) if isinstance(source, Known) else chosen[source]
            )
        own = mechanism.coefficients[row]
        constants[place] = own[:, 0]
        loads[place, :, noises[copy.node]] = mechanism.deviations[row]
        for slope, parent in zip(own.T[1:], copy.real, strict=True):
            if isinstance(parent, Known):
                constants[place] += slope * parent.number
            else:
                constants[place] += slope * constants[parent]
                loads[place] += slope[:, None] * loads[parent]
    return Sums(constants, loads)
