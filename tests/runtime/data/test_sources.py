"""Naming data, and the counts that come with scmc."""

import csv
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Image, Node
from scm_compiler.runtime.data import default_source, load_labels
from scm_compiler.runtime.data.codes.data import SOURCES
from scm_compiler.runtime.data.shipped import shipped_labels


def refusal(spec, graph):
    with pytest.raises(ScmError) as caught:
        load_labels(spec, graph)
    assert caught.value.exit_code == 2
    found = caught.value.diagnostics[0]
    del caught  # its traceback holds this frame, and so the open file
    return found


def test_the_shipped_counts_are_those_of_celeba(make_graph):
    graph = make_graph(" ".join(sorted(shipped_labels())))
    table = load_labels("celeba-labels", graph)
    assert table.rows == 202_599
    assert len(table.counts) == 217
    assert table.possible == 512
    # Table 2 of Kocaoglu et al. 2017; Eyeglasses differ (see celeba_labels.md).
    paper = {"Bald": 0.02244, "Male": 0.41675, "Mustache": 0.04154, "Young": 0.77362}
    for name, share in paper.items():
        assert table.counts_of([name])[1] / table.rows == pytest.approx(share, abs=1e-5)


def test_the_shipped_counts_are_those_beside_the_checkout(make_graph, shared_data):
    with (shared_data / "celeba" / "joint9.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [name for name in rows[0] if name != "count"]
    table = load_labels("celeba-labels", make_graph(" ".join(names)))
    dense = table.counts_of(names)
    expected = {tuple(int(row[n]) for n in names): int(row["count"]) for row in rows}
    for cell in product((0, 1), repeat=9):
        assert dense[cell] == expected.get(cell, 0)


def test_a_graph_with_some_of_the_nine_sums_the_others_out(make_graph):
    few = load_labels("celeba-labels", make_graph("Mustache Male"))
    all_nine = load_labels("celeba-labels", make_graph(" ".join(sorted(shipped_labels()))))
    expected = all_nine.counts_of(["Mustache", "Male"])
    assert few.counts_of(["Mustache", "Male"]).tolist() == expected.tolist()
    assert few.rows == 202_599


def test_other_labels_than_the_nine(make_graph):
    found = refusal("celeba-labels", make_graph("Male Mustach"))
    assert (found.code, found.help()) == ("E604", "did you mean `Mustache`?")


def test_a_label_of_another_kind_than_the_counts(make_graph):
    found = refusal("celeba-labels", make_graph("Male:man|woman"))
    assert found.code == "E607"


def test_the_default_needs_the_nine(make_graph):
    assert default_source(make_graph("Male Young")) == "celeba-labels"
    with pytest.raises(ScmError) as caught:
        default_source(make_graph("Male Rain"))
    assert [d.code for d in caught.value.diagnostics] == ["E614"]


def test_images_need_no_column(make_graph):
    graph = make_graph("Male")
    graph = replace(graph, nodes=(*graph.nodes, Node("Face", "image", Image(3, 64, 64))))
    assert load_labels("celeba-labels", graph).labels == ("Male",)


@pytest.mark.parametrize(
    ("spec", "near"),
    [
        ("celeba-label", "did you mean `celeba-labels`?"),
        ("cvs:table.csv", "did you mean `csv:table.csv`?"),
        (
            "sql:table",
            f"a source is {SOURCES}",
        ),
        (
            "",
            f"a source is {SOURCES}",
        ),
        ("csv:", "did you mean `csv:PATH`?"),
    ],
)
def test_unknown_sources(make_graph, spec, near):
    found = refusal(spec, make_graph("A"))
    assert found.code == "E601"
    assert found.help() == near


def test_the_path_of_a_table_alone(make_graph, write):
    path, graph = write("A,n\n0,2\n1,3\n"), make_graph("A")
    expected = load_labels(f"csv:{path}", graph)
    for data in (path, str(path)):
        table = load_labels(data, graph)
        assert (table.origin, table.fingerprint) == (f"csv:{path}", expected.fingerprint)
    assert load_labels(f"{path}?count=n", graph).counts.tolist() == [2, 3]


def test_a_path_in_the_folder_at_work(make_graph, write, monkeypatch, tmp_path):
    write("A\n0\n", "people"), write("A\n0\n", "celeba-labels")
    monkeypatch.chdir(tmp_path)
    assert load_labels("people", make_graph("A")).origin == "csv:people"
    assert load_labels("celeba-labels", make_graph("Male")).rows == 202_599
    assert load_labels(Path("celeba-labels"), make_graph("A")).rows == 1


def test_the_attribute_file_alone(make_graph, write):
    path = write("1\nA\n1.jpg 1\n", "list_attr_celeba.txt")
    assert load_labels(path, make_graph("A")).origin == f"celeba:{path}"
    assert load_labels(path.parent, make_graph("A")).origin == f"celeba:{path.parent}"


def test_a_path_that_is_not_there(make_graph, write, tmp_path):
    path = write("A\n0\n", "people.csv")
    found = refusal(str(tmp_path / "peple.csv"), make_graph("A"))
    assert (found.code, found.help()) == ("E602", f"did you mean `{path}`?")
    assert refusal("a" * 5000 + ".csv", make_graph("A")).code in ("E602", "E603")


def test_a_folder_without_its_kind(make_graph, tmp_path):
    assert refusal(str(tmp_path), make_graph("A")).help() == f"did you mean `celeba:{tmp_path}`?"
