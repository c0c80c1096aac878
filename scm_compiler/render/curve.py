"""The picture of a curve: a number at each value of a real node, with its bands.

The wide band is the interval from the data, the narrow one what drawing leaves open. SVG and PNG
are made from the same shapes.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from PIL import Image, ImageDraw, ImageFont

from scm_compiler.inference.answers import Answer
from scm_compiler.inference.number import Number
from scm_compiler.inference.table import Table
from scm_compiler.markup import markup
from scm_compiler.render.looks import FAINT_TEXT, KINDS, TEXT

WIDE, HIGH = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 20, 44, 48
LINE, BAND, DRAWN, GRID = KINDS["real"].line, "#f3d3ea", "#dd9fcb", "#e2e8f0"
SHARP = 2
"""Pixels of a PNG for each of an SVG, beside what smooths its edges."""

DEVIATIONS = 1.96

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """An area, or a line if it has a width.

    Attributes:
        points: Its corners.
        colour: Of its inside, or of the line.
        width: Of the line.
    """

    points: tuple[Point, ...]
    colour: str
    width: float = 0.0


@dataclass(frozen=True)
class Words:
    """A line of text.

    Attributes:
        text: The text.
        at: Where: the start, the middle or the end of its base line.
        anchor: Which of these.
        size: Of the letters.
        colour: Of the letters.
    """

    text: str
    at: Point
    anchor: str = "start"
    size: int = 12
    colour: str = FAINT_TEXT


@dataclass(frozen=True)
class CurvePicture:
    """A curve as shapes and words.

    Attributes:
        shapes: Those below first.
        words: On top.
    """

    shapes: tuple[Shape, ...]
    words: tuple[Words, ...]

    @property
    def svg(self) -> str:
        """As an SVG document."""
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" '
                f'viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif">',
                f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
                *map(_svg_shape, self.shapes),
                *map(_svg_words, self.words),
                "</svg>\n",
            )
        )

    @property
    def png(self) -> bytes:
        """As a PNG file, painted large and made smaller for smooth edges."""
        large = 2 * SHARP
        image = Image.new("RGB", (WIDE * large, HIGH * large), "white")
        pen = ImageDraw.Draw(image)
        for shape in self.shapes:
            points = [(x * large, y * large) for x, y in shape.points]
            if shape.width:
                pen.line(points, shape.colour, round(shape.width * large), joint="curve")
            else:
                pen.polygon(points, shape.colour)
        anchors = {"start": "ls", "middle": "ms", "end": "rs"}
        for words in self.words:
            x, y = (place * large for place in words.at)
            font = ImageFont.load_default(words.size * large)
            pen.text((x, y), words.text, words.colour, font, anchors[words.anchor])
        file = io.BytesIO()
        smaller = image.resize((WIDE * SHARP, HIGH * SHARP), Image.Resampling.LANCZOS)
        smaller.save(file, "PNG", optimize=True)
        return file.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg


def draw_curve(answer: Answer) -> CurvePicture:
    """The picture of a curve that was asked for: `E(Pain | do(Dose=0..10 by 0.5))`.

    Raises:
        ValueError: If the answer is no curve.
    """
    table = answer.value
    if not isinstance(table, Table) or len(table.variables) != 1 or len(table.rows) < 2:
        raise ValueError(f"{answer.query} is no curve")
    numbers = [row.probability for row in table.rows]
    known = answer.firm.value
    firm = [row.probability for row in known.rows] if isinstance(known, Table) else numbers
    places = [float(row.values[0]) for row in table.rows]
    bands = [_drawn(numbers), _interval(firm)]
    values = [number.value for number in numbers]
    values += [end for band in bands for pair in band for end in pair]
    frame = _Frame.of(places, values)
    areas = [frame.area(places, band, c) for band, c in zip(bands, (DRAWN, BAND), strict=True)]
    line = frame.line([*zip(places, (n.value for n in numbers), strict=True)])
    shapes = (*frame.grid(), *(area for area in reversed(areas) if area), line)
    said = "; ".join(_said(bands, firm))
    title = Words(answer.query, (LEFT, 20), size=14, colour=TEXT)
    below = Words(table.variables[0], ((LEFT + WIDE - RIGHT) / 2, HIGH - 10), "middle", 13, TEXT)
    return CurvePicture(shapes, (title, Words(said, (LEFT, 36), size=11), below, *frame.marks()))


Band = list[tuple[float, float]]


def _drawn(numbers: Sequence[Number]) -> Band:
    """What drawing leaves open of each number; nothing where it leaves nothing."""
    ends = [DEVIATIONS * number.error for number in numbers]
    if not any(ends):
        return []
    return [(n.value - e, n.value + e) for n, e in zip(numbers, ends, strict=True)]


def _interval(numbers: Sequence[Number]) -> Band:
    found = [number.interval for number in numbers]
    kept = [(each.low, each.high) for each in found if each is not None]
    return kept if len(kept) == len(numbers) else []


def _said(bands: Sequence[Band], numbers: Sequence[Number]) -> Iterator[str]:
    drawn, interval = bands
    known = numbers[0].interval
    if interval and known is not None:
        yield f"wide band: {100 * known.level:g} % from {known.rows:,} rows"
    if drawn:
        yield "dark band: 95 % of what drawing leaves open"


@dataclass(frozen=True)
class _Frame:
    """Where numbers lie in the picture."""

    low: Point
    high: Point

    @classmethod
    def of(cls, places: Sequence[float], values: Sequence[float]) -> "_Frame":
        known = [value for value in values if isfinite(value)] or [0.0]
        low, high = min(known), max(known)
        room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
        first, last = min(places), max(places)
        if first == last:
            first, last = first - 0.5, last + 0.5
        return cls((first, low - room), (last, high + room))

    def at(self, place: float, value: float) -> Point:
        shares = (
            (number - low) / (high - low)
            for number, low, high in zip((place, value), self.low, self.high, strict=True)
        )
        right, up = shares
        x = LEFT + right * (WIDE - LEFT - RIGHT)
        return round(x, 2), round(HIGH - BOTTOM - up * (HIGH - TOP - BOTTOM), 2)

    def line(self, points: Sequence[Point]) -> Shape:
        return Shape(tuple(self.at(*point) for point in points), LINE, 2.2)

    def area(self, places: Sequence[float], band: Band, colour: str) -> Shape | None:
        if not band:
            return None
        under = [self.at(x, low) for x, (low, _) in zip(places, band, strict=True)]
        over = [self.at(x, high) for x, (_, high) in zip(places, band, strict=True)]
        return Shape((*under, *reversed(over)), colour)

    def grid(self) -> Iterator[Shape]:
        for x in _ticks(self.low[0], self.high[0]):
            yield Shape((self.at(x, self.low[1]), self.at(x, self.high[1])), GRID, 1.0)
        for y in _ticks(self.low[1], self.high[1]):
            yield Shape((self.at(self.low[0], y), self.at(self.high[0], y)), GRID, 1.0)

    def marks(self) -> Iterator[Words]:
        for x in _ticks(self.low[0], self.high[0]):
            left, bottom = self.at(x, self.low[1])
            yield Words(f"{x:g}", (left, bottom + 17), "middle")
        for y in _ticks(self.low[1], self.high[1]):
            left, bottom = self.at(self.low[0], y)
            yield Words(f"{y:g}", (left - 8, bottom + 4), "end")


def _ticks(low: float, high: float) -> list[float]:
    """Four to nine round numbers between two.

    >>> _ticks(0.0, 10.0)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    size = 10.0 ** floor(log10((high - low) / 4))
    step = next(k * size for k in (5, 2, 1) if (high - low) / (k * size) >= 4)
    first, last = -(-low // step), high // step
    return [float(f"{rank * step:.10g}") for rank in range(int(first), int(last) + 1)]


def _svg_shape(shape: Shape) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in shape.points)
    if not shape.width:
        return f'<polygon points="{points}" fill="{shape.colour}"/>'
    return (
        f'<polyline points="{points}" fill="none" stroke="{shape.colour}" '
        f'stroke-width="{shape.width:g}" stroke-linejoin="round"/>'
    )


def _svg_words(words: Words) -> str:
    x, y = words.at
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{words.anchor}" font-size="{words.size}" '
        f'fill="{words.colour}">{markup(words.text)}</text>'
    )
