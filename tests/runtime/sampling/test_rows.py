"""A CSV file of rows is read back as the rows, whatever the names."""

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import scm_compiler as scm
from scm_compiler.runtime.data.columns import read_ordered
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.sampling import rows as files
from scm_compiler.runtime.sampling.job import Job
from scm_compiler.runtime.sampling.rows import csv_text
from scm_compiler.shipped import find_run

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(A1;B1)", "=cmd|'/C calc'!A0")
names = st.one_of(
    st.sampled_from([*FORMULAS, " a", "a ", "a", "A", "x,y", "x;y", "'x"]),
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=4),
).filter(lambda name: name.strip() and name.isprintable() and '"' not in name)


def program(columns):
    listed = {
        name: ", ".join(f'"{value}"' for value in values) for name, values in columns.items()
    }
    return "".join(f'"{name}" : categorical({values})\n' for name, values in listed.items())


@given(st.dictionaries(names, st.lists(names, min_size=2, max_size=3, unique=True), min_size=1))
def test_what_is_written_is_read(tmp_path_factory, columns):
    graph = scm.parse(program(columns))
    sizes = [len(values) for values in columns.values()]
    rows = np.array([[(row + place) % n for place, n in enumerate(sizes)] for row in range(3)])
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_text(csv_text(graph, rows), encoding="utf-8", newline="")
    assert (read_ordered(graph, csv_sheet(path, columns)) == rows).all()


def test_formulas_of_spreadsheets_are_written_as_they_are():
    """An apostrophe before them would make other values of them; docs/decisions/0016 has why."""
    graph = scm.parse(program({"=A": FORMULAS, "-B": ("0", "1")}))
    rows = np.array([[value, 0] for value in range(len(FORMULAS))])
    head, *body = csv.reader(io.StringIO(csv_text(graph, rows)))
    assert head == ["=A", "-B"]
    assert tuple(first for first, _ in body) == FORMULAS


def test_a_file_written_in_pieces_is_the_same_and_tells_how_many_rows_are_there(
    monkeypatch, tmp_path
):
    opened = open_run(find_run("drawn_faces"))
    stream = Job(str(opened.path), "", 1000, 7, ()).stream()
    whole, part, told = tmp_path / "whole.csv", tmp_path / "part.csv", []
    files.write_csv(whole, opened.graph, stream, 1000)
    monkeypatch.setattr(files, "ROWS", 300)
    files.write_csv(part, opened.graph, stream, 1000, told=told.append)
    assert part.read_bytes() == whole.read_bytes()
    assert told == [300, 600, 900, 1000]
    files.write_csv(part, opened.graph, stream, 1000, 400, told.append)
    assert part.read_text().splitlines() == whole.read_text().splitlines()[401:]
    assert told[4:] == [300, 600]
