"""GML: what networkx and others write and read."""

import networkx as nx
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import Document, from_networkx
from scm_compiler.interop.gml import gml_text, read_gml

MIXED = """"a b<", B, é : binary
D : categorical(low, "h i")
Face : image(3, 8, 8)
"a b<" -> B -> D -> Face
B <-> é
"""


def read(text):
    return read_gml(Source("g.gml", text), "g")


def edges(document):
    return [(edge.source, edge.target) for edge in document.graph.edges]


def test_networkx_writes_what_is_read():
    found = nx.gnp_random_graph(12, 0.3, seed=1, directed=True)
    found = nx.relabel_nodes(
        nx.DiGraph((a, b, {"weight": 0.5}) for a, b in found.edges if a < b), "node {}".format
    )
    again = read("\n".join(nx.generate_gml(found))).graph
    assert again.hash == from_networkx(found).hash


def test_networkx_reads_what_is_written_and_so_does_scmc():
    graph = parse_text(MIXED, "g")
    text = gml_text(Document(graph, positions={"B": (1.5, -0.25)}))
    assert from_networkx(nx.parse_gml(text)).hash == graph.hash
    again = read(text)
    assert again.graph == graph
    assert again.positions == {"B": (1.5, -0.25)}


def test_nodes_without_labels_are_called_by_their_ids_and_ids_may_be_text():
    assert edges(read("graph[directed 1node[id 7]node[id 3]edge[source 7 target 3]]")) == [
        ("7", "3")
    ]
    text = (
        'graph[directed 1node[id "Z" label "Z"]node[id "X" label "X"]edge[source "Z"target "X"]]'
    )
    assert edges(read(text)) == [("Z", "X")]


def test_what_is_not_observed_is_left_out_and_ends_are_heard():
    text = """# by hand
    graph [ directed 1
      node [ id 0 label "U" observed "no" ] node [ id 1 label "A" ] node [ id 2 label "B" ]
      node [ id 3 label "C" ]
      edge [ source 0 target 1 ] edge [ source 0 target 2 ]
      edge [ source 3 target 1 dir "back" ] edge [ source 3 target 2 type "bidirected" ]
    ]"""
    graph = read(text).graph
    expected = parse_text("A, B, C : binary\nA -> C\nA <-> B\nB <-> C", "g")
    assert graph.hash == expected.hash


NODE = 'node [ id 0 label "A" ]'


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "E837", 0),
        ("hello", "E837", 5),
        ("graph 5", "E837", None),
        ("graph [", "E837", 7),
        ("graph [ directed 1 ] ]", "E837", 21),
        ("graph [ directed ]", "E837", 17),
        ("graph [ directed [ ", "E837", 18),
        ('graph [ directed "1 ]', "E837", 17),
        (f"graph [ directed 1 {NODE} {NODE} ]", "E837", 43),
        (f'graph [ directed 1 {NODE} node [ id 1 label "A" ] ]', "E837", 43),
        ("graph [ directed 1 node [ ] ]", "E837", 19),
        (f"graph [ directed 1 {NODE} edge [ source 0 ] ]", "E837", 43),
        (f"graph [ directed 1 {NODE} edge [ source 0 target 1 ] ]", "E837", 43),
        (f"graph [ directed 1 {NODE} edge [ source 0 target 0 ] ]", "E203", 43),
        (f"graph [ {NODE} node [ id 1 ] edge [ source 0 target 1 ] ]", "E822", None),
        ("graph [ " + "a [ " * 200, "E824", None),
        ('graph [ node [ id 0 observed "partly" ] ]', "E841", 8),
        ('graph [ node [ id 0 kind "real(" ] ]', "E825", 8),
    ],
)
def test_what_is_wrong_is_refused_in_its_place(text, code, place):
    with pytest.raises(ScmError) as refusal:
        read(text)
    assert refusal.value.exit_code == 2
    (found,) = refusal.value.diagnostics
    assert found.code == code
    if place is not None:
        assert found.span.start == place
