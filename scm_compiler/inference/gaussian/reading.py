"""Variables and events of questions as instances of a linear Gaussian network."""

from collections.abc import Callable, Iterable

from scm_compiler.inference.gaussian.network import Instance
from scm_compiler.ir import query as ir

Number = Callable[[str, int], float]
"""A node and the index of a value to the value: the index itself of a discrete node."""


def instance_of(variable: ir.Variable, do: ir.World, number: Number) -> Instance | None:
    """A variable in its world; None if that holds a node at what it has in another world.

    Args:
        variable: With what its own brackets hold.
        do: What is held in every world; the variable's own brackets go before it.
        number: What the values of settings are.

    >>> outcome = ir.Variable("Y", (ir.Setting("X", 2),))
    >>> str(instance_of(outcome, (ir.Setting("X", 0), ir.Setting("A", 1)), lambda node, k: k / 2))
    'Y[A=0.5, X=1]'
    """
    held: dict[str, float] = {}
    for setting in (*do, *variable.world):
        if isinstance(setting.value, ir.Variable):
            return None
        held[setting.node] = number(setting.node, setting.value)
    return Instance.of(variable.node, held)


def seen_of(
    events: Iterable[ir.Event], do: ir.World, number: Number
) -> dict[Instance, float] | None:
    """What was seen; None if it is in a world that `instance_of` does not know.

    Args:
        events: Each with a value, of different variables.
        do: What is held in every world.
        number: What the values are.
    """
    found: dict[Instance, float] = {}
    for event in events:
        assert event.value is not None
        instance = instance_of(event.variable, do, number)
        value = number(event.variable.node, event.value)
        if instance is None:
            return None
        found[instance] = value
    return found
