"""The picture of a curve."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from scm_compiler.inference.answers import Answer, Firm
from scm_compiler.inference.number import Interval, Number
from scm_compiler.inference.table import Row, Table
from scm_compiler.render.curve import BAND, DRAWN, HIGH, LINE, SHARP, WIDE, draw_curve

PLACES = [0.0, 1.0, 2.0, 4.0]


def curve(error=0.0, wide=0.0, places=PLACES, name="Dose"):
    def number(x):
        interval = Interval(x * x - wide, x * x + wide, 0.9, 500) if wide else None
        return Number(x * x, error, "expectation", interval=interval)

    table = Table((name,), tuple(Row((f"{x:g}",), number(x)) for x in places))
    return Answer(
        query="E(Y | do(Dose=0..4)) <&",
        rung=2,
        identified=True,
        method="exact",
        samples=None,
        seconds=0.0,
        graph_hash="",
        value=table,
        make_firm=lambda: Firm(table),
    )


def shapes(picture, colour):
    return [shape for shape in picture.shapes if shape.colour == colour]


def test_the_line_passes_through_its_numbers_evenly():
    (line,) = shapes(draw_curve(curve()), LINE)
    x, y = np.array(line.points).T
    assert np.allclose(np.diff(x) / np.diff(x)[0], [1, 1, 2], atol=1e-3)
    assert np.allclose(np.diff(y) / np.diff(y)[0], [1, 3, 12], atol=1e-2)
    assert ((x > 0) & (x < WIDE) & (y > 0) & (y < HIGH)).all()


def test_bands_are_those_that_are_known():
    assert not shapes(draw_curve(curve()), BAND)
    both = draw_curve(curve(error=0.1, wide=1.0))
    (wide,), (narrow,) = shapes(both, BAND), shapes(both, DRAWN)
    heights = [np.ptp(np.array(band.points).T[1][[0, -1]]) for band in (wide, narrow)]
    assert heights[0] / heights[1] == pytest.approx(1 / 0.196, rel=0.02)
    assert [*both.shapes].index(wide) < [*both.shapes].index(narrow)
    assert any("90 % from 500 rows" in words.text for words in both.words)


def test_svg_and_png_show_the_same():
    picture = draw_curve(curve(error=0.1, wide=1.0))
    root = ElementTree.fromstring(picture.svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [words.text for words in picture.words]
    image = Image.open(io.BytesIO(picture.png)).convert("RGB")
    assert image.size == (WIDE * SHARP, HIGH * SHARP)
    (line,) = shapes(picture, LINE)
    x, y = (round(place * SHARP) for place in line.points[1])
    seen = np.array(image.getpixel((x, y)))
    assert np.abs(seen - [int(LINE[k : k + 2], 16) for k in (1, 3, 5)]).max() < 60
    assert picture._repr_svg_() == picture.svg


def test_numbers_that_are_all_alike_have_a_frame():
    flat = curve(places=[1.0, 1.0 + 1e-9])
    assert "nan" not in draw_curve(flat).svg


def test_what_is_no_curve_has_no_picture():
    with pytest.raises(ValueError, match="no curve"):
        draw_curve(curve(places=[1.0]))
