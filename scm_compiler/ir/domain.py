"""What values a node takes.

A domain says for itself all that depends on it: what a graph's JSON and hash keep of it, and,
where its values can be counted, how they are named, ordered, spelt in data, and spread. A package
that adds a node kind may bring a domain of its own, a subclass of `Finite`.
"""

import re
from abc import ABC, abstractmethod
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, isfinite
from typing import Any, ClassVar, Literal

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

    ordered: ClassVar[bool] = False
    """Whether the values stand in an order that means something: each is more than the last."""

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

    def read(self, text: str) -> int | None:
        """The index of the value that a text of data means, though it is no spelling of any."""
        del text
        return None

    def index(self, value: str) -> int:
        """The index of a named value; ValueError if there is none."""
        return self.values.index(value)


class Named(Finite):
    """Values that are given by their names."""

    __slots__ = ()

    type: str

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The values."""
        return {"values": list(self.values)}

    @property
    def claim(self) -> list[Any]:
        """The type and the values."""
        return [self.type, *self.values]


@dataclass(frozen=True, slots=True)
class Discrete(Named):
    """Finitely many named values, and nothing more.

    >>> Discrete(("black", "brown")).index("brown")
    1
    """

    values: tuple[str, ...]
    type: Literal["discrete"] = "discrete"

    @property
    def spellings(self) -> Mapping[str, int]:
        """As of any; two values may also be `yes` and `no`, or 1 and -1."""
        if self == BINARY:
            return dict.fromkeys(_NO, 0) | dict.fromkeys(_YES, 1)
        return _spelt(self.values)


@dataclass(frozen=True, slots=True)
class Ordinal(Named):
    """Finitely many named values, the least one first.

    >>> Ordinal(("low", "mid", "high")).ordered
    True
    """

    values: tuple[str, ...]
    type: Literal["ordinal"] = "ordinal"
    ordered: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Binned(Finite):
    """The intervals that cuts make of the real numbers; each holds its lower end.

    >>> Binned((30, 50)).values
    ('<30', '[30,50)', '>=50')
    >>> [Binned((30, 50)).read(text) for text in ("29.9", "30", "1e3", "old")]
    [0, 1, 2, None]

    Raises:
        ValueError: If the cuts are not finite numbers, each more than the one before.
    """

    cuts: tuple[float, ...]
    type: Literal["binned"] = "binned"
    values: tuple[str, ...] = field(init=False, repr=False, compare=False)
    ordered: ClassVar[bool] = True

    def __post_init__(self) -> None:
        cuts = tuple(cut + 0.0 for cut in self.cuts)
        if not cuts or not all(map(isfinite, cuts)) or any(a >= b for a, b in pairwise(cuts)):
            raise ValueError("the cuts must be finite numbers, each more than the one before")
        ends = [str(plain(cut)) for cut in cuts]
        within = (f"[{low},{high})" for low, high in pairwise(ends))
        object.__setattr__(self, "cuts", cuts)
        object.__setattr__(self, "values", (f"<{ends[0]}", *within, f">={ends[-1]}"))

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The cuts."""
        return {"cuts": [plain(cut) for cut in self.cuts]}

    @property
    def claim(self) -> list[Any]:
        """The type and the cuts."""
        return [self.type, *self.arguments["cuts"]]

    def read(self, text: str) -> int | None:
        """The interval that holds a number."""
        try:
            number = float(text)
        except ValueError:
            return None
        return bisect(self.cuts, number) if isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Real(Domain):
    """The real numbers between two ends, which are among them; an end may be infinite.

    >>> Real(0.0).claim
    ['real', 0, 'inf']

    Raises:
        ValueError: If `low` is not less than `high`.
    """

    low: float = -inf
    high: float = inf
    type: Literal["real"] = "real"

    def __post_init__(self) -> None:
        if not self.low < self.high or self.low == inf or self.high == -inf:
            raise ValueError(
                f"low must be less than high: {self.low:g} is not below {self.high:g}"
            )
        object.__setattr__(self, "low", self.low + 0.0)  # -0.0 is 0.0
        object.__setattr__(self, "high", self.high + 0.0)

    @property
    def arguments(self) -> Mapping[str, int | float | str]:
        """The ends; none for the whole line."""
        whole = self == Real()
        return {} if whole else {"low": plain(self.low), "high": plain(self.high)}

    @property
    def claim(self) -> list[Any]:
        """The type and the ends."""
        return [self.type, plain(self.low), plain(self.high)]

    def __contains__(self, number: float) -> bool:
        """Whether a number is one of them."""
        return isfinite(number) and self.low <= number <= self.high

    def __str__(self) -> str:
        """What it holds, in words."""
        if self == Real():
            return "real numbers"
        if self.high == inf:
            return f"real numbers from {plain(self.low)}"
        low = "" if self.low == -inf else f" from {plain(self.low)}"
        return f"real numbers{low} to {plain(self.high)}"


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


def plain(number: float) -> int | float | str:
    """A number as a program writes it: whole ones without a point; `inf` and `-inf` are words.

    >>> [plain(number) for number in (30.0, -0.5, inf)]
    [30, -0.5, 'inf']
    """
    if not isfinite(number):
        return str(number)
    return int(number) if number == int(number) and abs(number) < _WHOLE else number


_WHOLE = 1e15
"""From here on a number is written with an exponent."""

_NO = ("0", "-1", "no", "false", "n", "f", "0.0", "-1.0")
_YES = ("1", "yes", "true", "y", "t", "1.0", "+1")

_TRUE = frozenset(("1", "true", "yes", "t", "y", "on"))
_FALSE = frozenset(("0", "false", "no", "f", "n", "off"))
"""What may stand for the two values of a label in a question."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

BINARY = Discrete(("0", "1"))


def is_number(text: str) -> bool:
    """Whether a value is written as a number.

    >>> is_number("-1.5"), is_number("1e-3"), is_number("1e999"), is_number("inf")
    (True, True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None and isfinite(float(text))


def is_finite(text: str) -> bool:
    """Whether a text is a finite number however Python may have it.

    >>> is_finite(" 1_000 "), is_finite("nan"), is_finite("a")
    (True, False, False)
    """
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def index_of(text: str, domain: Finite) -> int | None:
    """The index of a value as it is written: as declared, or as data write what is the same.

    >>> index_of("True", Discrete(("no", "yes"))), index_of("2.0", Discrete(("1", "2")))
    (1, 1)
    """
    if text in domain.values:
        return domain.index(text)
    if is_number(text) and all(map(is_number, domain.values)):
        same = [v for v, value in enumerate(domain.values) if float(value) == float(text)]
    else:
        same = [v for v, value in enumerate(domain.values) if _means_the_same(text, value)]
        both = {value.casefold() in _TRUE for value in domain.values} == {True, False}
        same = same if domain.size == 2 and both else []
    return same[0] if len(same) == 1 else None


def _means_the_same(text: str, value: str) -> bool:
    pair = {text.casefold(), value.casefold()}
    return pair <= _TRUE or pair <= _FALSE


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
