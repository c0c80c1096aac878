"""Queries resolved against a graph; golden messages are in tests/golden/queries."""

import pytest

from scm_compiler.diagnostics import ScmError, Sink, Source
from scm_compiler.ir import Discrete, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.query import (
    Derived,
    Event,
    Expectation,
    LocalEffect,
    Probability,
    Regime,
    Setting,
    Sum,
    Variable,
)
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import numeric_values, phrase, resolve
from scm_compiler.syntax.query import parse_query

GRAPH = Graph(
    "g",
    (
        Node("A", "binary", BINARY),
        Node("E", "binary", BINARY),
        Node("Hair", "categorical", Discrete(("black", "light brown"))),
        Node("Dose", "categorical", Discrete(("-1", "0.5", "10"))),
        Node("blood pressure", "categorical", Discrete(("low", "high"))),
        Node("Face", "image", Image(1, 8, 8)),
    ),
    (Edge("A", "E"),),
)


def resolved(text):
    sink = Sink(Source("query", text))
    query = resolve(parse_query(sink.source, sink), GRAPH, sink)
    sink.check()
    return query


def event(node, value=None, *world):
    return Event(Variable(node, world), value)


def difference(words, left, right):
    return Derived(words, "difference", (((), Sum(((1.0, left), (-1.0, right)))),))


def test_a_local_effect_keeps_its_names():
    binary = tuple(Node(name, "binary", BINARY) for name in "ZXY")
    graph = Graph("iv", binary, (Edge("Z", "X"), Edge("X", "Y")))
    sink = Sink(Source("query", "LATE(Z -> X -> Y)"))
    query = resolve(parse_query(sink.source, sink), graph, sink)
    assert isinstance(query, LocalEffect)
    assert (query.instrument, query.cause, query.outcome) == ("Z", "X", "Y")
    (up, one), (down, zero) = query.terms
    moved = (event("X", 1, Setting("Z", 1)), event("X", 0, Setting("Z", 0)))
    assert (up, one) == (1, Expectation(Variable("Y", (Setting("X", 1),)), (), moved))
    assert (down, zero) == (-1, Expectation(Variable("Y", (Setting("X", 0),)), (), moved))
    assert phrase(query, graph) == "LATE(Z -> X -> Y)"
    assert flatten(query, graph) == query


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("LATE(B -> A -> A)", ["E410"]),
        ('LATE(Hair -> A -> "E")', ["E420"]),
        ('LATE(A -> "E" -> "blood pressure")', ["E417"]),
    ],
)
def test_a_local_effect_is_of_binary_labels(text, codes):
    with pytest.raises(ScmError) as caught:
        resolved(text)
    assert [d.code for d in caught.value.diagnostics] == codes


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("P(A=1)", Probability((event("A", 1),))),
        ('P("E"=0 | do(A=1))', Probability((event("E", 0),), (Setting("A", 1),))),
        (
            'P(Hair="light brown" | Dose=-1)',
            Probability((event("Hair", 1),), (), (event("Dose", 0),)),
        ),
        ('P("blood pressure", A)', Probability((event("blood pressure"), event("A")))),
        ("E(Dose | do(A=1))", Expectation(Variable("Dose"), (Setting("A", 1),))),
        (
            'ATE(A -> "E")',
            difference(
                'ATE(A -> "E")',
                Expectation(Variable("E"), (Setting("A", 1),)),
                Expectation(Variable("E"), (Setting("A", 0),)),
            ),
        ),
        (
            "P(A=1) - P(A=0)",
            difference(
                "P(A=1) - P(A=0)",
                Probability((event("A", 1),)),
                Probability((event("A", 0),)),
            ),
        ),
        ("do(Dose=10), given(A=0)", Regime((Setting("Dose", 2),), (event("A", 0),))),
        ("do()", Regime()),
        (
            'P("E"[A=A[Hair=black]]=1 | A=1)',
            Probability(
                (event("E", 1, Setting("A", Variable("A", (Setting("Hair", 0),)))),),
                (),
                (event("A", 1),),
            ),
        ),
    ],
)
def test_names_and_values_are_resolved(text, query):
    assert resolved(text) == query
    assert resolved(phrase(query, GRAPH)) == query


def test_what_is_said_twice_is_kept_once():
    assert resolved("P(A=1, A=1 | Dose=10, Dose=10)") == resolved("P(A=1 | Dose=10)")
    assert resolved("P(A=1 | do(Dose=10), do(Dose=10))") == resolved("P(A=1 | do(Dose=10))")


def test_two_values_of_a_target_are_a_question_with_an_answer():
    assert resolved("P(A=1, A=0)").targets == (event("A", 1), event("A", 0))


def test_a_counterfactual_may_observe_what_another_world_holds():
    query = resolved('P("E"[A=1]=1 | A=0)')
    assert query.given == (event("A", 0),)
    assert resolved('P("E"[A=1]=1 | "E"[A=0]=0, "E"=1)').given[0].variable.world


def test_every_error_is_reported_and_in_order():
    with pytest.raises(ScmError) as refusal:
        resolved("P(B=1, A=2, Face | do(Hair=red, Hair=black), Dose, A=1, A=0)")
    found = [diagnostic.code for diagnostic in refusal.value.diagnostics]
    assert found == ["E410", "E411", "E412", "E411", "E414"]


def test_domains_of_numbers():
    assert numeric_values(Discrete(("-1", "0.5", "10"))) == (-1.0, 0.5, 10.0)
    with pytest.raises(ValueError, match="black"):
        numeric_values(Discrete(("black", "blond")))
    with pytest.raises(ScmError) as refusal:
        resolved('E("blood pressure")')
    assert refusal.value.diagnostics[0].code == "E417"
    assert 'P("blood pressure"' in refusal.value.diagnostics[0].help()
