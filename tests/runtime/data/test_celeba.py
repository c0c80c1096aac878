"""The attribute file of CelebA, in the forms in which it is found."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_labels

NAMES = "5_o_Clock_Shadow Bald Male Young"
BODY = ["000001.jpg -1 -1  1  1", "000002.jpg  1  1  1 -1", "000003.jpg -1 -1  1  1"]


@pytest.fixture
def graph(make_graph):
    return make_graph("Young Male Bald", "Young>Bald Male>Bald")


def attributes(end="\r\n", count="3") -> str:
    head = [count] if count else []
    return end.join([*head, NAMES + " ", *BODY]) + end


@pytest.mark.parametrize("name", ["list_attr_celeba.txt", "Anno/list_attr_celeba.txt"])
@pytest.mark.parametrize("text", [attributes(), attributes("\n"), attributes(count="")])
def test_the_original_file_in_a_folder(graph, tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    for place in (tmp_path, path):
        table = load_labels(f"celeba:{place}", graph)
        assert table.cells.tolist() == [[0, 1, 1], [1, 1, 0]]
        assert table.counts.tolist() == [1, 2]
        assert table.notes == ()


def test_kaggles_copy(graph, tmp_path):
    lines = ["image_id,Bald,Male,Young", "000001.jpg,-1,1,1", "000002.jpg,1,1,-1"]
    (tmp_path / "list_attr_celeba.csv").write_text("\n".join(lines))
    table = load_labels(f"celeba:{tmp_path}", graph)
    assert table.cells.tolist() == [[0, 1, 1], [1, 1, 0]]


def test_a_name_that_begins_with_a_digit(make_graph, write):
    path = write(attributes(), "list_attr_celeba.txt")
    table = load_labels(f"celeba:{path}", make_graph("5_o_Clock_Shadow"))
    assert table.counts.tolist() == [2, 1]


def refusal(graph, place) -> str:
    with pytest.raises(ScmError) as caught:
        load_labels(f"celeba:{place}", graph)
    assert caught.value.exit_code == 2
    found = str(caught.value)
    del caught  # its traceback holds this frame, and so the open file
    return found


def test_a_file_that_was_cut_short(graph, write):
    found = refusal(graph, write(attributes(count="4"), "list_attr_celeba.txt"))
    assert "error[E613]" in found
    assert "announces 4 images and holds 3" in found


def test_a_row_that_was_cut_short(graph, write):
    found = refusal(graph, write(attributes()[:-6], "list_attr_celeba.txt"))
    assert "error[E608]: row 3 (line 5) has 3 fields, and the header has 5" in found


def test_a_file_without_names(graph, write):
    assert "does not name the attributes" in refusal(graph, write("3\n", "list_attr_celeba.txt"))


def test_a_folder_without_the_file(graph, tmp_path):
    assert "error[E602]: there is no attribute file in" in refusal(graph, tmp_path)
    assert "there is no file or folder" in refusal(graph, tmp_path / "absent")


def test_a_failed_download_that_is_a_web_page(graph, write):
    page = "<!DOCTYPE html>\n<html><head>\n<title>Quota exceeded</title>\n"
    assert "error[E604]: no column for the label `Young`" in refusal(
        graph, write(page, "list_attr_celeba.txt")
    )


@pytest.mark.slow
def test_the_real_attributes_give_the_shipped_counts(make_graph, shared_data, tmp_path):
    stored = np.load(shared_data / "celeba" / "celeba_attr_bits.npz", allow_pickle=False)
    bits = np.unpackbits(stored["bits"], axis=1)[:, :40]
    names = [str(name) for name in stored["names"]]
    with (tmp_path / "list_attr_celeba.txt").open("w", newline="") as stream:
        stream.write(f"{len(bits)}\r\n{' '.join(names)} \r\n")
        for rank, row in enumerate(bits, 1):
            values = " ".join(" 1" if value else "-1" for value in row)
            stream.write(f"{rank:06d}.jpg {values}\r\n")
    graph = make_graph("Young Male Mustache Smiling")
    read = load_labels(f"celeba:{tmp_path}", graph)
    assert read.fingerprint == load_labels("celeba-labels", graph).fingerprint
