"""Reading DOT and dagitty: what either grammar allows, and what people have in files."""

import contextlib
import time

import pytest

from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop.graph_text import DEEPEST, MOST_EDGES, read_graph_text


def read(text):
    return read_graph_text(Source("t", text))


def edges(text):
    return [(e.left.text, e.arrow, e.right.text) for e in read(text).edges]


def refused(text):
    with pytest.raises(ScmError) as refusal:
        read(text)
    assert refusal.value.exit_code == 2
    (found,) = refusal.value.diagnostics
    return found


def test_chains_groups_and_subgraphs():
    assert edges("dag { A -> B <- C }") == [("A", "->", "B"), ("B", "<-", "C")]
    assert edges("dag { {A B} -> {C D} }") == [
        ("A", "->", "C"), ("A", "->", "D"), ("B", "->", "C"), ("B", "->", "D"),
    ]  # fmt: skip
    assert edges("digraph { subgraph s { a -> b } -> c }") == [
        ("a", "->", "b"), ("a", "->", "c"), ("b", "->", "c"),
    ]  # fmt: skip
    assert edges("dag{A->B->C<->D}")[2] == ("C", "<->", "D")


def test_a_text_of_arrows_needs_no_header():
    assert edges("X -> Y\nY <- Z\n") == [("X", "->", "Y"), ("Y", "<-", "Z")]
    assert refused("X, Y and nothing else").code == "E821"


def test_headers_and_names():
    for header in ("dag", "DAG", "digraph", "strict digraph", "graph", "pdag"):
        found = read(f'{header} "my graph" {{ a -> b }}')
        assert (found.header, found.name) == (header.split()[-1].lower(), "my graph")


def test_attributes_with_and_without_values():
    found = read('dag { bb="0,0,1,1" X [exposure, pos="1,2"] [l=1; w]; Y [label="a, b"] X -> Y }')
    assert found.attributes["X"] == {"exposure": "", "pos": "1,2", "l": "1", "w": ""}
    assert found.attributes["Y"] == {"label": "a, b"}


def test_defaults_hold_in_their_braces():
    text = "digraph { { edge [dir=both] node [latent] a -> b } c -> d; edge [dir=back] d -> e }"
    found = read(text)
    assert [e.attributes.get("dir") for e in found.edges] == ["both", None, "back"]
    assert [name for name, said in found.attributes.items() if "latent" in said] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("digraph { <5 -> b }", "<5"),
        ("digraph { Asy/Patch -> b }", "Asy/Patch"),
        ("digraph { Node -> b; node [shape=box] }", "Node"),
        ("digraph { node -> b }", "node"),
        ('digraph { "node" [a=b]; "node" -> b }', "node"),
        ('digraph { "a \\"b\\" -> c" -> b }', 'a "b" -> c'),
        ('digraph { "a" + "b" -> b }', "ab"),
        ('digraph { "a\\\nb" -> b }', "ab"),
        ("digraph { 5_o_Clock -> b }", "5_o_Clock"),
        ("dag { -5 -> b }", "-5"),
        ("digraph { été -> b }", "été"),
        ("digraph { a:port:ne -> b:w }", "a"),
        ("digraph { a-b->b }", "a-b"),
    ],
)
def test_names(text, name):
    assert next(iter(read(text).nodes)) == name
    assert edges(text)[0] == (name, "->", "b")


def test_comments_of_three_sorts():
    text = "# first\ndigraph { // -> x\n a /* -> y\n z */ -> b # -> c\n # d\n\tb [color=#ffffff] }"
    assert (list(read(text).nodes), edges(text)) == (["a", "b"], [("a", "->", "b")])


def test_markup_is_one_value():
    text = "digraph { a [label=<<b>x</b> &rarr; <i>y</i>>, color=red]; a -> b }"
    assert read(text).attributes["a"] == {"label": "<<b>x</b> &rarr; <i>y</i>>", "color": "red"}


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "dag", "dag {", "dag { A -> }", "dag { -> A }", "dag { A -> B ]", "dag } {",
        'dag { "A -> B }', "dag { A [pos= }", "dag { A [= b] }", "dag { A [a=<b] }",
        "dag { A /* -> B }", "dag { A -> B } and more", "dag { = }", "subgraph { A -> B",
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_place(text):
    found = refused(text)
    assert found.code == "E821"
    assert 0 <= found.span.start <= len(text)


def test_what_says_too_much_is_refused_at_once():
    assert refused("dag {" + "{" * (DEEPEST + 1) + "A -> B").code == "E824"
    many = " ".join(f"n{number}" for number in range(2000))
    started = time.perf_counter()
    found = refused(f"dag {{ {{{many}}} -> {{{many}}} }}")
    assert (found.code, f"{MOST_EDGES:,}" in found.message()) == ("E824", True)
    assert time.perf_counter() - started < 5


PIECES = [
    '"',
    "#",
    "<",
    "{",
    "[",
    "a:",
    "/*",
    "\\",
    "->",
    "a -> ",
    "=",
    "@",
    "a[b=<",
    "\n",
    "<x",
    "%",
    "o->",
    "dagitty(",
    "a ",
    "import\n",
    "graph\n",
]


@pytest.mark.parametrize("piece", PIECES)
def test_reading_garbage_takes_linear_time(piece):
    started = time.perf_counter()
    for text in (piece * 20_000, "digraph {" + piece * 20_000):
        with contextlib.suppress(ScmError):
            read(text)
    assert time.perf_counter() - started < 10
