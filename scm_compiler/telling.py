"""Who is told how far something has come."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")

Told = Callable[[str, int, int], None]
"""What is told of what, how much is done, and how much there is; 0 where that is not known."""


def untold(what: str, done: int, total: int) -> None:
    """Tell nobody."""


_TOLD: ContextVar[Told] = ContextVar("told", default=untold)


@contextmanager
def telling(hears: Told) -> Iterator[None]:
    """Within it, `hears` is told how far reading has come.

    The sources of data, those of packages too, take a place and a graph and no more.
    """
    before = _TOLD.set(hears)
    try:
        yield
    finally:
        _TOLD.reset(before)


def told() -> Told:
    """Who is to be told."""
    return _TOLD.get()


def counted(items: Iterable[Item], what: str, total: int = 0, each: int = 1) -> Iterator[Item]:
    """The items, while it is told how many of them are done.

    Args:
        items: What is worked on, one after the other.
        what: To call them.
        total: How many there are; 0 where that is not known.
        each: It is told after so many.
    """
    hears = told()
    for done, item in enumerate(items, 1):
        yield item
        if done % each == 0:
            hears(what, done, total)
