"""Queries as text: trees, positions, refusals."""

import pytest

from scm_compiler.diagnostics import Sink, Source, Span
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_tree import (
    Assignment,
    Effect,
    Event,
    Expectation,
    LocalEffect,
    Probability,
    Regime,
    Sum,
    Variable,
    Word,
)


def parse(text):
    sink = Sink(Source("query", text))
    tree = parse_query(sink.source, sink)
    sink.check()
    return tree


def codes(text):
    sink = Sink(Source("query", text))
    assert parse_query(sink.source, sink) is None
    return [diagnostic.code for diagnostic in sink.close().diagnostics]


def variable(name, *world):
    return Variable(Word(name), world)


def event(name, value=None):
    return Event(variable(name), value and Word(value))


def held(name, value):
    return Assignment(Word(name), Word(value))


MALE = (event("Male", "1"),)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("P(Male=1)", Probability(MALE)),
        ("P(Male=1 | Mustache=1)", Probability(MALE, (), (event("Mustache", "1"),))),
        ("P(Male=1 | do(Mustache=1))", Probability(MALE, (held("Mustache", "1"),))),
        (
            "P(Male=1|do(A=1,B=0),C=1,do(D=2))",
            Probability(
                MALE, (held("A", "1"), held("B", "0"), held("D", "2")), (event("C", "1"),)
            ),
        ),
        ("P(Male, Young)", Probability((event("Male"), event("Young")))),
        ("E(A | do(B=1))", Expectation(variable("A"), (held("B", "1"),))),
        ("ATE(B -> A)", Effect(Word("B"), Word("A"))),
        ("LATE(Z -> X -> Y)", LocalEffect(Word("Z"), Word("X"), Word("Y"))),
        (
            "P(Male=1) - E(A)",
            Sum(((True, Probability(MALE)), (False, Expectation(variable("A"))))),
        ),
        ("P(LATE=1 | do(A=LATE))", Probability((event("LATE", "1"),), (held("A", "LATE"),))),
        (
            "do(Bald=1), given(Young=0)",
            Regime((held("Bald", "1"),), (event("Young", "0"),)),
        ),
        ("given(Young=0)", Regime((), (event("Young", "0"),))),
        ("do()", Regime()),
        (
            "P(Y[X=1, M=M[X=0]]=1)",
            Probability(
                (
                    Event(
                        variable(
                            "Y",
                            held("X", "1"),
                            Assignment(Word("M"), variable("M", held("X", "0"))),
                        ),
                        Word("1"),
                    ),
                )
            ),
        ),
        # Odd names and values.
        ("P(5_o_Clock_Shadow=1)", Probability((event("5_o_Clock_Shadow", "1"),))),
        ('P("blood pressure"="very high")', Probability((event("blood pressure", "very high"),))),
        ('P("E"=do)', Probability((event("E", "do"),))),
        (
            "P(Hair=black | do(T=-1.5))",
            Probability((event("Hair", "black"),), (held("T", "-1.5"),)),
        ),
        ("P(Größe=1)", Probability((event("Größe", "1"),))),
        ("P(Pretty=1, dog=0)", Probability((event("Pretty", "1"), event("dog", "0")))),
        ("\n P ( Male = 1\n | do ( A=1 ) ) ", Probability(MALE, (held("A", "1"),))),
    ],
)
def test_trees(text, tree):
    assert parse(text) == tree


def test_positions_are_those_of_the_text():
    tree = parse("P(Male=1 | do(Mustache=1))")
    assert tree.span == Span(0, 26)
    assert tree.targets[0].span == Span(2, 8)
    assert tree.targets[0].value.span == Span(7, 8)
    assert tree.do[0].node.span == Span(14, 22)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E401"),
        ("   ", "E401"),
        ("P", "E401"),
        ("P(", "E401"),
        ("P()", "E401"),
        ("P(A=1", "E401"),
        ("P(A=)", "E401"),
        ("P(A==1)", "E401"),
        ("P(A=1 | )", "E401"),
        ("P(A=1 | B=1 | C=1)", "E401"),
        ("P(A[]=1)", "E401"),
        ("P(A[B]=1)", "E401"),
        ("P(A=1) - ", "E401"),
        ("P(A=1) - P(A=0) - ", "E401"),
        ("P(A=1) / P(A=0) / P(A=1)", "E401"),
        ("do(A", "E401"),
        ("do(A=1) do(B=1)", "E401"),
        ("E(A=1)", "E401"),
        ("E(A, B)", "E401"),
        ("ATE(A <- B)", "E401"),
        ("P(A=1\0)", "E401"),
        ("→", "E401"),
        ("P(A=1))", "E401"),
        ("Pr(A=1)", "E402"),
        ("ate(A -> B)", "E402"),
        ("Do(A=1)", "E402"),
        ("P(do=1)", "E403"),
        ("P(A=1 | P=1)", "E403"),
        ("do(identified=1)", "E403"),
        ("P(A=1)" + " " * 20_000, "E404"),
        ("P(Y" + "[X=X" * 30 + "[X=1]" + "]" * 30 + "=1)", "E404"),
    ],
)
def test_what_is_wrong_has_a_code(text, code):
    assert codes(text) == [code]


def test_deep_nesting_within_the_limit_is_read():
    tree = parse("P(Y" + "[X=X" * 18 + "[X=1]" + "]" * 18 + "=1)")
    variable = tree.targets[0].variable
    for _ in range(18):
        variable = variable.world[0].value
    assert variable.world[0].value == Word("1")
