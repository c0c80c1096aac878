"""Where boxes and lines lie when no Graphviz is at hand: a layered drawing.

The steps of Sugiyama, Tagawa and Toda (1981): the layers are the topological levels; a line over
several layers passes a bend point in each; the order within a layer is found by barycentres; the
places are the least-squares ones that keep the order and the gaps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from scm_compiler.render.looks import FONT_SIZE, NOTE_SIZE, width
from scm_compiler.render.picture import Box, Picture

GAP, BEND_GAP, RISE, RING = 26.0, 14.0, 46.0, 4.0
_SWEEPS, _MOST_BENDS = 12, 5000
_MOST_MOVES = 200_000  # of all items in all sweeps: a drawing of so many is not read by eye

Point = tuple[float, float]
Item = str | tuple[int, int]  # a node, or the bend of a line (its number) in a layer


@dataclass(frozen=True, slots=True)
class Place:
    """The centre and size of a box, in points."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawing:
    """The places of all boxes, and the bend points of each line under its number."""

    places: Mapping[str, Place]
    bends: Mapping[int, tuple[Point, ...]]
    width: float
    height: float


@dataclass
class _Layers:
    """The items of each layer in their present order, and who is tied to whom."""

    rows: list[list[Item]]
    ties: dict[Item, list[Item]] = field(default_factory=dict)
    bends: dict[int, list[Item]] = field(default_factory=dict)

    @property
    def sweeps(self) -> int:
        """How often the items are moved towards their neighbours."""
        return min(_SWEEPS, 1 + _MOST_MOVES // max(1, sum(map(len, self.rows))))

    def tie(self, above: Item, below: Item) -> None:
        self.ties.setdefault(above, []).append(below)
        self.ties.setdefault(below, []).append(above)


def arrange(picture: Picture) -> Drawing:
    """Place the boxes and bends of a picture; the same picture gives the same places."""
    sizes = {box.name: box_size(box) for box in picture.boxes}
    layers = _layers(picture)
    _sort(layers)
    centres = _centres(layers, sizes)
    left = min((x - _width(item, sizes) / 2 for item, x in centres.items()), default=0.0)
    heights = [max((_height(item, sizes) for item in row), default=0.0) for row in layers.rows]
    tops = accumulate(heights, initial=0.0)
    above = zip(tops, heights, strict=False)
    middles = [top + high / 2 + RISE * rank for rank, (top, high) in enumerate(above)]
    at = {
        item: (centres[item] - left, middles[rank])
        for rank, row in enumerate(layers.rows)
        for item in row
    }
    places = {name: Place(*at[name], *size) for name, size in sizes.items()}
    return Drawing(
        places=places,
        bends={line: tuple(at[item] for item in items) for line, items in layers.bends.items()},
        width=max((at[item][0] + _width(item, sizes) / 2 for item in at), default=0.0),
        height=sum(heights) + RISE * max(len(heights) - 1, 0),
    )


def box_size(box: Box) -> tuple[float, float]:
    """The width and height of a box around its text, in points; a node that is set has a ring."""
    text = max(width(box.name, FONT_SIZE), width(box.note, NOTE_SIZE) * 1.08)
    slanted = box.look.shape in ("ellipse", "octagon", "slanted", "hexagon")
    height = 42.0 if box.note else 30.0
    ring = 2 * RING if box.mark == "held" else 0.0
    return max(54.0, text * (1.2 if slanted else 1.0) + 22) + ring, height + ring


def _layers(picture: Picture) -> _Layers:
    """The layers with a bend wherever a line passes one; too many bends are left out."""
    rank = {name: r for r, names in enumerate(picture.ranks) for name in names}
    layers = _Layers([list(names) for names in picture.ranks])
    causes = [(n, line) for n, line in enumerate(picture.lines) if line.role != "hidden"]
    spare = sum(rank[line.target] - rank[line.source] - 1 for _, line in causes) <= _MOST_BENDS
    for number, line in causes:
        passed = range(rank[line.source] + 1, rank[line.target]) if spare else range(0)
        bends: list[Item] = [(number, layer) for layer in passed]
        for layer, bend in zip(passed, bends, strict=True):
            layers.rows[layer].append(bend)
        layers.bends[number] = bends
        path: list[Item] = [line.source, *bends, line.target]
        for above, below in pairwise(path):
            layers.tie(above, below)
    return layers


def _sort(layers: _Layers) -> None:
    """Order each layer by the mean rank of its neighbours, down and up in turn."""
    last = len(layers.rows) - 1
    for sweep in range(layers.sweeps):
        down = sweep % 2 == 0
        for rank in range(1, last + 1) if down else range(last - 1, -1, -1):
            beside = layers.rows[rank - 1 if down else rank + 1]
            place = {item: index for index, item in enumerate(beside)}
            own = {item: index for index, item in enumerate(layers.rows[rank])}
            means = {item: _mean(layers, item, place, own[item]) for item in own}
            layers.rows[rank].sort(key=lambda item: (means[item], own[item]))


def _mean(layers: _Layers, item: Item, place: Mapping[Item, float], otherwise: float) -> float:
    near = [place[other] for other in layers.ties.get(item, ()) if other in place]
    return sum(near) / len(near) if near else otherwise


def _centres(layers: _Layers, sizes: Mapping[str, tuple[float, float]]) -> dict[Item, float]:
    """The horizontal centre of every item: repeatedly as near to its neighbours as gaps allow."""
    centres: dict[Item, float] = {}
    offsets = [list(_offsets(row, sizes)) for row in layers.rows]
    for row, offset in zip(layers.rows, offsets, strict=True):
        half = offset[-1] / 2 if offset else 0.0
        centres.update({item: x - half for item, x in zip(row, offset, strict=True)})
    for sweep in range(layers.sweeps):
        rows = list(zip(layers.rows, offsets, strict=True))
        for row, offset in rows if sweep % 2 == 0 else reversed(rows):
            wishes = [_mean(layers, item, centres, centres[item]) for item in row]
            free = isotonic([wish - o for wish, o in zip(wishes, offset, strict=True)])
            centres.update({item: x + o for item, x, o in zip(row, free, offset, strict=True)})
    return centres


def _offsets(row: Sequence[Item], sizes: Mapping[str, tuple[float, float]]) -> Iterator[float]:
    """The least distance of each item from the first of its layer."""
    at = 0.0
    for rank, item in enumerate(row):
        if rank:
            before = row[rank - 1]
            gap = GAP if isinstance(item, str) and isinstance(before, str) else BEND_GAP
            at += (_width(before, sizes) + _width(item, sizes)) / 2 + gap
        yield at


def isotonic(wishes: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to `wishes` by least squares (pool adjacent violators).

    >>> isotonic([1.0, 5.0, 3.0])
    [1.0, 4.0, 4.0]
    """
    pools: list[tuple[float, int]] = []
    for wish in wishes:
        total, count = wish, 1
        while pools and pools[-1][0] * count > total * pools[-1][1]:
            earlier, more = pools.pop()
            total, count = total + earlier, count + more
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]


def _width(item: Item, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[item][0] if isinstance(item, str) else 0.0


def _height(item: Item, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[item][1] if isinstance(item, str) else 0.0
