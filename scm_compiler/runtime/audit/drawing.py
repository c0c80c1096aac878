"""Pictures of an audit as SVG: the attributes with arrows, and histograms of nulls."""

from collections.abc import Iterator, Sequence
from math import cos, hypot, pi, sin

from scm_compiler.markup import markup
from scm_compiler.runtime.audit.report import AuditReport, Pair
from scm_compiler.runtime.evaluation.plots import COLOURS, svg

_CENTRE, _RADII, _BOX = (470.0, 220.0), (390.0, 180.0), (124.0, 24.0)
_BINS, _HIGH, _BARS = 40, 120, 84

Point = tuple[float, float]


def arrows_svg(report: AuditReport) -> str:
    """The attributes in a circle, with an arrow for each verdict; as wide as its GATE is large.

    An arrow that the graph denies, or that runs against it, is red.
    """
    names = [attribute.name for attribute in report.attributes]
    turn = [2 * pi * rank / len(names) - pi / 2 for rank in range(len(names))]
    places = {
        name: (_CENTRE[0] + _RADII[0] * cos(a), _CENTRE[1] + _RADII[1] * sin(a))
        for name, a in zip(names, turn, strict=True)
    }
    drawn = [part for pair in report.pairs for part in _arrow(pair, places)]
    boxes = [part for name, place in places.items() for part in _box(name, place)]
    parts = [_HEADS, *drawn[::2], *boxes, *drawn[1::2]]  # no line crosses a box or a number
    return svg(2 * _CENTRE[1], parts, int(2 * _CENTRE[0]))


_HEADS = (
    "<defs>"
    + "".join(
        f'<marker id="to-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="11" '
        f'markerHeight="11" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
        f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
        for name, colour in (("plain", "#2b6cb0"), ("denied", "#c53030"))
    )
    + "</defs>"
)


def _arrow(pair: Pair, places: dict[str, Point]) -> Iterator[str]:
    """A line and its number."""
    if pair.direction not in ("->", "<-", "--"):
        return
    back = pair.direction == "<-"
    ends = (pair.right, pair.left) if back else (pair.left, pair.right)
    effect = pair.image.backward if back else pair.image.forward
    denied = pair.declared is not None and pair.direction not in ("--", pair.declared)
    kind, colour = ("denied", "#c53030") if denied else ("plain", "#2b6cb0")
    start, end = (_edge_of(places[a], places[b]) for a, b in (ends, ends[::-1]))
    head = "" if pair.direction == "--" else f' marker-end="url(#to-{kind})"'
    wide = 1 + 3 * min(1.0, abs(effect.gate.value))
    yield (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        f'stroke="{colour}" stroke-width="{wide:.1f}"{head}/>'
    )
    middle = (start[0] + 2 * end[0]) / 3, (start[1] + 2 * end[1]) / 3
    yield (
        f'<text x="{middle[0] + 4:.1f}" y="{middle[1] - 3:.1f}" font-size="10" '
        'stroke="white" stroke-width="3" paint-order="stroke">'
        f"{effect.gate.value:+.2f}</text>"
    )


def _edge_of(place: Point, toward: Point) -> Point:
    """Where a line to another box leaves this one."""
    dx, dy = toward[0] - place[0], toward[1] - place[1]
    scale = min(
        (_BOX[0] / 2 + 2) / abs(dx) if dx else 1e9, (_BOX[1] / 2 + 2) / abs(dy) if dy else 1e9
    )
    scale = min(scale, 1.0 if hypot(dx, dy) else 0.0)
    return place[0] + scale * dx, place[1] + scale * dy


def _box(name: str, place: Point) -> Iterator[str]:
    left, top = place[0] - _BOX[0] / 2, place[1] - _BOX[1] / 2
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{_BOX[0]:.0f}" height="{_BOX[1]:.0f}" rx="8" '
        'fill="#ebf8ff" stroke="#2b6cb0"/>'
    )
    yield (
        f'<text x="{place[0]:.1f}" y="{place[1] + 4:.1f}" text-anchor="middle">'
        f"{markup(name[:20])}</text>"
    )


def histogram_svg(values: Sequence[float], name: str, found: Sequence[float]) -> str:
    """How often a null gives which GATE, and below it the GATEs that were found.

    Args:
        values: GATEs under the null.
        name: What the null is called.
        found: GATEs of pairs.
    """
    reach = max((abs(v) for v in (*values, *found)), default=0.0) or 1.0
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, int((value / reach + 1) / 2 * _BINS))] += 1
    most = max(counts) or 1
    step = 600 / _BINS
    bars = [
        f'<rect x="{20 + rank * step:.1f}" y="{_BARS - 64 * count / most:.1f}" '
        f'width="{step - 1:.1f}" height="{64 * count / most:.1f}" fill="{COLOURS[0]}"/>'
        for rank, count in enumerate(counts)
    ]
    marks = [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_BARS + 2}" y2="{_BARS + 16}" '
        f'stroke="{COLOURS[1]}"/>'
        for x in (20 + (value / reach + 1) / 2 * 600 for value in found)
    ]
    text = [f'<text x="20" y="14">{markup(name)}</text>']
    text += [
        f'<text x="{x}" y="{_HIGH - 6}" font-size="10" text-anchor="{anchor}">{said}</text>'
        for x, anchor, said in (
            (20, "start", f"{-reach:.3f}"),
            (320, "middle", "GATE 0"),
            (620, "end", f"{reach:.3f}"),
        )
    ]
    return svg(_HIGH, [*bars, *marks, *text])
