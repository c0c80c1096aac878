"""GraphML: what networkx, igraph and yEd write."""

import networkx as nx
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import Document, from_networkx
from scm_compiler.interop.graphml import graphml_text, read_graphml
from tests.interop.test_gml import MIXED


def read(text):
    return read_graphml(Source("g.graphml", text), "g")


def test_networkx_writes_what_is_read():
    found = nx.gnp_random_graph(12, 0.3, seed=1, directed=True)
    found = nx.relabel_nodes(
        nx.DiGraph((a, b, {"weight": 0.5}) for a, b in found.edges if a < b), "node & {}".format
    )
    assert read("\n".join(nx.generate_graphml(found))).graph.hash == from_networkx(found).hash


def test_networkx_reads_what_is_written_and_so_does_scmc():
    graph = parse_text(MIXED, "g")
    text = graphml_text(Document(graph, positions={"B": (1.5, -0.25)}))
    assert from_networkx(nx.parse_graphml(text)).hash == graph.hash
    again = read(text)
    assert again.graph == graph
    assert again.positions == {"B": (1.5, -0.25)}


YED = """<graphml xmlns:y="http://www.yworks.com/xml/graphml"><key id="d5" for="node"/>
<graph edgedefault="directed" id="G">
<node id="n0"><data key="d5"><y:ShapeNode><y:Geometry x="144.0" y="36.0"/>
  <y:NodeLabel>Rain fall</y:NodeLabel></y:ShapeNode></data></node>
<node id="n1"><data key="d5"><y:ShapeNode>
  <y:NodeLabel>Wet</y:NodeLabel></y:ShapeNode></data></node>
<node id="n2"><data key="d5"><y:ShapeNode>
  <y:NodeLabel>Cold</y:NodeLabel></y:ShapeNode></data></node>
<edge source="n0" target="n1"><data key="d9"><y:PolyLineEdge>
  <y:Arrows source="none" target="standard"/></y:PolyLineEdge></data></edge>
<edge source="n2" target="n0"><data key="d9"><y:PolyLineEdge>
  <y:Arrows source="%s" target="%s"/></y:PolyLineEdge></data></edge>
</graph></graphml>"""


def test_yeds_labels_places_and_arrows():
    document = read(YED % ("standard", "none"))
    expected = parse_text('"Rain fall", Wet, Cold : binary\n"Rain fall" -> Wet, Cold', "g")
    assert document.graph.hash == expected.hash
    assert document.positions == {"Rain fall": (2.0, 0.5)}
    both = read(YED % ("standard", "delta")).graph
    assert [(pair.left, pair.right) for pair in both.confounders] == [("Rain fall", "Cold")]
    with pytest.raises(ScmError, match="E822"):
        read(YED % ("none", "none"))


def test_igraphs_names():
    text = """<graphml><key id="v_name" for="node" attr.name="name" attr.type="string"/>
    <graph id="G" edgedefault="directed"><node id="n0"><data key="v_name">smoke</data></node>
    <node id="n1"><data key="v_name">cancer</data></node><edge source="n0" target="n1"/></graph>
    </graphml>"""
    assert [node.name for node in read(text).graph.nodes] == ["smoke", "cancer"]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("", "E837"),
        ("<graph><node/></graph>", "E837"),
        ("<graph><node id='a'/><node id='a'/></graph>", "E837"),
        ("<graph><node id='a'/><edge source='a'/></graph>", "E837"),
        ("<graph><node id='a'/><edge source='a' target='b'/></graph>", "E837"),
        ("<graph><node id='a'><graph/></node></graph>", "E837"),
        ("<graph><hyperedge/></graph>", "E837"),
        (
            "<graph edgedefault='undirected'><node id='a'/><node id='b'/>"
            "<edge source='a' target='b'/></graph>",
            "E822",
        ),
        (
            "<graph><node id='a'/><node id='b'/>"
            "<edge source='a' target='b' directed='false'/></graph>",
            "E822",
        ),
    ],
)
def test_what_is_wrong_is_refused(inner, code):
    with pytest.raises(ScmError) as refusal:
        read(f"<graphml>{inner}</graphml>")
    assert (refusal.value.diagnostics[0].code, refusal.value.exit_code) == (code, 2)
