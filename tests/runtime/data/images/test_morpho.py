"""Digits with their thickness and intensity, in files like those of Morpho-MNIST."""

import gzip

import numpy as np
import pytest

from scm_compiler import parse
from scm_compiler.runtime.data.images.morpho import known_digits
from scm_compiler.runtime.data.sources import load_labels, load_table

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 8), np.uint8)
ROWS = [(1.5, 80.0), (2.0, 120.0), (2.5, 150.0), (3.0, 210.0), (3.5, 240.0), (1.0, 70.0)]
PROGRAM = """
Thickness, Intensity : real(0, inf)
Face                 : image(1, 8, 8)
Thickness -> Intensity
* -> Face
"""


def write(folder, start="t10k", pixels=PIXELS, rows=ROWS):
    head = np.array([0x803, *pixels.shape], ">u4").tobytes()
    packed = gzip.compress(head + pixels.tobytes())
    (folder / f"{start}-images-idx3-ubyte.gz").write_bytes(packed)
    lines = [f"{rank},{t},{i}" for rank, (t, i) in enumerate(rows)]
    (folder / f"{start}-morpho.csv").write_text("\n".join(["index,thickness,intensity", *lines]))
    return f"morpho:{folder}"


def test_images_and_numbers(tmp_path, load):
    table = load(write(tmp_path), parse(PROGRAM))
    assert table.images[:, 0].tolist() == PIXELS.tolist()
    assert table.labels.tolist() == [list(row) for row in ROWS]
    assert table.split is None


def test_both_files_are_training_and_test(tmp_path, load):
    write(tmp_path, pixels=PIXELS[:2], rows=ROWS[:2])
    spec = write(tmp_path, "train", PIXELS[2:], ROWS[2:])
    table = load(spec, parse(PROGRAM))
    assert table.split.tolist() == [0, 0, 0, 0, 2, 2]
    assert table.images[:, 0].tolist() == [*PIXELS[2:].tolist(), *PIXELS[:2].tolist()]
    assert load_table(spec, parse(PROGRAM)).rows == 4  # those of the test are not learnt from


def test_the_same_columns_as_classes(tmp_path, load):
    program = PROGRAM.replace("real(0, inf)", "binned(2, 100)")
    table = load(write(tmp_path), parse(program))
    assert table.labels.tolist() == [[0, 1], [1, 2], [1, 2], [1, 2], [1, 2], [0, 1]]
    assert table.labels.dtype == np.int64
    found = load_labels(f"morpho:{tmp_path}", parse(program))
    assert found.rows == 6


def test_the_mechanism(tmp_path):
    """By hand: at thickness 2.5 and no noise the logit is 0, and the intensity in the middle."""
    write(tmp_path)
    known, random = known_digits(str(tmp_path)), np.random.default_rng(0)
    units = np.array([[2.5, 0.0], [3.0, 2.0]])
    found = known.values(units, {})["Intensity"]
    assert found == pytest.approx([64 + 191 / 2, 64 + 191 / (1 + np.exp(-2))])
    done = known.drawn({"Intensity": 200.0}, 5000, random)
    assert (done["Intensity"] == 200).all()
    assert done["Thickness"].mean() == pytest.approx(np.mean(ROWS, 0)[0], abs=0.05)
    assert (known.drawn({"Thickness": 4.0}, 50, random)["Intensity"] > 200).all()


def test_what_is_refused(tmp_path, refusal):
    graph = parse(PROGRAM)
    assert "error[E671]" in refusal(f"morpho:{tmp_path}", graph)
    spec = write(tmp_path, rows=ROWS[:5])
    assert "6 images and 5 rows" in refusal(spec, graph)
    assert "error[E604]" in refusal(spec, parse(PROGRAM.replace("Thickness", "Width")))
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"no archive")
    assert "error[E673]" in refusal(spec, graph)
