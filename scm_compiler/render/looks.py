"""How things look: one shape and colour a node kind, one stroke a kind of line.

Shape and colour differ together, so that a picture also reads in print and for colour-blind eyes.
"""

from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

Shape = Literal["ellipse", "rounded", "octagon", "slanted", "box3d", "hexagon"]
Role = Literal["cause", "image", "hidden"]

TEXT, FAINT_TEXT = "#1a202c", "#5a6577"
FONT = "Helvetica"
FONT_SIZE, NOTE_SIZE, TITLE_SIZE = 13, 10, 16

_NARROW, _WIDE = set("fijlrtI.,:;'|!()[]- "), set("mwMW@%—")


@dataclass(frozen=True, slots=True)
class Look:
    """The shape, fill and outline of a node, and its sign in the legend."""

    shape: Shape
    fill: str
    line: str
    sign: str = "■"


@dataclass(frozen=True, slots=True)
class Stroke:
    """The colour of a line, its width in points, and whether it is dashed."""

    colour: str
    width: float
    dashed: bool = False


KINDS = {
    "binary": Look("ellipse", "#e3effb", "#2b6cb0", "●"),
    "categorical": Look("rounded", "#e2f5e7", "#2f855a"),
    "ordinal": Look("octagon", "#eff6d8", "#68770f"),
    "binned": Look("octagon", "#eff6d8", "#68770f"),
    "real": Look("slanted", "#f7e4f4", "#97266d"),
    "image": Look("box3d", "#fdf0d5", "#b7791f"),
}
OTHER = Look("hexagon", "#dff4f4", "#2c7a7b")

HELD_FILL, HELD_LINE = "#ffe5e2", "#c53030"
SEEN_FILL, SEEN_LINE = "#c3ccd9", "#2d3748"

STROKES: dict[Role, Stroke] = {
    "cause": Stroke("#4a5568", 1.1),
    "image": Stroke("#d6b37a", 0.9),
    "hidden": Stroke("#805ad5", 1.3, dashed=True),
}
CUT = Stroke("#f08a80", 1.0, dashed=True)


def width(text: str, size: float) -> float:
    """About how wide the text is in Helvetica of this size, in points.

    >>> width("iii", 10) < width("mmm", 10)
    True
    """
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.3
    return 0.85 if character in _WIDE else 0.7 if character.isupper() else 0.56
