"""Images in a folder or a zip file, with a table."""

import json
import os
import zipfile

import pytest

from scm_compiler.runtime.data.images.names import is_safe

LABELS = [[i & 1, i >> 1 & 1] for i in range(6)]


def levels(table):
    """The grey level of each image, which is its number in the set."""
    return table.images[:, 0, 0, 0].tolist()


def test_a_folder(folder, load):
    table = load(f"folder:{folder()}")
    assert levels(table) == list(range(6))
    assert table.labels.tolist() == LABELS
    assert (table.images.dtype, table.images.shape) == ("uint8", (6, 3, 8, 8))
    assert (table.split, table.notes, table.names) == (None, (), ("Male", "Young"))


def test_labels_stand_in_the_order_of_the_parents(folder, load, faces):
    table = load(f"folder:{folder()}", faces("Young Male"))
    assert table.labels.tolist() == [row[::-1] for row in LABELS]


def test_only_the_parents_need_columns(folder, load, faces):
    assert load(f"folder:{folder()}", faces("Young")).labels.shape == (6, 1)


def test_an_image_without_parents(folder, load, faces):
    table = load(f"folder:{folder()}", faces(""))
    assert table.labels.shape == (6, 0)
    assert len(table) == 6


def test_json_lines(folder, load, faces):
    place = folder(table="unused.txt")
    hair = ["red", "blue", "red", "blue", "red", "red"]
    rows = [
        {"file_name": f"{i:03d}.png", "Male": bool(i & 1), "Hair": hair[i], "split": "train"}
        for i in range(6)
    ]
    rows[2]["split"] = "validation"
    (place / "metadata.jsonl").write_text("\r\n".join(map(json.dumps, rows)) + "\r\n\r\n")
    table = load(f"folder:{place}", faces("Male Hair:red|blue"))
    assert table.labels.tolist() == [[i & 1, hair[i] == "blue"] for i in range(6)]
    assert table.split.tolist() == [0, 0, 1, 0, 0, 0]


def test_numbers_of_a_table(folder, load, faces, refusal):
    place = folder(3)
    rows = ["file_name,Age,Male", "002.png,2.5,1", "000.png,0,0", "001.png,1e2,1"]
    (place / "metadata.csv").write_text("\n".join(rows))
    table = load(f"folder:{place}", faces("Male Age:real"))
    assert table.labels.tolist() == [[1, 2.5], [0, 0], [1, 100]]
    assert levels(table) == [2, 0, 1]
    (place / "metadata.csv").write_text("\n".join([*rows, "003.png,-1,1"]))
    assert "row 4 (line 5), column `Age`" in refusal(f"folder:{place}", faces("Male Age:real"))


def test_classes_tell_no_numbers(tmp_path, encoded, refusal, faces):
    for name in "12":
        (tmp_path / "set" / name).mkdir(parents=True)
        (tmp_path / "set" / name / "a.png").write_bytes(encoded())
    assert "error[E640]" in refusal(f"folder:{tmp_path}/set", faces("Age:real"))


def test_the_rows_give_the_order(folder, load):
    place = folder(3)
    (place / "metadata.csv").write_text("Male;file_name;Young\r\n1;002.png;1\r\n0;000.png;0\r\n")
    (place / "001.png").unlink()
    table = load(f"folder:{place}")
    assert (levels(table), table.labels.tolist()) == ([2, 0], [[1, 1], [0, 0]])


def test_folders_inside_and_links(folder, load, tmp_path, encoded):
    place = folder(0)
    (place / "inner").mkdir()
    (place / "inner" / "A.PNG").write_bytes(encoded(5))
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.png").write_bytes(encoded(6))
    (place / "link").symlink_to(other)
    (place / ".hidden.png").write_bytes(b"")
    (place / "metadata.csv").write_text("file_name,Male,Young\ninner/A.PNG,0,1\nlink/b.png,1,0\n")
    assert levels(load(f"folder:{place}")) == [5, 6]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_file_with_its_table_beside_it(folder, load, tmp_path, compression):
    place = folder()
    with zipfile.ZipFile(tmp_path / "set.zip", "w", compression) as archive:
        for picture in sorted(place.glob("*.png")):
            archive.write(picture, picture.name)
        archive.writestr("__MACOSX/._000.png", b"")
    (place / "metadata.csv").rename(tmp_path / "set.csv")
    table = load(f"folder:{tmp_path / 'set.zip'}")
    assert (levels(table), table.labels.tolist()) == (list(range(6)), LABELS)
    unpacked = load(f"folder:{place}")  # the table may lie beside the folder, too
    assert unpacked.fingerprint == table.fingerprint


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_last_member_of_a_name_counts(folder, load, tmp_path):
    place = folder()
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for picture in sorted(place.glob("*.png")):
            archive.write(picture, picture.name)
        archive.write(place / "005.png", "000.png")
    (place / "metadata.csv").rename(tmp_path / "set.csv")
    assert levels(load(f"folder:{tmp_path / 'set.zip'}")) == [5, *range(1, 6)]


def test_a_limit_takes_the_first_rows(folder, load):
    table = load(f"folder:{folder()}", limit=2)
    assert levels(table) == [0, 1]


def test_a_missing_label_column(folder, refusal, faces):
    found = refusal(f"folder:{folder()}", faces("Mal Young"))
    assert "error[E604]: no column for the label `Mal`" in found
    assert "did you mean `Male`?" in found


def test_a_wrong_value_names_row_and_column(folder, refusal):
    place = folder()
    table = place / "metadata.csv"
    table.write_text(table.read_text().replace("003.png,1,1", "003.png,1,perhaps"))
    found = refusal(f"folder:{place}")
    assert "error[E607]: `perhaps` in row 4 (line 5), column `Young` is not a value of it" in found


def test_no_column_of_names(folder, refusal):
    place = folder()
    table = place / "metadata.csv"
    table.write_text(table.read_text().replace("file_name", "filename"))
    found = refusal(f"folder:{place}")
    assert "metadata.csv` has no column `file_name`" in found
    assert "did you mean `filename`?" in found


def test_no_table(folder, refusal, tmp_path):
    found = refusal(f"folder:{folder(table='other.csv')}")
    assert "error[E671]: there is no `metadata.csv` or `metadata.jsonl` in" in found
    (tmp_path / "x.zip").write_bytes(b"PK\5\6" + bytes(18))
    found = refusal(f"folder:{tmp_path / 'x.zip'}")
    assert "error[E671]: there is no `metadata.csv` or `metadata.jsonl` in" in found
    assert "= help: write one with a column `file_name` and one for each label" in found


def test_no_folder(folder, refusal):
    place = folder()
    found = refusal(f"folder:{place}s")
    assert f"there is no file or folder `{place}s`" in found
    assert f"= help: did you mean `{place}`?" in found
    found = refusal(f"folder:{place.parent / 'nope'}")
    assert "= help: it holds the pictures and what tells their labels: `metadata.csv`" in found


def test_no_images(folder, refusal):
    place = folder()
    for picture in place.glob("*.png"):
        picture.unlink()
    assert "error[E672]" in refusal(f"folder:{place}")
    (place / "metadata.csv").write_text("file_name,Male,Young\n")
    assert "error[E672]" in refusal(f"folder:{place}")


@pytest.mark.parametrize("line", ["not json", "[1]", '{"file_name": "000.png"', "[" * 100_000])
def test_a_line_that_is_no_object(folder, refusal, line):
    place = folder(table="unused.csv")
    (place / "metadata.jsonl").write_text(
        '{"file_name": "000.png", "Male": 0, "Young": 1}\n' + line
    )
    assert "metadata.jsonl` is not a table: line 2 is no JSON object" in refusal(f"folder:{place}")


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "a/../../x.png", r"..\x.png"])
def test_a_name_that_leads_out(folder, refusal, encoded, name):
    place = folder()
    (place.parent / "x.png").write_bytes(encoded(1))
    with (place / "metadata.csv").open("a") as stream:
        stream.write(f"{name},0,0\n")
    found = refusal(f"folder:{place}")
    assert f"error[E674]: `{place}/metadata.csv` names `{name}`" in found
    assert not is_safe(name)


@pytest.mark.parametrize("name", ["\\ud800.png", "\\u0000.png", "", "x" * 3000, "."])
def test_a_name_that_no_system_takes(folder, refusal, name):
    place = folder(table="unused.csv")
    row = '{"file_name": "NAME", "Male": 0, "Young": 1}'.replace("NAME", name)
    (place / "metadata.jsonl").write_text(row)
    assert "error[E67" in refusal(f"folder:{place}")


def test_a_pipe_is_no_picture(folder, refusal):
    place = folder()
    (place / "000.png").unlink()
    os.mkfifo(place / "000.png")
    assert "1 row has no image: `000.png`" in refusal(f"folder:{place}")


def test_a_zip_file_that_names_files_outside(folder, refusal, tmp_path):
    (folder() / "metadata.csv").rename(tmp_path / "set.csv")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("../evil.png", b"")
    assert "error[E674]" in refusal(f"folder:{tmp_path / 'set.zip'}")


def test_a_damaged_zip_file(folder, refusal, tmp_path):
    (folder() / "metadata.csv").rename(tmp_path / "set.csv")
    (tmp_path / "set.zip").write_bytes(b"PK\3\4 and no more")
    assert "error[E673]" in refusal(f"folder:{tmp_path / 'set.zip'}")


def test_few_faults_are_left_out_with_warnings(folder, load):
    place = folder(250)
    (place / "007.png").write_bytes((place / "007.png").read_bytes()[:-30])
    (place / "100.png").unlink()
    for _ in range(2):  # decoded, then from the cache
        found = load(f"folder:{place}")
        assert levels(found) == [i for i in range(250) if i not in (7, 100)]
        assert found.labels[:, 0].tolist() == [level & 1 for level in levels(found)]
        messages = [note.message() for note in found.notes]
        assert messages[0] == "1 row has no image: `100.png`"
        assert messages[1].startswith("1 of 249 images cannot be decoded: `007.png` (")
        assert [note.code for note in found.notes] == ["W671", "W670"]


def test_images_without_a_row_and_with_two(folder, load):
    """Of two rows of an image the first counts, whatever the second one says."""
    place = folder(250)
    table = place / "metadata.csv"
    table.write_text(table.read_text().replace("200.png,0,0\n", "") + "003.png,0,0\n")
    found = load(f"folder:{place}")
    assert levels(found) == [i for i in range(250) if i != 200]
    assert found.labels[3].tolist() == [1, 1]
    messages = [note.message() for note in found.notes]
    assert messages == [
        "1 image has no row: `200.png`",
        "1 row names an image again: `003.png`",
    ]


def test_names_in_other_capitals(folder, refusal):
    place = folder(3)
    table = place / "metadata.csv"
    table.write_text(table.read_text().replace(".png", ".PNG"))
    assert "= help: there is `000.png`: capitals count" in refusal(f"folder:{place}")


def test_faults_of_several_sorts_are_counted_together(folder, refusal):
    place = folder(150)
    (place / "007.png").write_bytes(b"")
    (place / "100.png").unlink()
    found = refusal(f"folder:{place}")
    assert "warning[W671]: 1 row has no image" in found
    assert "warning[W670]: 1 of 149 images cannot be decoded: `007.png` (it is empty)" in found
    assert "2 of 150 images and rows cannot be used" in found


def test_many_faults_are_an_error(folder, refusal):
    place = folder(100)
    for number in (7, 8):
        (place / f"{number:03d}.png").write_bytes(b"no picture")
    found = refusal(f"folder:{place}")
    assert "warning[W670]: 2 of 100 images cannot be decoded: `007.png` (it is no image)" in found
    assert "2 of 100 images and rows cannot be used" in found
    for number in range(7, 17):
        (place / f"{number:03d}.png").unlink()
    found = refusal(f"folder:{place}")
    assert "10 rows have no image: `007.png`, `008.png`, `009.png` and 7 more" in found
    assert "error[E675]" in found


def test_all_images_are_damaged(folder, refusal):
    place = folder(3)
    for picture in place.glob("*.png"):
        picture.write_bytes(b"")
    for _ in range(2):
        assert "3 of 3 images and rows cannot be used" in refusal(f"folder:{place}")


def test_names_that_are_written_at_length(folder, load):
    place = folder()
    table = place / "metadata.csv"
    table.write_text(
        table.read_text().replace("003.png", "./003.png").replace("004.png", ".//004.png")
    )
    found = load(f"folder:{place}")
    assert (levels(found), found.notes) == (list(range(6)), ())


@pytest.fixture
def deep(folder):
    """A folder with one picture, deeper than calls of Python go; nor could pytest remove it."""
    place = inner = folder(1)
    for _ in range(1100):
        inner = inner / "d"
        inner.mkdir()
    picture = (place / "000.png").rename(inner / "000.png")
    yield place, picture.relative_to(place)
    picture.unlink()
    while inner != place:
        inner.rmdir()
        inner = inner.parent


def test_folders_deeper_than_calls_can_go(deep, load):
    place, name = deep
    (place / "metadata.csv").write_text(f"file_name,Male,Young\n{name},1,0\n")
    assert load(f"folder:{place}").labels.tolist() == [[1, 0]]
