"""The picture as DOT text for Graphviz."""

from collections.abc import Mapping

import graphviz
from graphviz.quoting import NoHtml, attr_list, quote

from scm_compiler.markup import markup, visible
from scm_compiler.render.looks import (
    FAINT_TEXT,
    FONT,
    FONT_SIZE,
    HELD_FILL,
    HELD_LINE,
    NOTE_SIZE,
    SEEN_FILL,
    SEEN_LINE,
    TEXT,
    TITLE_SIZE,
)
from scm_compiler.render.picture import Box, Line, Picture

_GRAPH = {
    "bgcolor": "white",
    "fontname": FONT,
    "labeljust": "l",
    "labelloc": "t",
    "nodesep": "0.3",
    "pad": "0.15",
    "ranksep": "0.6",
}
_SHAPES = {
    "ellipse": "ellipse",
    "rounded": "box",
    "octagon": "octagon",
    "slanted": "parallelogram",
    "box3d": "box3d",
    "hexagon": "hexagon",
}
_MARGINS = {
    "box3d": {"margin": "0.16,0.11"},  # the front of a box in depth is smaller than the node
    "slanted": {"margin": "0,0"},  # its text has room at both sides already
}


def to_dot(picture: Picture) -> str:
    """The picture as DOT text; the same picture gives the same text."""
    dot = graphviz.Digraph(
        graph_attr=_GRAPH | {"label": _heading(picture)},
        node_attr={"fontname": FONT, "fontcolor": TEXT, "margin": "0.12,0.06"},
        edge_attr={"arrowsize": "0.75", "fontname": FONT},
    )
    for box in picture.boxes:
        dot.node(_literal(box.name), **_box(box))
    level = {name: rank for rank, names in enumerate(picture.ranks) for name in names}
    for line in picture.lines:
        beside = level[line.source] == level[line.target]
        dot.body.append(_edge(line, _line(line, beside=beside)))
    images = [box.name for box in picture.boxes if box.kind == "image"]
    if images:
        with dot.subgraph(graph_attr={"rank": "sink"}) as sinks:
            for name in images:
                sinks.node(_literal(name))
    return str(dot.source)


def _edge(line: Line, attributes: Mapping[str, str]) -> str:
    """The statement of a line; `Digraph.edge` would read a colon in a name as a port."""
    source, target = (quote(_literal(name)) for name in (line.source, line.target))
    return f"\t{source} -> {target}{attr_list(kwargs=attributes)}\n"


def _heading(picture: Picture) -> str:
    """The title, the regime and the legend as an HTML-like label."""
    legend = "&#160;&#160;&#160;".join(
        f"{_font(sign.sign, NOTE_SIZE, sign.colour)} {_font(sign.text, NOTE_SIZE, FAINT_TEXT)}"
        for sign in picture.legend
    )
    title = f"<b>{_font(picture.title, TITLE_SIZE, TEXT)}</b>"
    joint = ", " if picture.held and picture.seen else ""
    parts = ((picture.held + joint, HELD_LINE), (picture.seen, SEEN_LINE))
    caption = "".join(_font(part, FONT_SIZE, colour) for part, colour in parts if part)
    rows = (title, caption, legend)
    return "<" + "".join(f'{row}<br align="left"/>' for row in rows if row) + ">"


def _box(box: Box) -> Mapping[str, str]:
    style = box.look
    name = _font(box.name, FONT_SIZE, TEXT)
    note = f"<br/>{_font(box.note, NOTE_SIZE, FAINT_TEXT)}" if box.note else ""
    rounded = "rounded," if style.shape == "rounded" else ""
    attributes = {
        "label": f"<{name}{note}>",
        "shape": _SHAPES[style.shape],
        "style": f"{rounded}filled",
        "fillcolor": style.fill,
        "color": style.line,
        "penwidth": "1.2",
        **_MARGINS.get(style.shape, {}),
    }
    match box.mark:
        case "held":
            loud = f"<br/><b>{_font(box.note, NOTE_SIZE, HELD_LINE)}</b>"
            doubled = {"peripheries": "2", "label": f"<{name}{loud}>"}
            return attributes | doubled | {"fillcolor": HELD_FILL, "color": HELD_LINE}
        case "seen":
            loud = f"<br/><b>{_font(box.note, NOTE_SIZE, SEEN_LINE)}</b>"
            return attributes | {
                "fillcolor": SEEN_FILL,
                "color": SEEN_LINE,
                "label": f"<{name}{loud}>",
            }
    return attributes


def _line(line: Line, *, beside: bool) -> Mapping[str, str]:
    """The attributes of a line; one between neighbours of a layer is bent over their heads."""
    style = line.stroke
    attributes = {"color": style.colour, "penwidth": str(style.width)}
    if style.dashed:
        attributes["style"] = "dashed"
    if line.role == "hidden":
        attributes |= {"dir": "both", "constraint": "false"}
        if beside:
            attributes |= {"tailport": "n", "headport": "n"}
    if line.cut:
        heads = {"arrowhead": "teenormal", "arrowtail": "teenormal"}
        attributes |= heads
    return attributes


def _font(text: str, size: int, colour: str) -> str:
    return f'<font point-size="{size}" color="{colour}">{_html(text)}</font>'


def _html(text: str) -> str:
    """The text in an HTML-like label, where Graphviz still expands a backslash and letter."""
    return markup(visible(text)).replace("\\", "&#92;&#92;")


def _literal(name: str) -> NoHtml:
    r"""The name as a DOT identifier in which nothing is special.

    >>> quote(_literal('a "b'))
    '"a \\"b"'
    """
    return graphviz.escape(visible(name))
