"""The built-in layout: layers from top to bottom, nothing on top of anything."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.render.layers import arrange, isotonic
from scm_compiler.render.picture import picture


@st.composite
def graphs(draw):
    size = draw(st.integers(1, 9))
    names = [f"N{number}" for number in range(size)]
    chosen = [pair for pair in combinations(names, 2) if draw(st.booleans())]
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    return Graph("g", nodes, tuple(Edge(*pair) for pair in chosen))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_boxes_do_not_overlap_and_every_line_runs_down(graph):
    drawing = arrange(picture(graph))
    for edge in graph.edges:
        assert drawing.places[edge.source].y < drawing.places[edge.target].y
    for a, b in combinations(drawing.places.values(), 2):
        apart_x = abs(a.x - b.x) - (a.width + b.width) / 2
        apart_y = abs(a.y - b.y) - (a.height + b.height) / 2
        assert max(apart_x, apart_y) > 10
    for place in drawing.places.values():
        assert place.x - place.width / 2 >= -1e-6
        assert place.x + place.width / 2 <= drawing.width + 1e-6
        assert place.y + place.height / 2 <= drawing.height + 1e-6


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_line_passes_beside_the_boxes_of_the_layers_between(graph):
    shown = picture(graph)
    drawing = arrange(shown)
    for number, line in enumerate(shown.lines):
        bends = drawing.bends[number]
        levels = {name: rank for rank, names in enumerate(shown.ranks) for name in names}
        assert len(bends) == levels[line.target] - levels[line.source] - 1
        for x, y in bends:
            for place in drawing.places.values():
                assert place.y != pytest.approx(y) or abs(place.x - x) > place.width / 2


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12))
def test_isotonic_is_the_least_squares_projection(wishes):
    found = np.array(isotonic(wishes))
    assert (np.diff(found) >= -1e-9).all()
    # the projection on a convex cone: the residual is orthogonal, and no step of the cone improves
    residual = np.array(wishes) - found
    assert abs(residual @ found) < 1e-6 * (1 + np.abs(wishes).max() ** 2) * len(wishes)
    tails = np.cumsum(residual[::-1])[::-1]
    assert (tails[1:] <= 1e-6).all()
    assert tails[0] == pytest.approx(0, abs=1e-6)
