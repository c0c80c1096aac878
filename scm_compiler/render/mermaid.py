"""The picture as a Mermaid flowchart, which code hosts and wikis draw inside Markdown."""

import json
from collections.abc import Iterator

from scm_compiler.markup import visible
from scm_compiler.render.looks import (
    HELD_FILL,
    HELD_LINE,
    KINDS,
    OTHER,
    SEEN_FILL,
    SEEN_LINE,
)
from scm_compiler.render.picture import Box, Line, Picture

_BRACKETS = {
    "ellipse": ("([", "])"),
    "rounded": ("(", ")"),
    "octagon": ("[/", "\\]"),
    "slanted": ("[/", "/]"),
    "box3d": ("[[", "]]"),
    "hexagon": ("{{", "}}"),
}
_ARROWS = {
    ("cause", False): "-->",
    ("cause", True): "-.-x",
    ("image", False): "-->",
    ("image", True): "-.-x",
    ("hidden", False): "<-.->",
    ("hidden", True): "x-.-x",
}


def to_mermaid(picture: Picture) -> str:
    """The picture as Mermaid text; the same picture gives the same text."""
    title = " ".join(part for part in (picture.title, picture.caption) if part)
    head = ("---", f"title: {json.dumps(visible(title))}", "---", "flowchart TD")
    return "\n".join((*head, *(f"  {line}" for line in _statements(picture)), ""))


def _statements(picture: Picture) -> Iterator[str]:
    number = {box.name: rank for rank, box in enumerate(picture.boxes)}
    for box in picture.boxes:
        yield f"n{number[box.name]}{_box(box)}:::{_class(box)}"
    for line in picture.lines:
        arrow = _ARROWS[line.role, line.cut]
        yield f"n{number[line.source]} {arrow} n{number[line.target]}"
    for name in dict.fromkeys(_class(box) for box in picture.boxes):
        yield f"classDef {name} {_CLASSES[name]}"
    for colour, numbers in _strokes(picture.lines).items():
        yield f"linkStyle {','.join(map(str, numbers))} stroke:{colour}"


def _box(box: Box) -> str:
    left, right = _BRACKETS[box.look.shape]
    note = f"<br/><small>{_text(box.note)}</small>" if box.note else ""
    return f'{left}"{_text(box.name)}{note}"{right}'


def _class(box: Box) -> str:
    if box.mark != "free":
        return box.mark
    return box.kind if box.kind in KINDS else "other"


_CLASSES = {
    kind: f"fill:{style.fill},stroke:{style.line},color:#1a202c"
    for kind, style in [*KINDS.items(), ("other", OTHER)]
} | {
    "held": f"fill:{HELD_FILL},stroke:{HELD_LINE},stroke-width:3px,color:#1a202c",
    "seen": f"fill:{SEEN_FILL},stroke:{SEEN_LINE},color:#1a202c",
}


def _strokes(lines: tuple[Line, ...]) -> dict[str, list[int]]:
    """The numbers of the lines of each colour."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        found.setdefault(line.stroke.colour, []).append(number)
    return found


def _text(text: str) -> str:
    """The text with all that Mermaid or HTML could read as markup as numbered entities.

    >>> _text('a "b" <c>')
    'a #34;b#34; #60;c#62;'
    """
    return "".join(_character(character) for character in visible(text))


def _character(character: str) -> str:
    safe = character.isalnum() or character in " _.,:·×-()=?+"
    return character if safe else f"#{ord(character)};"
