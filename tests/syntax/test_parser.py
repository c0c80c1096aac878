"""Source text to tree."""

import pytest

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.syntax.parser import MOST_ERRORS, parse
from scm_compiler.syntax.tree import (
    Argument,
    Declaration,
    Edges,
    Header,
    Identified,
    Independent,
    Kind,
    Line,
    Name,
    Star,
)

BINARY = Kind("binary")


def parsed(text):
    sink = Sink(Source("t.scm", text))
    program = parse(sink.source, sink)
    assert sink.close().diagnostics == ()
    return program


def statements(text):
    return list(parsed(text).statements)


def broken(text):
    sink = Sink(Source("t.scm", text))
    program = parse(sink.source, sink)
    return program, [(d.code, text[d.span.start : d.span.end]) for d in sink.close().diagnostics]


def names(text):
    return tuple(Name(name) for name in text.split())


def test_one_of_each_statement():
    text = """graph g
    A, B : binary
    A -> B
    assert A _||_ B | C, D
    assert identified P(B | do(A))"""
    assert statements(text) == [
        Header(Name("g")),
        Declaration(names("A B"), BINARY),
        Edges((names("A"), names("B")), ("->",)),
        Independent(names("A"), names("B"), names("C D")),
        Identified("P(B | do(A))"),
    ]


@pytest.mark.parametrize(
    ("text", "sides", "arrows"),
    [
        ("A -> B -> C", ["A", "B", "C"], ["->", "->"]),
        ("A <- B <-> C", ["A", "B", "C"], ["<-", "<->"]),
        ("A, B -> C, D", ["A B", "C D"], ["->"]),
        ("{A B} -> {C, D}", ["A B", "C D"], ["->"]),
        ("{A}, B -> C", ["A B", "C"], ["->"]),
        ("A->B", ["A", "B"], ["->"]),
        ("5_o_Clock_Shadow -> 64", ["5_o_Clock_Shadow", "64"], ["->"]),
        ("Ж -> naïve", ["Ж", "naïve"], ["->"]),
    ],
)
def test_edges(text, sides, arrows):
    expected = Edges(tuple(names(side) for side in sides), tuple(arrows))
    assert statements(text) == [expected]


def test_star_stands_beside_names():
    (edges,) = statements('*, {"x y" *} -> B')
    assert edges.sides[0] == (Star(), Name("x y"), Star())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("image(3, 64, 64)", [3, 64, 64]),
        ("c(-1, 1, 0.5)", [-1, 1, 0.5]),
        ("c(01, 1.50, 1e5, -0)", ["01", "1.50", "1e5", "-0"]),
        ('c("3", P, graph, 5_o, "a b")', ["3", "P", "graph", "5_o", "a b"]),
        ("c(a,\n  # why\n  b,\n)", ["a", "b"]),
        ("c()", []),
        (f"c({'9' * 5000})", ["9" * 5000]),
    ],
)
def test_arguments_of_kinds(text, values):
    (declaration,) = statements(f"A : {text}")
    found = [argument.value for argument in declaration.kind.arguments]
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_arguments_with_names():
    (declaration,) = statements("A : image(3, height=64, width=32)")
    assert declaration.kind.arguments == (
        Argument(3),
        Argument(64, "height"),
        Argument(32, "width"),
    )


@pytest.mark.parametrize("text", ["A : graph", "A : P", "A : do(1)", "A : c(E=1)"])
def test_kinds_and_keys_may_be_reserved_words(text):
    assert len(statements(text)) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("A : binary; B : binary", 2),
        ("A : binary;;\n;B : binary;", 2),
        ("A,\nB : binary", 1),
        ("A ->\n\n  # comment\nB", 1),
        ("A <->\nB", 1),
        ("{A\nB} -> C", 1),
        ("A : binary\r\nB : binary\r\n", 2),
        ("\tA\t:\tbinary\t", 1),
        ("", 0),
        ("\n\n# only\n", 0),
        ("assert identified P(A |\n do(B))", 1),
    ],
)
def test_where_statements_end(text, count):
    assert len(statements(text)) == count


def test_spans_are_character_offsets():
    text = "# ü\nAA, B -> C"
    (edges,) = statements(text)
    assert text[edges.span.start : edges.span.end] == "AA, B -> C"
    assert [text[m.span.start : m.span.end] for m in edges.sides[0]] == ["AA", "B"]


def test_span_of_a_declaration_ends_with_its_bracket():
    text = "A : c(x, y)  # c"
    (declaration,) = statements(text)
    assert text[declaration.span.start : declaration.span.end] == "A : c(x, y)"
    assert text[declaration.kind.span.start : declaration.kind.span.end] == "c(x, y)"


def test_spans_do_not_matter_to_equality():
    assert parsed("A:binary") == parsed("  A   :  binary ")


def test_comments_and_empty_lines_are_kept():
    program = parsed("\n\n# one  \n\n\n\nA : b # two\nC : b; # three\n# four\nD,# five\nF : b\n")
    assert program.lines == (
        Line(None, "# one"),
        Line(Declaration(names("A"), Kind("b")), "# two", spaced=True),
        Line(Declaration(names("C"), Kind("b")), "# three"),
        Line(None, "# four"),
        Line(None, "# five"),
        Line(Declaration(names("D F"), Kind("b"))),
    )


def test_every_broken_statement_is_told_and_the_rest_is_read():
    program, found = broken("A B : binary\nC : binary\nD\nH - F\nG : binary")
    assert found == [("E101", "B"), ("E101", ""), ("E101", "-")]
    assert [s.names for s in program.statements] == [names("C"), names("G")]


def test_words_of_broken_statements_are_remembered():
    program, _ = broken('A "x y" : binary\n"open : binary')
    assert {"A", "x y", "open"} <= {word for b in program.broken for word in b.words}


@pytest.mark.parametrize(
    ("text", "bracket", "left"),
    [
        ("F : image(3, 64\nA -> B\nC : binary", "(", 2),
        ("{A B -> C\nA -> B", "{", 1),
        ("{A,\n B\nA -> B", "{", 1),
        ("A : c(x\n", "(", 0),
        ("assert identified P(A\nassert A _||_ B", "(", 1),
    ],
)
def test_an_unclosed_bracket_swallows_nothing(text, bracket, left):
    program, found = broken(text)
    assert found == [("E103", bracket)]
    assert len(program.statements) == left


def test_reading_stops_after_many_errors():
    program, found = broken(")\n" * (MOST_ERRORS + 50) + "A : binary")
    assert len(found) == MOST_ERRORS + 1
    assert found[-1][0] == "E111"
    assert program.statements == ()


@pytest.mark.parametrize("text", ["(" * 10_000, "{" * 10_000 + ":", "(:" * 10_000, "A," * 10_000])
def test_deep_garbage_is_one_error(text):
    assert len(broken(text)[1]) == 1


def test_the_query_of_a_claim_is_one_line():
    (claim,) = statements("assert identified P( Y  |\n  do( X=1 ) ,Z)")
    assert claim.query == "P(Y | do(X=1),Z)"
