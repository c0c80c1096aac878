"""What values a node takes.

A domain says for itself all that depends on it: what a graph's JSON and hash keep of it, and,
where its values can be counted, how they are named, spelt in data, and spread. scmc has two
domains; a package that adds a node kind may bring one of its own, a subclass of `Finite`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

KINDS = "scmc.kinds"
"""The entry points of node kinds, which make domains; see `scm_compiler.kinds`."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """Distributions over finitely many values: P(k) in proportion to exp(base_k + a . t_k).

    The numbers `a` are free for every setting of the parents, the base and the statistics `t_k` of
    the values are not (an exponential family in its natural parameters).

    Attributes:
        base: One number a value.
        statistics: One row a parameter, with one number a value.
    """

    base: tuple[float, ...]
    statistics: tuple[tuple[float, ...], ...]


class Domain(ABC):
    """What a node may be."""

    __slots__ = ()

    @property
    @abstractmethod
    def arguments(self) -> Mapping[str, Any]:
        """What its kind makes it of, by the names of the parameters and in their order.

        Values are those of programs; a list or tuple stands for several of them (`*values`).
        """

    @property
    def claim(self) -> list[Any]:
        """What the graph's hash holds of it, besides the node's kind."""
        return [[name, value] for name, value in self.arguments.items()]


class Finite(Domain):
    """Finitely many values, each with a name; a value is stored as its index."""

    __slots__ = ()

    values: tuple[str, ...]
    """The names, as programs, questions and data have them."""

    @property
    def size(self) -> int:
        """The number of values."""
        return len(self.values)

    @property
    def family(self) -> Exponential | None:
        """The distributions that a node may have at each setting of its parents; None for any.

        It binds mechanisms of the explicit family that no hidden cause reaches.
        """
        return None

    @property
    def spellings(self) -> Mapping[str, int]:
        """Every text that data may have for a value, and the value's index.

        A name as declared wins over another name in other case.
        """
        return _spelt(self.values)

    def index(self, value: str) -> int:
        """The index of a named value; ValueError if there is none."""
        return self.values.index(value)


@dataclass(frozen=True, slots=True)
class Discrete(Finite):
    """Finitely many named values, and nothing more.

    >>> Discrete(("black", "brown")).index("brown")
    1
    """

    values: tuple[str, ...]
    type: Literal["discrete"] = "discrete"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The values."""
        return {"values": list(self.values)}

    @property
    def claim(self) -> list[Any]:
        """The type and the values."""
        return [self.type, *self.values]

    @property
    def spellings(self) -> Mapping[str, int]:
        """As of any; two values may also be `yes` and `no`, or 1 and -1."""
        if self == BINARY:
            return dict.fromkeys(_NO, 0) | dict.fromkeys(_YES, 1)
        return _spelt(self.values)


@dataclass(frozen=True, slots=True)
class Image(Domain):
    """A float image of shape C H W in [-1, 1]."""

    channels: int
    height: int
    width: int
    type: Literal["image"] = "image"

    @property
    def arguments(self) -> Mapping[str, int]:
        """The sizes."""
        return {"channels": self.channels, "height": self.height, "width": self.width}

    @property
    def claim(self) -> list[Any]:
        """The type and the sizes."""
        return [self.type, *self.arguments.values()]


@dataclass(frozen=True, slots=True)
class Real(Domain):
    """A real number between two ends, either of which may be infinite."""

    low: float = -inf
    high: float = inf
    type: Literal["real"] = "real"

    @property
    def arguments(self) -> Mapping[str, float]:
        """The ends."""
        return {"low": self.low, "high": self.high}

    @property
    def claim(self) -> list[Any]:
        """The type and the ends."""
        return [self.type, *self.arguments.values()]


_NO = ("0", "-1", "no", "false", "n", "f", "0.0", "-1.0")
_YES = ("1", "yes", "true", "y", "t", "1.0", "+1")

BINARY = Discrete(("0", "1"))


def _spelt(values: tuple[str, ...]) -> dict[str, int]:
    """The values as declared, and other spellings that stand for one of them alone."""
    folded: dict[str, int] = {}
    taken: set[str] = set()
    for index, name in enumerate(values):
        for spelling in _variants(name):
            if spelling in folded:
                taken.add(spelling)
            folded[spelling] = index
    exact = {name: index for index, name in enumerate(values)}
    return {text: index for text, index in folded.items() if text not in taken} | exact


def _variants(name: str) -> set[str]:
    """Other spellings of a name: lower case, and a whole number as tables of floats write it."""
    return {name.casefold(), f"{name}.0"} if name.isdecimal() else {name.casefold()}
