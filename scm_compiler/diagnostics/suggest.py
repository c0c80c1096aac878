"""Phrases that many messages share: did you mean …, this or that, this and that."""

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


def did_you_mean(near: str | None) -> str | None:
    """The usual question, if there is a likely name."""
    return f"did you mean `{near}`?" if near is not None else None


def one_of(phrases: Iterable[str]) -> str:
    """The phrases as alternatives.

    >>> one_of(["a name", "`,`", "`:`"])
    'a name, `,` or `:`'
    """
    *most, last = phrases
    return f"{', '.join(most)} or {last}" if most else last


def all_of(phrases: Iterable[str]) -> str:
    """The phrases together.

    >>> all_of(["a name", "`,`", "`:`"])
    'a name, `,` and `:`'
    """
    *most, last = phrases
    return f"{', '.join(most)} and {last}" if most else last
