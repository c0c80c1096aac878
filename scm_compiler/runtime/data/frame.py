"""Columns from Python: a pandas or polars frame, or a dictionary of columns.

No such library is imported: a frame is whatever has `columns` and gives each by its name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph, Node
from scm_compiler.runtime.data.assembly import Amounts, Gathering, Rows, amounts_of, assemble
from scm_compiler.runtime.data.codes.columns import LooksCounted
from scm_compiler.runtime.data.codes.frames import MissingInFrame, UnequalColumns, WrongInFrame
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.codes.rows import MixedCoding, NoRows, two_names
from scm_compiler.runtime.data.codes.weights import BadCount, BadWeight
from scm_compiler.runtime.data.coding import MISSING, UNKNOWN, ColumnCoding
from scm_compiler.runtime.data.columns import MixedRows, Table, real_faults, table_from
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.numbers import RealColumn, faults_of
from scm_compiler.runtime.data.options import MISSING as MISSING_WAYS
from scm_compiler.runtime.data.options import PLAIN, Reading
from scm_compiler.runtime.data.reading import (
    called_count,
    count_of,
    header_faults,
    label_columns,
    weight_of,
)
from scm_compiler.runtime.data.table import Cells, LabelTable

_NOT_A_NUMBER = ("NAType", "NaTType")
"""The classes of what pandas puts in the place of a value that is missing."""


class Frame(Protocol):
    """A table with named columns, such as `pandas.DataFrame` or `polars.DataFrame`."""

    @property
    def columns(self) -> Any:  # noqa: ANN401  (an index of pandas, a list of polars)
        """The names."""

    def __getitem__(self, name: Any, /) -> Any:  # noqa: ANN401  (a series of either)
        """One column."""


Columns = Mapping[str, Iterable[object]] | Frame


def read_frame(frame: Columns, graph: Graph, reading: Reading = PLAIN) -> LabelTable:
    """The counts of a frame's distinct rows, over the graph's labels.

    Args:
        frame: Columns in excess are left out.
        graph: Whose labels the columns are matched with, by name.
        reading: The columns of counts and weights, and what becomes of gaps.

    Raises:
        ScmError: With exit code 2 and every finding: E604, E605, E611 and E615 on the columns;
            E850, E851, E612, E610 and E623 on what they hold; E852 if one is longer than another;
            E609 if they are empty.
        TypeError: If it is no frame.
        ValueError: If `reading.missing` is nothing that can be said.
    """
    origin, held, notes = _held(frame, graph, reading, with_reals=False)
    cells, counts = _coded(held, graph, reading, (), origin)
    read, gaps = len(cells), int((cells < 0).any(1).sum())
    gathering = Gathering(tuple(graph.sizes.values()), weighted=reading.weight is not None)
    gathering.add(cells, counts)
    return assemble(graph, Rows(*gathering.rows(), read, gaps), origin, reading, notes)


def read_columns(
    frame: Columns, graph: Graph, reading: Reading = PLAIN, origin: str = ""
) -> Table:
    """The rows of a frame, over the graph's labels and real nodes.

    Args:
        frame: Columns in excess are left out.
        graph: Whose nodes the columns are matched with, by name.
        reading: As `read_frame` takes it.
        origin: What to call the data; after the frame's class if empty.

    Raises:
        ScmError: With exit code 2 and every finding: those of `read_frame`, and E616 to E619 of
            the numbers; E625 for numbers that are missing and are to be summed over.
        TypeError: If it is no frame.
        ValueError: As `read_frame`.
    """
    called, held, notes = _held(frame, graph, reading, with_reals=True, origin=origin)
    reals = [_real(node, held[node.name]) for node in graph.reals]
    cells, amounts = _coded(held, graph, reading, reals, called)
    return table_from(graph, MixedRows(cells, reals, amounts), called, reading, notes)


def _real(node: Node, cells: list[Any]) -> RealColumn:
    column = RealColumn(node)
    column.add(cells, lambda rank: Place(rank, None, str(cells[rank])))
    return column


def _held(
    frame: Columns, graph: Graph, reading: Reading, *, with_reals: bool, origin: str = ""
) -> tuple[str, dict[str, list[Any]], tuple[LooksCounted, ...]]:
    """What to call a frame, its columns that are wanted, and what is noticed of another."""
    if reading.missing not in MISSING_WAYS:
        raise ValueError(f"missing= is one of {', '.join(MISSING_WAYS)}, not {reading.missing!r}")
    origin = origin or _origin(frame)
    if not isinstance(frame, Mapping) and hasattr(frame, "collect"):  # of polars, not yet read
        frame = frame.collect()
    names = {str(name): name for name in _names(frame)}
    header, asked = tuple(map(str, _names(frame))), reading.amounts
    faults = list(header_faults(graph, header, asked))
    _refuse([*faults, *(real_faults(graph, header, asked) if with_reals else ())], origin)
    nodes = graph.tabular if with_reals else graph.labels
    wanted = [*(node.name for node in nodes), *asked]
    held = {name: _values(name, frame[names[name]]) for name in wanted}
    lengths = {name: len(column) for name, column in held.items()}
    if len(set(lengths.values())) > 1:
        _refuse([UnequalColumns(lengths=tuple(lengths.items()))], origin)
    if not any(lengths.values()):
        _refuse([NoRows(path=origin)], origin)
    usual = called_count({*header} - {*wanted}, reading)
    counts = usual is not None and _are_counts(usual, frame[names[usual]])
    return origin, held, (LooksCounted(usual),) if usual and counts else ()


def _are_counts(name: str, column: object) -> bool:
    """Whether a column that nobody asks for holds whole numbers from 0 on, and nothing else."""
    try:
        return all(count_of(_spelt(value) or "") is not None for value in _values(name, column))
    except TypeError:  # it is no column at all, which is none of our business
        return False


def _coded(
    held: Mapping[str, list[Any]],
    graph: Graph,
    reading: Reading,
    reals: Sequence[RealColumn],
    origin: str,
) -> tuple[Cells, Amounts]:
    """The labels' cells, and how much there is of each row; faults of any column are refused."""
    columns = [_Column(c.name, c.coding, held[c.name]) for c in label_columns(graph, reading)]
    found = list(_faults(graph, columns, gaps=reading.missing == "refuse"))
    amounts, faults = _numbers(held, reading)
    _refuse([*found, *faults, *faults_of(reals, reading.missing)], origin)
    none = np.zeros((len(amounts), 0), dtype=np.int64)
    return np.column_stack([none, *(column.codes for column in columns)]), amounts


def _numbers(held: Mapping[str, list[Any]], reading: Reading) -> tuple[Amounts, list[Diagnostic]]:
    """How much there is of each row, and what is wrong with the columns that say so."""
    faults: list[Diagnostic] = []
    length = len(next(iter(held.values())))
    counts, weights = np.ones(length, dtype=np.int64), None
    if reading.count is not None:
        parsed = [count_of(_spelt(value) or "") for value in held[reading.count]]
        faults += _bad(parsed, held[reading.count], reading.count, BadCount)
        counts = np.array([number or 0 for number in parsed], dtype=np.int64)
    if reading.weight is not None:
        heavy = [weight_of(_spelt(value) or "") for value in held[reading.weight]]
        faults += _bad(heavy, held[reading.weight], reading.weight, BadWeight)
        weights = np.array([number or 0.0 for number in heavy])
    return amounts_of(counts, weights), faults


def _bad(
    parsed: Sequence[float | None],
    held: list[Any],
    column: str,
    kind: type[BadCount] | type[BadWeight],
) -> Iterator[Diagnostic]:
    places = [place for place, number in enumerate(parsed) if number is None]
    if places:
        value = str(held[places[0]])
        yield kind(places[0], places[0], column, value, len(places), in_frame=True)


def _origin(frame: Columns) -> str:
    """What to call the data: `dict`, `pandas.DataFrame`."""
    kind = type(frame)
    package = kind.__module__.partition(".")[0]
    return kind.__name__ if package == "builtins" else f"{package}.{kind.__name__}"


def _names(frame: Columns) -> list[Any]:
    """The names of the columns, as the frame takes them."""
    if isinstance(frame, Mapping):
        return list(frame)
    named = getattr(frame, "column_names", None)  # of pyarrow, whose `columns` are the values
    if named is None:
        named = getattr(frame, "columns", None)
    if named is None or not hasattr(frame, "__getitem__"):
        raise TypeError(
            "data are a frame of pandas or polars, a dictionary of columns, a path or a SPEC "
            f"such as `csv:people.csv`, not {type(frame).__name__}"
        )
    return list(named)


def _values(name: str, column: Any) -> list[Any]:  # noqa: ANN401  (a column of any library)
    """A column as plain values of Python."""
    for way in ("to_list", "tolist", "to_pylist"):
        if hasattr(column, way):
            column = getattr(column, way)()
            break
    if isinstance(column, str | bytes) or not isinstance(column, Iterable):
        raise TypeError(f"the column `{name}` is no list of values, but {column!r}")
    return list(column)


class _Column:
    """A label's column, each value as its index.

    Args:
        name: The label.
        coding: What its values may be written as.
        held: The values.
    """

    def __init__(self, name: str, coding: ColumnCoding, held: list[Any]) -> None:
        try:
            distinct = set(held)
        except TypeError:  # a list or the like, which is no value of a label
            held = [_spelt(value) for value in held]
            distinct = set(held)
        self.name, self.coding, self.held = name, coding, held
        code_of = {value: self._code(value) for value in distinct}
        self.codes = np.fromiter(map(code_of.__getitem__, held), np.int64, len(held))

    def _code(self, value: object) -> int:
        text = _spelt(value)
        return MISSING if text is None else self.coding.code(text)

    @property
    def missing(self) -> NDArray[np.int64]:
        """The places of the values that are missing."""
        return np.flatnonzero(self.codes == MISSING)

    def wrong(self) -> WrongInFrame | None:
        """What is to be said of the values that are none of the label's."""
        places: dict[str, list[int]] = {}
        for place in np.flatnonzero(self.codes == UNKNOWN).tolist():
            places.setdefault(str(_spelt(self.held[place])), []).append(place)
        if not places:
            return None
        pair = () if (self.codes >= 0).any() else two_names(places)
        wrong = tuple((value, len(found), found[0]) for value, found in places.items())
        held = tuple(text.strip() for text in self.coding.texts)
        return WrongInFrame(self.name, wrong, self.coding.domain.values, pair, held)


def _spelt(value: object) -> str | None:
    """How a file would write the value; None if it is missing.

    >>> [_spelt(value) for value in ("yes", True, 1, 1.0, 0.5, None, float("nan"))]
    ['yes', 'True', '1', '1', '0.5', None, None]
    """
    if value is None or type(value).__name__ in _NOT_A_NUMBER:
        return None
    if isinstance(value, float):  # a column of whole numbers with gaps, to which pandas gives 1.0
        return None if value != value else str(int(value) if value.is_integer() else value)  # noqa: PLR0124
    return str(value)


def _faults(graph: Graph, columns: list[_Column], *, gaps: bool) -> Iterator[Diagnostic]:
    """What is wrong in the columns: what is missing first."""
    held = [(c.name, len(c.missing), int(c.missing[0])) for c in columns if len(c.missing)]
    if held and gaps:
        some = np.logical_or.reduce([column.codes == MISSING for column in columns])
        em = needs_complete_rows(graph) is None
        yield MissingInFrame(columns=tuple(held), rows=int(some.sum()), of=len(some), em=em)
    yield from filter(None, (column.wrong() for column in columns))
    yield from (MixedCoding(column=column.name) for column in columns if column.coding.mixed)


def _refuse(found: list[Diagnostic], origin: str) -> None:
    if found:
        raise refuse(*found, source=Source(origin, ""), exit_code=2)
