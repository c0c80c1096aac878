"""Long files in parts: what is read, and what is said of it, is what the strict reader finds."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import csv_file, load_labels, quick
from scm_compiler.telling import telling

GRAPH = parse_text('A : binary\nH : categorical("low", "a long name", "é", "x")\n')
ONE = parse_text("A : binary\n")
PLAIN = ["0", "1", "low", "a long name", "é", "x", "", " 1", "1 ", "NA", "2", "-1", "0.5", "nan"]
QUOTED = ['"low"', '"a,b"', '"x\ny"', '"say ""hi"""', '5" disk', '"0" ', ' "1"', '"', '""']
FIELDS = st.sampled_from([*PLAIN, *QUOTED, "\x00", "\u2003", "1e3"])
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n \n"])
OPTIONS = ("", "?missing=drop", "?missing=em", "?count=n&missing=em", "?weight=n&missing=drop")


def found(graph, path, options):
    """The table, or all that is said of it."""
    try:
        table = load_labels(f"csv:{path}{options}", graph)
    except ScmError as error:
        return str(error)
    return table.fingerprint, table.rows, [str(note) for note in table.notes]


@st.composite
def contents(draw):
    lines = [["A", "H", "n"] if draw(st.booleans()) else ["n", "H", "A"]]
    plain = draw(st.booleans())
    good = st.tuples(
        st.sampled_from("01"), st.sampled_from(["low", "x", "é"]), st.sampled_from("12")
    )
    width = draw(st.sampled_from([3, 3, 3, 2]))
    for _ in range(draw(st.integers(0, 12))):
        row = list(draw(good))
        if lines[0][0] == "n":
            row = [row[2], row[1], row[0]]
        if not plain or draw(st.integers(0, 3)) == 0:
            row[draw(st.integers(0, 2))] = draw(FIELDS)
        lines.append(row[:width] if draw(st.integers(0, 9)) == 0 else row)
    text = "".join(",".join(row) + draw(ENDS) for row in lines)
    text = draw(st.sampled_from(["", "", "\n", " \n\n", "\ufeff"])) + text
    encoded = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "latin-1"])), "replace")
    return encoded if draw(st.booleans()) else encoded.rstrip(b"\n")


@settings(max_examples=120, deadline=None)
@given(contents(), st.sampled_from(OPTIONS), st.sampled_from([1, 7, 40, 2**20]))
@example(b'A,H,n\n0,"lo\nw",1\n1,x,1\n', "", 12)
@example(b"A,H,n\n0,low,1\n1,low,1\n\n0,,1\n", "?missing=drop", 7)
@example(b"A,H,n\n0,low,1\n1,\xff,1\n", "?encoding=latin-1", 7)
def test_a_hostile_file_is_what_the_strict_reader_finds(content, options, size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(content)
        with patch.object(quick, "SIZE", size):
            quickly = found(GRAPH, path, options)
        with patch.object(csv_file, "ENCODINGS", frozenset()):
            assert quickly == found(GRAPH, path, options)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["0", "1", "", " ", '"1"', "x"]), max_size=12), st.integers(1, 9))
def test_one_column_with_blank_lines(rows, size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_text("A\n" + "\n".join(rows))
        with patch.object(quick, "SIZE", size):
            quickly = found(ONE, path, "")
        with patch.object(csv_file, "ENCODINGS", frozenset()):
            assert quickly == found(ONE, path, "")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["A,H,n", "n,A,H", "A,H", "A"]),
    st.lists(st.sampled_from(["0,x,1", "1,x,2", "0,x,0", "1,y,1", ",,,", "0,\t,1", "é,x,1"])),
    st.sampled_from([1, 6, 18, 2**20]),
)
def test_fields_of_one_byte_are_what_the_strict_reader_finds(header, rows, size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_text("\n".join([header, *rows]))
        with patch.object(quick, "SIZE", size):
            quickly = found(GRAPH if "H" in header else ONE, path, "")
        with patch.object(csv_file, "ENCODINGS", frozenset()):
            assert quickly == found(GRAPH if "H" in header else ONE, path, "")


def test_fields_of_one_byte_are_not_looked_for():
    assert isinstance(quick.plain_part(b"0,1\n1,1\n", ",", "utf-8"), quick.Letters)
    for other in (b"0,1\n1,10\n", b",,,\n1,1\n", b"0,1\n11\n\n", b'0,"\n1,1\n', b"0,1\n1;1\n"):
        assert not isinstance(quick.plain_part(other, ",", "utf-8"), quick.Letters)


@pytest.mark.parametrize("quote", ["", '"'])
def test_plain_files_are_read_the_quick_way(tmp_path, quote):
    random = np.random.default_rng(0)
    rows = random.integers(0, 2, (5000, 2))
    names = ["low", "a long name"]
    body = "".join(f"{a},{quote}{names[b]}{quote},{i}\n" for i, (a, b) in enumerate(rows))
    path = tmp_path / "t.csv"
    path.write_text(f"A,H,id\n{body}")
    expected = np.zeros((2, 4), dtype=int)
    np.add.at(expected, tuple(rows.T), 1)
    with (
        patch.object(csv_file, "_from_here", side_effect=AssertionError),
        patch.object(csv_file.Reader, "parts", side_effect=AssertionError),
        patch.object(quick, "SIZE", 10_000),
    ):
        table = load_labels(path, GRAPH)
    assert table.counts_of(["A", "H"]).tolist() == expected.tolist()


def test_who_reads_is_told_how_far(tmp_path):
    path, heard = tmp_path / "t.csv", []
    path.write_text("A\n" + "0\n" * 50)
    with patch.object(quick, "SIZE", 40), telling(lambda *words: heard.append(words)):
        load_labels(path, ONE)
    assert heard[0] == (f"rows of {path}", 19, 0)
    assert heard[-1] == (f"rows of {path}", 50, 0)
