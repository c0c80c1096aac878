"""How far DuckDB has come with a query, asked from beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from scm_compiler.telling import told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EACH = 0.5
"""Seconds between two looks."""


@contextmanager
def watched(connection: "DuckDBPyConnection", source: str, each: float = EACH) -> Iterator[None]:
    """Tell, while a query runs inside, how many rows of its source it has read.

    Rows of Parquet files are counted in their footers; of a table or a view the share is told.

    Args:
        connection: What runs it.
        source: What it reads, in SQL.
        each: The seconds between two looks.
    """
    progress = getattr(connection, "query_progress", None)  # DuckDB has it since 1.2
    if progress is None:
        yield
        return
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    counted = source.startswith("read_parquet(")
    count = f"SELECT count(*) FROM {source}"  # noqa: S608  (quoted by who asks)
    rows = connection.execute(count).fetchall()[0][0] if counted else 100
    what, tell, ended = "rows" if counted else "percent of the rows", told(), Event()

    def look() -> None:
        while not ended.wait(each):
            share = progress()
            if 0 < share < 100:  # less where it cannot tell
                tell(what, int(rows * share / 100), rows)

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
