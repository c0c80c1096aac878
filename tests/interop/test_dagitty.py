"""dagitty: the six textbook graphs, in and out, beside another reader."""

import pytest

from scm_compiler.compiler import load, parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import Document, dagitty_text, dot_text, read_dagitty, read_dot
from scm_compiler.interop.document import read_text, stem

GRAPHS = ["Acid_1996", "Didelez_2010", "M-bias", "confounding", "mediator", "paths"]


@pytest.fixture(params=GRAPHS)
def path(shared_data, request):
    return shared_data / "bn" / "dagitty" / f"{request.param}.txt"


def test_the_textbook_graphs_come_back(path):
    document = read_dagitty(read_text(path), stem(path))
    again = read_dagitty(Source("t", dagitty_text(document)), stem(path))
    assert again.graph == document.graph
    assert len(document.positions) == len(document.graph.nodes)
    assert (again.positions, again.bends) == (document.positions, document.bends)
    assert again.marks == document.marks
    assert len(document.marked("exposure")) == len(document.marked("outcome")) == 1


def test_positions_go_to_dot_and_back(path):
    document = read_dagitty(read_text(path), stem(path))
    dot = read_dot(Source("t", dot_text(document)), stem(path))
    assert dot.graph == document.graph
    again = read_dagitty(Source("t", dagitty_text(dot)), stem(path))
    assert (again.graph, again.positions) == (document.graph, document.positions)
    assert again.bends == document.bends


def test_the_edges_are_those_that_the_file_lists(path):
    """Against the lines themselves: each edge of these files stands on a line of its own."""
    graph = read_dagitty(read_text(path), stem(path)).graph
    lines = [line.partition(" [")[0].split() for line in path.read_text().splitlines()]
    arrows = {tuple(words) for words in lines if len(words) == 3}
    pairs = {(one, other) for one, arrow, other in arrows if arrow == "->"}
    hidden = {frozenset((one, other)) for one, arrow, other in arrows if arrow == "<->"}
    assert {(edge.source, edge.target) for edge in graph.edges} == pairs
    assert {frozenset((pair.left, pair.right)) for pair in graph.confounders} == hidden


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pgmpy_reads_what_is_written(path):
    base = pytest.importorskip("pgmpy.base")
    document = read_dagitty(read_text(path), stem(path))
    if document.graph.confounders:
        pytest.skip("a DAG of pgmpy has no edges with two heads")
    found = base.DAG.from_dagitty(dagitty_text(document))
    assert set(found.edges) == {(e.source, e.target) for e in document.graph.edges}


def test_what_is_written():
    text = 'H : categorical(black, "light brown")\n"P", "a b", Node, "graph" : binary\n'
    document = Document(
        parse_text(text + 'H -> "a b"\n"P" <-> Node\n', "g"),
        positions={"H": (0.5, -1.0)},
        marks={"H": frozenset({"exposure"})},
    )
    assert dagitty_text(document).splitlines() == [
        "dag {",
        'H [exposure, pos="0.5,-1", kind="categorical(black, \\"light brown\\")"]',
        "P",
        '"a b"',
        '"Node"',
        '"graph"',
        'H -> "a b"',
        'P <-> "Node"',
        "}",
    ]


def test_a_name_that_ends_in_a_backslash_is_refused():
    graph = parse_text('"A\\" : binary')
    with pytest.raises(ScmError) as refusal:
        dagitty_text(Document(graph))
    assert refusal.value.diagnostics[0].code == "E827"


def test_an_image_and_its_labels_come_back():
    graph = load("celeba_g1")
    again = read_dagitty(Source("t", dagitty_text(Document(graph))), "celeba_g1")
    assert again.graph == graph
    assert again.marks == {}
