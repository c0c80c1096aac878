"""Parquet files and databases, counted by DuckDB, beside the same rows as text."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Binned
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.sources import load_table
from scm_compiler.runtime.data.sql import grouped

duckdb = pytest.importorskip("duckdb")

ROWS = [
    (0, "low", 2, 0.5),
    (1, "high", 1, 1.0),
    (None, "low", 3, 2.5),
    (1, None, 1, 1.0),
    (1, "high", 4, 0.25),
]
NAMES = "A INTEGER, H VARCHAR, n BIGINT, w DOUBLE, v VARCHAR DEFAULT 'heavy'"


@pytest.fixture
def graph(make_graph):
    return make_graph("A H:low|high", "A>H")


@pytest.fixture
def places(tmp_path):
    """The same rows as a database, as Parquet files and as text."""
    base = tmp_path / "t.duckdb"
    with duckdb.connect(str(base)) as connection:
        connection.execute(f"CREATE TABLE t ({NAMES})")
        connection.executemany("INSERT INTO t (A, H, n, w) VALUES (?, ?, ?, ?)", ROWS)
        for part, rows in enumerate(("n < 2", "n >= 2")):
            path = tmp_path / f"part-{part}.parquet"
            connection.execute(f"COPY (SELECT * FROM t WHERE {rows}) TO '{path}' (FORMAT parquet)")
        connection.execute(f"COPY t TO '{tmp_path / 't.csv'}' (HEADER)")
    return f"{tmp_path}/part-*.parquet", str(base), str(tmp_path / "t.csv")


def refusal(spec, graph):
    with pytest.raises(ScmError) as caught:
        load_labels(spec, graph)
    assert caught.value.exit_code == 2
    found = caught.value.diagnostics
    del caught
    return found


@pytest.mark.parametrize(
    "options",
    ["missing=drop", "missing=em", "missing=drop&count=n", "missing=em&count=n"],
)
def test_every_place_is_the_same_data(graph, places, options):
    tables = [load_labels(f"{place}?{options}", graph) for place in places]
    assert len({table.fingerprint for table in tables}) == 1
    assert [[d.code for d in table.notes] for table in tables[:2]] == [
        [d.code for d in tables[2].notes]
    ] * 2


def test_weights(graph, places):
    counts = [
        load_labels(f"{place}?weight=w&count=n&missing=drop", graph).counts for place in places
    ]
    assert counts[0] == pytest.approx(counts[2])
    assert counts[1] == pytest.approx(counts[2])


def test_gaps_and_unknown_values_are_counted(make_graph, places):
    (found,) = refusal(places[0], make_graph("A H:low|high"))
    assert found.message() == "no value in 2 of 5 rows: `A` in 1, `H` in 1"
    (found,) = refusal(f"{places[1]}?missing=em", make_graph("A H:low|middle"))
    assert found.message() == "`high` in 2 rows, column `H` is not a value of it"


def test_values_of_other_types(make_graph, tmp_path):
    path = tmp_path / "typed.parquet"
    duckdb.sql(
        f"COPY (SELECT i % 2 = 1 AS A, CAST(i % 3 AS DOUBLE) AS K, i AS id FROM range(12) r(i)) "
        f"TO '{path}' (FORMAT parquet)"
    )
    table = load_labels(path, make_graph("A K:0|1|2"))
    assert table.origin == f"parquet:{path}"
    assert table.counts_of(["A", "K"]).tolist() == [[2, 2, 2], [2, 2, 2]]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("count=w&missing=drop", "E610"),
        ("count=m", "E615"),
        ("weight=v&missing=drop", "E628"),
        ("encoding=latin-1", "E621"),
    ],
)
def test_what_cannot_be_counted(graph, places, options, code):
    assert [d.code for d in refusal(f"{places[0]}?{options}", graph)] == [code]


def test_which_table_is_meant(graph, places, tmp_path):
    found = refusal(f"{places[1]}?table=s", graph)[0]
    assert (found.code, found.help()) == ("E622", "say `table=t`")
    text = places[2]
    assert refusal(f"parquet:{text}", graph)[0].code == "E628"
    assert refusal(f"duckdb:{text}", graph)[0].code == "E628"
    assert refusal(f"parquet:{tmp_path}/no*.parquet", graph)[0].code == "E602"
    assert refusal(f"duckdb:{tmp_path}/no.duckdb", graph)[0].code == "E602"


def test_without_duckdb(graph, places, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert refusal(places[0], graph)[0].code == "E627"


AGES = ("29.9", "30", "nan", None, "49.99", "50", "1e300", "-3")


@pytest.mark.parametrize("kind", ["DOUBLE", "VARCHAR", "DECIMAL(9, 2)", "INTEGER"])
def test_numbers_are_cut_where_they_are_counted(tmp_path, kind):
    graph = parse_text("Age : binned(30, 50)", "g")
    ages = [age for age in AGES if kind in ("DOUBLE", "VARCHAR") or age not in ("nan", "1e300")]
    base, path = tmp_path / "t.duckdb", tmp_path / "t.csv"
    with duckdb.connect(str(base)) as connection:
        connection.execute(f"CREATE TABLE t (Age {kind})")
        connection.executemany("INSERT INTO t VALUES (?)", [(age,) for age in ages])
        connection.execute(f"COPY t TO '{path}' (HEADER)")
    found, text = (load_labels(f"{place}?missing=drop", graph) for place in (base, path))
    assert found.fingerprint == text.fingerprint
    assert found.counts.tolist() == text.counts.tolist()


def test_as_many_groups_as_intervals():
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t AS SELECT i / 7 AS x FROM range(1000) r(i)")
        query = grouped(["x"], "t", None, None, {"x": Binned((10.0, 20.5))})
        rows = sorted(connection.execute(query).fetchall())
    numbers = np.arange(1000) / 7
    sizes = [
        (numbers < 10).sum(),
        (numbers >= 20.5).sum(),
        ((numbers >= 10) & (numbers < 20.5)).sum(),
    ]
    assert [row[0] for row in rows] == ["<10", ">=20.5", "[10,20.5)"]
    assert [row[1] for row in rows] == sizes


def test_what_is_not_finite_is_told(tmp_path):
    base = tmp_path / "t.duckdb"
    with duckdb.connect(str(base)) as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest([1.0, 'inf'::DOUBLE]) AS Age")
    (found,) = refusal(str(base), parse_text("Age : binned(30, 50)", "g"))
    assert found.code == "E607"
    assert "`inf`" in found.message()


@pytest.mark.parametrize(
    ("kind", "warned"), [("BIGINT", True), ("VARCHAR", False), ("DOUBLE", False)]
)
def test_what_looks_like_counts_is_a_warning(make_graph, tmp_path, kind, warned):
    path = tmp_path / "t.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE t (A INTEGER, X DOUBLE, count {kind})")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [(0, 1.5, 5), (1, 0.5, 0)])
    alone, beside = make_graph("A"), parse_text("A : binary\nX : real\n")
    notes = load_labels(f"duckdb:{path}", alone).notes
    assert [d.code for d in notes] == (["N601", "W644"] if warned else ["N601"])
    assert notes[0].names == (("X",) if warned else ("X", "count"))
    notes = load_table(f"duckdb:{path}", beside).notes
    assert [d.code for d in notes] == (["W644"] if warned else [])
    for load, graph in ((load_labels, alone), (load_table, beside)) if warned else ():
        codes = {d.code for d in load(f"duckdb:{path}?count=count", graph).notes}
        assert "W644" not in codes
