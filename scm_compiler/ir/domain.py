"""What values a node takes."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Discrete:
    """Finitely many named values; a value is stored as its index.

    >>> Discrete(("black", "brown")).index("brown")
    1
    """

    values: tuple[str, ...]
    type: Literal["discrete"] = "discrete"

    @property
    def size(self) -> int:
        """The number of values."""
        return len(self.values)

    def index(self, value: str) -> int:
        """The index of a named value; ValueError if there is none."""
        return self.values.index(value)


@dataclass(frozen=True, slots=True)
class Image:
    """A float image of shape C H W in [-1, 1]."""

    channels: int
    height: int
    width: int
    type: Literal["image"] = "image"


Domain = Discrete | Image

BINARY = Discrete(("0", "1"))
