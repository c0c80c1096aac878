"""The query that others count rows with: in DuckDB, in SQLite, and read back."""

import csv
import sqlite3

import pytest

from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.sources import load_table
from scm_compiler.runtime.data.sql import count_query

ROWS = [(0, "low"), (1, "high"), (1, "high"), (1, None), (0, "it's")]


@pytest.fixture
def graph(make_graph):
    return make_graph('A say_"x":low|high|it\'s')


def answered(connection, query):
    cursor = connection.execute(query)
    return [column[0] for column in cursor.description], cursor.fetchall()


@pytest.mark.parametrize("engine", ["sqlite3", "duckdb"])
def test_what_a_database_counts_is_what_scmc_reads(graph, engine, tmp_path, write):
    connect = sqlite3.connect if engine == "sqlite3" else pytest.importorskip("duckdb").connect
    connection = connect(":memory:")
    connection.execute('CREATE TABLE people (A INTEGER, "say_""x""" VARCHAR(9))')
    connection.executemany("INSERT INTO people VALUES (?, ?)", ROWS)
    header, rows = answered(connection, count_query(graph, "people"))
    connection.close()
    path = tmp_path / "counts.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    plain = {"A": [a for a, _ in ROWS], 'say_"x"': [h for _, h in ROWS]}
    counted = load_labels(f"{path}?count=n&missing=em", graph)
    assert counted.fingerprint == load_labels(plain, graph, missing="em").fingerprint


def test_counts_are_added_up(make_graph):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (A INTEGER, n INTEGER)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(0, 3), (1, 4), (0, 5)])
    _, rows = answered(connection, count_query(make_graph("A"), "t", count="n"))
    connection.close()
    assert sorted(rows) == [(0, 8), (1, 4)]


def test_the_command(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.scm").write_text("graph t\nn, B : binary\nn -> B\n")
    assert main(["sql", "t.scm", "--table", "lake.rows"]) == 0
    found = capsys.readouterr()
    assert found.out == (
        'SELECT "n",\n       "B",\n       COUNT(*) AS "count"\n'
        'FROM lake.rows\nGROUP BY "n", "B";\n'
    )
    assert '--data "counts.csv?count=count"' in found.err


def test_numbers_are_counted_as_they_are(tmp_path):
    graph = parse_text("A : binary\nX : real\nX -> A", "g")
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (A INTEGER, X REAL)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(0, 1.5), (1, 2.0), (0, 1.5)])
    header, rows = answered(connection, count_query(graph, "t"))
    connection.close()
    path = tmp_path / "counts.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    found = load_table(f"{path}?count=n", graph)
    assert found.rows == 3
    assert sorted(zip(found.columns["X"], found.counts, strict=True)) == [(1.5, 2), (2.0, 1)]
