"""Images and labels as arrays."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.area import area_average

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8)
MALE, YOUNG = np.array([1, 0, 1, 1, 0]), np.array([0, 1, 1, 0, 0])


@pytest.fixture
def npz(tmp_path):
    """Writes an npz file and names it as data."""

    def write(compressed=False, **arrays):
        save = np.savez_compressed if compressed else np.savez
        save(tmp_path / "set.npz", **arrays)
        return f"npz:{tmp_path / 'set.npz'}"

    return write


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("front", [False, True])
def test_either_order_of_the_axes(npz, load, front, compressed):
    images = np.ascontiguousarray(PIXELS.transpose(0, 3, 1, 2)) if front else PIXELS
    table = load(npz(compressed, images=images, Male=MALE, Young=YOUNG))
    assert table.images.tolist() == PIXELS.transpose(0, 3, 1, 2).tolist()
    assert table.labels.tolist() == np.stack([MALE, YOUNG], 1).tolist()


def test_other_sizes_and_colours(npz, load, faces):
    spec = npz(images=PIXELS[:, :, :, 0], Male=MALE, Young=YOUNG)
    table = load(spec, faces(image=Image(3, 4, 4)))
    expected = area_average(np.repeat(PIXELS[:1, :, :, 0], 3, axis=0), 4, 4)
    assert table.images[0].tolist() == expected.tolist()
    assert load(spec, faces(image=Image(1, 8, 8))).images[:, 0].tolist() == (
        PIXELS[:, :, :, 0].tolist()
    )


def test_labels_in_one_table(npz, load):
    labels, names = np.stack([YOUNG, MALE * 2 - 1], 1), np.array(["Young", "Male"])
    table = load(npz(images=PIXELS, labels=labels, names=names), limit=4)
    assert table.labels.tolist() == np.stack([MALE, YOUNG], 1)[:4].tolist()


@pytest.mark.parametrize(
    ("values", "array", "indices"),
    [
        ("red|blue", np.array(["blue", "red", "BLUE", "red", "red"]), [1, 0, 1, 0, 0]),
        ("red|blue", np.array([b"blue", b"red", b"red", b"red", b"red"]), [1, 0, 0, 0, 0]),
        ("red|blue|green", np.array([2, 0, 1, 1, 1], np.uint8), [2, 0, 1, 1, 1]),
        ("1|2|3", np.array([1, 3, 2, 1, 1]), [0, 2, 1, 0, 0]),
        ("", np.array([True, False, True, False, False]), [1, 0, 1, 0, 0]),
        ("", np.array([-1.0, 1.0, 1.0, 1.0, -1.0]), [0, 1, 1, 1, 0]),
    ],
)
def test_the_coding_of_labels(npz, load, faces, values, array, indices):
    graph = faces(f"Hair:{values}" if values else "Hair")
    assert load(npz(images=PIXELS, Hair=array), graph).labels[:, 0].tolist() == indices


def test_numbers(npz, load, faces):
    ages = np.array([30.5, 0, 61, 7, 7])
    table = load(npz(images=PIXELS, Male=MALE, Age=ages), faces("Male Age:real"))
    assert table.labels.tolist() == np.stack([MALE, ages], 1).tolist()
    labels, names = np.stack([MALE, ages], 1), np.array(["Male", "Age"])
    assert load(npz(images=PIXELS, labels=labels, names=names), faces("Age:real")).labels[
        :, 0
    ].tolist() == (ages.tolist())


@pytest.mark.parametrize(
    ("ages", "code"),
    [([1, 2, -3, 4, 5], "E617"), ([1, 2, np.nan, 4, 5], "E619"), (list("12x45"), "E616")],
)
def test_numbers_that_cannot_be(npz, refusal, faces, ages, code):
    assert f"error[{code}]" in refusal(npz(images=PIXELS, Age=np.array(ages)), faces("Age:real"))


def test_splits(npz, load, faces):
    split = np.array(["train", "test", "train", "valid", "train"])
    table = load(npz(images=PIXELS, Male=MALE, split=split), faces("Male"))
    assert table.split.tolist() == [0, 2, 0, 1, 0]


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"images": PIXELS, "Mal": MALE}, "did you mean `Mal`?"),
        ({"images": PIXELS, "Male": MALE[:4]}, "`Male` has 4 entries for 5 images"),
        ({"images": PIXELS, "Male": np.eye(5)}, "`Male` has the shape (5, 5)"),
        ({"images": PIXELS, "Male": MALE * 3}, "`Male` holds `3`, which is not a value of it"),
        ({"images": PIXELS, "Male": MALE - YOUNG}, "`Male` holds both 0 and -1"),
        ({"images": PIXELS, "Male": MALE.astype(object)}, "holds Python objects"),
        ({"images": PIXELS / 255, "Male": MALE}, "holds float64"),
        ({"images": PIXELS.astype(object), "Male": MALE}, "holds object"),
        ({"images": PIXELS[:, :, :, :2], "Male": MALE}, "has the shape (5, 8, 8, 2)"),
        ({"images": np.asfortranarray(PIXELS), "Male": MALE}, "Fortran order"),
        ({"pictures": PIXELS, "Male": MALE}, "it has no array `images`"),
        ({"images": PIXELS[:0], "Male": MALE[:0]}, "error[E672]"),
    ],
)
def test_what_is_refused(npz, refusal, faces, arrays, text):
    assert text in refusal(npz(**arrays), faces("Male"))


def test_a_damaged_file(npz, refusal, faces, tmp_path):
    spec = npz(images=np.repeat(PIXELS, 50, axis=0), Male=np.repeat(MALE, 50))
    path = tmp_path / "set.npz"
    sound = path.read_bytes()
    path.write_bytes(sound[: len(sound) // 2])
    assert "error[E673]" in refusal(spec, faces("Male"))
    damaged = bytearray(sound)
    damaged[5000] ^= 1
    path.write_bytes(damaged)
    assert "error[E673]" in refusal(spec, faces("Male"))
    assert "error[E671]" in refusal("npz:absent.npz", faces("Male"))


@pytest.mark.parametrize("text", ["-" * 4000 + "1", "(" * 5000, "+".join("1" * 4000)])
def test_a_header_nested_deeper_than_pythons_parser_goes(tmp_path, refusal, text):
    """The description of an array is an expression of Python, as the format's document has it."""
    head = text.encode() + b"\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        length = len(head).to_bytes(2, "little")
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + length + head)
    assert "an array's header cannot be read" in refusal(f"npz:{tmp_path}/a.npz")


CENTRAL, LOCAL = b"PK\1\2", b"PK\3\4"


@pytest.mark.parametrize(
    ("mark", "offset", "value"),
    [(CENTRAL, 6, 99), (CENTRAL, 8, 1), (CENTRAL, 10, 97), (CENTRAL, 10, 14), (LOCAL, 0, 0)],
    ids=["version", "encrypted", "unknown method", "another method", "no member"],
)
def test_an_archive_that_claims_what_cannot_be_read(npz, refusal, faces, mark, offset, value):
    spec = npz(images=PIXELS, Male=MALE)
    path = Path(spec.removeprefix("npz:"))
    claimed = bytearray(path.read_bytes())
    claimed[claimed.index(mark) + offset] = value
    path.write_bytes(claimed)
    assert "error[E673]" in refusal(spec, faces("Male"))
    path.with_suffix(".csv").write_text("file_name,Male\n")
    if offset == 6:
        assert "error[E673]" in refusal(f"folder:{path.rename(path.with_suffix('.zip'))}")


@pytest.mark.parametrize("header", [b"{[]: 1}", b"{1: 2, 'a': 3}", b"(" * 90, b"{'a'", b"-" * 90])
def test_a_header_that_is_no_header(npz, refusal, faces, header):
    spec = npz(images=PIXELS, Male=MALE)
    path = Path(spec.removeprefix("npz:"))
    stream = io.BytesIO()
    np.save(stream, MALE)
    content = stream.getvalue()
    broken = content[:10] + header.ljust(len(content) - 40 - 10 - 1) + b"\n" + content[-40:]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("Young.npy", broken)
    assert "error[E673]" in refusal(spec, faces("Male"))
