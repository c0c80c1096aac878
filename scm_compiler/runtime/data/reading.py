"""From a sheet of text to a label table, strictly, with every error's row and column."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.columns import (
    CountIsALabel,
    DuplicateColumn,
    ExtraColumns,
    MissingColumn,
    NoCountColumn,
)
from scm_compiler.runtime.data.codes.rows import (
    BadCount,
    MissingValue,
    MixedCoding,
    MoreFindings,
    NoRows,
    RaggedRow,
    UnknownValue,
)
from scm_compiler.runtime.data.coding import MISSING, ColumnCoding
from scm_compiler.runtime.data.sheet import Row, Sheet
from scm_compiler.runtime.data.table import Cells, LabelTable, gathered, tabulate

CHUNK = 20_000
"""Rows that are held as text at once."""

MOST_FINDINGS = 20
LARGEST_SUM = 2**62
_LONGEST_NAME = 40


@dataclass(frozen=True)
class _Column:
    """A label's column."""

    name: str
    place: int
    coding: ColumnCoding


@dataclass(frozen=True)
class _Finding:
    """An error and the row and column it is in, so that errors can be put in order."""

    row: int
    column: int
    diagnostic: Diagnostic


def read_sheet(graph: Graph, sheet: Sheet, origin: str) -> LabelTable:
    """The counts of a sheet's distinct rows, over the graph's labels.

    Args:
        graph: Whose labels the columns are matched with, by name.
        sheet: The text.
        origin: What to call the data.

    Raises:
        ScmError: With exit code 2 and every finding, up to twenty in the rows: E604, E605, E611
            and E615 on the header; E606 to E608, E610 and E612 on the rows; E609 if there are
            none.
    """
    reader = _Reader(graph, sheet)
    cells, counts = reader.read()
    notes: tuple[Diagnostic, ...] = ()
    extra = reader.extra()
    if extra and sheet.tells_extra:
        notes = (ExtraColumns(names=extra),)
    return tabulate(graph, cells, counts, origin, notes)


def read_ordered(graph: Graph, sheet: Sheet) -> Cells:
    """The value indices (rows, V) of every row of a sheet, in its order.

    Args:
        graph: Whose labels the columns are matched with, by name.
        sheet: The text.

    Raises:
        ScmError: As `read_sheet`; a sheet without rows gives none.
    """
    reader = _Reader(graph, sheet)
    none = np.zeros((0, len(reader.columns)), dtype=np.int64)
    return np.concatenate([none, *(cells for cells, _ in reader.parts())])


def header_faults(
    graph: Graph, header: tuple[str, ...], count: str | None = None
) -> Iterator[Diagnostic]:
    """What is wrong with columns that should name each label once.

    Args:
        graph: Whose labels they are.
        header: The names of the columns.
        count: The column that says how often each row occurs, if any.
    """
    names = [node.name for node in graph.labels]
    if count in names:
        yield CountIsALabel(name=count)
    for name in names if count is None or count in names else [*names, count]:
        if header.count(name) > 1:
            yield DuplicateColumn(name=name)
        elif name not in header:
            missing = NoCountColumn if name == count else MissingColumn
            yield missing(name=name, columns=header)


class _Reader:
    """Reads a sheet chunk by chunk; only distinct rows are kept."""

    def __init__(self, graph: Graph, sheet: Sheet) -> None:
        self.sheet = sheet
        self.source = Source(str(sheet.path), "")
        self._match(graph)
        place = sheet.header.index
        domains = graph.domains.items()
        self.columns = [_Column(name, place(name), ColumnCoding(d)) for name, d in domains]
        self.sizes = tuple(graph.sizes.values())
        self.count_place = None if sheet.count_column is None else place(sheet.count_column)
        self.row = 0

    def read(self) -> tuple[Cells, NDArray[np.int64]]:
        """The distinct rows and their counts."""
        cells = np.zeros((0, len(self.columns)), dtype=np.int64)
        counts = np.zeros(0, dtype=np.int64)
        pending: list[tuple[Cells, NDArray[np.int64]]] = []
        for part in self.parts():
            pending.append(gathered(*part, self.sizes))
            if sum(len(found) for found, _ in pending) > len(cells):
                cells, counts = _merged([(cells, counts), *pending], self.sizes)
                pending = []
        cells, counts = _merged([(cells, counts), *pending], self.sizes)
        if not counts.sum():
            raise self._refusal([NoRows(path=str(self.sheet.path))])
        return cells, counts

    def extra(self) -> tuple[str, ...]:
        """The columns that nothing uses."""
        used = {column.place for column in self.columns} | {self.count_place}
        return tuple(name for i, name in enumerate(self.sheet.header) if i not in used)

    def _match(self, graph: Graph) -> None:
        """Refuse a header that does not name each label once."""
        found = list(header_faults(graph, self.sheet.header, self.sheet.count_column))
        if found:
            raise self._refusal(found)

    def parts(self) -> Iterator[tuple[Cells, NDArray[np.int64]]]:
        """The value indices and counts of the rows, some at a time; refuses what is wrong."""
        findings: list[_Finding] = []
        total = 0
        while rows := list(islice(self.sheet.rows, CHUNK)):
            cells, counts = self._chunk(rows, findings)
            total += int(counts.astype(object).sum())
            if total >= LARGEST_SUM:
                findings.append(self._too_many(rows[-1]))
            self.row += len(rows)
            if len(findings) > MOST_FINDINGS:
                break
            if not findings:
                yield cells, counts
        mixed: list[Diagnostic] = [
            MixedCoding(column=column.name) for column in self.columns if column.coding.mixed
        ]
        if findings or mixed:
            raise self._refusal([*mixed, *_first(findings)])

    def _chunk(self, rows: list[Row], findings: list[_Finding]) -> tuple[Cells, NDArray[np.int64]]:
        """The value indices and counts of some rows; the errors among them go to `findings`."""
        width = len(self.sheet.header)
        numbered = list(enumerate(rows, self.row + 1))
        if any(len(fields) != width for _, fields in rows):
            for row, (line, fields) in numbered:
                if len(fields) != width:
                    wrong = RaggedRow(row=row, line=line, found=len(fields), expected=width)
                    findings.append(_Finding(row, 0, wrong))
            numbered = [entry for entry in numbered if len(entry[1][1]) == width]
        texts = list(zip(*(fields for _, (_, fields) in numbered), strict=True))
        cells = np.zeros((len(numbered), len(self.columns)), dtype=np.int64)
        for rank, column in enumerate(self.columns if numbered else ()):
            text = texts[column.place]
            codes = list(map(column.coding.__getitem__, text))
            cells[:, rank] = codes
            if min(codes) < 0:
                findings += _wrong_values(column, codes, text, numbered)
        return cells, self._counts(texts, numbered, findings)

    def _counts(
        self,
        texts: Sequence[Sequence[str]],
        numbered: list[tuple[int, Row]],
        findings: list[_Finding],
    ) -> NDArray[np.int64]:
        """How often each row occurs."""
        counts = np.ones(len(numbered), dtype=np.int64)
        if self.count_place is None or not numbered:
            return counts
        for rank, text in enumerate(texts[self.count_place]):
            plain = text.strip()
            if plain.isascii() and plain.isdecimal() and len(plain) < 19:
                counts[rank] = int(plain)
            else:
                row, (line, _) = numbered[rank]
                findings.append(self._bad_count(row, line, plain))
        return counts

    def _bad_count(self, row: int, line: int, value: str) -> _Finding:
        name = self.sheet.count_column or ""
        wrong = BadCount(row=row, line=line, column=name, value=value)
        return _Finding(row, self.count_place or 0, wrong)

    def _too_many(self, last: Row) -> _Finding:
        line, fields = last
        return self._bad_count(self.row + 1, line, fields[self.count_place or 0])

    def _refusal(self, found: Sequence[Diagnostic]) -> Exception:
        return refuse(*found, source=self.source, exit_code=2)


def _wrong_values(
    column: _Column, codes: list[int], text: Sequence[str], numbered: list[tuple[int, Row]]
) -> Iterator[_Finding]:
    wrong = (rank for rank, code in enumerate(codes) if code < 0)
    pair = _pair(codes, text)
    for rank in islice(wrong, MOST_FINDINGS + 1):
        row, (line, _) = numbered[rank]
        found: Diagnostic = MissingValue(row=row, line=line, column=column.name)
        if codes[rank] != MISSING:
            values = column.coding.domain.values
            value = text[rank].strip()
            found = UnknownValue(
                row=row, line=line, column=column.name, value=value, values=values, pair=pair
            )
        yield _Finding(row, column.place, found)


def _pair(codes: list[int], text: Sequence[str]) -> tuple[str, ...]:
    """The two names that a column holds in place of a label's values, if it holds just two."""
    if max(codes) >= 0:
        return ()
    return two_names(
        {name.strip() for name, code in zip(text, codes, strict=True) if code != MISSING}
    )


def two_names(names: Collection[str]) -> tuple[str, ...]:
    """The names, if they are two that a program could declare."""
    plain = all(len(n) <= _LONGEST_NAME and n.isprintable() and '"' not in n for n in names)
    return tuple(sorted(names)) if len(names) == 2 and plain else ()


def _first(findings: list[_Finding]) -> list[Diagnostic]:
    """The first errors in reading order, and a note where there are more."""
    ordered = sorted(findings, key=lambda finding: (finding.row, finding.column))
    shown: list[Diagnostic] = [finding.diagnostic for finding in ordered[:MOST_FINDINGS]]
    if len(ordered) > MOST_FINDINGS:
        shown.append(MoreFindings(shown=MOST_FINDINGS))
    return shown


def _merged(
    parts: Sequence[tuple[Cells, NDArray[np.int64]]], sizes: tuple[int, ...]
) -> tuple[Cells, NDArray[np.int64]]:
    cells = np.concatenate([cells for cells, _ in parts])
    return gathered(cells, np.concatenate([counts for _, counts in parts]), sizes)
