"""Columns from Python: a pandas or polars frame, or a dictionary of columns.

No such library is imported: a frame is whatever has `columns` and gives each by its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.ir import Graph, Node
from scm_compiler.runtime.data.codes.frames import MissingInFrame, UnequalColumns, WrongInFrame
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.codes.rows import MixedCoding, MoreFindings, NoRows
from scm_compiler.runtime.data.coding import MISSING, UNKNOWN, ColumnCoding
from scm_compiler.runtime.data.columns import Table, real_faults, table_of
from scm_compiler.runtime.data.numbers import RealColumn, faults_of
from scm_compiler.runtime.data.reading import MOST_FINDINGS, header_faults, two_names
from scm_compiler.runtime.data.table import LabelTable, tabulate

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


def read_frame(frame: Columns, graph: Graph) -> LabelTable:
    """The counts of a frame's distinct rows, over the graph's labels.

    Args:
        frame: Columns in excess are left out.
        graph: Whose labels the columns are matched with, by name.

    Raises:
        ScmError: With exit code 2 and every finding: E604 and E605 on the columns; E850, E851 and
            E612 on what they hold; E852 if one is longer than another; E609 if they are empty.
        TypeError: If it is no frame.
    """
    origin = _origin(frame)
    if not isinstance(frame, Mapping) and hasattr(frame, "collect"):  # of polars, not yet read
        frame = frame.collect()
    names = {str(name): name for name in _names(frame)}
    found = list(header_faults(graph, tuple(map(str, _names(frame)))))
    _refuse(found, origin)
    held = {node.name: _values(node.name, frame[names[node.name]]) for node in graph.labels}
    lengths = {name: len(column) for name, column in held.items()}
    if len(set(lengths.values())) > 1:
        _refuse([UnequalColumns(lengths=tuple(lengths.items()))], origin)
    if not any(lengths.values()):
        _refuse([NoRows(path=origin)], origin)
    columns = [
        _Column(name, ColumnCoding(graph.domains[name]), column) for name, column in held.items()
    ]
    _refuse(list(_faults(columns)), origin)
    cells = np.stack([column.codes for column in columns], axis=1)
    return tabulate(graph, cells, np.ones(len(cells), dtype=np.int64), origin)


def read_columns(frame: Columns, graph: Graph) -> Table:
    """The rows of a frame, over the graph's labels and real nodes.

    Args:
        frame: Columns in excess are left out.
        graph: Whose nodes the columns are matched with, by name.

    Raises:
        ScmError: With exit code 2 and every finding: those of `read_frame`, and E616 to E619 of
            the numbers.
        TypeError: If it is no frame.
    """
    origin = _origin(frame)
    if not isinstance(frame, Mapping) and hasattr(frame, "collect"):  # of polars, not yet read
        frame = frame.collect()
    names = {str(name): name for name in _names(frame)}
    header = tuple(map(str, _names(frame)))
    _refuse([*header_faults(graph, header), *real_faults(graph, header)], origin)
    held = {node.name: _values(node.name, frame[names[node.name]]) for node in graph.tabular}
    lengths = {name: len(column) for name, column in held.items()}
    if len(set(lengths.values())) > 1:
        _refuse([UnequalColumns(lengths=tuple(lengths.items()))], origin)
    if not any(lengths.values()):
        _refuse([NoRows(path=origin)], origin)
    labels = [_Column(n, ColumnCoding(domain), held[n]) for n, domain in graph.domains.items()]
    reals = [_real(node, held[node.name]) for node in graph.reals]
    _refuse([*_faults(labels), *faults_of(reals)], origin)
    columns = {column.name: column.codes for column in labels}
    numbers = {column.node.name: column.numbers for column in reals}
    count = np.ones(max(lengths.values()), dtype=np.int64)
    return table_of(graph, {**columns, **numbers}, count, origin)


def _real(node: Node, cells: list[Any]) -> RealColumn:
    column = RealColumn(node)
    column.add(cells, lambda rank: Place(rank, None, str(cells[rank])))
    return column


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
        return MISSING if text is None else self.coding[text]

    @property
    def missing(self) -> NDArray[np.int64]:
        """The places of the values that are missing."""
        return np.flatnonzero(self.codes == MISSING)

    def wrong(self) -> Iterator[WrongInFrame]:
        """A finding for each value that is none of the label's, the first one first."""
        places: dict[str, list[int]] = {}
        for place in np.flatnonzero(self.codes == UNKNOWN).tolist():
            places.setdefault(str(_spelt(self.held[place])), []).append(place)
        pair = () if (self.codes >= 0).any() else two_names(places)
        for value, found in places.items():
            yield WrongInFrame(
                column=self.name,
                value=value,
                rows=len(found),
                first=found[0],
                values=self.coding.domain.values,
                pair=pair,
            )


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


def _faults(columns: list[_Column]) -> Iterator[Diagnostic]:
    """What is wrong in the columns: what is missing first, and of the rest the first ones."""
    gaps = [(c.name, len(c.missing), int(c.missing[0])) for c in columns if len(c.missing)]
    if gaps:
        some = np.logical_or.reduce([column.codes == MISSING for column in columns])
        yield MissingInFrame(columns=tuple(gaps), rows=int(some.sum()), of=len(some))
    wrong = [finding for column in columns for finding in column.wrong()]
    yield from wrong[:MOST_FINDINGS]
    if len(wrong) > MOST_FINDINGS:
        yield MoreFindings(shown=MOST_FINDINGS)
    yield from (MixedCoding(column=column.name) for column in columns if column.coding.mixed)


def _refuse(found: list[Diagnostic], origin: str) -> None:
    if found:
        raise refuse(*found, source=Source(origin, ""), exit_code=2)
