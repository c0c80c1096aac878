"""The table-driven parser, held against lark, which reads the grammars themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark, Tree
from lark.exceptions import UnexpectedToken

from grammars.tabulate import FOLDER, START, KeptTerminals
from scm_compiler.diagnostics import Span
from scm_compiler.syntax.lalr import END, Parser, UnexpectedTokenError

WORDS = {
    "scm": 'A B "x y" 3 -1 0.5 * : , = ( ) { } [ ] | -> <- <-> _||_ graph assert identified P do',
    "query": 'A B "x y" 3 -1 0.5 P E ATE do given ( ) [ ] , = | - ->',
}
SENTENCES = {
    "scm": ["A, B : kind(x, y=3,)", "{A B, *} -> C <-> D", "assert A _||_ B | C", "graph G"],
    "query": ["P(A, B=1 | do(C=x), D) - E(A)", "ATE(A -> B)", "do(), given(A[B=C[D=1]]=0)"],
}


class Trees:
    """Builds what lark builds: trees of tokens."""

    def __getattr__(self, rule):
        return lambda phrase: Tree(rule, list(phrase))


def lark(name):
    text = (FOLDER / f"{name}.lark").read_text(encoding="utf-8")
    keep = KeptTerminals()
    return Lark(text, start=START[name], parser="lalr", lexer="basic", postlex=keep)


OURS = {name: Parser(name, Trees()) for name in START}
LARKS = {name: lark(name) for name in START}


def outcome(name, text):
    """The tree, or where the text ends to be a sentence and what could stand there."""
    try:
        return OURS[name].parse(OURS[name].tokens(text))
    except UnexpectedTokenError as error:
        return (
            error.token.type,
            None if error.token.type == END else error.token.start,
            error.accepts,
        )


def by_lark(name, text):
    try:
        return LARKS[name].parse(text)
    except UnexpectedToken as error:
        place = None if error.token.type == END else error.token.start_pos
        return error.token.type, place, frozenset(error.accepts)


@pytest.mark.parametrize("name", START)
def test_reads_as_lark_does(name):
    for text in SENTENCES[name]:
        assert isinstance(outcome(name, text), Tree)
        assert outcome(name, text) == by_lark(name, text)


@pytest.mark.parametrize("name", START)
@given(data=st.data())
def test_random_texts_are_read_as_lark_reads_them(name, data):
    words = st.sampled_from(WORDS[name].split(" ") + SENTENCES[name])
    text = " ".join(data.draw(st.lists(words, max_size=12)))
    assert outcome(name, text) == by_lark(name, text)


@pytest.mark.parametrize("name", START)
@given(text=st.text(max_size=30))
def test_any_text_is_cut_as_lark_cuts_it(name, text):
    tokens = [(token.type, str(token), token.start) for token in OURS[name].tokens(text)]
    assert tokens == [(t.type, str(t), t.start_pos) for t in LARKS[name].lex(text)]


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("ATE(A B)", Span(6, 7), ("an arrow",)),
        ("ATE(A", Span(5, 5), ("an arrow",)),
        ("", Span(0, 0), ("a query",)),
        ("E(A))", Span(4, 5), ("a sign", "the end")),
    ],
)
def test_a_refusal_says_where_and_what_could_stand_there(text, span, expected):
    words = {"RIGHT": "an arrow", "MINUS": "a sign", "P": "a query", "ATE": "a query"}
    with pytest.raises(UnexpectedTokenError) as caught:
        OURS["query"].parse(OURS["query"].tokens(text))
    assert caught.value.token.span == span
    assert caught.value.expected(words | {END: "the end"}) == expected


def test_a_phrase_knows_its_place():
    class Places(Trees):
        def effect(self, phrase):
            return phrase.span

    parser = Parser("query", Places())
    assert parser.parse(parser.tokens("  ATE(A -> B)  ")) == Tree("start", [Span(2, 13)])
