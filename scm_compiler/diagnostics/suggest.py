"""Did you mean …?"""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None if none is close; letter case counts little.

    >>> closest("Yuong", ["Young", "Male"])
    'Young'
    >>> closest("male", ["Young", "Male"])
    'Male'
    """
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    matches = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None
