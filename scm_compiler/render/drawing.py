"""A drawn graph as a notebook shows it."""

from dataclasses import dataclass

from scm_compiler.ir import Graph
from scm_compiler.ir.graph import require_graph
from scm_compiler.render import draw_svg


@dataclass(frozen=True)
class Drawing:
    """A picture of a graph.

    Attributes:
        graph: What is drawn.
        svg: The picture, as an SVG document.
    """

    graph: Graph
    svg: str

    def __repr__(self) -> str:
        return f"Drawing({self.graph!r})"

    def _repr_svg_(self) -> str:
        """The picture, where a notebook asks for it."""
        return self.svg


def draw_graph(graph: Graph) -> Drawing:
    """The picture of a graph, which a notebook shows: `scm.draw(graph)`.

    Raises:
        TypeError: If `graph` is no graph.
    """
    require_graph(graph, "draw")
    return Drawing(graph, draw_svg(graph))
