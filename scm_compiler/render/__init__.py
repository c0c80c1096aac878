"""Pictures of a graph, as SVG, PNG, DOT or Mermaid text.

Each kind of node has its shape and colour; a hidden common cause `<->` is dashed with two heads.
Under a regime the picture shows the mutilated graph: what `do` sets has a double outline and the
lines that it cuts are faint, dashed and barred; what is seen is shaded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.ir.query import Regime
from scm_compiler.render.built_in_svg import to_svg
from scm_compiler.render.codes.pictures import EngineMissing, OnlySvg, UnknownSuffix
from scm_compiler.render.graphviz import (
    ENGINES,
    MOST_LAYERS,
    MOST_LINES,
    EngineName,
    find_engine,
    lay_out,
)
from scm_compiler.render.mermaid import to_mermaid
from scm_compiler.render.picture import Picture, picture

__all__ = [
    "ENGINES",
    "SUFFIXES",
    "EngineName",
    "Format",
    "draw",
    "draw_dot",
    "draw_mermaid",
    "draw_png",
    "draw_svg",
    "format_of",
]

Format = Literal["svg", "png", "dot", "mermaid"]

SUFFIXES: dict[str, Format] = {
    ".svg": "svg",
    ".png": "png",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}


def draw_svg(graph: Graph, regime: Regime | None = None, *, engine: EngineName = "auto") -> str:
    """The graph as an SVG document.

    Args:
        graph: The validated graph.
        regime: What is held by `do` and what is seen; the graph itself if None.
        engine: `auto` takes Graphviz where it is found and the built-in layout otherwise, or
            where the graph has more than 1,500 lines, or these pass so many layers, that Graphviz
            takes too long.

    Raises:
        ScmError: If the engine asked for is missing or fails (E802, E803).
        ValueError: If the regime names what the graph has not.
    """
    shown = picture(graph, regime)
    small = engine != "auto" or _is_small(shown)
    program = find_engine(engine) if small else None
    if program is None:
        return to_svg(shown)
    return lay_out(program, _dot(shown), "svg").decode()


def _is_small(shown: Picture) -> bool:
    """Whether Graphviz lays a picture out within seconds."""
    if len(shown.lines) > MOST_LINES:
        return False
    rank = {name: layer for layer, names in enumerate(shown.ranks) for name in names}
    return sum(abs(rank[line.target] - rank[line.source]) for line in shown.lines) <= MOST_LAYERS


def draw_png(graph: Graph, regime: Regime | None = None, *, engine: EngineName = "auto") -> bytes:
    """The graph as a PNG of 144 dots an inch; arguments as for `draw_svg`.

    Raises:
        ScmError: If no Graphviz is there, which alone can paint pixels (E802), or it fails
            (E803), or the built-in layout is asked for (E804).
    """
    if engine == "built-in":
        raise refuse(OnlySvg(), exit_code=2)
    program = find_engine(engine)
    if program is None:
        raise refuse(EngineMissing(wanted="graphviz-pure"), exit_code=2)
    return lay_out(program, _dot(picture(graph, regime)), "png")


def draw_dot(graph: Graph, regime: Regime | None = None) -> str:
    """The graph as DOT text for Graphviz."""
    return _dot(picture(graph, regime))


def _dot(shown: Picture) -> str:
    """The picture as DOT text."""
    from scm_compiler.render.dot_text import to_dot  # noqa: PLC0415  (graphviz: thirty modules)

    return to_dot(shown)


def draw_mermaid(graph: Graph, regime: Regime | None = None) -> str:
    """The graph as a Mermaid flowchart."""
    return to_mermaid(picture(graph, regime))


def format_of(path: Path) -> Format:
    """The format that a file's suffix asks for.

    Raises:
        ScmError: If the suffix is unknown (E801).

    >>> format_of(Path("g.PNG"))
    'png'
    """
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise refuse(UnknownSuffix(path=str(path), suffixes=tuple(SUFFIXES)), exit_code=2)
    return form


def draw(
    graph: Graph, form: Format, regime: Regime | None = None, *, engine: EngineName = "auto"
) -> bytes:
    """The graph in the format named, as the bytes of a file."""
    ways: dict[Format, Callable[[], str | bytes]] = {
        "svg": lambda: draw_svg(graph, regime, engine=engine),
        "png": lambda: draw_png(graph, regime, engine=engine),
        "dot": lambda: draw_dot(graph, regime),
        "mermaid": lambda: draw_mermaid(graph, regime),
    }
    drawn = ways[form]()
    return drawn if isinstance(drawn, bytes) else drawn.encode()
