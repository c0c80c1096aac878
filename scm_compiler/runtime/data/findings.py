"""What is wrong in the rows of a table: one finding a kind, with its count and its first place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.runtime.data.codes.gaps import MissingValue
from scm_compiler.runtime.data.codes.rows import (
    MixedCoding,
    RaggedRow,
    UnknownValue,
    Wrong,
    two_names,
)
from scm_compiler.runtime.data.codes.weights import BadCount, BadWeight
from scm_compiler.runtime.data.coding import MISSING, ColumnCoding

Place = tuple[int, int]
"""A row, from 1, and the line of its file that it ends on."""

Numbers = NDArray[np.int64]


@dataclass
class Column:
    """A label's column: its coding, and where it holds what is no value.

    Attributes:
        name: The label.
        coding: What its values may be written as.
        wrong: By the place of a text in the coding, how many cells hold it and the first of them.
    """

    name: str
    coding: ColumnCoding
    wrong: dict[int, tuple[int, Place]] = field(default_factory=dict)

    def decode(
        self, texts: Numbers, rows: Numbers, lines: Numbers, times: Numbers | None = None
    ) -> Numbers:
        """The value index of each cell; what is no value is noted.

        Args:
            texts: The place of each cell's text in the coding.
            rows: The number of each cell's row; 0 where rows are in no order.
            lines: Its line.
            times: In how many rows the cell stands; in one each if None.
        """
        codes = np.array(self.coding.codes, dtype=np.int64)[texts]
        bad = np.flatnonzero(codes < 0)
        if len(bad):
            found, first, inverse = np.unique(texts[bad], return_index=True, return_inverse=True)
            many = np.ones_like(bad) if times is None else times[bad]
            counts = np.zeros_like(found)
            np.add.at(counts, inverse, many)
            for text, rank, count in zip(found.tolist(), first, counts.tolist(), strict=True):
                before, place = self.wrong.get(
                    text, (0, (int(rows[bad[rank]]), int(lines[bad[rank]])))
                )
                self.wrong[text] = before + count, place
        return codes

    def missing(self) -> tuple[int, Place] | None:
        """How many cells hold nothing, and the first of them."""
        found = [w for text, w in self.wrong.items() if self.coding.codes[text] == MISSING]
        return (sum(count for count, _ in found), min(p for _, p in found)) if found else None

    def unknown(self) -> tuple[Wrong, ...]:
        """The texts that are no value, the first one first."""
        found = (
            Wrong(self.coding.texts[text].strip(), count, *place)
            for text, (count, place) in self.wrong.items()
            if self.coding.codes[text] != MISSING
        )
        return tuple(sorted(found, key=lambda wrong: (wrong.row, wrong.value)))

    def fault(self) -> UnknownValue | None:
        """What is to be said of the texts that are no value."""
        wrong = self.unknown()
        if not wrong:
            return None
        right = any(code >= 0 for code in self.coding.codes)
        pair = () if right else two_names({one.value for one in wrong})
        held = tuple(text.strip() for text in self.coding.texts)
        return UnknownValue(self.name, wrong, self.coding.domain.values, pair, held)


@dataclass
class Tally:
    """Faults of one kind.

    Attributes:
        count: How many.
        place: Of the first.
        said: What the first one is.
    """

    count: int = 0
    place: Place = (0, 0)
    said: str = ""

    def add(self, count: int, place: Place, said: str) -> None:
        """Take in some."""
        if not self.count:
            self.place, self.said = place, said
        self.count += count


@dataclass
class Findings:
    """All that is wrong in the rows of a table.

    Attributes:
        columns: Of the labels.
        width: How many fields a row has.
        count: The column of the counts, and what in it is none.
        weight: The column of the weights, and what in it is none.
        ragged: Rows with more or fewer fields.
        rows: How many rows were read.
        gaps: How many of them lack a value.
        em: Whether `missing=em` is a way to use those.
    """

    columns: Sequence[Column]
    width: int
    count: str | None = None
    weight: str | None = None
    ragged: Tally = field(default_factory=Tally)
    counts: Tally = field(default_factory=Tally)
    weights: Tally = field(default_factory=Tally)
    rows: int = 0
    gaps: int = 0
    em: bool = True

    def faults(self) -> Iterator[tuple[Place, Diagnostic]]:
        """Where and what, gaps left out."""
        for column in self.columns:
            if column.coding.mixed:
                yield (0, 0), MixedCoding(column=column.name)
            fault = column.fault()
            if fault is not None:
                yield (fault.wrong[0].row, 0), fault
        if self.ragged.count:
            (row, line), many = self.ragged.place, self.ragged.count
            yield (row, 0), RaggedRow(row, line, int(self.ragged.said), self.width, many)
        for name, tally, kind in (
            (self.count, self.counts, BadCount),
            (self.weight, self.weights, BadWeight),
        ):
            if tally.count:
                row, line = tally.place
                yield (row, 1), kind(row, line, name or "", tally.said, tally.count)

    def missing(self, *, ways: bool) -> Iterator[tuple[Place, MissingValue]]:
        """Of the gaps.

        Args:
            ways: Whether `?missing=` is a way out.
        """
        held = [(column.name, gaps) for column in self.columns if (gaps := column.missing())]
        if held:
            columns = tuple((name, count, *place) for name, (count, place) in held)
            first = min(place for _, (_, place) in held)
            yield first, MissingValue(columns, self.gaps, self.rows, ways, self.em)

    def refused(self, *, gaps: bool, ways: bool = True) -> tuple[Diagnostic, ...]:
        """What a table is refused for, in reading order.

        Args:
            gaps: Whether gaps are among it.
            ways: Whether `?missing=` is a way out.
        """
        found = list(self.faults())
        if gaps:
            found += self.missing(ways=ways)
        return tuple(fault for _, fault in sorted(found, key=lambda one: one[0]))
