"""How a table is to be read: what stands behind `?` in the SPEC of a source."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args
from urllib.parse import unquote

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.codes.options import BadDataOption, UnknownDataOption

Missing = Literal["refuse", "drop", "category", "em"]
"""What becomes of rows with gaps: an error; left out; the gap is a value that the label declares;
kept as they are, for a trainer that knows how."""

MISSING: tuple[str, ...] = get_args(Missing)

OF_TEXT = ("count", "weight", "missing", "coding", "encoding")
OF_COUNTED = ("count", "weight", "missing", "coding")
OF_DATABASE = (*OF_COUNTED, "table")

_BEGINS = re.compile(r"\?(?=[a-z]+=)")


@dataclass(frozen=True)
class Reading:
    """How a table is read.

    Attributes:
        count: The column that says how often each row occurs.
        weight: The column that says how much each row weighs.
        missing: What becomes of gaps.
        codings: What stands for 0 and 1 in a binary column, by label; of all others under "".
        encoding: Of a text.
        table: Of a database.
    """

    count: str | None = None
    weight: str | None = None
    missing: Missing = "refuse"
    codings: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    encoding: str = "utf-8"
    table: str | None = None

    @property
    def amounts(self) -> Mapping[str, str]:
        """The columns that say how much there is of each row: by name, what they hold."""
        named = {self.count: "counts", self.weight: "weights"}
        return {name: what for name, what in named.items() if name is not None}


PLAIN = Reading()


def divide(place: str) -> tuple[str, str]:
    """The path of a place, and its options as they were written.

    >>> divide("people.csv?count=n&missing=drop")
    ('people.csv', 'count=n&missing=drop')
    """
    begins = _BEGINS.search(place)
    if begins is None or _is_there(place):
        return place, ""
    return place[: begins.start()], place[begins.end() :]


def parse(place: str, known: Iterable[str] = OF_TEXT) -> tuple[str, Reading]:
    """The path of a place, and how it is to be read.

    Args:
        place: `PATH?NAME=VALUE&NAME=VALUE`; `%26` is `&` in a value.
        known: The options that this kind of source has.

    Raises:
        ScmError: E621 for an option that it does not have, E622 for a value that is none; with
            exit code 2.
    """
    path, written = divide(place)
    given: dict[str, str] = {}
    codings: dict[str, tuple[str, str]] = {}
    for part in written.split("&") if written else ():
        name, _, value = part.partition("=")
        value = unquote(value)
        if name not in known:
            raise refuse(UnknownDataOption(name=name, known=tuple(known)), exit_code=2)
        if name == "coding":
            label, codes = _coding(value)
            codings[label] = codes
        else:
            given[name] = value
    return path, _reading(given, codings)


def _reading(given: Mapping[str, str], codings: Mapping[str, tuple[str, str]]) -> Reading:
    missing = next((way for way in get_args(Missing) if way == given.get("missing")), None)
    if missing is None and "missing" in given:
        raise bad("missing", given["missing"], MISSING)
    encoding = given.get("encoding", "utf-8")
    try:
        TextIOWrapper(BytesIO(), encoding=encoding)
    except (LookupError, ValueError) as error:
        raise bad("encoding", encoding, ("utf-8", "latin-1", "cp1252", "utf-16")) from error
    named = {name: given.get(name) or None for name in ("count", "weight", "table")}
    return Reading(
        named["count"],
        named["weight"],
        missing or "refuse",
        MappingProxyType(dict(codings)),
        encoding,
        named["table"],
    )


def _coding(value: str) -> tuple[str, tuple[str, str]]:
    """The label (or "") and what stands for 0 and for 1.

    >>> _coding("1/2"), _coding("Sex:2/1")
    (('', ('1', '2')), ('Sex', ('2', '1')))
    """
    label, _, codes = value.rpartition(":")
    zero, slash, one = codes.partition("/")
    if not (slash and zero and one) or zero == one or "/" in one:
        raise bad("coding", value, ("1/2", "2/1", "NAME:1/2"))
    return label, (zero, one)


def bad(name: str, value: str, known: tuple[str, ...]) -> Exception:
    """The refusal of an option's value."""
    return refuse(BadDataOption(name=name, value=value, known=known), exit_code=2)


def _is_there(place: str) -> bool:
    try:
        return Path(place).exists()
    except (OSError, ValueError):
        return False
