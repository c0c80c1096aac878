"""From a text in DOT or dagitty to a graph: unobserved nodes, directions, kinds, marks."""

from itertools import combinations

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.identify.separation import separated
from scm_compiler.interop import read_dagitty, read_dot


def codes(document):
    return [found.code for found in document.report.diagnostics]


def graph_of(text, read=read_dagitty):
    return read(Source("t", text), "t").graph


def refused(text, read=read_dagitty):
    with pytest.raises(ScmError) as refusal:
        read(Source("t", text), "t")
    assert refusal.value.exit_code == 2
    return {found.code for found in refusal.value.diagnostics}


def same(graph, program):
    return graph.hash == parse_text(program).hash


def test_an_unobserved_common_cause_becomes_an_arrow_with_two_heads():
    document = read_dagitty(Source("t", "dag { U [latent] U -> {A B} A -> B }"))
    assert same(document.graph, "A, B : binary\nA -> B\nA <-> B")
    assert "W821" in codes(document)
    for mark in ("u", "l", "unobserved", "observed=no"):
        assert same(graph_of(f"dag {{ U [{mark}] U -> {{A B}} }}"), "A, B : binary\nA <-> B")


def test_three_children_share_a_cause_two_by_two():
    graph = graph_of("dag { U [latent] U -> {A B C} }")
    assert same(graph, "A, B, C : binary\nA <-> B\nA <-> C\nB <-> C")


def test_an_unobserved_mediator_passes_its_causes_on():
    assert same(graph_of("dag { A -> U -> B U [latent] }"), "A, B : binary\nA -> B")
    both = "dag { A -> U -> {B C} U [latent] U -> V -> D V [latent] }"
    assert same(
        graph_of(both),
        "A, B, C, D : binary\nA -> B, C, D\nB <-> C\nB <-> D\nC <-> D",
    )


def test_the_projection_separates_what_the_text_separates():
    """d-separation among observed nodes, before and after, for every pair and set."""
    text = "dag { %s A -> U -> B; U -> C; C -> D; V -> {B D}; W -> V; D -> E; A -> E }"
    whole, left = graph_of(text % ""), graph_of(text % "U [latent] V [latent] W [latent];")
    names = [node.name for node in left.nodes]
    assert names == ["A", "B", "C", "D", "E"]
    for one, other in combinations(names, 2):
        rest = [name for name in names if name not in (one, other)]
        for size in range(len(rest) + 1):
            for given in combinations(rest, size):
                asked = ((one,), (other,), given)
                assert separated(left, *asked) == separated(whole, *asked), asked


def test_directions_of_dot():
    text = "digraph { a -> b [dir=back]; c -> d [dir=both]; c -> d; e -> f [dir=forward] }"
    graph = graph_of(text, read_dot)
    assert same(graph, "a, b, c, d, e, f : binary\nb -> a\nc -> d\ne -> f\nc <-> d")
    assert same(graph_of("graph { a -- b [dir=forward] }", read_dot), "a, b : binary\na -> b")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dag { A -- B }", "E822"),
        ("pdag { A -> B; B @-> C }", "E822"),
        ("digraph { A -> B [dir=none] }", "E822"),
        ("mag { A -> B }", "E823"),
        ("pag { A @-@ B }", "E823"),
        ('dag { A [kind="categorical(x"] A -> B }', "E825"),
        ('dag { A [kind="x : y"] A -> B }', "E825"),
        ('dag { A [kind="ternary"] A -> B }', "E301"),
        ('dag { A [kind="categorical(x)"] A -> B }', "E302"),
        ('dag { A [kind="image(3, 8, 8)"] A -> B }', "E205"),
        ("dag { A -> B -> C -> A }", "E204"),
        ("dag { A -> A }", "E203"),
        ("dag { A <-> A }", "E207"),
        ("dag { }", "E208"),
        ("dag { U [latent] U -> U2 }", None),
    ],
)
def test_what_is_no_causal_graph_is_refused(text, code):
    if code is None:
        assert graph_of(text).by_name.keys() == {"U2"}
    else:
        assert refused(text) == {code}


def test_what_is_wrong_is_shown_in_the_file():
    with pytest.raises(ScmError, match=r"g.dot:2:1\n") as refusal:
        read_dot(Source("g.dot", "digraph {\nA -> B;\nB -> A\n}"))
    assert refusal.value.diagnostics[0].code == "E204"


def test_kinds_are_read_and_their_absence_is_told():
    told = 'H [kind="categorical(black, \\"x\\")"] F [kind="image(3, 8, 8)"]'
    document = read_dagitty(Source("t", f"dag {{ {told} H -> F }}"))
    assert same(document.graph, "H : categorical(black, x)\nF : image(3, 8, 8)\nH -> F")
    assert codes(document) == []
    assert codes(read_dagitty(Source("t", "A -> B"))) == ["W823"]


def test_marks_and_selection():
    text = "dag { X [exposure] Y [outcome,adjusted] S [selected] X -> Y -> S <- Z [pos=x] }"
    document = read_dagitty(Source("t", text))
    assert document.marked("exposure") == ("X",)
    assert document.marked("outcome") == document.marked("adjusted") == ("Y",)
    assert codes(document) == ["W823", "W822"]
    assert document.positions == {}


def test_a_name_that_is_no_folders_is_made_one():
    assert graph_of('dag "a/b" { A -> B }').name == "ab"
    assert graph_of('dag "//" { A -> B }').name == "graph"


def test_labels_are_the_names_of_nodes_that_are_counted():
    """As causal-learn writes what it found; where names are words, labels are how they look."""
    counted = 'digraph { 7 [label="Sun"]; 8 [label=Tan]; 7 -> 8 [dir=both, arrowtail=none] }'
    assert same(graph_of(counted, read_dot), "Sun, Tan : binary\nSun -> Tan")
    for label in ("Sun", "<b>x</b>", r"\N", "two\\nlines", ""):
        text = f'digraph {{ 7 [label="Sun"]; 8 [label="{label}"]; 7 -> 8 }}'
        assert same(graph_of(text, read_dot), "7, 8 : binary\n7 -> 8"), label
    words = read_dot(Source("t", 'digraph { s [label="Sun"]; s -> t [label="tans"] }'))
    assert same(words.graph, "s, t : binary\ns -> t")
    assert codes(words) == ["W823", "W840"]


@pytest.mark.parametrize(
    ("said", "latent"),
    [
        ("latent", True), ("hidden=true", True), ("unobserved=1", True), ("observed=No", True),
        ("latent=no", False), ("hidden=0", False), ("observed=yes", False), ("observed", False),
        ("latent=maybe", None), ("observed=partly", None), ("latnet", None), ("obsreved=no", None),
        ("u", True), ("u=1", False), ("layer=1", False),
    ],
)  # fmt: skip
def test_what_says_whether_a_node_is_observed(said, latent):
    text = f"digraph {{ U [{said}]; U -> A; U -> B }}"
    if latent is None:
        assert refused(text, read_dot) == {"E841"}
    else:
        hidden, seen = "A, B : binary\nA <-> B", "U, A, B : binary\nU -> A, B"
        assert same(graph_of(text, read_dot), hidden if latent else seen)


def test_many_nodes_that_are_left_out_are_one_warning():
    nodes = "; ".join(f"U{rank} [latent]; U{rank} -> {{A{rank} B{rank}}}" for rank in range(20))
    document = read_dagitty(Source("t", f"dag {{ {nodes} }}"))
    found = [one for one in document.report.diagnostics if one.code == "W821"]
    (warning,) = found
    assert warning.message() == (
        "`U0` and 19 more are unobserved and were left out: "
        "`A0 <-> B0`, `A1 <-> B1`, `A2 <-> B2`, … stand for them"
    )
