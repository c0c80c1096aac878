"""Names, hover, completion, outline and renaming of programs, whole and broken."""

import pytest

from scm_compiler.diagnostics import Sink, Source, Span
from scm_compiler.editor.completion import complete
from scm_compiler.editor.document import opened
from scm_compiler.editor.edit import edited
from scm_compiler.editor.hover import hover
from scm_compiler.editor.outline import lenses, outline
from scm_compiler.editor.renaming import renamed
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import parse

from .programs import TEXTS

PROGRAM = """graph taste
Young, "7 up" : binary
Hair          : categorical(black, "light brown")
Face          : image(3, 8, 8)

Young  ->  "7 up", Face
Young <-> Hair
Hair   ->  Face  # Young
assert identified P("7 up"=1 | do(Young=1))
"""


def at(text, n=1):
    """The offset of the n-th occurrence in the program."""
    place = -1
    for _ in range(n):
        place = PROGRAM.index(text, place + 1)
    return place + 1


def in_the_tree(text):
    """Names and their places by the tree, without those in queries."""
    for statement in parse(Source("p", text), Sink()).statements:
        match statement:
            case tree.Declaration(names):
                yield from names
            case tree.Edges(sides):
                yield from (m for side in sides for m in side if isinstance(m, tree.Name))
            case tree.Independent(left, right, given):
                yield from (*left, *right, *given)


@pytest.mark.parametrize("name", TEXTS)
def test_names_are_where_the_tree_has_them(name):
    document = opened(TEXTS[name])
    expected = {(found.text, found.span) for found in in_the_tree(document.text)}
    found = {(mention.name, mention.span) for mention in document.mentions}
    assert expected <= found
    queries = [s.span for s in document.program.statements if isinstance(s, tree.Identified)]
    inside = [m for m in document.mentions if any(s.start < m.span.start < s.end for s in queries)]
    if not document.program.broken:
        assert {(m.name, m.span) for m in inside} == found - expected


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_fails_anywhere_in_a_program(name):
    document = opened(TEXTS[name][:2000])
    for offset in range(0, len(document.text) + 1, 7):
        hover(document, offset)
        complete(document, offset)
    list(outline(document))
    lenses(document)


def test_hovering_over_a_node_tells_its_place_in_the_graph():
    found = hover(opened(PROGRAM), at('"7 up"', 2))
    assert found.markdown == "**`7 up`** : `binary`, `0`, `1`\n\ncauses `Young`"
    assert PROGRAM[found.span.start : found.span.end] == '"7 up"'
    found = hover(opened(PROGRAM), at("Young"))
    assert "effects `7 up`, `Face`" in found.markdown
    assert "hidden common causes with `Hair`" in found.markdown


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (at("graph"), "`graph NAME`"),
        (at("image"), "`image(channels, height, width)`"),
        (at("identified"), "`assert identified"),
        (at("do("), "is held"),
        (at("# Young") + 2, None),
        (at("->"), None),
    ],
)
def test_hovering_over_a_word_tells_its_meaning(place, said):
    found = hover(opened(PROGRAM), place)
    assert found is None if said is None else said in found.markdown


def test_hovering_over_an_error_shows_the_page_of_its_code():
    found = hover(opened("A : binary\nA -> A\n"), 11)
    assert "**E203**: An edge leads from a node to itself." in found.markdown
    assert "**What to do**" in found.markdown
    assert "```" not in found.markdown


def test_renaming_keeps_quotes_right():
    edits = renamed(opened(PROGRAM), at('"7 up"'), "Cola")
    text = edited(PROGRAM, edits)
    assert "Young, Cola : binary" in text
    assert "P(Cola=1 | do(Young=1))" in text
    assert "7 up" not in text
    text = edited(PROGRAM, renamed(opened(PROGRAM), at("Young", 2), "given name"))
    assert text.count('"given name"') == 4
    assert "# Young" in text
    assert opened(text).report.ok


@pytest.mark.parametrize(
    ("new", "reason"),
    [("Hair", "already"), ("", "empty"), ('a"b', "double quote"), ("a\tb", "printed")],
)
def test_a_name_that_will_not_do_is_refused(new, reason):
    with pytest.raises(ValueError, match=reason):
        renamed(opened(PROGRAM), at("Young"), new)


def test_a_value_is_not_a_name():
    text = "black, Hair : categorical(black, blond)\nassert identified P(Hair=black)\n"
    names = [mention.span.start for mention in opened(text).mentions if mention.name == "black"]
    assert names == [0]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("", ["graph ", "assert "]),
        (
            "A : ",
            [
                *("binary", "categorical(low, high)", "ordinal(low, mid, high)"),
                *("binned(30, 60)", "real", "image(3, 64, 64)"),
            ],
        ),
        ("A : im", ["image(3, 64, 64)"]),
        ("A, B : binary\n", ["graph ", "assert ", "A", "B"]),
        ("graph g\nA, B : binary\nA -> ", ["B", "*"]),
        ('"7 up", B : binary\nB -> "7', ['"7 up"']),
        ("A, B : binary\nassert ", ["identified ", "A", "B"]),
        ("A, B : binary\nassert identified ", ["P(B | do(A))", "ATE(A -> B)"]),
        ("A, B : binary\nassert identified P(A | ", ["do(", "A", "B"]),
        (
            'B : categorical(x, "y z")\nassert identified P(B=',
            ["x", '"y z"'],
        ),
        ("A : binary # A", []),
        ("graph ", []),
    ],
)
def test_what_may_be_typed(text, offered):
    assert [found.text for found in complete(opened(text), len(text))] == offered


def test_the_outline_holds_graph_nodes_and_assertions():
    entries = [(entry.name, entry.detail, entry.sort) for entry in outline(opened(PROGRAM))]
    assert entries == [
        ("taste", "", "graph"),
        ("Young", "binary", "node"),
        ("7 up", "binary", "node"),
        ("Hair", 'categorical(black, "light brown")', "node"),
        ("Face", "image(3, 8, 8)", "node"),
        ('assert identified P("7 up"=1 | do(Young=1))', "", "assert"),
    ]


def test_the_lens_counts_the_graph():
    (lens,) = lenses(opened(PROGRAM))
    assert lens.text == "3 labels, 1 image, 3 edges, 1 hidden common cause, 2 levels"
    assert lens.span == Span(0, 11)
    assert lenses(opened("A -> A\n")) == ()
