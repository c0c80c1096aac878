"""The numbers of a real node's column: read from text or values, and what is wrong with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.ir import Node, Real
from scm_compiler.ir.domain import plain
from scm_compiler.runtime.data.codes.gaps import NeedsCompleteRows
from scm_compiler.runtime.data.codes.numbers import (
    NotANumber,
    NotComputable,
    NumberMissing,
    OutsideEnds,
    Place,
)
from scm_compiler.runtime.data.coding import is_blank
from scm_compiler.runtime.data.options import Missing
from scm_compiler.semantics.program import kind_tree
from scm_compiler.syntax.printer import print_kind

LARGEST = 1e100
"""The largest number that is computed with."""

MOST_PLACES = 3
"""So many cells a message shows."""

Numbers = NDArray[np.float64]


@dataclass
class _Fault:
    """Cells that are wrong in one way: how many, and the first."""

    count: int = 0
    places: list[Place] = field(default_factory=list)

    def add(self, ranks: NDArray[np.int64], place: Callable[[int], Place]) -> None:
        """Take in the cells at some ranks of a part."""
        self.count += len(ranks)
        for rank in ranks[: MOST_PLACES - len(self.places)].tolist():
            self.places.append(place(rank))


class RealColumn:
    """The numbers of a real node, part by part.

    Attributes:
        node: The node.
        rows: How many cells were read.
    """

    def __init__(self, node: Node) -> None:
        assert isinstance(node.domain, Real)
        self.node, self.real, self.rows = node, node.domain, 0
        self._parts: list[Numbers] = []
        self._text, self._gap, self._outside, self._large = (_Fault() for _ in range(4))
        self._least, self._most = self.real.low, self.real.high

    def add(self, cells: Sequence[object], place: Callable[[int], Place]) -> None:
        """Take in a part of the column.

        Args:
            cells: Texts of a file, or values of a frame.
            place: The place of a cell, by its rank in the part.
        """
        numbers, text = _numbers(cells)
        gap = np.isnan(numbers) & ~text
        large = np.abs(numbers) > LARGEST
        outside = ((numbers < self.real.low) | (numbers > self.real.high)) & ~large
        faults = (self._text, text), (self._gap, gap), (self._large, large)
        for fault, where in (*faults, (self._outside, outside)):
            fault.add(np.flatnonzero(where), place)
        if outside.any():
            self._least = min(self._least, float(numbers[outside].min()))
            self._most = max(self._most, float(numbers[outside].max()))
        self._parts.append(numbers + 0.0)  # -0.0 is 0.0
        self.rows += len(numbers)

    @property
    def numbers(self) -> Numbers:
        """All of them."""
        return np.concatenate([np.zeros(0), *self._parts])

    def faults(self, missing: Missing) -> Iterator[Diagnostic]:
        """One finding for each kind of fault; gaps are none where their rows are left out."""
        name, of = self.node.name, self.rows
        if self._text.count:
            yield NotANumber(name, tuple(self._text.places), self._text.count, of)
        if self._gap.count and missing == "em":
            yield NeedsCompleteRows(f"`{name}` is a real node")
        elif self._gap.count and missing != "drop":
            yield NumberMissing(name, tuple(self._gap.places), self._gap.count, of)
        if self._large.count:
            places = tuple(self._large.places)
            yield NotComputable(name, places, self._large.count, of, LARGEST)
        if self._outside.count:
            wide = replace(self.node, domain=Real(self._least, self._most))
            kinds = (print_kind(kind_tree(node)) for node in (self.node, wide))
            yield OutsideEnds(name, tuple(self._outside.places), self._outside.count, of, *kinds)


def _numbers(cells: Sequence[object]) -> tuple[Numbers, NDArray[np.bool_]]:
    """The numbers of cells, NaN where there is none, and which of them hold text."""
    try:
        numbers = np.fromiter(map(float, cells), np.float64, len(cells))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        read = [_number(cell) for cell in cells]
        numbers = np.array([np.nan if number is None else number for number in read])
        return numbers, np.array([number is None for number in read], dtype=bool)
    return numbers, np.zeros(len(cells), dtype=bool)


def _number(cell: object) -> float | None:
    """The number that a cell holds, NaN where it is empty, None where it holds something else."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return np.nan
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:  # of a whole number with hundreds of digits
        return np.inf
    except (TypeError, ValueError):
        missing = isinstance(cell, str) and is_blank(cell)
        return np.nan if missing else None


def spelt(number: float) -> str:
    """A number as a program or a file has it.

    >>> spelt(63.0), spelt(0.1)
    ('63', '0.1')
    """
    return str(plain(number))


def faults_of(columns: Iterable[RealColumn], missing: Missing) -> list[Diagnostic]:
    """What is wrong in some columns; `missing` says what becomes of gaps."""
    return [found for column in columns for found in column.faults(missing)]
