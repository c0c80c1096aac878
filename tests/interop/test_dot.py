"""DOT: written for Graphviz and for others, and what scmc itself draws read back."""

import pytest

from scm_compiler.compiler import load, parse_text
from scm_compiler.diagnostics import Source
from scm_compiler.interop import Document, dot_text, read_dot
from scm_compiler.render import draw_dot
from scm_compiler.render.graphviz import find_engine, lay_out
from scm_compiler.shipped import example_programs

ODD = 'A : categorical("<5", "a \\\\ b")\n"a:b", "P", Node, "x \'y\'" : binary\nA -> "a:b", Node\n'


@pytest.mark.parametrize("name", sorted(set(example_programs()) - {"own_kind"}))
def test_the_examples_come_back(name):
    graph = load(name)
    assert read_dot(Source("t", dot_text(Document(graph))), "other").graph.hash == graph.hash


def test_odd_names_come_back():
    graph = parse_text(ODD + '"P" <-> "x \'y\'"', "odd")
    assert read_dot(Source("t", dot_text(Document(graph)))).graph == graph


def test_graphviz_accepts_what_is_written():
    graph = parse_text(ODD + '"P" <-> "x \'y\'"', "odd")
    drawn = lay_out(find_engine("auto"), dot_text(Document(graph)), "svg").decode()
    assert drawn.count('class="node"') == len(graph.nodes)
    assert drawn.count('class="edge"') == len(graph.edges) + len(graph.confounders)


@pytest.mark.filterwarnings("ignore")
def test_pydot_reads_what_is_written():
    pydot = pytest.importorskip("pydot")
    graph = load("front_door")
    (found,) = pydot.graph_from_dot_data(dot_text(Document(graph)))
    assert [node.get_name() for node in found.get_nodes()] == [node.name for node in graph.nodes]
    assert [edge.get("dir") for edge in found.get_edges()] == [None, None, '"both"']


@pytest.mark.parametrize("name", ["celeba_g1", "front_door", "hair"])
def test_a_picture_of_scmc_says_the_graph_and_no_values(name):
    graph = load(name)
    found = read_dot(Source("t", draw_dot(graph)), name).graph
    ends = {(edge.source, edge.target) for edge in graph.edges}
    assert {(edge.source, edge.target) for edge in found.edges} == ends
    assert {(p.left, p.right) for p in found.confounders} == {
        (p.left, p.right) for p in graph.confounders
    }
    assert {node.kind for node in found.nodes} == {"binary"}


def test_positions_of_graphviz_are_in_points():
    document = read_dot(Source("t", 'digraph { a [pos="72,36!"]; b [pos="1,2,3"]; a -> b }'))
    assert document.positions == {"a": (1.0, -0.5), "b": (0.013889, -0.027778)}
    laid_out = 'digraph { a [pos="1e400,1"]; a -> b [pos="e,1,2 3,4 5,6 7,8"] }'
    assert (read_dot(Source("t", laid_out)).positions, read_dot(Source("t", laid_out)).bends) == (
        {},
        {},
    )
