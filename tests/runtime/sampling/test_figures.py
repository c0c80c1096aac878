"""Grids and figures, read back pixel by pixel."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.sampling import figures
from scm_compiler.runtime.sampling.grid import GAP, PictureRow, figure, grid, pixels, png


@pytest.fixture(scope="module")
def done(trained):
    return open_run(trained)


def cell(picture, row, column, side, times=1):
    """The pixels of one image of a grid."""
    step = (side + GAP) * times
    top, left = GAP * times + row * step, GAP * times + column * step
    return np.asarray(picture)[
        top : top + side * times : times, left : left + side * times : times
    ]


def test_a_grid_holds_its_images():
    random = torch.Generator().manual_seed(0)
    images = torch.rand(5, 3, 8, 8, generator=random) * 2 - 1
    picture = grid(images, 3)
    assert picture.size == (3 * 10 + 2, 2 * 10 + 2)
    for place in range(5):
        found = cell(picture, place // 3, place % 3, 8)
        assert np.array_equal(found, pixels(images)[place].numpy())
    assert (cell(picture, 1, 2, 8) == 255).all()


def test_grey_images_and_the_same_bytes():
    images = torch.zeros(2, 1, 8, 8)
    first, second = png(grid(images, 2)), png(grid(images, 2))
    assert first == second
    with Image.open(io.BytesIO(first)) as found:
        assert np.asarray(found)[3, 3].tolist() == [128, 128, 128]


def test_captions_stand_above_their_rows():
    images = torch.ones(4, 3, 64, 64)
    plain, captioned = figure([PictureRow("", images)]), figure([PictureRow("do(A=1)", images)])
    assert plain.width == captioned.width
    assert captioned.height > plain.height
    top = np.asarray(captioned)[: captioned.height - plain.height]
    assert top.min() < 100


def test_two_rows_have_the_same_noise_in_a_column(done):
    held, seen = done.do(Mustache=1).stream(), done.do(Mustache=1, Male=1).stream()
    picture = figures.two_rows((held, seen), ("one", "two"), "Face", 4)
    head, noise = done.head(), held.noise("Face", 0, 4)
    expected = pixels(head.render(torch.from_numpy(seen.labels(0, 4)), noise))
    times = 4  # 16 pixels are shown as 64
    block = (16 + 2 * GAP) * times
    part = picture.crop((0, picture.height - GAP - block, picture.width, picture.height - GAP))
    for column in range(4):
        assert np.array_equal(cell(part, 0, column, 16, times), expected[column].numpy())


def test_a_sweep_ends_at_the_hard_values(done, monkeypatch):
    shown = []
    real = figures.figure
    monkeypatch.setattr(figures, "figure", lambda rows, **k: shown.append(rows) or real(rows, **k))
    stream = done.do().stream()
    figures.sweep(stream, done.graph, "Face", "Mustache", 3)
    (rows,) = shown
    assert [len(row.images) for row in rows] == [figures.STEPS] * 3
    labels = torch.from_numpy(stream.labels(0, 3))
    noise = stream.noise("Face", 0, 3)
    for value, column in ((0, 0), (1, -1)):
        held = labels.clone()
        held[:, 1] = value
        expected = done.head().render(held, noise)
        found = torch.stack([row.images[column] for row in rows])
        assert torch.allclose(found, expected, atol=1e-5)
    with pytest.raises(ValueError, match="does not read"):
        figures.sweep(stream, done.graph, "Face", "Young", 3)


def test_a_plain_grid_is_nearly_square(done):
    assert figures.plain(done.do().stream(), "Face", 10).size == (4 * 18 + 2, 3 * 18 + 2)


@pytest.mark.parametrize("label", ["Mustache", "A_label_whose_name_is_very_long"])
def test_headings_stay_inside(label):
    """At both ends of a row, where a heading is wider than its column."""
    headings = [f"{label}=0", *[""] * 6, f"{label}=1"]
    picture = figure([PictureRow("", torch.zeros(8, 3, 64, 64))], headings=headings)
    line = np.asarray(picture.convert("L"))[:20]
    assert (line[:, :2] == 255).all()
    assert (line[:, -2:] == 255).all()
    assert (line < 128).any()
