"""Reading CSV files: what is accepted, and what each fault is told as."""

import csv
import gzip
import random
import sqlite3
import zipfile
from contextlib import closing

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.sources import load_table


def codes(error: pytest.ExceptionInfo[ScmError]) -> list[str]:
    return [d.code for d in error.value.diagnostics]


def refusal(graph, path, suffix="") -> ScmError:
    with pytest.raises(ScmError) as caught:
        load_labels(f"csv:{path}{suffix}", graph)
    assert caught.value.exit_code == 2
    found = caught.value
    del caught  # its traceback holds this frame, and so the open file
    return found


@pytest.fixture
def pair(make_graph):
    return make_graph("A B", "A>B")


ROWS = [(0, 0), (0, 1), (1, 1), (1, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "A,B\n0,0\n0,1\n1,1\n1,1\n",
        "\ufeffA,B\r\n0,0\r\n0,1\r\n1,1\r\n1,1",
        "A;B\nno;no\nNo;YES\nyes;yes\nyes;yes\n",
        "A\tB\n-1\t-1\n-1\t1\n1\t1\n1\t1\n",
        '"A", "B"\n"false","false"\n"False",true\nTRUE,"true"\nt,T\n',
        "id,B,A\n7,0,0\n8,1,0\n9,1,1\n10,1,1\n",
        "\n\nA,B\n0.0,0.0\n0.0,1.0\n\n1.0,1.0\n1.0,1.0\n\n",
    ],
    ids=["plain", "bom-crlf", "semicolon", "tab", "quoted", "other-order", "blank-lines"],
)
def test_the_same_rows_in_many_forms(pair, text, spec):
    table = load_labels(spec(text), pair)
    assert table.labels == ("A", "B")
    assert table.cells.tolist() == [[0, 0], [0, 1], [1, 1]]
    assert table.counts.tolist() == [1, 1, 2]
    assert table.rows == 4


def test_the_fingerprint_is_of_the_rows_not_of_the_file(pair, spec):
    first = load_labels(spec("A,B\n0,1\n1,0\n", "one.csv"), pair)
    second = load_labels(spec("x;B;A\n1;no;yes\n2;yes;no\n", "two.csv"), pair)
    third = load_labels(spec("A,B\n0,1\n0,1\n", "three.csv"), pair)
    assert first.fingerprint == second.fingerprint != third.fingerprint


def test_categories_by_name_in_any_case_and_quoted(make_graph, spec):
    graph = make_graph("H:black|light_brown|1|2")
    table = load_labels(spec('H\nBlack\n light_brown \n1.0\n2\n"2"\n'), graph)
    assert table.cells.tolist() == [[0], [1], [2], [3]]
    assert table.counts.tolist() == [1, 1, 1, 2]


def test_categories_that_differ_in_case_are_told_apart(make_graph, spec):
    graph = make_graph("H:a|A")
    assert load_labels(spec("H\na\nA\nA\n"), graph).counts.tolist() == [1, 2]


def test_a_category_may_be_called_na(make_graph, spec):
    graph = make_graph("H:NA|EU")
    assert load_labels(spec("H\nNA\nEU\n"), graph).cells.tolist() == [[0], [1]]


def test_a_large_file_agrees_with_counting(pair, spec):
    draw = random.Random(3)
    rows = [(draw.randrange(2), draw.randrange(2)) for _ in range(50_000)]
    table = load_labels(spec("A,B\n" + "".join(f"{a},{b}\n" for a, b in rows)), pair)
    expected = np.zeros((2, 2), dtype=int)
    for a, b in rows:
        expected[a, b] += 1
    assert table.counts_of(["A", "B"]).tolist() == expected.tolist()


def test_a_count_column_only_where_it_is_asked_for(pair, write):
    path = write("A,B,count\n0,0,5\n1,1,0\n0,0,2\n0,1,1\n")
    plain = load_labels(f"csv:{path}", pair)
    assert plain.rows == 4
    assert [d.code for d in plain.notes] == ["W644"]
    assert f'--data "{path}?count=count"' in str(plain.notes[0].help())
    weighted = load_labels(f"csv:{path}?count=count", pair)
    assert weighted.cells.tolist() == [[0, 0], [0, 1]]
    assert weighted.counts.tolist() == [7, 1]
    assert weighted.notes == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("A,B,freq,day\n0,0,5,1\n1,1,0,2\n", ["N601", "W644"]),
        ("A,B,count\n0,0,5.5\n1,1,0\n", ["N601"]),
        ("A,B,count\n0,0,-5\n1,1,0\n", ["N601"]),
        ("A,B,counts\n0,0,5\n1,1,0\n", ["N601"]),
    ],
)
def test_what_looks_like_counts_is_a_warning(pair, write, text, codes):
    notes = load_labels(f"csv:{write(text)}", pair).notes
    assert [d.code for d in notes] == codes
    assert [n for d in notes if d.code == "N601" for n in d.names] in (
        [["day"], ["count"], ["counts"]]
    )


def test_a_node_may_be_called_count(make_graph, write):
    path = write("A,count\n0,1\n1,0\n")
    assert load_labels(f"csv:{path}", make_graph("A count")).notes == ()
    numbers = parse_text("A : binary\ncount : real\n")
    assert load_table(f"csv:{path}", numbers).notes == ()
    other = parse_text("A : binary\nX : real\n")
    path = write("A,X,count\n0,1.5,1\n1,0.5,0\n")
    assert [d.code for d in load_table(f"csv:{path}", other).notes] == ["W644"]


def test_missing_values_name_row_and_column(pair, write):
    error = refusal(pair, write("A,B\n0,1\n,1\n0,NA\n1,nan\n"))
    (found,) = error.diagnostics
    assert found.message() == (
        "no value in 3 of 4 rows: `A` in 1 (first in row 2, line 3), "
        "`B` in 2 (first in row 3, line 4)"
    )
    assert found.help() == (
        "`?missing=drop` behind the path takes the complete row, `?missing=em` all 4"
    )


def test_an_unknown_value_names_place_values_and_neighbour(make_graph, write):
    error = refusal(make_graph("Hair:black|blond"), write("Hair\nblack\nblnd\n"))
    (found,) = error.diagnostics
    assert found.code == "E607"
    assert found.message() == "`blnd` in row 2 (line 3), column `Hair` is not a value of it"
    assert found.help() == "did you mean `blond`? the values are `black`, `blond`"


def test_many_kinds_of_errors_in_one_run_in_reading_order(pair, write):
    error = refusal(pair, write("A,B\n2,1\n0\n0,\n0,1,1\n1,maybe\n"))
    assert [d.code for d in error.diagnostics] == ["E607", "E608", "E606", "E607"]
    assert error.diagnostics[1].message() == (
        "2 rows have another number of fields than the header's 2; "
        "the first, row 2 (line 3), has 1 field"
    )
    assert error.reports[0].source.name.endswith("table.csv")


def test_an_error_of_many_cells_is_told_once(pair, write):
    error = refusal(pair, write("A,B\n" + "x,u\nz,0\n" * 30_000))
    assert [d.message() for d in error.diagnostics] == [
        "60,000 cells of column `A` are not values of it: `x` in 30,000 (first in row 1, line 2), "
        "`z` in 30,000 (first in row 2, line 3)",
        "`u` in 30,000 rows (first in row 1, line 2), column `B` is not a value of it",
    ]


def test_more_texts_than_are_remembered(pair, write):
    rows = "".join(f"t{n},0\n" for n in range(3000))
    (found,) = refusal(pair, write(f"A,B\n{rows}")).diagnostics
    assert found.message().startswith("3,000 cells of column `A` are not values of it: `t0` in 1 ")


def test_a_multi_line_field_keeps_line_numbers(pair, write):
    error = refusal(pair, write('A,note,B\n0,"two\nlines",1\n9,x,1\n'))
    assert error.diagnostics[0].message().startswith("`9` in row 2 (line 4), column `A`")


def test_missing_and_duplicate_columns_are_told_together(make_graph, write):
    error = refusal(make_graph("Male Bald Young"), write("male,Bald,Bald,Young\n0,0,0,0\n"))
    assert [d.code for d in error.diagnostics] == ["E604", "E605"]
    assert error.diagnostics[0].help() == "did you mean `male`?"


def test_a_duplicate_column_that_is_not_used_does_not_matter(pair, spec):
    assert load_labels(spec("A,x,B,x\n0,1,1,2\n"), pair).rows == 1


@pytest.mark.parametrize("text", ["A,B\n", "A,B\r\n\r\n", "A,B,n\n0,1,0\n"])
def test_no_rows(pair, write, text):
    suffix = "?count=n" if "n" in text else ""
    assert [d.code for d in refusal(pair, write(text), suffix).diagnostics] == ["E609"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"\xff\xd8\xff\xe0JFIF", "0xff, which is not UTF-8"),
        (b"A,B\n0,1\n0,\xe9\n", "0xe9, which is not UTF-8"),
        (b"A,B\n0,\x00\n", "line 2 holds a zero byte"),
        (b'A,B\n0,"1\n', "unexpected end of data"),
        (b"A,B\n0," + b"1" * 5_000_000, "line 2 is longer than"),
        (b'A,B\n0,"' + b"1\n" * 100_000 + b'"', "field larger than"),
    ],
)
def test_what_is_not_a_table(pair, write, content, reason):
    error = refusal(pair, write(content))
    assert [d.code for d in error.diagnostics] == ["E603"]
    assert reason in error.diagnostics[0].message()


def other_forms(folder):
    """The same rows in files of other forms, with what is done about each."""
    duckdb = pytest.importorskip("duckdb")
    rows = "SELECT 0 AS A, 1 AS B"
    with duckdb.connect(str(folder / "d.db")) as made:
        made.execute(f"CREATE TABLE t AS {rows}")
        made.execute(f"COPY t TO '{folder / 'p.csv'}' (FORMAT parquet)")
    with closing(sqlite3.connect(folder / "s.db")) as other, other:
        other.execute(f"CREATE TABLE t AS {rows}")
    (folder / "g.csv").write_bytes(gzip.compress(b"A,B\n0,1\n"))
    with zipfile.ZipFile(folder / "x.xlsx", "w") as book:
        book.writestr("sheet.xml", "\xe9" * 50)
    return {
        "d.db": ("a DuckDB database", "duckdb:"),
        "p.csv": ("a Parquet file", "parquet:"),
        "s.db": ("an SQLite database", "sqlite3 -header -csv"),
        "g.csv": ("packed by gzip", "`.gz`"),
        "x.xlsx": ("a zip file, as spreadsheets are", "save the table as CSV"),
    }


def test_tables_of_another_form_are_called_by_their_names(pair, tmp_path):
    for name, (form, remedy) in other_forms(tmp_path).items():
        (found,) = refusal(pair, tmp_path / name).diagnostics
        assert found.code == "E603"
        assert found.message().endswith(f"it is {form}")
        assert remedy in str(found.help())


def test_a_missing_file_and_a_folder(pair, tmp_path, write):
    write("A,B\n0,1\n", "labels.csv")
    error = refusal(pair, tmp_path / "lables.csv")
    assert error.diagnostics[0].code == "E602"
    assert str(error.diagnostics[0].help()).endswith("labels.csv`?")
    assert refusal(pair, tmp_path).diagnostics[0].code == "E602"


@pytest.mark.parametrize("value", ["-1", "1.5", "", "ten", "1e3", "9" * 19])
def test_what_is_not_a_count(pair, write, value):
    error = refusal(pair, write(f"A,B,n\n0,1,2\n0,1,{value}\n"), "?count=n")
    assert error.diagnostics[0].code == "E610"
    assert "row 2 (line 3), column `n`" in error.diagnostics[0].message()


def test_counts_that_add_up_to_too_much(pair, write):
    error = refusal(pair, write("A,B,n\n" + f"0,1,{10**18 - 1}\n" * 5), "?count=n")
    assert error.diagnostics[-1].code == "E610"


def test_a_label_cannot_hold_the_counts(pair, write):
    assert refusal(pair, write("A,B\n0,1\n"), "?count=A").diagnostics[0].code == "E611"


def test_a_missing_count_column(pair, write):
    error = refusal(pair, write("A,B,cuont\n0,1,2\n"), "?count=count")
    (found,) = error.diagnostics
    assert found.code == "E615"
    assert found.message() == "there is no column `count` to take the counts from"
    assert found.help() == "did you mean `cuont`?"


def test_two_names_in_a_binary_column_may_be_categories(pair, write):
    found = refusal(pair, write("A,B\nmale,1\nNA,1\nfemale,0\n")).diagnostics[0]
    assert found.help().endswith("; or declare `A : categorical(female, male)`")


@pytest.mark.parametrize("cells", ["male,x", "male,female,x", "male,female,yes"])
def test_fewer_or_more_names_may_be_mistakes(pair, write, cells):
    rows = "".join(f"{cell},1\n" for cell in cells.replace("x", "0").split(","))
    found = refusal(pair, write(f"A,B\n{rows}")).diagnostics[0]
    assert found.help() == "a binary label takes 0/1, -1/1, yes/no or true/false"


def test_zero_and_minus_one_in_one_column(pair, write):
    assert refusal(pair, write("A,B\n0,1\n-1,1\n1,1\n")).diagnostics[0].code == "E612"


def test_one_column_tells_blank_rows_from_blank_ends(make_graph, write, spec):
    graph = make_graph("A")
    assert load_labels(spec("A\n0\n1\n\n\n"), graph).rows == 2
    error = refusal(graph, write("A\n0\n\n1\n"))
    assert error.diagnostics[0].message() == "no value in row 2 (line 3), column `A`"


def test_python_writes_what_scmc_reads(make_graph, tmp_path):
    graph = make_graph("A H:x,y|say_'\"hi\"'")
    path = tmp_path / "written.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([("A", "H"), (1, "x,y"), (0, "say_'\"hi\"'")])
    assert load_labels(f"csv:{path}", graph).cells.tolist() == [[0, 1], [1, 0]]


def test_a_name_that_is_too_long_is_refused(pair, tmp_path):
    assert [d.code for d in refusal(pair, tmp_path / ("x" * 5000)).diagnostics] == ["E603"]
