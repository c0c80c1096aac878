"""From a sheet of text to a label table, strictly: each kind of error with its count and place."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.assembly import Amounts, Gathering, Rows, amounts_of, assemble
from scm_compiler.runtime.data.codes.columns import (
    CountIsALabel,
    DuplicateColumn,
    ExtraColumns,
    MissingColumn,
    NoCountColumn,
)
from scm_compiler.runtime.data.coding import ColumnCoding
from scm_compiler.runtime.data.findings import Column, Findings, Numbers, Tally
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.options import PLAIN, Reading
from scm_compiler.runtime.data.sheet import Row, Sheet
from scm_compiler.runtime.data.table import Cells, LabelTable

CHUNK = 20_000
"""Rows that are held as text at once."""

LARGEST_SUM = 2**62
LONGEST_COUNT = 18
USUAL_COUNTS = ("count", "freq")
"""What columns are called that say how often each row occurs."""

Coded = tuple[Cells, Amounts]


def read_sheet(
    graph: Graph, sheet: Sheet, origin: str, reading: Reading | None = None
) -> LabelTable:
    """The counts of a sheet's distinct rows, over the graph's labels.

    Args:
        graph: Whose labels the columns are matched with, by name.
        sheet: The text.
        origin: What to call the data.
        reading: What becomes of gaps, and how binary columns are coded; None where the source
            takes no such options.

    Raises:
        ScmError: With exit code 2 and every finding: E604, E605, E611 and E615 on the header;
            E606 to E608, E610, E612 and E623 on the rows; E609 if there are none.
    """
    reader = Reader(graph, sheet, reading or PLAIN)
    gathering = Gathering(reader.sizes, weighted=sheet.weight_column is not None)
    for cells, amounts in reader.parts():
        gathering.add(cells, amounts)
    return reader.table(graph, gathering, origin, ways=reading is not None)


def header_faults(
    graph: Graph, header: tuple[str, ...], amounts: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Diagnostic]:
    """What is wrong with columns that should name each label once.

    Args:
        graph: Whose labels they are.
        header: The names of the columns.
        amounts: The columns that say how much there is of each row, if any: by name, what they
            hold.
    """
    names = [node.name for node in graph.labels]
    for name, what in amounts.items():
        if name in names:
            yield CountIsALabel(name=name, what=what)
    for name in [*names, *(name for name in amounts if name not in names)]:
        if header.count(name) > 1:
            yield DuplicateColumn(name=name)
        elif name not in header:
            if name in amounts and name not in names:
                yield NoCountColumn(name=name, columns=header, what=amounts[name])
            else:
                yield MissingColumn(name=name, columns=header)


@dataclass(frozen=True)
class Texts:
    """The fields of a column.

    Attributes:
        names: Texts, each once.
        which: (rows,) which one each row has.
    """

    names: Sequence[str]
    which: Numbers

    def placed(self, coding: ColumnCoding) -> Numbers:
        """The place of each row's text in a coding."""
        places = np.array([coding[name] for name in self.names], dtype=np.int64)
        return places[self.which] if len(places) else self.which


def texts_of(column: Sequence[str]) -> Texts:
    """The fields of a column as they are."""
    return Texts(column, np.arange(len(column)))


@dataclass(frozen=True)
class Block:
    """Rows of text that were taken apart into columns.

    Attributes:
        texts: For each label the place of each row's text in its coding.
        counts: The column of the counts, if there is one.
        weights: Likewise of the weights.
        rows: The number of each row.
        lines: Its line.
    """

    texts: Sequence[Numbers]
    counts: Texts | None
    weights: Texts | None
    rows: Numbers
    lines: Numbers


class Reader:
    """Reads a sheet chunk by chunk.

    Args:
        graph: Whose labels are read.
        sheet: The text.
        reading: What becomes of gaps, and how binary columns are coded.

    Attributes:
        columns: Of the labels.
        places: Where they are in the header.
        findings: What is wrong with the rows that were read.
        sizes: How many values each label has.

    Raises:
        ScmError: With exit code 2 if the header does not name each label once.
    """

    def __init__(self, graph: Graph, sheet: Sheet, reading: Reading = PLAIN) -> None:
        self.sheet, self.reading = sheet, reading
        self._amounts = amount_columns(sheet)
        found = list(header_faults(graph, sheet.header, self._amounts))
        if found:
            raise self._refusal(found)
        self.columns = label_columns(graph, reading)
        self.places = [sheet.header.index(column.name) for column in self.columns]
        self.count_place, self.weight_place = (
            None if name is None else sheet.header.index(name)
            for name in (sheet.count_column, sheet.weight_column)
        )
        self.sizes = tuple(graph.sizes.values())
        self.findings = Findings(
            self.columns,
            len(sheet.header),
            sheet.count_column,
            sheet.weight_column,
            em=needs_complete_rows(graph) is None,
        )
        self._total = 0

    def parts(self) -> Iterator[Coded]:
        """The value indices and amounts of the rows, some at a time; rows with faults count 0."""
        while rows := list(islice(self.sheet.rows, CHUNK)):
            yield self.coded(self._block(rows))

    def table(
        self, graph: Graph, gathering: Gathering, origin: str, *, ways: bool = True
    ) -> LabelTable:
        """The table of what was gathered; `ways` as of `refuse_faults`.

        Raises:
            ScmError: As `read_sheet`.
        """
        self.refuse_faults(ways=ways)
        extra = self._extra()
        notes = (ExtraColumns(names=extra),) if extra and self.sheet.tells_extra else ()
        found = self.findings
        rows = Rows(*gathering.rows(), found.rows, found.gaps)
        return assemble(graph, rows, origin, self.reading, notes)

    def refuse_faults(self, *, ways: bool = True) -> None:
        """Refuse rows with faults; `ways` says whether `?missing=` is a way out of gaps."""
        found = self.findings.refused(gaps=self.reading.missing == "refuse", ways=ways)
        if found:
            raise self._refusal(found)

    def coded(self, block: Block) -> Coded:
        """The value indices and amounts of rows; what is wrong is noted."""
        shape = (len(block.rows), len(self.columns))
        cells = np.zeros(shape, dtype=np.int64, order="F")
        for rank, (column, texts) in enumerate(zip(self.columns, block.texts, strict=True)):
            cells[:, rank] = column.decode(texts, block.rows, block.lines)
        self.findings.gaps += int((cells == -1).any(1).sum()) if len(cells) else 0
        unknown = (cells < -1).any(1)
        counts, weights = self._counts(block), self._weights(block)
        if unknown.any():  # the table is refused in the end
            cells, counts = np.maximum(cells, -1), np.where(unknown, 0, counts)
        return cells, amounts_of(counts, weights)

    def _block(self, rows: list[Row]) -> Block:
        """Rows of fields as columns; those of another width are noted and left out."""
        width, first = self.findings.width, self.findings.rows + 1
        numbered = [(row, line, fields) for row, (line, fields) in enumerate(rows, first)]
        self.findings.rows += len(rows)
        if any(len(fields) != width for _, fields in rows):
            ragged = [entry for entry in numbered if len(entry[2]) != width]
            row, line, fields = ragged[0]
            self.findings.ragged.add(len(ragged), (row, line), str(len(fields)))
            numbered = [entry for entry in numbered if len(entry[2]) == width]
        texts: Sequence[Sequence[str]] = list(zip(*(f for _, _, f in numbered), strict=True))
        texts = texts or [()] * width
        return Block(
            [
                np.fromiter(map(column.coding.__getitem__, texts[place]), np.int64, len(numbered))
                for column, place in zip(self.columns, self.places, strict=True)
            ],
            None if self.count_place is None else texts_of(texts[self.count_place]),
            None if self.weight_place is None else texts_of(texts[self.weight_place]),
            np.array([row for row, _, _ in numbered], dtype=np.int64),
            np.array([line for _, line, _ in numbered], dtype=np.int64),
        )

    def _counts(self, block: Block) -> NDArray[np.int64]:
        """How often each row occurs."""
        counts = np.ones(len(block.rows), dtype=np.int64)
        if block.counts is not None:
            counts = self._numbers(block.counts, count_of, block, self.findings.counts, np.int64)
        large = counts.sum(dtype=np.float64) >= LARGEST_SUM
        self._total += LARGEST_SUM if large else int(counts.sum())
        if self._total >= LARGEST_SUM and block.counts is not None:
            last = block.counts.names[int(block.counts.which[-1])].strip()
            self.findings.counts.add(1, (int(block.rows[-1]), int(block.lines[-1])), last)
            self._total = 0
        return counts

    def _weights(self, block: Block) -> NDArray[np.float64] | None:
        """How much each row weighs."""
        if block.weights is None:
            return None
        return self._numbers(block.weights, weight_of, block, self.findings.weights, np.float64)

    def _numbers(
        self,
        texts: Texts,
        parse: Callable[[str], float | None],
        block: Block,
        tally: Tally,
        kind: type,
    ) -> NDArray[Any]:
        """The number of each row; 0 where there is none, which is noted."""
        parsed = [parse(name) for name in texts.names]
        known = np.array([number is not None for number in parsed], dtype=np.bool_)
        if not known.all():
            wrong = np.flatnonzero(~known[texts.which])
            if len(wrong):
                first = int(wrong[0])
                place = int(block.rows[first]), int(block.lines[first])
                tally.add(len(wrong), place, texts.names[int(texts.which[first])].strip())
        numbers: NDArray[Any] = np.array([number or 0 for number in parsed], dtype=kind)
        return numbers[texts.which] if len(numbers) else np.zeros(0, dtype=kind)

    def _extra(self) -> tuple[str, ...]:
        """The columns that nothing uses."""
        used = {*self.places, self.count_place, self.weight_place}
        return tuple(name for i, name in enumerate(self.sheet.header) if i not in used)

    def _refusal(self, found: Sequence[Diagnostic]) -> Exception:
        return refuse(*found, source=Source(str(self.sheet.path), ""), exit_code=2)


def amount_columns(sheet: Sheet) -> Mapping[str, str]:
    """The columns that say how much there is of each row: by name, what they hold."""
    named = {sheet.count_column: "counts", sheet.weight_column: "weights"}
    return {name: what for name, what in named.items() if name is not None}


def label_columns(graph: Graph, reading: Reading) -> list[Column]:
    """A column for each label, coded as was asked."""
    codings = reading.codings
    return [
        Column(name, ColumnCoding(domain, codings.get(name, codings.get(""))))
        for name, domain in graph.domains.items()
    ]


def called_count(free: Collection[str], reading: Reading) -> str | None:
    """Of columns that nobody asks for, one that is called as counts are.

    None if it is said which column holds the counts.
    """
    usual = (name for name in USUAL_COUNTS if name in free and name != reading.weight)
    return next(usual, None) if reading.count is None else None


def count_of(text: str) -> int | None:
    """A count; None if it is none.

    >>> count_of(" 12 "), count_of("1.5"), count_of("-1")
    (12, None, None)
    """
    plain = text.strip()
    known = plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_COUNT
    return int(plain) if known else None


def weight_of(text: str) -> float | None:
    """A weight; None if it is none.

    >>> weight_of(" 0.5 "), weight_of("-1"), weight_of("inf")
    (0.5, None, None)
    """
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 <= weight < 1e100 and "_" not in text else None
