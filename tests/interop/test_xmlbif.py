"""XMLBIF."""

import pytest

from scm_compiler.diagnostics import Source
from scm_compiler.interop.xmlbif import read_xmlbif
from tests.interop.refusing import refused

XMLBIF = """<?xml version="1.0"?>
<!DOCTYPE BIF [
  <!ELEMENT BIF ( NETWORK )*> <!ATTLIST BIF VERSION CDATA #REQUIRED>
]>
<BIF VERSION="0.3"><NETWORK><NAME>Yard</NAME>
<VARIABLE TYPE="nature"><NAME>away</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME>
  <PROPERTY>position = (1.0,2.0)</PROPERTY></VARIABLE>
<VARIABLE TYPE="nature"><NAME> dog out </NAME>
  <OUTCOME>&lt;1 h</OUTCOME><OUTCOME>1+ h</OUTCOME><OUTCOME>never</OUTCOME></VARIABLE>
<VARIABLE TYPE="nature"><NAME>noise</NAME><VALUE>true</VALUE><VALUE>false</VALUE></VARIABLE>
<DEFINITION><FOR>away</FOR><TABLE>0.25 0.75 <!-- numbers --></TABLE></DEFINITION>
<DEFINITION><FOR>dog out</FOR><GIVEN>away</GIVEN><TABLE>
  0.5 0.25 0.25
  0.0 0.5 0.5 </TABLE></DEFINITION>
<PROBABILITY><FOR>noise</FOR><GIVEN>dog out</GIVEN><GIVEN>away</GIVEN>
  <TABLE>0.9 0.1 0.8 0.2 0.7 0.3 0.6 0.4 0.5 0.5 0.4 0.6</TABLE></PROBABILITY>
</NETWORK></BIF>
"""


def read(text):
    return read_xmlbif(Source("g.xml", text), "g")


def test_graph_and_tables():
    tables = read(XMLBIF).tables
    assert tables.graph.by_name["dog out"].domain.values == ("<1 h", "1+ h", "never")
    assert tables.graph.parents["noise"] == ("away", "dog out")
    assert tables.probabilities["dog out"].tolist() == [[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]]
    assert tables.probabilities["noise"][..., 0].tolist() == [[0.9, 0.7, 0.5], [0.8, 0.6, 0.4]]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<BIF ", "<HTML ", "E837"),
        ("NETWORK>", "NETZ>", "E837"),
        ("<!ELEMENT BIF ( NETWORK )*>", '<!ENTITY x "lol">', "E837"),
        ('TYPE="nature"', 'TYPE="utility"', "E838"),
        ("<FOR>away</FOR>", "", "E837"),
        ("<FOR>away</FOR>", "<FOR> </FOR>", "E837"),
        ("<FOR>away</FOR>", "<FOR>home</FOR>", "E681"),
        ("<FOR>away</FOR>", "<FOR>noise</FOR>", "E683"),
        ("<GIVEN>away</GIVEN><TABLE>", "<GIVEN>noise</GIVEN><TABLE>", "E684"),
        ("0.25 0.75", "0.25 0.7", "E682"),
        ("0.25 0.75", "0.25 3/4", "E837"),
        ("<OUTCOME>true</OUTCOME>", "<OUTCOME>false</OUTCOME>", "E837"),
    ],
)
def test_what_is_wrong_is_refused(old, new, code):
    assert old in XMLBIF
    assert refused(read, XMLBIF.replace(old, new)) == code


def test_a_file_cut_anywhere_is_refused():
    for end in range(0, len(XMLBIF.rstrip()), 7):
        assert refused(read, XMLBIF[:end]) == "E837"
