"""Tree to graph."""

from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Independence, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.kinds import BUILTIN, NodeKind
from scm_compiler.semantics.lower import lower
from scm_compiler.syntax.parser import parse


def lowered(text, name="t.scm", kinds=BUILTIN):
    sink = Sink(Source(name, text))
    return lower(parse(sink.source, sink), sink.source, sink, kinds), sink.close()


def graph_of(text, **more):
    graph, report = lowered(text, **more)
    assert report.ok, str(report.diagnostics)
    return graph


def found(text):
    """The code of each finding with the text that it marks."""
    _, report = check(Source("t.scm", text))
    return [(d.code, text[d.span.start : d.span.end]) for d in report.diagnostics]


def test_a_graph():
    text = """graph g
    Y, X : binary
    Hair : categorical(black, blond)
    Face : image(3, 8, 4)
    X -> Y; X <-> Hair; Hair <-> Y
    * -> Face
    assert X _||_ Hair, Hair | Y, Y"""
    graph = graph_of(text)
    assert graph == Graph(
        "g",
        (
            Node("Y", "binary", BINARY),
            Node("X", "binary", BINARY),
            Node("Hair", "categorical", Discrete(("black", "blond"))),
            Node("Face", "image", Image(3, 8, 4)),
        ),
        (Edge("X", "Y"), Edge("Y", "Face"), Edge("X", "Face"), Edge("Hair", "Face")),
        (Confounder("Y", "Hair"), Confounder("X", "Hair")),
    )
    assert graph.asserts == (Independence(("X",), ("Hair",), ("Y",)),)


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("A -> B", {"AB"}),
        ("A <- B", {"BA"}),
        ("A -> B -> C", {"AB", "BC"}),
        ("A -> B <- C", {"AB", "CB"}),
        ("A, B -> C, D", {"AC", "AD", "BC", "BD"}),
        ("{A B} -> C -> D", {"AC", "BC", "CD"}),
        ("* -> F", {"AF", "BF", "CF", "DF"}),
        ("F <- *", {"AF", "BF", "CF", "DF"}),
    ],
)
def test_what_edge_statements_mean(text, edges):
    graph = graph_of(f"A, B, C, D : binary; F : image(1, 4, 4)\n{text}")
    assert {edge.source + edge.target for edge in graph.edges} == edges


def test_the_hash_depends_on_the_claim_alone():
    text = "A, B, C : binary\nA -> B\nA, B -> C\nA <-> C"
    other = "# other words\ngraph x; C <-> A; B -> C; A -> {B C}\nA : binary; B, C : binary()"
    third = text.replace("A -> B", "B -> A")
    assert graph_of(text).hash == graph_of(other).hash != graph_of(third).hash


def test_edges_know_where_they_are_written():
    text = "A, B : binary\nA, B -> C, D\nC, D : binary"
    spans = {(e.source, e.target): text[e.span.start : e.span.end] for e in graph_of(text).edges}
    assert spans["A", "D"] == "A, B -> C, D"
    assert spans["B", "C"] == "B -> C"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("dir/my.graph.scm", "my.graph"),
        ("<stdin>", "stdin"),
        ("..scm", "graph"),
        ("a:b.scm", "ab"),
    ],
)
def test_the_file_names_a_graph_without_a_name(file, name):
    assert graph_of("A : binary", name=file).name == name


@pytest.mark.parametrize("name", ["..", "a/b", r"a\b", ".hidden", "a:b", "a\u202eb"])
def test_a_graph_cannot_be_named_like_a_path(name):
    graph, report = lowered(f'graph "{name}"\nA : binary')
    assert graph is None
    assert report.diagnostics[0].code in {"E214", "E106"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # one mistake, one message: nothing follows from what is broken or doubtful
        ("A B : binary\nA -> C\nC : binary", [("E101", "B")]),
        ("A : binry\nB : binary\nA -> B, B", [("E301", "binry")]),
        ("A : binry\nF : image(3, 4, 4)\n* -> F", [("E301", "binry")]),
        ("F : image(3)\nA : binary\nF -> A", [("E302", "image(3)")]),
        ('A : categorical("", b)', [("E302", 'categorical("", b)')]),
        ('A : categorical("a\x1b", b)', [("E302", 'categorical("a\x1b", b)')]),
        ("A - B", [("E101", "-")]),
        # every mistake is told
        ("A : binary\nA -> X, Y", [("E201", "X"), ("E201", "Y")]),
        ("A : binary\nA -> X\nX -> A", [("E201", "X")]),
        ("A, A, A : binary", [("E202", "A"), ("E202", "A")]),
        ("A : binary\nA -> A", [("E203", "A -> A")]),
        ("A, B : binary\nA -> *", [("E203", "A -> *")]),
        ("A, B : binary\nA, B -> B, A", [("E204", "A, B -> B"), ("E203", "A, B -> B, A"),
                                         ("E203", "B -> B")]),
        ("F : image(1, 4, 4)\nA : binary\nF -> A\nA -> F", [("E205", "F -> A")]),
        ("F : image(1, 4, 4)\nA, B : binary\nF -> *", [("E205", "F -> *")]),
        ("F : image(1, 4, 4)\nF -> F", [("E203", "F -> F")]),
        ("A, B : binary\nA -> B; A -> B; B <- A", [("W201", "A -> B"), ("W201", "B <- A")]),
        ("A, B : binary\nassert A _||_ A | Q", [("E211", "A"), ("E201", "Q")]),
        ("Straße, STRASSE : binary\nStraße -> STRASSE", [("W204", "STRASSE")]),
        # notes only where they help
        ("A : binary", []),
        ("A, B : binary", []),
        ("A, B, C : binary\nA -> B", [("N201", "C")]),
        ("A, B, C : binary\nA <-> B", [("N201", "C")]),
        ("A, B, C : binary\nA -> X", [("E201", "X")]),
        ("A : binary; F : image(1, 4, 4)", [("W203", "F")]),
        # assertions
        ("A, B, C : binary\nA -> B -> C\nassert A _||_ C | B", []),
        ("A, B : binary\nassert A _||_ B", []),
        ("A, B : binary\nA <-> B\nassert A _||_ B", [("E210", "assert A _||_ B")]),
        ("A, B : binary\nA -> B\nassert identified P(B=1 | do(A=1))", []),
        ("A, B : binary\nA -> B\nassert identified P(B | do(A))", []),
        ('"a)", "b=c", "do(d", F : binary\n"a)", "b=c", "do(d" -> F\n'
         'assert identified P(F, "do(d" | do("a)", "b=c"))', []),
        ("A, B : binary\nA -> B\nassert identified P(B[A=1]=1 | A=0)", []),
        ("A : binary; F : image(1, 4, 4)\nA -> F\nassert identified P(F | do(A))",
         [("N202", "assert identified P(F | do(A))")]),
        ("A : binary\nassert identified P(A | do(Q=1))", [("E201", "P(A | do(Q=1))")]),
        ("A : binary\nassert identified P(A=7)", [("E411", "P(A=7)")]),
        ("A, B : binary\nA -> B\nassert identified P(B=7 | do(A=9))",
         [("E411", "P(B=7 | do(A=9))"), ("E411", "P(B=7 | do(A=9))")]),
        ("A : binary\nH : categorical(a, b)\nA -> H\nassert identified P(A[A=H[A=1]]=0)",
         [("E451", "P(A[A=H[A=1]]=0)")]),
        ("A : binary\nH : categorical(a, b)\nH -> A\nassert identified P(A[A=0] | do(H))", []),
    ],
)  # fmt: skip
def test_findings(text, expected):
    assert found(text) == expected


def test_too_many_edges_are_refused_before_they_are_written_out():
    names = ", ".join(f"A{rank}" for rank in range(2_000))
    assert [code for code, _ in found(f"{names} : binary\n{names} -> {names}")] == ["E213"]


def test_a_kind_of_a_package():
    count = NodeKind("count", lambda most: Discrete(tuple(map(str, range(most + 1)))), "pkg")
    graph = graph_of("A : count(3)\nB : count(most=1)", kinds=BUILTIN.extended(count))
    assert [node.domain.size for node in graph.labels] == [4, 2]


NAMES = [f"N{rank}" for rank in range(8)]
PAIRS = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20)


@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_cycles_are_found_as_networkx_finds_them(pairs):
    pairs = {(a, b) for a, b in pairs if a != b}
    text = f"{', '.join(NAMES)} : binary\n" + "\n".join(f"{a} -> {b}" for a, b in sorted(pairs))
    graph, report = lowered(text)
    drawn = nx.DiGraph(sorted(pairs))
    cycles = [d for d in report.diagnostics if d.code == "E204"]
    knots = [knot for knot in nx.strongly_connected_components(drawn) if len(knot) > 1]
    assert len(cycles) == len(knots)
    assert (graph is None) == bool(knots)
    for cycle in cycles:
        ends = (*cycle.names, cycle.names[0])
        assert set(pairwise(ends)) <= pairs
        assert len(set(cycle.names)) == len(cycle.names)
        written = [text[span.start : span.end] for span in cycle.edges]
        assert written == [f"{a} -> {b}" for a, b in pairwise(ends)]
    if graph is not None:
        assert nx.is_directed_acyclic_graph(
            nx.DiGraph([(e.source, e.target) for e in graph.edges])
        )
        assert {(e.source, e.target) for e in graph.edges} == pairs


def test_a_cycle_of_many_nodes_is_told_whole():
    size = 3_000
    names = [f"V{rank}" for rank in range(size)]
    chain = " -> ".join([*names, names[0]])
    _, report = lowered(f"{', '.join(names)} : binary\n{chain}")
    (cycle,) = report.diagnostics
    assert cycle.names == tuple(names)
    assert len(cycle.labels()) == size - 1
    assert len(cycle.message()) < 200
