"""What a picture of a graph shows, before any format: boxes, lines, a caption, a legend.

Every format is written from this one description, so that they all say the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scm_compiler.ir import Binned, Discrete, Graph, Image, Node, Ordinal
from scm_compiler.ir.query import Event, Regime, Setting
from scm_compiler.render.looks import (
    CUT,
    HELD_LINE,
    KINDS,
    OTHER,
    SEEN_FILL,
    STROKES,
    Look,
    Role,
    Stroke,
)
from scm_compiler.semantics.program import kind_tree
from scm_compiler.semantics.query import phrase
from scm_compiler.syntax.printer import print_kind

Mark = Literal["free", "held", "seen"]

_LONGEST_NOTE = 40


@dataclass(frozen=True, slots=True)
class Box:
    """A node as drawn: its name, a small second line, and what the regime does to it."""

    name: str
    kind: str
    note: str = ""
    mark: Mark = "free"

    @property
    def look(self) -> Look:
        """How its kind looks; a kind that a package added gets a hexagon."""
        return KINDS.get(self.kind, OTHER)


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as drawn; a hidden common cause has two heads, and `do` severs a cut line."""

    source: str
    target: str
    role: Role = "cause"
    cut: bool = False

    @property
    def stroke(self) -> Stroke:
        """How it is drawn."""
        return CUT if self.cut else STROKES[self.role]


@dataclass(frozen=True, slots=True)
class Sign:
    """An entry of the legend: a coloured sign and what it means."""

    colour: str
    sign: str
    text: str


@dataclass(frozen=True)
class Picture:
    """A picture of a graph.

    Attributes:
        title: The graph's name.
        held: What is set, such as `do(Mustache=1)`; empty if nothing is.
        seen: What is seen, such as `given(Male=1)`; empty if nothing is.
        boxes: In the order of declaration.
        lines: The edges, then the hidden common causes.
        ranks: The names of each layer, top to bottom; images stand last.
        legend: The signs that occur.
    """

    title: str
    held: str
    seen: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    ranks: tuple[tuple[str, ...], ...]
    legend: tuple[Sign, ...]

    @property
    def caption(self) -> str:
        """The regime drawn; empty for the graph itself."""
        return ", ".join(part for part in (self.held, self.seen) if part)


def picture(graph: Graph, regime: Regime | None = None) -> Picture:
    """Describe the picture of a graph under a regime.

    An intervention draws the mutilated graph (Pearl 2009, section 3.2.2): every line into a node
    that is set, a hidden common cause included, is marked as cut.

    Args:
        graph: The validated graph.
        regime: What is set and seen; nothing if None.

    Raises:
        ValueError: If the regime names a node that the graph has not.
    """
    regime = regime or Regime()
    notes = dict(_regime_notes(graph, regime))
    held = {setting.node for setting in regime.do}
    boxes = tuple(_box(node, notes) for node in graph.nodes)
    lines = (*_edges(graph, held), *_hidden(graph, held))
    return Picture(
        title=graph.name,
        held=phrase(Regime(do=regime.do), graph) if regime.do else "",
        seen=phrase(Regime(given=regime.given), graph) if regime.given else "",
        boxes=boxes,
        lines=lines,
        ranks=_ranks(graph),
        legend=tuple(_legend(boxes, lines)),
    )


def _regime_notes(graph: Graph, regime: Regime) -> Iterator[tuple[str, tuple[Mark, str]]]:
    for event in regime.given:
        world = ", ".join(_setting(graph, setting) for setting in event.variable.world)
        where = f"seen under {world}" if world else "seen"
        yield event.variable.node, ("seen", f"{where}: {_seen(graph, event)}")
    for setting in regime.do:
        yield setting.node, ("held", f"held at {_held(graph, setting)}")


def _held(graph: Graph, setting: Setting) -> str:
    """A value's name, or the counterfactual that the node is held at."""
    if isinstance(setting.value, int):
        return _value(graph, setting.node, setting.value)
    return f"{setting.value.node}[{', '.join(_setting(graph, s) for s in setting.value.world)}]"


def _setting(graph: Graph, setting: Setting) -> str:
    return f"{setting.node}={_held(graph, setting)}"


def _seen(graph: Graph, event: Event) -> str:
    return "?" if event.value is None else _value(graph, event.variable.node, event.value)


def _value(graph: Graph, name: str, value: int) -> str:
    return graph.domain(name).values[value]


def _box(node: Node, notes: Mapping[str, tuple[Mark, str]]) -> Box:
    mark, note = notes.get(node.name, ("free", _note(node)))
    return Box(node.name, node.kind, note, mark)


def _note(node: Node) -> str:
    match node.domain:
        case Image(channels, height, width):
            return f"{channels} × {height} × {width}"
        case Discrete(values):
            known = {"binary": "", "categorical": _values(values)}
            return known.get(node.kind, node.kind)
        case Ordinal(values):
            return _values(values, " < ")
        case Binned(values=values):
            return _values(values)
    kind = print_kind(kind_tree(node))
    return "" if kind in KINDS else kind


def _values(values: tuple[str, ...], joint: str = " · ") -> str:
    """The values on one line; those that do not fit are counted."""
    shown = [value for rank, value in enumerate(values) if _fits(joint.join(values[: rank + 1]))]
    more = len(values) - len(shown)
    return joint.join([*shown, f"{more} more"] if more else shown)


def _fits(line: str) -> bool:
    return len(line) <= _LONGEST_NOTE


def _edges(graph: Graph, held: set[str]) -> Iterator[Line]:
    images = {node.name for node in graph.images}
    for edge in graph.edges:
        role: Role = "image" if edge.target in images else "cause"
        yield Line(edge.source, edge.target, role, cut=edge.target in held)


def _hidden(graph: Graph, held: set[str]) -> Iterator[Line]:
    for pair in graph.confounders:
        yield Line(pair.left, pair.right, "hidden", cut=bool({pair.left, pair.right} & held))


def _ranks(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """The topological levels of the other nodes, then the images in a layer of their own."""
    images = tuple(node.name for node in graph.images)
    labels = (tuple(n for n in level if n not in set(images)) for level in graph.levels)
    return tuple(level for level in (*labels, images) if level)


def _legend(boxes: tuple[Box, ...], lines: tuple[Line, ...]) -> Iterator[Sign]:
    for kind, look in {box.kind: box.look for box in boxes}.items():
        yield Sign(look.line, look.sign, kind)
    marks = {box.mark for box in boxes}
    if "held" in marks:
        yield Sign(HELD_LINE, "○", "held by do")
    if "seen" in marks:
        yield Sign(SEEN_FILL, "■", "seen")
    if any(line.role == "hidden" and not line.cut for line in lines):
        yield Sign(STROKES["hidden"].colour, "– –", "hidden common cause")
    if any(line.cut for line in lines):
        yield Sign(CUT.colour, "– –", "cut by do")
