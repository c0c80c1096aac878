"""`parquet:PATTERN` and `duckdb:FILE?table=T`: tables that DuckDB counts, of any length."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Source, closest, refuse
from scm_compiler.ir import Binned, Graph
from scm_compiler.runtime.data.assembly import Amounts, Gathering, Rows, assemble
from scm_compiler.runtime.data.codes.columns import ExtraColumns, LooksCounted
from scm_compiler.runtime.data.codes.data import DataNotFound
from scm_compiler.runtime.data.codes.database import NeedsDuckDB, NotCounted
from scm_compiler.runtime.data.codes.weights import BadCount, BadWeight
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.csv_file import said
from scm_compiler.runtime.data.findings import Findings
from scm_compiler.runtime.data.frame import read_columns
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.options import OF_COUNTED, OF_DATABASE, Reading, bad, parse
from scm_compiler.runtime.data.reading import called_count, header_faults, label_columns
from scm_compiler.runtime.data.sheet import existing_file
from scm_compiler.runtime.data.sql import described, grouped, identifier, text
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.data.watched import watched

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NUMERIC = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|FLOAT$|DOUBLE$|DECIMAL")
"""The types of DuckDB that are numbers."""

PERFECT = 24
"""Bits of a group's key up to which groups are kept in an array in place of a hash table."""


def read_parquet(place: str, graph: Graph) -> LabelTable:
    """The labels of Parquet files.

    Args:
        place: A path, in which `*` and `**` may stand for parts, and options behind `?`.
        graph: Whose labels are read.

    Raises:
        ScmError: With exit code 2: E602 if there is no file, E627 without DuckDB, E628 if it
            cannot read them; and every finding, as `read_sheet`.
    """
    return _counted(*_parquet(place), graph, f"parquet:{place}")


def read_parquet_table(place: str, graph: Graph) -> Table:
    """The labels and the numbers of Parquet files; see `read_parquet`."""
    return _whole(*_parquet(place), graph, f"parquet:{place}")


def _parquet(place: str) -> tuple["DuckDBPyConnection", str, Reading]:
    path, reading = parse(place, OF_COUNTED)
    if not any(mark in path for mark in "*?["):
        existing_file(Path(path))
    return _connected(place, ":memory:"), f"read_parquet({text(path)})", reading


def read_duckdb(place: str, graph: Graph) -> LabelTable:
    """The labels of a table or view of a DuckDB database.

    Args:
        place: The file, and `?table=NAME` with further options; the name may be left out
            if there is just one table.
        graph: Whose labels are read.

    Raises:
        ScmError: As `read_parquet`; E622 if there is no such table.
    """
    return _counted(*_database(place), graph, f"duckdb:{place}")


def read_duckdb_table(place: str, graph: Graph) -> Table:
    """The labels and the numbers of a table of a DuckDB database; see `read_duckdb`."""
    return _whole(*_database(place), graph, f"duckdb:{place}")


def _database(place: str) -> tuple["DuckDBPyConnection", str, Reading]:
    path, reading = parse(place, OF_DATABASE)
    connection = _connected(place, str(existing_file(Path(path))))
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    ).fetchall()
    tables = tuple(sorted(name for (name,) in found))
    table = tables[0] if reading.table is None and len(tables) == 1 else reading.table
    if table is None or table not in tables:
        near = closest(table or "", tables)
        raise bad("table", table or "", (near,) if near else tables)
    return connection, identifier(table), reading


def _connected(place: str, path: str) -> "DuckDBPyConnection":
    """DuckDB, with a file or with nothing."""
    try:
        import duckdb  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise refuse(NeedsDuckDB(place=place), exit_code=2) from error
    try:
        connection = duckdb.connect(path, read_only=path != ":memory:")
    except duckdb.Error as error:
        raise refuse(NotCounted(place=place, reason=_said(error)), exit_code=2) from error
    connection.execute(f"SET perfect_ht_threshold = {PERFECT}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def _counted(
    connection: "DuckDBPyConnection", source: str, reading: Reading, graph: Graph, origin: str
) -> LabelTable:
    """The table of a relation."""
    asked = reading.amounts
    labels = [node.name for node in graph.labels]
    with _reading(connection, origin):
        types = {
            str(name): kind for name, kind, *_ in connection.execute(described(source)).fetchall()
        }
        header = tuple(types)
        _refuse(list(header_faults(graph, header, asked)), origin)
        cuts = {name: one for name, one in _binned(graph) if NUMERIC.match(types[name])}
        query = grouped(labels, source, reading.count, reading.weight, cuts)
        with watched(connection, source):
            rows = connection.execute(query).fetchall()
        usual = _usual_count(connection, source, {*header} - {*labels}, reading)
    extra = tuple(name for name in header if name not in {*labels, *asked, usual})
    table = _assembled(rows, graph, reading, origin, extra)
    return replace(table, notes=(*table.notes, *_warned(usual, origin)))


def _whole(
    connection: "DuckDBPyConnection", source: str, reading: Reading, graph: Graph, origin: str
) -> Table:
    """The rows of a relation, numbers among them."""
    with _reading(connection, origin):
        header = [str(name) for name, *_ in connection.execute(described(source)).fetchall()]
        asked = [*(node.name for node in graph.tabular), *reading.amounts]
        wanted = [name for name in dict.fromkeys(asked) if name in header]
        named = ", ".join(map(identifier, wanted)) or "1"
        with watched(connection, source):
            rows = connection.execute(f"SELECT {named} FROM {source}").fetchall()  # noqa: S608
        usual = _usual_count(connection, source, {*header} - {*wanted}, reading)
    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    table = read_columns(dict(zip(wanted, columns, strict=False)), graph, reading, origin)
    return replace(table, notes=(*table.notes, *_warned(usual, origin)))


def _usual_count(
    connection: "DuckDBPyConnection", source: str, free: Collection[str], reading: Reading
) -> str | None:
    """The column by which rows seem to be counted, though nobody said so; see `csv_file`."""
    name = called_count(free, reading)
    if name is None:
        return None
    column = identifier(name)
    whole = f"regexp_full_match(CAST({column} AS VARCHAR), '[0-9]+') IS TRUE"
    query = f"SELECT bool_and({whole} AND typeof({column}) <> 'VARCHAR') FROM {source}"  # noqa: S608
    (found,) = connection.execute(query).fetchall()[0]
    return name if found else None


def _warned(count: str | None, origin: str) -> Iterator[LooksCounted]:
    """The warning of a column of counts that is left out, if one is."""
    if count is not None:
        yield LooksCounted(count, said(origin, count))


def _binned(graph: Graph) -> Iterator[tuple[str, Binned]]:
    """The labels that are intervals of numbers."""
    for name, domain in graph.domains.items():
        if isinstance(domain, Binned):
            yield name, domain


@contextmanager
def _reading(connection: "DuckDBPyConnection", origin: str) -> Iterator[None]:
    """Say why a relation cannot be read; close its database."""
    import duckdb  # noqa: PLC0415  (an extra)

    try:
        yield
    except duckdb.Error as error:
        if "No files found" in str(error):
            raise refuse(DataNotFound(path=origin.partition(":")[2]), exit_code=2) from error
        raise refuse(NotCounted(place=origin, reason=_said(error)), exit_code=2) from error
    finally:
        connection.close()


def _assembled(
    rows: Sequence[tuple[Any, ...]],
    graph: Graph,
    reading: Reading,
    origin: str,
    extra: tuple[str, ...],
) -> LabelTable:
    """The table of groups: texts, rows, amounts, squares of weights, and faults."""
    columns = label_columns(graph, reading)
    width = len(columns)
    held: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * (width + 4)
    times = np.array(held[width], dtype=np.int64)
    nowhere = np.zeros(len(rows), dtype=np.int64)
    cells = np.zeros((len(rows), width), dtype=np.int64)
    for rank, column in enumerate(columns):
        texts = np.array([column.coding[value or ""] for value in held[rank]], dtype=np.int64)
        cells[:, rank] = column.decode(texts, nowhere, nowhere, times)
    found = Findings(columns, width, rows=int(times.sum()))
    found.em = needs_complete_rows(graph) is None
    found.gaps = int(times[(cells == -1).any(1)].sum()) if len(rows) else 0
    faults = [
        *found.refused(gaps=reading.missing == "refuse"),
        *_bad_amounts(held, reading, width),
    ]
    _refuse(faults, origin)
    gathering = Gathering(tuple(graph.sizes.values()), weighted=reading.weight is not None)
    gathering.add(cells, _amounts(held, reading, width))
    notes = (ExtraColumns(names=extra),) if extra else ()
    return assemble(graph, Rows(*gathering.rows(), found.rows, found.gaps), origin, reading, notes)


def _amounts(held: list[Sequence[Any]], reading: Reading, width: int) -> Amounts:
    """How much there is of each group."""
    if reading.weight is None:
        return np.array([int(amount) for amount in held[width + 1]], dtype=np.int64)
    return np.array(held[width + 1 : width + 3], dtype=np.float64).T


def _bad_amounts(held: list[Sequence[Any]], reading: Reading, width: int) -> list[Diagnostic]:
    """What is wrong with counts and weights."""
    first = width + (2 if reading.weight is None else 3)
    faults: list[Diagnostic] = []
    kinds: tuple[tuple[str | None, type[BadCount] | type[BadWeight]], ...] = (
        (reading.count, BadCount),
        (reading.weight, BadWeight),
    )
    for rank, (name, kind) in enumerate(kinds):
        if name is not None and (wrong := sum(held[first + rank])):
            faults.append(kind(0, 0, name, "", wrong))
    if not faults and reading.weight is None and sum(map(int, held[width + 1])) >= 2**62:
        faults.append(BadCount(0, 0, reading.count or "", "", len(held[0])))
    return faults


def _said(error: Exception) -> str:
    """The first line of what DuckDB says."""
    return str(error).strip().partition("\n")[0]


def _refuse(found: Sequence[Diagnostic], origin: str) -> None:
    if found:
        raise refuse(*found, source=Source(origin, ""), exit_code=2)
