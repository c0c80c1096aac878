"""Tables of labels and real nodes, from files and from frames."""

import csv
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_labels, load_table

GRAPH = parse_text(
    "Male : binary\nAge : real(0, 120)\nSchool : ordinal(low, mid, high)\n"
    "Weight : binned(18.5, 25)\nPain : real\nMale, Age -> Pain\nSchool -> Weight"
)
NAMES = [node.name for node in GRAPH.nodes]
ROWS = st.lists(
    st.tuples(
        st.sampled_from("01"),
        st.integers(0, 240).map(lambda n: n / 2),
        st.sampled_from(["low", "mid", "high"]),
        st.integers(150, 280).map(lambda n: n / 10),
        st.floats(-1e9, 1e9) | st.sampled_from([0.0, -0.0]),
    ),
    min_size=1,
    max_size=30,
)


def written(tmp_path, rows, header=NAMES, name="t.csv"):
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return f"csv:{path}"


def expected(rows):
    """The rows as values, counted one by one."""
    school, count = ["low", "mid", "high"], Counter()
    for male, age, level, weight, pain in rows:
        place = 0 if weight < 18.5 else 1 if weight < 25 else 2
        count[int(male), age + 0.0, school.index(level), place, pain + 0.0] += 1
    return count


def found(table):
    values = zip(*(column.tolist() for column in table.columns.values()), strict=True)
    return dict(zip(values, table.counts.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_file_and_a_frame_hold_the_same_rows(tmp_path_factory, rows):
    table = load_table(written(tmp_path_factory.mktemp("t"), rows), GRAPH)
    assert list(table.columns) == NAMES
    assert found(table) == expected(rows)
    frame = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))
    assert load_table(frame, GRAPH).fingerprint == table.fingerprint
    assert table.rows == len(rows)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_is_no_part_of_the_data(rows, random):
    def frame(of):
        return dict(zip(NAMES, map(list, zip(*of, strict=True)), strict=True))

    shuffled = random.sample(rows, len(rows))
    one, other = load_table(frame(rows), GRAPH), load_table(frame(shuffled), GRAPH)
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != load_table(frame([*rows, rows[0]]), GRAPH).fingerprint


def test_columns_are_of_the_type_that_the_node_says(tmp_path):
    table = load_table(
        written(tmp_path, [(1, 30, "mid", 20, "1e3"), (0, 31, "low", 30, -2)]), GRAPH
    )
    kinds = {name: column.dtype for name, column in table.columns.items()}
    assert kinds == {
        "Male": np.int64,
        "Age": np.float64,
        "School": np.int64,
        "Weight": np.int64,
        "Pain": np.float64,
    }
    labels = table.labels(GRAPH)
    assert labels.labels == ("Male", "School", "Weight")
    assert labels.cells.tolist() == [[0, 0, 2], [1, 1, 1]]


def test_rows_are_counted_and_columns_in_excess_told(tmp_path):
    rows = [
        (1, 30, "mid", 20, 1, 5, "a"),
        (1, 30, "mid", 20, 1, 2, "b"),
        (0, 1, "low", 1, 1, 0, ""),
    ]
    place = written(tmp_path, rows, [*NAMES, "n", "id"])
    table = load_table(f"{place}?count=n", GRAPH)
    assert table.counts.tolist() == [7]
    assert [note.names for note in table.notes] == [("id",)]


def test_a_graph_of_labels_has_the_table_of_its_labels():
    graph = parse_text("A, B : binary\nA -> B")
    data = {"A": [0, 1, 1], "B": [1, 1, 1]}
    table, labels = load_table(data, graph), load_labels(data, graph)
    assert np.stack(list(table.columns.values()), 1).tolist() == labels.cells.tolist()
    assert table.counts.tolist() == labels.counts.tolist()


def test_a_graph_of_real_nodes_alone():
    graph = parse_text("A, B : real\nA -> B")
    table = load_table({"A": [2, 1.5, 2], "B": [0, 0, 0]}, graph)
    assert found(table) == {(1.5, 0.0): 1, (2.0, 0.0): 2}


def codes(call):
    with pytest.raises(ScmError) as caught:
        call()
    assert caught.value.exit_code == 2
    return caught.value.diagnostics


def test_each_kind_of_fault_is_told_once_with_its_count_and_places(tmp_path):
    ages = ["old", 130, -1, 200, "", "NaN", "inf", "1e300", *["x"] * 50, 30]
    rows = [(1, age, "mid", 20, 1) for age in ages]
    found = {one.code: one for one in codes(lambda: load_table(written(tmp_path, rows), GRAPH))}
    assert set(found) == {"E616", "E617", "E618", "E619"}
    assert {code: one.count for code, one in found.items()} == {
        "E616": 51,
        "E617": 3,
        "E618": 2,
        "E619": 2,
    }
    assert [str(place) for place in found["E616"].places] == [
        "row 1 (line 2)",
        "row 9 (line 10)",
        "row 10 (line 11)",
    ]
    assert "`Age : real(-1, 200)` would hold all" in found["E617"].help()
    assert all(one.of == len(rows) for one in found.values())


def test_faults_of_labels_and_of_numbers_are_told_together(tmp_path):
    rows = [(1, 30, "mid", 20, 1), (2, "", "mid", "thin", 1), (1, 30, "mid")]
    found = [one.code for one in codes(lambda: load_table(written(tmp_path, rows), GRAPH))]
    assert sorted(found) == ["E607", "E607", "E608", "E619"]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (["Male", "School", "Weight", "Pain"], ["E604"]),
        (["Male", "Age", "Age", "School", "Weight", "Pain"], ["E605"]),
        (["Age", "School", "Weight", "Pain"], ["E604"]),
        ([*NAMES, "n"], ["E609"]),
    ],
)
def test_headers(tmp_path, header, wanted):
    found = codes(lambda: load_table(written(tmp_path, [], header), GRAPH))
    assert [one.code for one in found] == wanted


def test_a_real_node_holds_no_counts(tmp_path):
    place = written(tmp_path, [(1, 30, "mid", 20, 1)])
    assert [one.code for one in codes(lambda: load_table(f"{place}?count=Pain", GRAPH))] == [
        "E611"
    ]
    assert [one.code for one in codes(lambda: load_table(f"{place}?count=n", GRAPH))] == ["E615"]


def test_a_source_of_labels_alone():
    graph = parse_text("Age : real\nMale : binary\nMale -> Age")
    (found,) = codes(lambda: load_table("celeba-labels", graph))
    assert found.code == "E305"
    (found,) = codes(lambda: load_table("cvs:t.csv", graph))
    assert found.code == "E601"


def test_faults_of_a_frame_have_rows_from_zero():
    frame = {
        "Male": [1, 0, 1, 1],
        "Age": [30, None, "old", float("inf")],
        "School": ["mid"] * 4,
        "Weight": [20, 20.5, 30, "no"],
        "Pain": [1, 2, 3, 4],
    }
    found = {one.code: one for one in codes(lambda: load_table(frame, GRAPH))}
    assert set(found) == {"E616", "E618", "E619", "E851"}
    assert str(found["E619"].places[0]) == "row 1"
    assert found["E616"].message() == "`old` in row 2, column `Age` is not a number"


def test_frames_of_pandas_and_polars():
    data = {"A": [1, 2, 3], "B": [0.5, 1.5, -2.0], "C": [True, False, True]}
    graph = parse_text("A, B : real\nC : binary\nA -> B -> C")
    want = load_table(data, graph).fingerprint
    for name in ("pandas", "polars"):
        library = pytest.importorskip(name)
        assert load_table(library.DataFrame(data), graph).fingerprint == want


def test_how_far_the_numbers_go():
    columns = {name: [1, 0] for name in ("Male", "School", "Weight")}
    columns |= {"School": ["low", "mid"], "Weight": [17, 30], "Age": [41, 3.5], "Pain": [-2, 7]}
    assert load_table(columns, GRAPH).ranges == {"Age": (3.5, 41.0), "Pain": (-2.0, 7.0)}
