"""A question for every row of a table, with that row's values as evidence.

What the query's evidence leaves without a value takes the row's; a cell that is missing is no
evidence. Rows that say the same are asked once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, ScmError, Sink, Source, refuse
from scm_compiler.inference.answers import Answer
from scm_compiler.inference.number import Bounds, Interval, Number
from scm_compiler.inference.real.codes.cautions import told_once
from scm_compiler.inference.real.curves import curves_of
from scm_compiler.inference.table import Marginals, Table
from scm_compiler.ir import Graph, Node, Real
from scm_compiler.runtime.data.codes.columns import DuplicateColumn, MissingColumn
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.codes.rows import RaggedRow, UnknownValue, Wrong
from scm_compiler.runtime.data.coding import MISSING, UNKNOWN, ColumnCoding
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.numbers import RealColumn, faults_of, spelt
from scm_compiler.runtime.runs.asking import ask, plan_of_reals
from scm_compiler.runtime.runs.record import Record
from scm_compiler.semantics.codes.questions import NothingByRow
from scm_compiler.semantics.filling import filled, open_names
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query
from scm_compiler.telling import counted

_UNANSWERED = frozenset(("E431", "E435", "E436", "E443", "E444", "E455", "E574"))
"""What is wrong with one row's evidence, and nothing of the others'."""


@dataclass(frozen=True)
class Rows:
    """A table of text.

    Attributes:
        name: What messages call it.
        columns: Of each name its cells.
    """

    name: str
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @classmethod
    def read(cls, path: Path, names: Sequence[str]) -> "Rows":
        """A CSV file's; `names` are the columns by which the separator is told.

        Raises:
            ScmError: With exit code 2: E602 or E603 if it cannot be read, E605 if two columns
                have a label's name, E608 of a row that is too long or short.
        """
        sheet = csv_sheet(path, names)
        twice = [name for name in names if sheet.header.count(name) > 1]
        if twice:
            found = DuplicateColumn(name=twice[0])
            raise refuse(found, source=Source(str(path), ""), exit_code=2)
        cells: list[list[str]] = []
        counting = counted(sheet.rows, f"rows of {path}", each=10_000)
        for rank, (line, fields) in enumerate(counting, 1):
            if len(fields) != len(sheet.header):
                ragged = RaggedRow(rank, line, len(fields), len(sheet.header))
                raise refuse(ragged, source=Source(str(path), ""), exit_code=2)
            cells.append(fields)
        columns = zip(*cells, strict=True) if cells else ([] for _ in sheet.header)
        return cls(str(path), dict(zip(sheet.header, map(list, columns), strict=True)))

    @classmethod
    def of(cls, rows: Any) -> "Rows":  # noqa: ANN401  (a frame of any library, or a dictionary)
        """A data frame's, or those of a mapping from names to columns."""
        names = rows.columns if hasattr(rows, "columns") else rows
        return cls("rows", {str(name): [*map(str, rows[name])] for name in names})


@dataclass(frozen=True)
class RowAnswers(Sequence[Answer | None]):
    """The answer for each row.

    Attributes:
        query: The query's text.
        answers: One for each different evidence; None where it cannot be.
        places: Of each row its answer's place among these.
        best: Whether the most probable values are asked for, of which the first are taken.
    """

    query: str
    answers: tuple[Answer | None, ...]
    places: NDArray[np.int64]
    best: bool = False

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rank: Any) -> Any:  # noqa: ANN401  (a number, or a slice)
        if isinstance(rank, slice):
            return [self[place] for place in range(*rank.indices(len(self)))]
        return self.answers[self.places[rank]]

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The number of each row; of a table, a row's numbers. Not a number without an answer."""
        heads = self._heads
        each = [
            [float("nan")] * len(heads) if a is None else _values(a)[: len(heads)]
            for a in self.answers
        ]
        found = np.array(each).reshape(len(each), len(heads))[self.places]
        return found if heads != ("answer",) else found[:, 0]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What to know before relying on the answers, each once."""
        every = (warning for a in self.answers if a is not None for warning in a.warnings)
        return told_once(every)

    @property
    def unanswered(self) -> int:
        """How many rows have evidence that cannot be."""
        return sum(self.answers[place] is None for place in self.places)

    @property
    def _heads(self) -> tuple[str, ...]:
        known = next((answer for answer in self.answers if answer is not None), None)
        if known is None or self.best or isinstance(known.value, Number):
            return ("answer",)
        assert isinstance(known.value, Table)
        names = known.value.variables
        return tuple(
            ", ".join(f"{name}={value}" for name, value in zip(names, row.values, strict=True))
            for row in known.value.rows
        )

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """What is added to each row: its numbers, and the interval of one number."""
        heads = self._heads
        cells = [
            [""] * len(heads) if a is None else [*map(_cell, _values(a)[: len(heads)])]
            for a in self.answers
        ]
        one = heads == ("answer",) and not self.best
        if one and any(a is not None and a.interval for a in self.answers):
            heads = (*heads, "low", "high")
            cells = [
                [*own, *_cells(None if a is None else a.interval)]
                for own, a in zip(cells, self.answers, strict=True)
            ]
        if one and any(map(_bounded, self.answers)):
            heads = (*heads, "bounds_low", "bounds_high")
            spans = (a.bounds if a is not None and _bounded(a) else None for a in self.answers)
            cells = [[*own, *_cells(span)] for own, span in zip(cells, spans, strict=True)]
        if self.best:
            tables = [None if a is None else a.value for a in self.answers]
            known = next((t for t in tables if isinstance(t, Table)), None)
            names = () if known is None else known.variables
            heads = (*(f"argmax {name}" for name in names), *heads)
            cells = [
                [*(t.rows[0].values if isinstance(t, Table) else [""] * len(names)), *own]
                for own, t in zip(cells, tables, strict=True)
            ]
        return {
            head: [cells[place][rank] for place in self.places] for rank, head in enumerate(heads)
        }

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain data."""
        return {
            "query": self.query,
            "ok": True,
            "rows": len(self),
            "different": len(self.answers),
            "unanswered": self.unanswered,
            "answers": [None if a is None else a.to_dict() for a in self.answers],
            "places": self.places.tolist(),
        }

    def __str__(self) -> str:
        lost = f", {self.unanswered:,} of them without an answer" if self.unanswered else ""
        return f"{self.query}: {len(self):,} rows{lost}, {len(self.answers):,} of them different"

    __repr__ = __str__


def ask_by_row(
    record: Record,
    text: str,
    rows: Rows,
    **options: Any,  # noqa: ANN401  (those of `Record.ask`)
) -> RowAnswers:
    """The answer for every row.

    Args:
        record: What is asked.
        text: A query with evidence that has no value.
        rows: The table.
        options: Those of `Record.ask`.

    Raises:
        ScmError: E40x and E41x if the question is wrong, E468 if it leaves nothing open, E604 if
            a column is missing, E607 if a cell is no value.
    """
    source = Source("query", text)
    sink = Sink(source)
    query = parse_query(source, sink)
    sink.check()
    assert query is not None
    names = open_names(query)
    if not names or isinstance(query, tree.Regime) or curves_of(query):
        raise refuse(NothingByRow(span=query.span), source=source)
    if not record.graph.reals:
        resolve(query, record.graph, sink, open_values=True)
        sink.check()
    elif unknown := next((name for name in names if name not in record.graph.by_name), None):
        plan_of_reals(record, text)
        raise KeyError(unknown)
    values = [_column(name, rows, record.graph) for name in names]
    keys = [*zip(*values, strict=True)]
    every = {key: rank for rank, key in enumerate(dict.fromkeys(keys))}
    answers = tuple(
        _answer(record, query, source, dict(zip(names, key, strict=True)), options)
        for key in counted(every, "different rows", len(every))
    )
    places = np.array([every[key] for key in keys], dtype=np.int64)
    return RowAnswers(text, answers, places, isinstance(query, tree.Best))


def _answer(
    record: Record,
    query: tree.Query,
    source: Source,
    values: Mapping[str, str | None],
    options: Mapping[str, Any],
) -> Answer | None:
    """The answer with these values as evidence; None where they cannot be."""
    known = {name: value for name, value in values.items() if value is not None}
    asked = filled(query, known)
    try:
        answer = _asked(record, asked, source, options)
    except ScmError as error:
        if {found.code for found in error.diagnostics} <= _UNANSWERED:
            return None
        raise
    assert not isinstance(answer.value, Marginals)
    return answer


def _asked(
    record: Record, query: tree.Query, source: Source, options: Mapping[str, Any]
) -> Answer:
    """The answer to a question without anything open."""
    drawn = None
    if record.graph.reals:
        drawn = plan_of_reals(record, print_query(query), options.get("method", "auto"))
    if drawn is not None:
        own = {name: options[name] for name in ("seed", "samples", "level") if name in options}
        return replace(replace(drawn, brief=True).run(**own), query=source.text)
    sink = Sink(source)
    resolved = resolve(query, record.label_graph if record.graph.reals else record.graph, sink)
    sink.check()
    assert resolved is not None
    return ask(record, resolved, source.text, **options)


def _column(name: str, rows: Rows, graph: Graph) -> list[str | None]:
    """The values of a label in each row, by their names; None where one is missing."""
    source = Source(rows.name, "")
    if name not in rows.columns:
        raise refuse(
            MissingColumn(name=name, columns=tuple(rows.columns)), source=source, exit_code=2
        )
    if isinstance(graph.by_name[name].domain, Real):
        return _numbers(graph.by_name[name], rows.columns[name], source)
    domain = graph.domain(name)
    coding, values = ColumnCoding(domain), domain.values
    indices = [coding.code(cell) for cell in rows.columns[name]]
    wrong: dict[str, list[int]] = {}
    for rank, (cell, index) in enumerate(zip(rows.columns[name], indices, strict=True), 1):
        if index == UNKNOWN:
            wrong.setdefault(str(cell), []).append(rank)
    if wrong:
        told = tuple(Wrong(cell, len(at), at[0], at[0] + 1) for cell, at in wrong.items())
        raise refuse(UnknownValue(name, told, values), source=source, exit_code=2)
    return [None if index == MISSING else values[index] for index in indices]


def _numbers(node: Node, cells: Sequence[str], source: Source) -> list[str | None]:
    """The numbers of a real node in each row, as a query has them; None where one is missing."""
    column = RealColumn(node)
    column.add(cells, lambda rank: Place(rank + 1, rank + 2, cells[rank]))
    if found := faults_of([column], "drop"):
        raise refuse(*found, source=source, exit_code=2)
    return [None if isnan(number) else spelt(number) for number in column.numbers.tolist()]


def _values(answer: Answer) -> list[float]:
    if isinstance(answer.value, Number):
        return [answer.value.value]
    assert isinstance(answer.value, Table)
    return [row.probability.value for row in answer.value.rows]


def _cell(number: float) -> str:
    """A number in a table; nothing where there is none."""
    return "" if isnan(number) else repr(number)


def _bounded(answer: Answer | None) -> bool:
    """Whether there are only bounds of an answer."""
    return answer is not None and isinstance(answer.value, Number) and not answer.value.known


def _cells(span: Interval | Bounds | None) -> list[str]:
    return ["", ""] if span is None else [repr(span.low), repr(span.high)]
