"""Queries as text: what is printed parses to what was printed."""

import pytest

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query

TEXTS = (
    "P(A=1)",
    "P(A > 2, B in (a, b) | do(X ~ 0.3, Y=1), C ~ (0.2, 0.8), D != e)",
    "P(A=1 or B=1 and C >= 2 | D)",
    "P(A=1) - P(B=1) + E(C)",
    "(P(A=1) - P(B=1)) / P(C=1)",
    "P(A=1) - P(B=1) / P(C=1)",
    "P(A=1) / (P(B=1) / P(C=1))",
    "P(A=1) - (P(B=1) - P(C=1))",
    "ATE(X -> Y, 2 vs 0 | do(W), Z=1)",
    'CDE("my X" -> Y, 1 vs 0, M=1, N=N[X=0])',
    "Var(Y[X=1] | X=0)",
    'argmax(A, B | C="light brown")',
    "do(X=1 if Z=1 or W=2 else 2 if Q > 2 else 3), given(B)",
    "P(in=1, or=1 | if=else)",
    "E(Y | do(X=X + 1, W=2 * X / Z - 1.5))",
    'E(Y | do(X="-1" * "my X" - X * X))',
    "E(Y | do(X=0..10 by 0.5)) - E(Y | do(X=0..1.5))",
    'E(Y | do(X="-1"..2 by by))',
    "do(X ~ normal(4, 1.5), W ~ uniform(0, 1))",
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_printed_is_what_was_read(text):
    sink = Sink(Source("query", text))
    tree = parse_query(sink.source, sink)
    sink.check()
    printed = print_query(tree)
    assert parse_query(Source("query", printed), Sink()) == tree
    assert printed == text


def test_a_range_is_two_comparisons():
    sink = Sink(Source("query", "P(40 < Age <= 60 or -1.5 <= Dose < 2 and B=1 | 2 > C > 0)"))
    assert print_query(parse_query(sink.source, sink)) == (
        "P(Age > 40 and Age <= 60 or Dose >= -1.5 and Dose < 2 and B=1 | C < 2 and C > 0)"
    )


def test_a_test_is_a_choice_of_one_and_zero():
    sink = Sink(Source("query", "P(Y | do(X = Z > 2))"))
    assert print_query(parse_query(sink.source, sink)) == "P(Y | do(X=1 if Z > 2 else 0))"
