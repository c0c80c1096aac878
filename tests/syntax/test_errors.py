"""A parser's refusal in the user's words."""

import pytest
from lark import Lark
from lark.exceptions import UnexpectedInput

from scm_compiler.diagnostics import Span
from scm_compiler.syntax.errors import explain_lark_error

PARSER = Lark('start : A B? C\nA : "a"\nB : "b"\nC : "c"\nD : "d"', parser="lalr")
WORDS = {"C": "the letter c", "A": "a vowel", "B": "a consonant", "$END": "the end"}


@pytest.mark.parametrize(
    ("text", "span", "found", "expected"),
    [
        ("ab", Span(2, 2), "", ("the letter c",)),
        ("a", Span(1, 1), "", ("the letter c", "a consonant")),
        ("aa", Span(1, 2), "a", ("the letter c", "a consonant")),
        ("ax", Span(1, 2), "x", ("the letter c", "a consonant")),
        ("", Span(0, 0), "", ("a vowel",)),
        ("acc", Span(2, 3), "c", ("the end",)),
    ],
)
def test_place_and_expectation(text, span, found, expected):
    with pytest.raises(UnexpectedInput) as caught:
        PARSER.parse(text)
    mismatch = explain_lark_error(caught.value, WORDS, text)
    assert (mismatch.span, mismatch.found, mismatch.expected) == (span, found, expected)
