"""Columns from Python: what stands for a value, and what each fault is told as."""

from collections import Counter

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_data, load_labels

GAP = float("nan")
TRUTH = [(0, 0), (0, 1), (1, 1), (1, 1)]


class Series:
    """A column as pandas and polars give it."""

    def __init__(self, held):
        self.held = held

    def to_list(self):
        return self.held


class Frame:
    """A frame as far as it is used: like pandas, it has no truth value."""

    def __init__(self, columns):
        self.held = columns
        self.columns = list(columns)

    def __getitem__(self, name):
        return Series(self.held[name])

    def __bool__(self):
        raise ValueError("the truth value of a frame is ambiguous")


class NAType:
    """What pandas puts in the place of a missing value; it cannot be compared."""

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, other):
        return self

    __hash__ = object.__hash__


def refusal(data, graph):
    with pytest.raises(ScmError) as caught:
        load_labels(data, graph)
    assert caught.value.exit_code == 2
    return caught.value


@pytest.fixture
def pair(make_graph):
    return make_graph("A B", "A>B")


COLUMNS = {
    "whole numbers": ([0, 0, 1, 1], [0, 1, 1, 1]),
    "truth values": ([False, False, True, True], [False, True, True, True]),
    "words": (["no", "No", "YES", "yes"], ["n", "y", "Y", "yes"]),
    "floats": ([0.0, -0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0]),
    "signs": ([-1, -1, 1, 1], [-1, 1, 1, 1]),
    "arrays": (np.array([0, 0, 1, 1]), np.array([False, True, True, True])),
    "small arrays": (np.array([0, 0, 1, 1], np.int8), np.array([0, 1, 1, 1], np.float32)),
    "tuples": ((0, 0, 1, 1), tuple(np.array([0, 1, 1, 1]))),
}


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS)
def test_the_same_rows_in_many_forms(pair, columns):
    table = load_labels(dict(zip("AB", columns, strict=True)), pair)
    assert table.labels == ("A", "B")
    counted = Counter(TRUTH)
    assert (
        dict(zip(map(tuple, table.cells.tolist()), table.counts.tolist(), strict=True)) == counted
    )
    assert table.origin == "dict"


def test_a_frame_is_told_by_its_columns(pair):
    a, b = zip(*TRUTH, strict=True)
    table = load_labels(Frame({"id": [1, 2, 3, 4], "B": list(b), "A": list(a)}), pair)
    assert table.fingerprint == load_labels({"A": a, "B": b}, pair).fingerprint


@pytest.mark.parametrize(
    ("name", "column", "warned"),
    [
        ("count", [3, 0, 2.0, 1], True),
        ("freq", np.array([3, 0, 2, 1]), True),
        ("freq", [3, 0, 2.5, 1], False),
        ("count", [3, 0, -2, 1], False),
        ("count", [3, 0, None, 1], False),
        ("count", 4, False),
        ("counts", [3, 0, 2, 1], False),
    ],
)
def test_what_looks_like_counts_is_a_warning(pair, name, column, warned):
    a, b = zip(*TRUTH, strict=True)
    frame = {"A": list(a), "B": list(b), name: column}
    numbers = parse_text("A : real\nB : binary")
    for notes in (load_labels(frame, pair).notes, load_data(frame, numbers).notes):
        assert [note.code for note in notes] == (["W644"] if warned else [])
        assert all(note.help() == f'`count="{name}"` counts each so often' for note in notes)
    if warned:
        assert load_labels(frame, pair, count=name).notes == ()


def test_a_frame_and_its_file_are_the_same_data(make_graph, spec):
    graph = make_graph("H:black|blond N:0|1|2", "H>N")
    columns = {"H": ["blond", "black", "Black"], "N": [2, 0, 1.0]}
    table = load_labels(columns, graph)
    assert (
        table.fingerprint
        == load_labels(spec("H,N\nblond,2\nblack,0\nblack,1\n"), graph).fingerprint
    )


def test_none_is_missing_even_where_a_value_is_called_so(make_graph):
    graph = make_graph("H:none|some")
    assert load_labels({"H": ["none", "some"]}, graph).rows == 2
    (found,) = refusal({"H": ["none", None]}, graph).diagnostics
    assert (found.code, found.columns) == ("E850", (("H", 1, 1),))


def test_gaps_are_told_at_once_by_column(pair):
    error = refusal({"A": [1, None, GAP, 0], "B": ["", 1, NAType(), 0]}, pair)
    gaps = "`A` in 2 (first in row 1), `B` in 2 (first in row 0)"
    assert str(error).splitlines() == [
        f"error[E850]: no value in 3 of 4 rows: {gaps}",
        " --> dict",
        "  = help: `missing=drop` as an argument takes the complete row, `missing=em` all 4",
    ]


def test_a_wrong_value_is_told_once_with_its_rows(make_graph):
    graph = make_graph("A H:black|blond")
    error = refusal({"A": [0, 7, 1, 7], "H": ["blond", "blnd", "black", "black"]}, graph)
    lines = str(error).splitlines()
    assert (
        lines[0] == "error[E851]: `7` in 2 rows (first in row 1), column `A` is not a value of it"
    )
    assert "error[E851]: `blnd` in row 1, column `H` is not a value of it" in lines
    assert lines[-1] == "  = help: did you mean `blond`? the values are `black`, `blond`"


def test_two_names_in_a_binary_column_may_be_a_kind(make_graph):
    (found,) = refusal({"A": ["dry", "wet", "wet"]}, make_graph("A")).diagnostics
    assert found.help().endswith("or declare `A : categorical(dry, wet)`")
    assert found.wrong == (("dry", 1, 0), ("wet", 2, 1))


def test_of_many_wrong_values_the_first_are_told(make_graph):
    (found,) = refusal({"A": [f"v{n}" for n in range(30)]}, make_graph("A")).diagnostics
    assert found.message() == (
        "30 cells of column `A` are not values of it: `v0` in 1 (first in row 0), "
        "`v1` in 1 (first in row 1), `v2` in 1 (first in row 2) and 27 more"
    )


def test_lists_as_values_are_wrong_values(make_graph):
    (found,) = refusal({"A": [[1], [1]]}, make_graph("A")).diagnostics
    assert (found.code, found.wrong) == ("E851", (("[1]", 2, 0),))


@pytest.mark.parametrize(
    ("columns", "code", "said"),
    [
        ({"A": [0, 1]}, "E604", "no column for the label `B`"),
        ({"A": [0, 1], "B": [1]}, "E852", "the columns are not of one length: `A` 2, `B` 1"),
        ({"A": [], "B": []}, "E609", "`dict` holds no rows"),
        ({"A": [0, -1], "B": [1, 1]}, "E612", "the column `A` holds both `0` and `-1`"),
    ],
)
def test_other_faults(pair, columns, code, said):
    (found,) = refusal(columns, pair).diagnostics
    assert (found.code, found.message()) == (code, said)


def test_a_column_twice(make_graph):
    frame = Frame({"A": [0]})
    frame.columns = ["A", "A"]
    (found,) = refusal(frame, make_graph("A")).diagnostics
    assert found.code == "E605"


@pytest.mark.parametrize("data", [7, [0, 1], np.zeros((2, 2)), object()])
def test_what_is_no_frame(pair, data):
    with pytest.raises(TypeError, match="a frame of pandas or polars, a dictionary of columns"):
        load_labels(data, pair)


@pytest.mark.parametrize("column", [1, "0101"])
def test_what_is_no_column(make_graph, column):
    with pytest.raises(TypeError, match="the column `A` is no list of values"):
        load_labels({"A": column}, make_graph("A"))


def test_frames_of_pandas(make_graph):
    pandas = pytest.importorskip("pandas")
    graph = make_graph("A B H:black|blond", "A>B")
    frame = pandas.DataFrame(
        {
            "A": pandas.array([1, 0, 1], dtype="Int64"),
            "B": pandas.array([True, False, True], dtype="boolean"),
            "H": pandas.Categorical(["blond", "black", "blond"]),
        }
    )
    table = load_labels(frame, graph)
    assert (table.origin, table.cells.tolist()) == ("pandas.DataFrame", [[0, 0, 0], [1, 1, 1]])
    frame.loc[1] = pandas.NA
    (found,) = refusal(frame, graph).diagnostics
    assert found.columns == (("A", 1, 1), ("B", 1, 1), ("H", 1, 1))


def test_frames_of_polars(make_graph):
    polars = pytest.importorskip("polars")
    graph = make_graph("A B H:black|blond", "A>B")
    columns = {"A": [1, 0, 1], "B": [True, False, True], "H": ["blond", "black", "blond"]}
    frame = polars.DataFrame(columns, schema_overrides={"H": polars.Categorical})
    table = load_labels(frame, graph)
    assert (table.origin, table.cells.tolist()) == ("polars.DataFrame", [[0, 0, 0], [1, 1, 1]])
    assert load_labels(frame.lazy(), graph).fingerprint == table.fingerprint
    gaps = polars.DataFrame(columns | {"A": [1, None, 1]})
    assert refusal(gaps, graph).diagnostics[0].columns == (("A", 1, 1),)
