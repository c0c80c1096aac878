"""What the columns of a table hold: the kind that each would be declared as, or why none fits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Discrete, Ordinal, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.codes.data import UnknownDataSource, shortened
from scm_compiler.runtime.data.coding import is_blank
from scm_compiler.runtime.data.csv_file import csv_sheet, said, usual_count
from scm_compiler.runtime.data.options import parse
from scm_compiler.runtime.data.sources import require_utf8
from scm_compiler.telling import counted

MOST_VALUES = 20
"""A column with more different texts than so many is no label; one with more numbers is real."""

FEW_ROWS = 5
"""From so many different numbers on, a column is real where most rows have one of their own."""

MOST_ODD = 3
"""So many texts among numbers are told."""

_REMEMBERED = 1000
_LONGEST = 18
_SCALES = (
    ("none", "very low", "low", "mid", "middle", "medium", "moderate", "high", "very high"),
    ("small", "medium", "large"),
    ("none", "mild", "moderate", "severe"),
    ("never", "rarely", "seldom", "sometimes", "often", "usually", "always"),
    ("very poor", "poor", "bad", "fair", "average", "good", "very good", "excellent"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
)
_BINARY = ({"0", "1"}, {"0.0", "1.0"}, {"-1", "1"}, {"-1.0", "1.0"}, {"true", "false"})


@dataclass
class Column:
    """What a column holds.

    Attributes:
        values: The texts that are not missing, each once, at most a thousand.
        rows: The number of rows.
        gaps: How many of them have no value.
        counting: Whether each row has the whole number after that of the row before.
    """

    values: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    gaps: int = 0
    counting: bool = True
    _last: int | None = None

    def add(self, text: str) -> None:
        """Take in a cell."""
        plain = text.strip()
        self.rows += 1
        if self.counting:
            now = int(plain) if plain.isdecimal() and len(plain) < _LONGEST else None
            self.counting = now is not None and self._last in (None, now - 1)
            self._last = now
        if plain in self.values:
            return
        if is_blank(plain):
            self.gaps += 1
        elif len(self.values) < _REMEMBERED:
            self.values[plain] = None

    @property
    def domain(self) -> Discrete | Ordinal | Real | None:
        """The values that its node has; None if it is none.

        - Two values of a truth are binary; up to twenty other texts are categorical.
        - Up to twenty numbers are ordinal, and so are three or more words of a usual scale.
        - More numbers are real, and so are fewer where more than half of the rows differ.
        """
        if self._folded in _BINARY:
            return BINARY
        numbers = self._numbers
        if len(numbers) == len(self.values):
            if len(self.values) > MOST_VALUES or self._scattered:
                return Real()
            if len(set(numbers)) == len(numbers) > 2:
                return Ordinal(self._sorted)
        for scale in _SCALES:
            if 2 < len(self.values) == len(self._folded) and self._folded <= set(scale):
                return Ordinal(tuple(sorted(self.values, key=lambda v: scale.index(v.casefold()))))
        return Discrete(self._sorted) if 2 <= len(self.values) <= MOST_VALUES else None

    @property
    def numbered(self) -> bool:
        """Whether it numbers the rows."""
        return self.counting and self.rows >= FEW_ROWS

    @property
    def advice(self) -> str:
        """Why it is no node as it is, and what to do."""
        if self.numbered:
            return "a number for each row, one more than the last: an identifier"
        count = len(self.values)
        if count < 2:
            return "no value at all" if not count else "one value in all rows"
        many = f"more than {count:,}" if count == _REMEMBERED else f"{count:,}"
        odd = [value for value in self.values if _number(value) is None]
        if len(odd) <= MOST_ODD:
            listed = ", ".join(f"`{shortened(value)}`" for value in odd)
            return f"{many} different values, numbers but for {listed}: mend those cells"
        return f"{many} different texts"

    @property
    def remark(self) -> str:
        """What to know of it, where it is declared."""
        told = [f"{self.gaps:,} of {self.rows:,} rows have no value"] if self.gaps else []
        if self.domain == Real():
            numbers = sorted(self._numbers)
            cuts = {f"{numbers[len(numbers) * third // 3]:.3g}": None for third in (1, 2)}
            span = f"{numbers[0]:g} to {numbers[-1]:g}"
            told.append(f"{span}; as classes: binned({', '.join(cuts)})")
        return "; ".join(told)

    @property
    def _folded(self) -> set[str]:
        return {value.casefold() for value in self.values}

    @property
    def _numbers(self) -> list[float]:
        """Those of its values that are numbers."""
        return [number for number in map(_number, self.values) if number is not None]

    @property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.values, key=_order))

    @property
    def _scattered(self) -> bool:
        """Whether more than half of the rows have a value of their own."""
        return len(self.values) >= max(FEW_ROWS, (self.rows - self.gaps) // 2 + 1)


@dataclass(frozen=True)
class Survey:
    """What a table holds.

    Attributes:
        path: Of its file.
        columns: Those that may be nodes, by name.
        count: The column that says how often each row occurs, if any.
        spec: The table as it is to be named, with that column.
    """

    path: str
    columns: Mapping[str, Column]
    count: str | None
    spec: str

    @property
    def told(self) -> str:
        """What is said of the column of counts; empty without."""
        return f"the column `{self.count}` says how often each row occurs" if self.count else ""


def survey(spec: str, names: Collection[str] = ()) -> Survey:
    """The columns of `csv:FILE`, or of a file that is named alone.

    Args:
        spec: The table, with options behind `?`.
        names: Columns that are nodes, whatever they are called.

    Raises:
        ScmError: With exit code 2: E601 for another source, E602 or E603 if there is no table.
    """
    require_utf8(spec)
    kind, colon, place = spec.partition(":")
    named = bool(colon) and kind == "csv"
    place = place if named else spec
    path, reading = parse(place)
    if colon and not named and not Path(path).exists():
        raise refuse(UnknownDataSource(text=spec, near=None), exit_code=2)
    usual = usual_count(place, names)
    sheet = csv_sheet(Path(path), names, reading)
    columns = [Column() for _ in sheet.header]
    for _, row in counted(sheet.rows, f"rows of {path}", each=10_000):
        _fill(columns, row)
    held = dict(zip(sheet.header, columns, strict=True))
    amounts = {usual, *reading.amounts}
    nodes = {name: column for name, column in held.items() if name not in amounts}
    return Survey(path, nodes, usual or reading.count, said(spec, usual) if usual else spec)


def _fill(columns: Iterable[Column], row: list[str]) -> None:
    """Take in a row; a field too few or too many is found when the table is read to train."""
    for column, text in zip(columns, row, strict=False):
        column.add(text)


def _order(text: str) -> tuple[bool, float, str]:
    """Numbers by size, before words by letters."""
    number = _number(text)
    return (number is None, number or 0.0, text)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
