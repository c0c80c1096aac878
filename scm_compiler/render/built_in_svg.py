"""The picture as SVG without Graphviz."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from scm_compiler.markup import markup, visible
from scm_compiler.render.layers import RING, Drawing, Place, Point, arrange
from scm_compiler.render.looks import (
    CUT,
    FAINT_TEXT,
    FONT,
    FONT_SIZE,
    HELD_FILL,
    HELD_LINE,
    NOTE_SIZE,
    SEEN_FILL,
    SEEN_LINE,
    STROKES,
    TEXT,
    TITLE_SIZE,
    width,
)
from scm_compiler.render.picture import Box, Line, Picture

_MARGIN = 18.0

_CORNERS: Mapping[str, tuple[Point, ...]] = {
    "octagon": (
        *((-1, -0.4), (-0.8, -1), (0.8, -1), (1, -0.4)),
        *((1, 0.4), (0.8, 1), (-0.8, 1), (-1, 0.4)),
    ),
    "slanted": ((-0.8, -1), (1, -1), (0.8, 1), (-1, 1)),
    "hexagon": ((-1, 0), (-0.82, -1), (0.82, -1), (1, 0), (0.82, 1), (-0.82, 1)),
}
"""The corners of a shape in a box from -1 to 1."""


def to_svg(picture: Picture) -> str:
    """The picture as a standing-alone SVG document; the same picture gives the same text."""
    drawing = arrange(picture)
    paths = _paths(picture, drawing)
    heading, wide, high = _heading(picture)
    right = max([drawing.width, *(path.right for path in paths)])
    over = -min([0.0, *(path.top for path in paths)])
    top = _MARGIN + high + over
    total_width = max(right, wide) + 2 * _MARGIN
    total_height = top + drawing.height + _MARGIN
    left = (total_width - right) / 2
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width:.0f}pt" '
            f'height="{total_height:.0f}pt" viewBox="0 0 {total_width:.2f} {total_height:.2f}" '
            f'font-family="{FONT},Arial,sans-serif" font-size="{FONT_SIZE}">',
            f"<title>{_text(picture.title)}</title>",
            *_arrowheads(),
            f'<rect width="{total_width:.2f}" height="{total_height:.2f}" fill="white"/>',
            *heading,
            f'<g transform="translate({left:.2f} {top:.2f})">',
            *(
                p
                for line, path in zip(picture.lines, paths, strict=True)
                for p in _line(line, path)
            ),
            *(part for box in picture.boxes for part in _box(box, drawing.places[box.name])),
            "</g>",
            "</svg>",
            "",
        )
    )


def _heading(picture: Picture) -> tuple[list[str], float, float]:
    """Title, regime and legend, with the width and height that they take."""
    y = _MARGIN + TITLE_SIZE
    rows = [
        f'<text x="{_MARGIN}" y="{y}" font-size="{TITLE_SIZE}" font-weight="bold" '
        f'fill="{TEXT}">{_text(picture.title)}</text>'
    ]
    if picture.caption:
        y += FONT_SIZE + 5
        rows.append(f'<text x="{_MARGIN}" y="{y}" fill="{HELD_LINE}">{_caption(picture)}</text>')
    y += NOTE_SIZE + 8
    x = _MARGIN
    for sign in picture.legend:
        rows.append(
            f'<text x="{x:.2f}" y="{y}" font-size="{NOTE_SIZE}" fill="{FAINT_TEXT}">'
            f'<tspan fill="{sign.colour}">{sign.sign}</tspan> {_text(sign.text)}</text>'
        )
        x += width(f"{sign.sign}  {sign.text}", NOTE_SIZE) + 18
    wide = max(
        x - _MARGIN, width(picture.title, TITLE_SIZE) * 1.1, width(picture.caption, FONT_SIZE)
    )
    return rows, wide, y


def _caption(picture: Picture) -> str:
    """The regime, with what is seen in its own colour."""
    seen = f'<tspan fill="{SEEN_LINE}">{_text(picture.seen)}</tspan>' if picture.seen else ""
    return ", ".join(part for part in (_text(picture.held), seen) if part)


def _arrowheads() -> Iterator[str]:
    yield "<defs>"
    for name, style in [*STROKES.items(), ("cut", CUT)]:
        yield (
            f'<marker id="{name}" viewBox="0 0 10 10" refX="9.5" refY="5" markerWidth="8" '
            'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            f'<path d="M0,1.5 L10,5 L0,8.5 z" fill="{style.colour}"/></marker>'
        )
    yield "</defs>"


@dataclass(frozen=True, slots=True)
class _Path:
    """The `d` of a path, the point for its cross, and how far right and up it reaches."""

    d: str
    middle: Point
    right: float = 0.0
    top: float = 0.0


def _paths(picture: Picture, drawing: Drawing) -> list[_Path]:
    shapes = {box.name: box.look.shape for box in picture.boxes}
    return [
        _bow(line, drawing)
        if line.role == "hidden"
        else _route(line, drawing, shapes, drawing.bends.get(number, ()))
        for number, line in enumerate(picture.lines)
    ]


def _line(line: Line, path: _Path) -> Iterator[str]:
    style = line.stroke
    head = "cut" if line.cut else line.role
    dashes = ' stroke-dasharray="5 3"' if style.dashed else ""
    tail = f' marker-start="url(#{head})"' if line.role == "hidden" else ""
    arrow = "&lt;-&gt;" if line.role == "hidden" else "-&gt;"
    yield f'<g class="edge"><title>{_text(line.source)}{arrow}{_text(line.target)}</title>'
    yield (
        f'<path d="{path.d}" fill="none" stroke="{style.colour}" stroke-width="{style.width}"'
        f'{dashes} marker-end="url(#{head})"{tail}/>'
    )
    if line.cut:
        x, y = path.middle
        cross = f"M{x - 4:.2f},{y - 4:.2f} l8,8 m0,-8 l-8,8"
        yield f'<path d="{cross}" stroke="{HELD_LINE}" stroke-width="1.6"/>'
    yield "</g>"


def _route(
    line: Line, drawing: Drawing, shapes: Mapping[str, str], bends: tuple[Point, ...]
) -> _Path:
    """A path from box to box through the bends, upright where it passes a layer."""
    source, target = drawing.places[line.source], drawing.places[line.target]
    first = bends[0] if bends else (target.x, target.y)
    last = bends[-1] if bends else (source.x, source.y)
    start = _border(source, shapes[line.source], first)
    end = _border(target, shapes[line.target], last)
    points = (start, *bends, end)
    path = f"M{_at(start)}"
    for rank, (a, b) in enumerate(pairwise(points)):
        half = (b[1] - a[1]) / 2
        leave = (a[0], a[1] + half) if rank else _toward(a, b)
        arrive = (b[0], b[1] - half) if rank < len(points) - 2 else _toward(b, a)
        path += f" C{_at(leave)} {_at(arrive)} {_at(b)}"
    a, b = points[(len(points) - 2) // 2], points[(len(points) - 2) // 2 + 1]
    return _Path(path, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))


def _toward(a: Point, b: Point) -> Point:
    return (a[0] + (b[0] - a[0]) / 3, a[1] + (b[1] - a[1]) / 3)


def _border(place: Place, shape: str, toward: Point) -> Point:
    """Where the ray from the centre of a box towards a point leaves the box."""
    dx, dy = toward[0] - place.x, toward[1] - place.y
    if not (dx or dy):
        return (place.x, place.y)
    if shape == "ellipse":
        scale = 1 / hypot(2 * dx / place.width, 2 * dy / place.height)
    else:
        scale = 1 / max(abs(2 * dx / place.width), abs(2 * dy / place.height))
    return (place.x + dx * scale, place.y + dy * scale)


def _bow(line: Line, drawing: Drawing) -> _Path:
    """A bow over the heads of two neighbours, or past the right side of what lies between."""
    a, b = drawing.places[line.source], drawing.places[line.target]
    if a.y == b.y:
        return _arch(a, b)
    low, high = sorted((a.y, b.y))
    between = [p.x + p.width / 2 for p in drawing.places.values() if low <= p.y <= high]
    start, end = (a.x + a.width / 2, a.y), (b.x + b.width / 2, b.y)
    beside = max(between)
    reach = beside + 24 + (beside - min(start[0], end[0])) / 3
    path = f"M{_at(start)} C{_at((reach, a.y))} {_at((reach, b.y))} {_at(end)}"
    middle = (reach * 0.75 + (start[0] + end[0]) / 8, (a.y + b.y) / 2)
    return _Path(path, middle, right=reach)


def _arch(a: Place, b: Place) -> _Path:
    start, end = (a.x, a.y - a.height / 2), (b.x, b.y - b.height / 2)
    rise = min(start[1], end[1]) - min(40.0, abs(a.x - b.x) / 4 + 8)
    path = f"M{_at(start)} C{_at((a.x, rise))} {_at((b.x, rise))} {_at(end)}"
    return _Path(path, ((a.x + b.x) / 2, rise + (start[1] - rise) / 4), top=rise)


def _box(box: Box, place: Place) -> Iterator[str]:
    style = box.look
    fill, line, note = {
        "free": (style.fill, style.line, FAINT_TEXT),
        "held": (HELD_FILL, HELD_LINE, HELD_LINE),
        "seen": (SEEN_FILL, SEEN_LINE, SEEN_LINE),
    }[box.mark]
    paint = f'fill="{fill}" stroke="{line}" stroke-width="1.2"'
    yield f'<g class="node"><title>{_text(box.name)}</title>'
    if box.mark == "held":
        yield _outline(style.shape, place, f'fill="none" stroke="{line}" stroke-width="1.2"')
        place = Place(place.x, place.y, place.width - 2 * RING, place.height - 2 * RING)
    yield _outline(style.shape, place, paint)
    y = place.y + FONT_SIZE / 3 - (6.5 if box.note else 0.0)
    yield _label(box.name, place.x, y, FONT_SIZE, TEXT)
    if box.note:
        weight = "" if box.mark == "free" else ' font-weight="bold"'
        yield _label(box.note, place.x, y + NOTE_SIZE + 4, NOTE_SIZE, note, weight)
    yield "</g>"


def _label(text: str, x: float, y: float, size: int, colour: str, more: str = "") -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="middle" font-size="{size}" '
        f'fill="{colour}"{more}>{_text(text)}</text>'
    )


def _outline(shape: str, place: Place, paint: str) -> str:
    x, y, half, tall = place.x, place.y, place.width / 2, place.height / 2
    match shape:
        case "ellipse":
            return f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{half:.2f}" ry="{tall:.2f}" {paint}/>'
        case "octagon" | "slanted" | "hexagon":
            points = " ".join(_at((x + dx * half, y + dy * tall)) for dx, dy in _CORNERS[shape])
            return f'<polygon points="{points}" {paint}/>'
        case "box3d":
            back = f"M{_at((x - half, y - tall))} l4,-4 h{2 * half:.2f} v{2 * tall:.2f} l-4,4"
            edge = f"M{_at((x + half, y - tall))} l4,-4"
            front = _rectangle(place, 0, paint)
            return f'<path d="{back}" {paint}/>{front}<path d="{edge}" {paint}/>'
    return _rectangle(place, 9, paint)


def _rectangle(place: Place, radius: int, paint: str) -> str:
    left, top = place.x - place.width / 2, place.y - place.height / 2
    return (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{place.width:.2f}" '
        f'height="{place.height:.2f}" rx="{radius}" {paint}/>'
    )


def _at(point: Point) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"


def _text(text: str) -> str:
    return markup(visible(text))
