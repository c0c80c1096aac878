"""Small plots as SVG and PNG, to stand inside one HTML file."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from PIL import Image as Picture
from torch import Tensor

from scm_compiler.markup import markup
from scm_compiler.runtime.evaluation.estimate import Estimate

WIDTH, LEFT, ROW = 640, 210, 20
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280")
_SCALE, _LEGEND = 3, 18


def bars(rows: Sequence[tuple[str, Sequence[Estimate]]], names: Sequence[str]) -> str:
    """Horizontal bars in [0, 1], several to a row, each with its error of one deviation.

    Args:
        rows: What each row is called, and its numbers, one a name.
        names: What each number is, for the legend.
    """
    thick = max(7, ROW // max(1, len(names)) + 3)
    step = thick * len(names) + 8
    high = step * len(rows) + 30
    parts = [part for rank, row in enumerate(rows) for part in _row(row, 24 + rank * step, thick)]
    return svg(high, [*_legend(names), *parts])


def _row(row: tuple[str, Sequence[Estimate]], top: int, thick: int) -> Iterator[str]:
    name, values = row
    middle = top + thick * len(values) / 2 + 4
    yield f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end">{markup(name)}</text>'
    for rank, value in enumerate(values):
        if isfinite(value.value):
            yield from _bar(value, top + rank * thick, thick - 2, COLOURS[rank % len(COLOURS)])


def _bar(value: Estimate, top: int, thick: int, colour: str) -> Iterator[str]:
    scale = WIDTH - LEFT - 70
    long = scale * min(max(value.value, 0.0), 1.0)
    error = scale * (value.error if isfinite(value.error) else 0.0)
    middle = top + thick / 2
    yield f'<rect x="{LEFT}" y="{top}" width="{long:.1f}" height="{thick}" fill="{colour}"/>'
    yield (
        f'<line x1="{LEFT + long - error:.1f}" x2="{LEFT + long + error:.1f}" '
        f'y1="{middle}" y2="{middle}" stroke="black"/>'
    )
    text = f'<text x="{LEFT + long + error + 4:.1f}" y="{middle + 4}" font-size="10">'
    yield f"{text}{value.value:.3f}</text>"


def lines(
    curves: Mapping[str, Sequence[tuple[float, float]]], high: int = 240, axis: str = "step"
) -> str:
    """Curves over the steps, or over what `axis` names, on one scale, at most five."""
    shown = {name: points for name, points in curves.items() if points}
    points = [point for curve in shown.values() for point in curve]
    if not points:
        return ""
    xs, ys = zip(*points, strict=True)
    box = (min(xs), max(xs), min(ys), max(ys))
    parts = [
        f'<polyline fill="none" stroke="{COLOURS[rank % len(COLOURS)]}" stroke-width="1.5" '
        f'points="{_path(curve, box, high)}"/>'
        for rank, curve in enumerate(shown.values())
    ]
    ends = ((box[3], 34), (box[2], high - 18))
    marks = [f'<text x="4" y="{y}" font-size="10">{value:.4g}</text>' for value, y in ends]
    end = f"{box[1]:,.0f}" if axis == "step" else f"{box[1]:g}"
    last = f'<text x="{WIDTH - 4}" y="{high - 3}" font-size="10" text-anchor="end">'
    if axis != "step":
        marks.append(f'<text x="60" y="{high - 3}" font-size="10">{box[0]:g}</text>')
    marks += _zero(box, high)
    return svg(high, [*_legend(list(shown)), *parts, *marks, f"{last}{axis} {end}</text>"])


def _zero(box: tuple[float, float, float, float], high: int) -> Iterator[str]:
    """A line where the curves cross 0, if they do."""
    if box[2] < 0 < box[3]:
        path = _path([(box[0], 0.0), (box[1], 0.0)], box, high)
        yield f'<polyline fill="none" stroke="#a0aec0" stroke-dasharray="4 3" points="{path}"/>'


def _path(
    curve: Sequence[tuple[float, float]], box: tuple[float, float, float, float], high: int
) -> str:
    wide, tall = (box[1] - box[0]) or 1.0, (box[3] - box[2]) or 1.0
    return " ".join(
        f"{60 + (WIDTH - 70) * (x - box[0]) / wide:.1f},"
        f"{high - 20 - (high - 50) * (y - box[2]) / tall:.1f}"
        for x, y in curve
    )


def heat(rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], str]) -> str:
    """A table of numbers in [-1, 1], errors behind them, coloured by how far from 0 they are."""
    head = "".join(f"<th>{markup(name)}</th>" for name in columns)
    body = "".join(
        f"<tr><th>{markup(row)}</th>"
        + "".join(_cell(cells.get((row, column))) for column in columns)
        + "</tr>"
        for row in rows
    )
    return f'<table class="heat"><tr><th></th>{head}</tr>{body}</table>'


def _cell(text: str | None) -> str:
    if text is None:
        return "<td></td>"
    value = float(text.split()[0])
    share = min(1.0, abs(value) * 4)
    colour = "197,48,48" if value > 0 else "43,108,176"
    ink = ";color:white" if share > 0.6 else ""
    shown = markup(text).replace(" ±", "<br/>±")
    return f'<td style="background:rgba({colour},{share:.2f}){ink}">{shown}</td>'


def picture(images: Tensor) -> str:
    """A grid of images (rows, n, C, H, W) in uint8 as an `img` element that holds its PNG."""
    encoded = base64.b64encode(png(images)).decode()
    return f'<img alt="generated images" src="data:image/png;base64,{encoded}"/>'


def png(images: Tensor) -> bytes:
    """A grid of images (rows, n, C, H, W) in uint8 as the content of a PNG file."""
    rows, count, channels, height, width = images.shape
    grid = images.permute(0, 3, 1, 4, 2).reshape(rows * height, count * width, channels)
    pixels = grid.squeeze(2).contiguous().numpy()
    shown = Picture.fromarray(pixels).resize(
        (count * width * _SCALE, rows * height * _SCALE), Picture.Resampling.NEAREST
    )
    stream = io.BytesIO()
    shown.save(stream, format="PNG")
    return stream.getvalue()


def _legend(names: Sequence[str]) -> Iterator[str]:
    for rank, name in enumerate(names):
        x, colour = 6 + rank * 126, COLOURS[rank % len(COLOURS)]
        yield f'<rect x="{x}" y="4" width="10" height="10" fill="{colour}"/>'
        short = name if len(name) <= _LEGEND else name[: _LEGEND - 1] + "…"
        yield f'<text x="{x + 14}" y="13">{markup(short)}</text>'


def svg(high: float, parts: Sequence[str], wide: int = WIDTH) -> str:
    """A picture of that size, made of elements."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high:.0f}" '
        f'viewBox="0 0 {wide} {high:.0f}" font-family="sans-serif" font-size="11">'
        + "".join(parts)
        + "</svg>"
    )
