"""What stands behind `?`: how a table is read, from files and from frames."""

import gzip

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.options import divide, parse


def refusal(data, graph, **options):
    with pytest.raises(ScmError) as caught:
        load_labels(data, graph, **options)
    assert caught.value.exit_code == 2
    found = caught.value.diagnostics
    del caught
    return found


def asked(path, options):
    return f"{path}?{options}"


@pytest.fixture
def pair(make_graph):
    return make_graph("A B", "A>B")


GAPS = "A,B,w\n0,1,1\n,1,2\n0,NA,1\n1,1,4\n,,2\n"


def test_complete_rows_are_kept_and_the_others_counted(pair, write):
    table = load_labels(asked(write(GAPS), "missing=drop"), pair)
    assert (table.cells.tolist(), table.counts.tolist()) == ([[0, 1], [1, 1]], [1, 1])
    assert [d.message() for d in table.notes][1:] == ["3 of 5 rows have gaps and were dropped"]


def test_rows_with_gaps_are_kept_for_em(pair, write):
    table = load_labels(asked(write(GAPS), "missing=em"), pair)
    assert table.cells.tolist() == [[-1, -1], [-1, 1], [0, -1], [0, 1], [1, 1]]
    assert (table.rows, table.gaps, table.complete.rows) == (5, 3, 2)
    assert table.counts_of(["A"]).tolist() == [2, 1]
    assert table.counts_of(["A", "B"]).tolist() == [[0, 1], [0, 1]]


def test_where_nothing_is_missing_every_way_is_the_same(pair, write):
    path = write("A,B\n0,1\n1,0\n")
    prints = {
        load_labels(f"{path}?missing={way}", pair).fingerprint
        for way in ("refuse", "drop", "category", "em")
    }
    assert prints == {load_labels(path, pair).fingerprint}


def test_a_gap_as_a_value_of_its_own(make_graph, write):
    graph = make_graph("A:low|high|NA B")
    table = load_labels(asked(write("A,B\nlow,1\n,0\nNA,0\n"), "missing=category"), graph)
    assert (table.cells.tolist(), table.counts.tolist()) == ([[0, 1], [2, 0]], [1, 2])
    (found,) = refusal(asked(write("A,B\nlow,\n"), "missing=category"), graph)
    assert (found.code, found.column) == ("E624", "B")


def test_no_complete_row(pair, write):
    (found,) = refusal(asked(write("A,B\n0,\n,1\n"), "missing=drop"), pair)
    assert found.code == "E609"
    (found,) = refusal(write("A,B\n0,\n,1\n"), pair)
    assert "missing=drop" not in found.help()


def test_frames_take_the_same_words(pair):
    gap = {"A": [0, None, 0, 1, None], "B": [1, 1, float("nan"), 1, ""]}
    assert refusal(gap, pair)[0].code == "E850"
    assert load_labels(gap, pair, missing="drop").rows == 2
    assert load_labels(gap, pair, missing="em").gaps == 3
    counted = load_labels({"A": [0, 1], "B": [1, 1], "n": [3, 4.0]}, pair, count="n")
    assert counted.counts.tolist() == [3, 4]
    (found,) = refusal({"A": [0, 1], "B": [1, 1], "n": [3, 4.5]}, pair, count="n")
    assert found.message() == "`4.5` in row 1, column `n` is not a count"
    with pytest.raises(ValueError, match="missing= is one of"):
        load_labels(gap, pair, missing="guess")


def test_weights_are_worth_so_many_even_rows(make_graph, write):
    """Kish (1965): rows of the weights w amount to (sum w)^2 / sum w^2."""
    weights = np.array([1.0, 2.5, 0.5, 4.0])
    text = "A,w\n" + "".join(f"{n % 2},{w}\n" for n, w in enumerate(weights))
    table = load_labels(asked(write(text), "weight=w"), make_graph("A"))
    effective = weights.sum() ** 2 / (weights**2).sum()
    shares = np.array([weights[::2].sum(), weights[1::2].sum()]) / weights.sum()
    assert table.counts == pytest.approx(shares * effective)
    assert [d.code for d in table.notes] == ["W622"]
    assert table.notes[0].message() == f"the weights of 4 rows are worth {effective:.1f} even ones"
    assert load_labels({"A": [0, 1, 0, 1], "w": weights}, make_graph("A"), weight="w").counts == (
        pytest.approx(table.counts)
    )


def test_even_weights_change_nothing(make_graph, write):
    graph = make_graph("A")
    plain = load_labels(write("A\n0\n1\n1\n"), graph)
    even = load_labels(asked(write("A,w\n0,0.7\n1,0.7\n1,0.7\n"), "weight=w"), graph)
    assert (even.fingerprint, even.notes) == (plain.fingerprint, ())


def test_weights_and_counts_together(make_graph, write):
    graph = make_graph("A")
    long = load_labels(asked(write("A,w\n0,3\n0,3\n1,1\n", "a.csv"), "weight=w"), graph)
    short = load_labels(asked(write("A,w,n\n0,3,2\n1,1,1\n", "b.csv"), "weight=w&count=n"), graph)
    assert short.counts == pytest.approx(long.counts)


@pytest.mark.parametrize("value", ["-1", "", "nan", "inf", "heavy", "1_0"])
def test_what_is_no_weight(make_graph, write, value):
    (found,) = refusal(asked(write(f"A,w\n0,1\n1,{value}\n"), "weight=w"), make_graph("A"))
    assert found.code == "E623"


def test_one_and_two_in_a_binary_column(pair, write):
    path = write("A,B\n1,1\n2,0\n2,1\n")
    (found,) = refusal(path, pair)
    assert found.help().startswith("`?coding=1/2` behind the path reads 1 as 0 and 2 as 1")
    table = load_labels(f"{path}?coding=A:1/2", pair)
    assert table.cells.tolist() == [[0, 1], [1, 0], [1, 1]]
    turned = load_labels(f"{path}?coding=A:2/1", pair)
    assert turned.cells.tolist() == [[0, 0], [0, 1], [1, 1]]
    assert refusal(f"{path}?coding=1/2", pair)[0].column == "B"


def test_numbers_in_the_column_of_a_binary_label(make_graph, write):
    (found,) = refusal(write("age\n63\n37\n41\n"), make_graph("age"))
    assert found.help() == (
        "these are numbers: cut them, `age : binned(41, 63)`; "
        "`scmc init --from FILE` drafts a kind for each column"
    )


def test_a_packed_table(pair, tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"A,B\n0,1\n1,1\n"))
    assert load_labels(path, pair).counts.tolist() == [1, 1]
    path.write_bytes(path.read_bytes()[:-6])
    assert "it cannot be unpacked" in refusal(path, pair)[0].message()
    path.write_bytes(b"A,B\n0,1\n")
    assert "it cannot be unpacked" in refusal(path, pair)[0].message()


def test_letters_of_another_encoding(make_graph, write):
    graph, path = make_graph("H:é|e"), write("H\né\ne\n".encode("latin-1"))
    (found,) = refusal(path, graph)
    assert (found.code, "?encoding=latin-1" in found.help()) == ("E603", True)
    assert load_labels(f"{path}?encoding=latin-1", graph).counts.tolist() == [1, 1]
    wide = write("H\né\n".encode("utf-16"))
    assert load_labels(f"{wide}?encoding=utf-16", graph).rows == 1
    assert refusal(f"{path}?encoding=ascii", graph)[0].message().endswith("not ascii text")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mising=drop", "E621"),
        ("missing=ignore", "E622"),
        ("encoding=latin-99", "E622"),
        ("encoding=rot13", "E622"),
        ("coding=1", "E622"),
        ("coding=1/1", "E622"),
        ("coding=1/2/3", "E622"),
        ("table=t", "E621"),
        ("count=A", "E611"),
        ("weight=A", "E611"),
        ("weight=v", "E615"),
    ],
)
def test_options_that_are_none(pair, write, written, code):
    assert refusal(asked(write("A,B\n0,1\n"), written), pair)[0].code == code


def test_a_name_may_hold_a_question_mark(tmp_path):
    path = tmp_path / "really?count=n"
    path.write_text("A\n0\n")
    assert divide(str(path)) == (str(path), "")
    assert divide("what?.csv?count=n") == ("what?.csv", "count=n")
    assert parse("t.csv?count=a%26b")[1].count == "a&b"
