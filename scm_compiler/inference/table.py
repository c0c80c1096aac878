"""Answers of many numbers, as tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import Any

from scm_compiler.inference.number import ANY_NOISE, Number
from scm_compiler.notebook import table

Cells = tuple[tuple[tuple[str, list[str]], ...], list[Number]]
"""The columns that say what each number is of, and the numbers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        values: The name of a value for each variable.
        probability: Theirs.
    """

    values: tuple[str, ...]
    probability: Number


class _Lines:
    """Shows itself as lines of cells, the first of which is a head."""

    __slots__ = ()

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        raise NotImplementedError

    def __str__(self) -> str:
        return columns(self._lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *lines = self._lines
        return table(head, lines)


@dataclass(frozen=True, slots=True, repr=False)
class Table(_Lines):
    """The joint table of the free targets; `repr` and notebooks show it as one.

    Attributes:
        variables: The targets, in the order of the query.
        rows: Each combination of their values with its probability.
    """

    variables: tuple[str, ...]
    rows: tuple[Row, ...]

    def __getitem__(self, values: str | tuple[str, ...]) -> float:
        """The probability of one row, by the names of its values; see `Number.point`."""
        wanted = (values,) if isinstance(values, str) else values
        for row in self.rows:
            if row.values == wanted:
                return row.probability.point
        raise KeyError(values)

    def to_dict(self) -> dict[str, Any]:
        """The variables and the rows."""
        rows = [
            {"values": dict(zip(self.variables, row.values, strict=True))}
            | row.probability.to_dict()
            for row in self.rows
        ]
        return {"variables": list(self.variables), "rows": rows}

    @property
    def cells(self) -> Cells:
        """The values of each variable, row by row, and the probabilities."""
        values = zip(*(row.values for row in self.rows), strict=True)
        named = tuple(zip(self.variables, map(list, values), strict=True))
        return named, [row.probability for row in self.rows]

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        """The head, then a line for each row."""
        return _numbered(self.variables, [(row.values, row.probability) for row in self.rows])


def most_probable(found: Table, given: int) -> Table:
    """The rows of a table that are most probable; several where they are equally so.

    Args:
        found: The table.
        given: How many of its first columns are conditions, each of whose values has its own.
    """
    most: dict[tuple[str, ...], float] = {}
    for row in found.rows:
        most[row.values[:given]] = max(most.get(row.values[:given], 0.0), row.probability.value)
    rows = (row for row in found.rows if isclose(row.probability.value, most[row.values[:given]]))
    return replace(found, rows=tuple(rows))


def _numbered(
    head: tuple[str, ...], lines: Sequence[tuple[tuple[str, ...], Number]]
) -> list[tuple[str, ...]]:
    """A head, and lines that end with a number, and with its bounds where some are open."""
    kinds = dict.fromkeys(number.kind for _, number in lines)
    top = (*head, "number" if len(kinds) > 1 else next(iter(kinds), "probability"))
    shown = [(*cells, number.plain) for cells, number in lines]
    intervals = [number.interval for _, number in lines]
    known = next((interval for interval in intervals if interval is not None), None)
    if known is not None:
        top = (*top, known.head)
        ends = ("" if interval is None else interval.ends for interval in intervals)
        shown = [(*line, end) for line, end in zip(shown, ends, strict=True)]
    spans = [number.bounds if number.known else None for _, number in lines]
    if any(span is not None and span.open for span in spans):
        top = (*top, ANY_NOISE)
        shown = [(*line, str(span or "")) for line, span in zip(shown, spans, strict=True)]
    return [top, *shown]


@dataclass(frozen=True, repr=False)
class Marginals(_Lines, Mapping[str, Mapping[str, Number]]):
    """The table of every label in a regime: node, then value, then number.

    Attributes:
        tables: The same as a plain mapping.
    """

    tables: Mapping[str, Mapping[str, Number]]

    def __getitem__(self, node: str) -> Mapping[str, Number]:
        return self.tables[node]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def to_dict(self) -> dict[str, Any]:
        """The tables; images are drawn elsewhere, where a head is trained."""
        marginals = {
            node: {value: number.to_dict() for value, number in table.items()}
            for node, table in self.tables.items()
        }
        return {"marginals": marginals, "images": None}

    @property
    def cells(self) -> Cells:
        """Each label and each of its values, and the probabilities."""
        pairs = [(node, value) for node, numbers in self.tables.items() for value in numbers]
        named = (("label", [node for node, _ in pairs]), ("value", [value for _, value in pairs]))
        return named, [self.tables[node][value] for node, value in pairs]

    @property
    def numbers(self) -> Mapping[tuple[str, str], Number]:
        """The number of each label and value; of a binary label for 1 alone."""
        return {
            (node, value): number
            for node, numbers in self.tables.items()
            for value, number in numbers.items()
            if tuple(numbers) != ("0", "1") or value == "1"
        }

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        """The head, then a line for each number."""
        return _numbered(("label", "value"), [*self.numbers.items()])


def columns(lines: list[tuple[str, ...]]) -> str:
    """Lines of cells with aligned columns."""
    widths = [max(len(line[rank]) for line in lines) for rank in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
