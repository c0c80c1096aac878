"""What the columns of a table hold: the kind that each would be declared as, or why none fits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Discrete
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.codes.data import UnknownDataSource
from scm_compiler.runtime.data.coding import MISSING, ColumnCoding
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.options import parse
from scm_compiler.runtime.data.sources import require_utf8

MOST_VALUES = 20
"""A column with more values than so many is no label yet."""

_REMEMBERED = 1000
_BINARY = ({"0", "1"}, {"0.0", "1.0"}, {"-1", "1"}, {"-1.0", "1.0"}, {"true", "false"})


@dataclass
class Column:
    """What a column holds.

    Attributes:
        values: The texts that are not missing, each once, at most a thousand.
        rows: The number of rows.
        gaps: How many of them have no value.
    """

    values: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    gaps: int = 0

    def add(self, text: str) -> None:
        """Take in a cell."""
        plain = text.strip()
        self.rows += 1
        if plain in self.values:
            return
        if ColumnCoding(BINARY).code(plain) == MISSING:
            self.gaps += 1
        elif len(self.values) < _REMEMBERED:
            self.values[plain] = None

    @property
    def domain(self) -> Discrete | None:
        """The values that its label has; None if they are too many or too few for one."""
        if {value.casefold() for value in self.values} in _BINARY:
            return BINARY
        if not 2 <= len(self.values) <= MOST_VALUES:
            return None
        return Discrete(tuple(sorted(self.values, key=_order)))

    @property
    def advice(self) -> str:
        """Why it is no label as it is, and what to do."""
        count = len(self.values)
        if count < 2:
            return "no value at all" if not count else "one value in all rows"
        many = f"more than {count:,}" if count == _REMEMBERED else f"{count:,}"
        numbers = [number for number in map(_number, self.values) if number is not None]
        if len(numbers) < count:
            return f"{many} different texts"
        span = f"{min(numbers):g} to {max(numbers):g}"
        return f"{many} different numbers, {span}: cut them into classes, as `pandas.cut` does"


def survey(spec: str) -> dict[str, Column]:
    """The columns of `csv:FILE`, or of a file that is named alone.

    Raises:
        ScmError: With exit code 2: E601 for another source, E602 or E603 if there is no table.
    """
    require_utf8(spec)
    kind, colon, place = spec.partition(":")
    named = bool(colon) and kind == "csv"
    path, reading = parse(place if named else spec)
    if colon and not named and not Path(path).exists():
        raise refuse(UnknownDataSource(text=spec, near=None), exit_code=2)
    sheet = csv_sheet(Path(path), (), reading)
    columns = [Column() for _ in sheet.header]
    for _, row in sheet.rows:
        _fill(columns, row)
    return dict(zip(sheet.header, columns, strict=True))


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
