"""Printed calls, tuples, literals and comments."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.emit.expressions import call, comment, literal, print_expression, prose, tuple_of


@given(st.text())
def test_a_literal_evaluates_to_its_text(text):
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert len(written.splitlines()) == 1


@given(st.text(), st.integers(0, 3))
def test_a_comment_is_one_line_of_nothing_else(text, depth):
    written = comment(text, depth)
    assert len(written.splitlines()) == 1
    assert len(written) <= 88
    assert ast.parse(written.strip()).body == []


@given(st.text())
def test_prose_cannot_end_a_docstring(text):
    written = f'"""The model {prose(text)} is."""'
    assert isinstance(ast.literal_eval(written), str)


def test_long_brackets_get_a_line_an_item():
    short = print_expression("x = ", call("f", "a", tuple_of(["1"])), 1)
    assert short == ["    x = f(a, (1,))"]
    long = print_expression("x = ", call("f", "a" * 60, call("g", "b" * 30)), 1)
    assert long == ["    x = f(", f"        {'a' * 60},", f"        g({'b' * 30}),", "    )"]
