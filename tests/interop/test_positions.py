"""Positions in the comments of a program."""

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.interop.positions import positions_of, remarks
from scm_compiler.semantics.program import program_text
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file


def positions(text):
    source = Source("t", text)
    return positions_of(parse(source, Sink(source)))


def test_they_survive_writing_and_formatting():
    found = {"A": (-1.973, 0.0), "b c": (1e6, 0.000001)}
    graph = parse_text('A, "b c", D : binary\nA -> D')
    text = program_text(graph, remarks(found))
    source = Source("t", text)
    assert positions(text) == found
    assert positions(print_file(parse(source, Sink(source)))) == found


def test_other_comments_say_nothing():
    assert positions("A : binary # at home\nB, C : binary # at 1, 2\nD : binary # at 1, x\n") == {}
    assert positions("# at 1, 2\nA : binary\nA -> B # at 1, 2\n") == {}
