"""Lists of edges."""

import networkx as nx
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import read_document
from scm_compiler.interop.edge_list import read_edges

CHAIN = "A, B, C : binary\nA -> B -> C"


def read(text):
    return read_edges(Source("g.edges", text), "g").graph


@pytest.mark.parametrize(
    "text",
    [
        "A -> B\nB -> C\n",
        "A -> B -> C",
        "A -> B\n\n# a remark\nC <- B",
        "A,B\nB,C\n",
        "A;B\nB;C\n",
        "A\tB\r\nB\tC".replace("\r", ""),
        "A B\nB C\n",
        "from,to\nA,B\nB,C",
        "weight,Effect,cause\n0.5,B,A\n-1,C,B\n",
        "A B 0.5\nB C 2\n",
        "A B {'weight': 0.5}\nB C {}\n",
        "Graph Nodes:\nA;B;C\n\nGraph Edges:\n1. A --> B\n2. B --> C\n\nGraph Attributes:\nx",
    ],
)
def test_the_forms_that_people_have(text):
    assert read(text).hash == parse_text(CHAIN).hash


def test_a_type_or_an_arrow_says_what_an_edge_is():
    expected = parse_text("A, B, C : binary\nA -> B\nB <-> C").hash
    assert read("source,target,type\nA,B,directed\nC,B,bidirected\n").hash == expected
    assert read("A -> B\nB <-> C").hash == expected
    assert read('A -> B\n"C" <-> B\nB <-> C').hash == expected


def test_networkx_writes_what_is_read(tmp_path):
    found = nx.DiGraph([("a", "b"), ("a", "c"), ("b", "c")])
    nx.write_edgelist(found, tmp_path / "g.edgelist")
    graph = read_document(tmp_path / "g.edgelist").graph
    assert {(edge.source, edge.target) for edge in graph.edges} == set(found.edges)


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("cause,effect\nA,B\n", 1),
        ("A,B\nB,C\n", 2),
        ("A,B\n0,1\n0,0\n", 1),
        ("A,B\nTrue,False\nFalse,False", None),
        ('"x y",B\nB,C\n', 2),
        (",A,B\nA,0,1\nB,0,0\n", 1),
        ("A,B\n0,0\n1,0\n", 1),
    ],
)
def test_a_csv_file_is_a_matrix_or_a_list(tmp_path, text, edges):
    (tmp_path / "g.csv").write_text(text)
    if edges is None:
        with pytest.raises(ScmError, match="E203"):
            read_document(tmp_path / "g.csv")
    else:
        assert len(read_document(tmp_path / "g.csv").graph.edges) == edges


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "E821", 1),
        ("# nothing\n", "E821", 1),
        ("A -> B\nThe cat sat on it\n", "E821", 2),
        ("A,B\nC\n", "E821", 2),
        ("A,B\nC,\n", "E821", 2),
        ("A -> B\nB --- C", "E822", 2),
        ("A o-> B", "E822", 1),
        ("A -> B\nB -> A", "E204", 1),
        ("A -> A", "E203", 1),
    ],
)
def test_what_is_wrong_has_its_line(text, code, line):
    with pytest.raises(ScmError) as refusal:
        read(text)
    assert refusal.value.exit_code == 2
    (report,) = refusal.value.reports
    found = report.diagnostics[0]
    assert (found.code, report.source.position(found.span.start).line) == (code, line)
