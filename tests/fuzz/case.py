"""A case of the campaign: files, the commands that are given among them, and what must hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

MADE = "{made}"
"""In the words of a command: the folder of what was made before, such as a run that is asked."""


@dataclass(frozen=True)
class Said:
    """What one command printed, and its exit code."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str


Law = Callable[[Path, list[Said]], str | None]
"""From a case's folder and what its commands said to what is wrong; None if nothing is."""


@dataclass(frozen=True)
class Made:
    """What several cases start from, made once: a folder called `name`, by commands within."""

    name: str
    files: Mapping[str, bytes]
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        files: Their contents by path within the case's folder.
        commands: Each the words after `scmc`, given in that folder, in order, whatever the one
            before gave.
        made: What must be there before.
        law: What must hold beyond what holds for all commands.
    """

    files: Mapping[str, bytes]
    commands: tuple[tuple[str, ...], ...]
    made: Made | None = None
    law: Law = field(default=lambda _folder, _said: None)


Generator = Callable[[int, int], Case]
"""From a seed and an index to a case."""


def randomness(kind: str, *numbers: int) -> Random:
    """The generator of one case's random choices."""
    return Random(":".join([kind, *map(str, numbers)]))
