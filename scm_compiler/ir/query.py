"""A question to a model, with every name resolved and every value an index of its domain.

The three rungs share one form (Pearl 2009, chapters 1 and 7): a variable may live in a world
that an intervention makes. Rung 1 has no world, rung 2 has one world for everything (`do`), and
rung 3 mixes worlds.
"""

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True, slots=True)
class Setting:
    """One assignment of an intervention: a node held at a value, or at what it has elsewhere.

    `M=M[X=0]` holds M at the value that it has in the world where X is held at 0.
    """

    node: str
    value: Union[int, "Variable"]


World = tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A node in a world: `Bald` (the factual one) or `Bald[Male=0]`."""

    node: str
    world: World = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A variable and its value; without a value, a free target whose whole table is asked."""

    variable: Variable
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Probability:
    """`P(targets | do(...), given)`; the evidence is seen in the world that `do` makes."""

    targets: tuple[Event, ...]
    do: World = ()
    given: tuple[Event, ...] = ()

    @property
    def free(self) -> tuple[Variable, ...]:
        """The targets whose whole table is asked."""
        return tuple(event.variable for event in self.targets if event.value is None)

    @property
    def never(self) -> bool:
        """Whether one node would have two values, in a query of a single world."""
        known: dict[str, object] = {setting.node: setting.value for setting in self.do}
        events = (event for event in (*self.given, *self.targets) if event.value is not None)
        return any(known.setdefault(e.variable.node, e.value) != e.value for e in events)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`E(target | do(...), given)`: the mean of a node whose values are numbers."""

    target: Variable
    do: World = ()
    given: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """`ATE(cause -> outcome)`: E(outcome | do(cause=1)) - E(outcome | do(cause=0))."""

    cause: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """`left - right`."""

    left: "Query"
    right: "Query"


@dataclass(frozen=True, slots=True)
class LocalEffect(Contrast):
    """`LATE(instrument -> cause -> outcome)`: the effect on those whom the instrument moves.

    It is E(Y[X=1] | X[Z=1]=1, X[Z=0]=0) - E(Y[X=0] | X[Z=1]=1, X[Z=0]=0) of an instrument Z that
    raises X (Imbens and Angrist 1994). Asked so, nobody is assumed to be moved the other way.
    """

    instrument: str
    cause: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Regime:
    """`do(...), given(...)`: every label's table, and images where a head is trained."""

    do: World = ()
    given: tuple[Event, ...] = ()


Query = Probability | Expectation | Effect | Contrast | Regime
