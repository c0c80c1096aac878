"""Nodes without a value: which they are, and what is put in their place."""

import pytest

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.inference.real.openings import filled, opened, written_as
from scm_compiler.ir.domain import Real
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query, print_variable


def parsed(text):
    return parse_query(Source("query", text), Sink(Source("query", text)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("P(Y | do(X), Z, W=1)", ["X", "Z"]),
        ("E(Y | Z[X=1])", ["Z[X=1]"]),
        ("ATE(X -> Y | Z)", ["Z"]),
        ("P(Y)", []),
        ("do(X)", []),
        ("P(Y=1 | X) - P(Y=1)", []),
        ("E(Y | X) / E(Y)", []),
        ("LATE(Z -> X -> Y)", []),
    ],
)
def test_which_stand_without_a_value(text, names):
    assert [*map(print_variable, opened(parsed(text)))] == names


def test_they_are_filled_where_they_stand():
    query = parsed("P(Y | do(X), Z[X=1], W > 2)")
    values = dict(zip(opened(query), ("3", "high"), strict=True))
    assert print_query(filled(query, values)) == "P(Y | do(X=3), Z[X=1]=high, W > 2)"
    assert opened(filled(query, values)) == ()
    assert tree.Variable(tree.Word("X")) in values


def test_deciles_have_digits_enough_and_stay_within_the_ends():
    assert written_as([5.0, 5.0, 5.0], Real()) == ("5.0",)
    assert written_as([0.00123456, 0.00523456], Real()) == ("0.00123", "0.00523")
    assert written_as([123456.0, 987654.0], Real()) == ("123000", "988000")
    assert written_as([0.00499, 10.0], Real(0.001, 10)) == ("0.00499", "10")
