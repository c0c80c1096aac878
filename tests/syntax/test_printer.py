"""Tree to canonical text."""

import pytest

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import WIDTH, print_file
from scm_compiler.syntax.tree import Broken, File


def formatted(text):
    sink = Sink(Source("t.scm", text))
    program = parse(sink.source, sink)
    assert sink.close().ok
    return print_file(program)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n\n#c  \n", "#c\n"),
        ("A:binary", "A : binary\n"),
        ("A:binary()", "A : binary\n"),
        ("{A B}->C", "A, B -> C\n"),
        ('"A" -> "P" -> "x y"', 'A -> "P" -> "x y"\n'),
        ("A->B;C->D", "A -> B\nC -> D\n"),
        ("A -> B\n\n\n\nC -> D", "A -> B\n\nC -> D\n"),
        ("AA -> B\nC -> D", "AA -> B\nC  -> D\n"),
        ("AA : b\nC -> D", "AA : b\nC -> D\n"),
        ("AA -> B\n\nC -> D", "AA -> B\n\nC -> D\n"),
        ("AA -> B # one\nC -> D # two\nE1 -> FFF", "AA -> B  # one\nC  -> D  # two\nE1 -> FFF\n"),
        ("A -> BBB # one\nC -> D # two", "A -> BBB  # one\nC -> D    # two\n"),
        ("A, # x\nB : b", "# x\nA, B : b\n"),
        ("A : c(x,y , k = 3)", "A : c(x, y, k=3)\n"),
        ('A : c("3", 3, "a b", "P", 01)', 'A : c("3", 3, "a b", P, 01)\n'),
        ("A:real(-inf,1e3)", "A : real(-inf, 1e3)\n"),
        ("A:real(-1.5E+3,1e-05)", "A : real(-1.5E+3, 1e-05)\n"),
        ('A : real("-inf", "inf")', "A : real(-inf, inf)\n"),
        ("assert {A B} _||_ C|D", "assert A, B _||_ C | D\n"),
        ("graph  g", "graph g\n"),
    ],
)
def test_forms(text, expected):
    assert formatted(text) == expected
    assert formatted(expected) == expected


def test_rows_are_not_too_long_where_they_can_be_cut():
    names = ", ".join(f"name_{rank}" for rank in range(60))
    rows = formatted(f"{names} : binary\nA -> {names} -> B").splitlines()
    assert len(rows) > 8
    assert max(map(len, rows)) <= WIDTH
    assert [row for row in rows if not row.startswith("    ")] == [rows[0], rows[len(rows) // 2]]


def test_a_program_with_syntax_errors_is_not_printed():
    with pytest.raises(ValueError, match="syntax errors"):
        print_file(File((), (Broken(frozenset()),)))
