"""The layouts in which CelebA is found."""

import zipfile

import numpy as np
import pytest

NAMES = [f"{i:06d}.jpg" for i in range(1, 5)]
VALUES = [(1, -1), (-1, -1), (1, 1), (-1, 1)]
LABELS = [[1, 0], [0, 0], [1, 1], [0, 1]]


@pytest.fixture
def pictures(tmp_path, encoded):
    """Writes the four faces: white frames of 178 x 218 whose middle 108 x 108 are dark."""

    def write(folder="img_align_celeba"):
        (tmp_path / folder).mkdir(parents=True)
        for number, name in enumerate(NAMES):
            pixels = np.full((218, 178, 3), 255, np.uint8)
            pixels[55:163, 35:143] = 10 * number
            data = encoded(pixels, form="jpeg", quality=100, subsampling=0)
            (tmp_path / folder / name).write_bytes(data)
        return tmp_path

    return write


def original(end="\r\n"):
    rows = [f"{name} {a:2d} {b:2d} -1" for name, (a, b) in zip(NAMES, VALUES, strict=True)]
    return end.join(["4", "Male Young Bald ", *rows]) + end


def kaggle():
    rows = [f"{name},{a},{b}" for name, (a, b) in zip(NAMES, VALUES, strict=True)]
    return "\n".join(["image_id,Male,Young", *rows]) + "\n"


def check(table):
    assert table.labels.tolist() == LABELS
    middle = table.images.reshape(4, -1).astype(int)
    assert np.abs(middle - 10 * np.arange(4)[:, None]).max() <= 3  # nothing of the frame
    assert table.notes == ()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_original(pictures, load, end):
    place = pictures()
    (place / "list_attr_celeba.txt").write_bytes(original(end).encode())
    table = load(f"celeba:{place}")
    check(table)
    assert table.split is None


@pytest.mark.parametrize("inner", ["img_align_celeba/img_align_celeba", "img_align_celeba"])
def test_kaggles_copy(pictures, load, inner):
    place = pictures(inner)
    (place / "list_attr_celeba.csv").write_text(kaggle())
    partition = [f"{name},{split}" for name, split in zip(NAMES, (0, 0, 1, 2), strict=True)]
    (place / "list_eval_partition.csv").write_text("\n".join(["image_id,partition", *partition]))
    table = load(f"celeba:{place}")
    check(table)
    assert table.split.tolist() == [0, 0, 1, 2]


def test_the_official_split(pictures, load):
    place = pictures()
    (place / "list_attr_celeba.txt").write_text(original())
    text = "".join(f"{name} {i}\r\n" for name, i in zip(NAMES[:3], (2, 1, 0), strict=True))
    (place / "list_eval_partition.txt").write_bytes(text.encode())
    assert load(f"celeba:{place}").split.tolist() == [2, 1, 0, -1]


def test_images_that_are_still_zipped(pictures, load, tmp_path):
    place = pictures("unpacked")
    with zipfile.ZipFile(place / "img_align_celeba.zip", "w") as archive:
        for name in NAMES:
            archive.write(place / "unpacked" / name, f"img_align_celeba/{name}")
    (place / "list_attr_celeba.txt").write_text(original())
    check(load(f"celeba:{place}"))
    check(load(f"celeba:{place / 'img_align_celeba.zip'}"))


def test_a_zip_file_with_a_table_of_its_name(load, tmp_path, encoded):
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(name, encoded(10 * number, size=(64, 64)))
    header, *rows = kaggle().splitlines()
    splits = ["train", "valid", "test", "train"]
    lines = [f"{row},{split}" for row, split in zip(rows, splits, strict=True)]
    (tmp_path / "faces.csv").write_text("\n".join([f"{header},split", *lines]))
    table = load(f"celeba:{tmp_path / 'faces.zip'}")
    check(table)
    assert table.split.tolist() == [0, 1, 2, 0]
    assert sorted(table.cut()[0].tolist()) == [0, 3]


def test_what_is_missing(pictures, refusal, faces):
    place = pictures()
    assert "error[E602]: there is no attribute file in" in refusal(f"celeba:{place}")
    (place / "list_attr_celeba.txt").write_text(original())
    assert "did you mean `Young`?" in refusal(f"celeba:{place}", faces("Yuong"))
    (place / "img_align_celeba" / NAMES[0]).unlink()
    assert "1 of 4 images and rows cannot be used" in refusal(f"celeba:{place}")
    (place / "img_align_celeba").rename(place / "elsewhere")
    assert "error[E671]: there is no folder `img_align_celeba` in" in refusal(f"celeba:{place}")
    assert "error[E671]: there is no file or folder" in refusal(f"celeba:{place / 'absent'}")


def test_an_attribute_file_that_was_cut_short(pictures, refusal):
    place = pictures()
    (place / "list_attr_celeba.txt").write_text(original().replace("4", "5", 1))
    assert "announces 5 images and holds 4" in refusal(f"celeba:{place}")
