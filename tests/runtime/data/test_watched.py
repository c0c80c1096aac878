"""How far DuckDB has come is told while it counts."""

from threading import Event

import pytest

from scm_compiler.runtime.data.watched import watched
from scm_compiler.telling import telling


class Slow:
    """A connection that has come so far."""

    def __init__(self, shares):
        self.shares, self.asked, self.ended = iter(shares), [], Event()

    def execute(self, query):
        self.asked.append(query)
        return self

    def fetchall(self):
        return [(2000,)]

    def query_progress(self):
        share = next(self.shares, None)
        if share is None:
            self.ended.set()
        return -1.0 if share is None else share


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("read_parquet('x')", [("rows", 500, 2000), ("rows", 1900, 2000)]),
        ('"people"', [("percent of the rows", 25, 100), ("percent of the rows", 95, 100)]),
    ],
)
def test_the_rows_that_are_read_are_told(source, told):
    heard, connection = [], Slow([-1.0, 25.0, 95.0, 100.0])
    with telling(lambda *said: heard.append(said)), watched(connection, source, 0.001):
        assert connection.ended.wait(10)
    assert heard == told


def test_a_duckdb_that_cannot_tell_is_left_alone():
    with watched(object(), "t"):
        pass


def test_duckdb_knows_these_settings(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    file = tmp_path / "a.parquet"
    connection = duckdb.connect()
    connection.execute(f"COPY (SELECT range % 3 AS a FROM range(1000)) TO '{file}'")
    with watched(connection, f"read_parquet('{file}')"):
        (total,) = connection.execute(f"SELECT sum(a) FROM read_parquet('{file}')").fetchone()
    assert total == 999
