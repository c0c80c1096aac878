"""The layouts in which people keep images: hub, zip, StyleGAN, a folder for each class."""

import json
import zipfile

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data import load_labels

KIND = "Kind:blue|red"


def levels(table):
    """The grey level of each image, which is its number."""
    return table.images[:, 0, 0, 0].tolist()


@pytest.fixture
def draw(tmp_path, encoded):
    """Writes a picture of grey level `n` under a name."""

    def write(name, n):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(n))

    return write


@pytest.fixture
def classes(tmp_path, draw):
    """`set/blue/0.png`, `set/red/1.png`, …: six pictures."""
    for n in range(6):
        draw(f"set/{'red' if n % 2 else 'blue'}/{n}.png", n)
    return tmp_path / "set"


@pytest.fixture
def hub(tmp_path, draw):
    """Three pictures in `set/train` and two in `set/test`, with a table each."""
    for part, numbers in {"train": (0, 1, 2), "test": (3, 4)}.items():
        rows = [{"file_name": f"{n}.png", "Male": n % 2, "Young": 1} for n in numbers]
        for n in numbers:
            draw(f"set/{part}/{n}.png", n)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "set" / part / "metadata.jsonl").write_text(lines)
    return tmp_path / "set"


def packed(path, folder, prefix=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + str(file.relative_to(folder)))
    return path


@pytest.mark.parametrize("prefix", ["", "set/"])
def test_a_table_inside_a_zip_file(folder, load, tmp_path, prefix):
    place = folder()
    table = load(f"folder:{packed(tmp_path / 'x.zip', place, prefix)}")
    assert table.fingerprint == load(f"folder:{place}").fingerprint


def test_the_splits_of_the_hub(hub, load, faces, tmp_path):
    for place in (hub, packed(tmp_path / "x.zip", hub), packed(tmp_path / "y.zip", hub, "in/")):
        table = load(f"folder:{place}")
        found = sorted(zip(levels(table), table.split.tolist(), strict=True))
        assert found == [(0, 0), (1, 0), (2, 0), (3, 2), (4, 2)]
        assert table.labels[:, 0].tolist() == [level % 2 for level in levels(table)]
        learn, held = table.cut()
        assert (len(learn), len(held)) == (3, 2)
        labels = load_labels(f"folder:{place}", faces())
        assert (labels.rows, labels.cells.tolist()) == (3, [[0, 1], [1, 1]])
        tested = load_labels(f"folder:{place}?split=test", faces())
        assert tested.counts.tolist() == [1, 1]


def test_one_table_of_pictures_in_folders_of_splits(hub, load):
    rows = [f"{part}/{n}.png,{n % 2},1" for part, n in [("train", 0), ("train", 1), ("test", 3)]]
    for name in ("train/2.png", "test/4.png"):
        (hub / name).unlink()
    (hub / "metadata.csv").write_text("\n".join(["file_name,Male,Young", *rows]) + "\n")
    assert load(f"folder:{hub}").split.tolist() == [0, 0, 2]


def test_a_folder_for_each_value(classes, load, faces, tmp_path):
    for place in (classes, packed(tmp_path / "x.zip", classes)):
        table = load(f"folder:{place}", faces(KIND))
        assert table.labels[:, 0].tolist() == [level % 2 for level in levels(table)]
        assert sorted(levels(table)) == list(range(6))
        assert load_labels(f"folder:{place}", faces(KIND)).counts.tolist() == [3, 3]


def test_a_folder_for_each_value_within_splits(tmp_path, draw, load, faces):
    for n in range(6):
        draw(f"set/{'val' if n > 3 else 'train'}/{'red' if n % 2 else 'blue'}/deep/{n}.png", n)
    table = load(f"folder:{tmp_path / 'set'}", faces(KIND))
    found = zip(levels(table), table.split.tolist(), table.labels[:, 0].tolist(), strict=True)
    assert sorted(found) == [(n, int(n > 3), n % 2) for n in range(6)]


def test_the_label_that_classes_are_can_be_said(classes, load, refusal, faces):
    two = faces("Kind:blue|red Ground:red|blue")
    found = refusal(f"folder:{classes}", two)
    assert "error[E640]: the classes `blue` and `red` of" in found
    assert "are values of one of `Kind`, `Ground`, and it is not said of which" in found
    assert "= help: say so behind the path: `?label=Kind`" in found
    nodes = (*two.labels, two.by_name["Face"])
    alone = Graph("g", nodes, (Edge("Ground", "Face"),))
    table = load(f"folder:{classes}?label=Ground", alone)
    assert table.labels[:, 0].tolist() == [1 - level % 2 for level in levels(table)]


def test_classes_of_no_label(classes, refusal, faces):
    found = refusal(f"folder:{classes}", faces("Red"))
    assert "are values of no label that is needed" in found
    assert "= help: declare a label with these values, such as `Red : categorical(blue, red)`" in (
        found
    )


def test_classes_tell_one_label_alone(classes, refusal, faces):
    found = refusal(f"folder:{classes}", faces(f"{KIND} Male"))
    assert "error[E604]: no column for the label `Male`" in found


@pytest.mark.parametrize(
    ("labels", "spelt"), [(KIND, (0, 1)), ("Male", (0, 1)), ("Digit:7|0|1", (1, 2))]
)
def test_the_numbers_of_stylegan(tmp_path, draw, load, faces, labels, spelt):
    rows = []
    for n in range(4):
        draw(f"set/00000/img{n:08}.png", n)
        rows.append([f"00000/img{n:08}.png", n % 2])
    (tmp_path / "set/dataset.json").write_text(json.dumps({"labels": rows}))
    for place in (tmp_path / "set", packed(tmp_path / "x.zip", tmp_path / "set")):
        table = load(f"folder:{place}", faces(labels))
        assert levels(table) == [0, 1, 2, 3]
        assert table.labels[:, 0].tolist() == [spelt[n % 2] for n in range(4)]


@pytest.mark.parametrize("labels", [None, [["a.png"]], [["a.png", [0, 1]]], [["a.png", -1]], 3])
def test_a_dataset_json_without_classes(tmp_path, draw, refusal, faces, labels):
    draw("set/a.png", 1)
    (tmp_path / "set/dataset.json").write_text(json.dumps({"labels": labels}))
    found = refusal(f"folder:{tmp_path / 'set'}", faces("Male"))
    assert "error[E603]" in found
    assert "`labels` does not hold a name and the number of a class for each picture" in found


def test_numbers_beyond_the_values(tmp_path, draw, refusal, faces):
    draw("set/a.png", 1)
    (tmp_path / "set/dataset.json").write_text('{"labels": [["a.png", 7]]}')
    assert "error[E640]: the classes `7` of" in refusal(f"folder:{tmp_path / 'set'}", faces(KIND))


def test_labels_are_those_of_the_graph_not_of_the_image_alone(folder):
    place = folder()
    nodes = tuple(Node(name, "binary", BINARY) for name in ("Male", "Young"))
    assert load_labels(f"folder:{place}", Graph("g", nodes)).rows == 6
    with pytest.raises(ScmError, match="no column for the label `Old`"):
        load_labels(f"folder:{place}", Graph("g", (*nodes, Node("Old", "binary", BINARY))))
