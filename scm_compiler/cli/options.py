"""Options that are text on the command line and something else in the program."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from scm_compiler.cli.codes.training import BadOption
from scm_compiler.diagnostics import ScmError, refuse

_SEEDS = "a seed is 0 or more, below 2^63"


def seconds(text: str) -> float:
    """A time as it is written: `90s`, `2m`, `1h30m`, or seconds alone.

    Raises:
        ScmError: E707 with exit code 2 if it is none.

    >>> seconds("1h30m"), seconds("2.5")
    (5400.0, 2.5)
    """
    written = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", text.strip())
    parts = [float(part or 0) for part in written.groups()] if written else [0.0]
    total = sum(part * unit for part, unit in zip(parts, (3600.0, 60.0, 1.0), strict=False))
    if not total:
        raise bad_option("--budget", text, "a time", "write `90s`, `2m` or `1h30m`")
    return total


def whole(option: str, text: str, least: int, most: int) -> int:
    """A whole number of an option, within bounds.

    Raises:
        ScmError: E707 with exit code 2 if it is none.
    """
    return _whole(option, text, (least, most), "write 1 or more")


def seed(text: str | None) -> int:
    """What `--seed` says; 0 if it is left out.

    Raises:
        ScmError: E707 with exit code 2 if it is no seed.

    >>> seed(None), seed("7")
    (0, 7)
    """
    return 0 if text is None else _whole("--seed", text, (0, 2**63 - 1), _SEEDS)


def _whole(option: str, text: str, bounds: tuple[int, int], hint: str) -> int:
    plain, (least, most) = text.strip(), bounds
    if plain.isascii() and plain.isdecimal() and len(plain) < 20 and least <= int(plain) <= most:
        return int(plain)
    raise bad_option(option, text, "a whole number that fits", hint)


def one_of(option: str, text: str, known: Sequence[str]) -> str:
    """A word of a few.

    Raises:
        ScmError: E707 with exit code 2 if it is another.
    """
    if text in known:
        return text
    listed = ", ".join(f"`{word}`" for word in known)
    raise bad_option(option, text, "a word that it knows", f"write one of {listed}")


def settings(option: str, texts: Iterable[str]) -> dict[str, Any]:
    """`NAME=VALUE` texts, with values read as JSON where they are JSON.

    Raises:
        ScmError: E707 with exit code 2 if one has no name or no value.

    >>> settings("--option", ["width=24", "labeler=joint", "gamma=[0.5, 0.5, 0.5]"])
    {'width': 24, 'labeler': 'joint', 'gamma': [0.5, 0.5, 0.5]}
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise bad_option(option, text, "NAME=VALUE", "write such as `width=24`")
        try:
            values[name] = json.loads(value)
        except (ValueError, RecursionError):
            values[name] = value
    return values


def by_name(texts: Iterable[str], names: Sequence[str]) -> dict[str, str]:
    """Texts that may begin with `NAME=`; those of no name stand under the empty one.

    >>> by_name(["causal_gan", "Face=causal_began"], ["Face", "Body"])
    {'': 'causal_gan', 'Face': 'causal_began'}
    """
    chosen = {}
    for text in texts:
        name, equals, rest = text.partition("=")
        named = bool(equals) and name in names
        chosen[name if named else ""] = rest if named else text
    return chosen


def bad_option(option: str, text: str, wanted: str, hint: str) -> ScmError:
    """The refusal of an option's value (E707)."""
    return refuse(BadOption(option=option, text=text, wanted=wanted, hint=hint), exit_code=2)
