"""GeNIe's `.xdsl`."""

import pytest

from scm_compiler.diagnostics import Source
from scm_compiler.interop.xdsl import read_xdsl
from tests.interop.refusing import refused

XDSL = """<?xml version="1.0" encoding="ISO-8859-1"?>
<smile version="1.0" id="Shop" numsamples="1000">
  <nodes>
    <cpt id="Price"><state id="Low"/><state id="High"/>
      <probabilities>0.25 0.75</probabilities></cpt>
    <cpt id="Day"><state id="Week"/><state id="Sat"/><state id="Sun"/>
      <probabilities>0.5 0.25 0.25</probabilities></cpt>
    <cpt id="Sale"><state id="No"/><state id="Yes"/>
      <parents>Price Day</parents>
      <probabilities>0.9 0.1 0.8 0.2 0.7 0.3 0.6 0.4 0.5 0.5 0.4 0.6</probabilities></cpt>
    <deterministic id="Open"><state id="No"/><state id="Yes"/>
      <parents>Day</parents><resultingstates>Yes Yes No</resultingstates></deterministic>
  </nodes>
  <extensions><genie version="1.0" app="%s" name="Shop">
    <node id="Price"><name>The price</name><position>1 2 3 4</position></node>
  </genie></extensions>
</smile>
"""


def read(text):
    return read_xdsl(Source("g.xdsl", text), "g")


def test_the_last_parent_changes_faster_than_the_first():
    tables = read(XDSL % "GeNIe 4.0").tables
    sale = tables.probabilities["Sale"]
    assert tables.graph.parents["Sale"] == ("Price", "Day")
    assert sale[..., 0].tolist() == [[0.9, 0.8, 0.7], [0.6, 0.5, 0.4]]
    assert tables.probabilities["Open"].tolist() == [[0, 1], [0, 1], [1, 0]]


def test_pyagrums_files_have_it_the_other_way_round(tmp_path):
    tables = read(XDSL % "aGrUM 3.3").tables
    assert tables.probabilities["Sale"][..., 0].tolist() == [[0.9, 0.7, 0.5], [0.8, 0.6, 0.4]]
    gum = pytest.importorskip("pyagrum")
    network = gum.fastBN("A[3]->C[2]<-B[2];B->D[4]<-C;A->D", 2)
    gum.saveBN(network, str(tmp_path / "n.xdsl"))
    found = read((tmp_path / "n.xdsl").read_text()).tables
    for node in found.graph.labels:
        inputs = [*found.graph.parents[node.name], node.name]
        table = network.cpt(node.name).reorganize(inputs[::-1]).toarray()
        assert abs(table - found.probabilities[node.name]).max() < 1e-5


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<smile", "<smiles", "E837"),
        ("nodes>", "knots>", "E837"),
        ('<cpt id="Day">', '<decision id="Day">', "E837"),
        ("cpt", "noisymax", "E838"),
        ('id="Day"', 'id="Price"', "E683"),
        ('id="Day"', "", "E837"),
        ("Price Day", "Price Night", "E681"),
        ("Price Day", "Price Price", "E683"),
        ("0.25 0.75", "0.25", "E682"),
        ("0.25 0.75", "a b", "E837"),
        ("Yes Yes No", "Yes Yes Maybe", "E837"),
        ("<probabilities>0.25 0.75</probabilities>", "", "E837"),
        ('<state id="Low"/>', '<state id="High"/>', "E837"),
        ("<nodes>", "<nodes>&bomb;", "E837"),
        ('<cpt id="Price">', '<cpt id="Price"><parents>Sale</parents>', "E684"),
    ],
)
def test_what_is_wrong_is_refused(old, new, code):
    assert old in XDSL
    text = XDSL.replace(old, new)
    assert refused(read, text) == code
