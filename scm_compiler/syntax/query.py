"""Parse a query: text to tree, with positions."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from scm_compiler.diagnostics import Sink, Source, Span, closest, one_of
from scm_compiler.syntax.codes.query_text import (
    QuerySyntax,
    QueryTooLong,
    ReservedInQuery,
    UnknownFunction,
)
from scm_compiler.syntax.grammar import Parser, Phrase, UnexpectedTokenError
from scm_compiler.syntax.query_tree import (
    Assignment,
    Contrast,
    Effect,
    Event,
    Expectation,
    LocalEffect,
    Probability,
    Query,
    Regime,
    Variable,
    Word,
)

RESERVED = ("P", "E", "ATE", "do", "given", "graph", "assert", "identified")
FUNCTIONS = ("P", "E", "ATE", "LATE", "do", "given")

_LONGEST, _DEEPEST = 20_000, 20

_FORMS = "a query is `P(A=1 | do(B=1))` or another form of `scmc explain E401`"

_USUAL = {"prob": "P", "pr": "P", "probability": "P", "expectation": "E", "mean": "E"}

# What each terminal is called in messages; those that share a phrase are offered once.
_WORDS = {
    "P": "a query",
    "DO": "`do(...)`",
    "GIVEN": "`given(...)`",
    "WORD": "a name",
    "NUMBER": "a value",
    "RIGHT": "`->`",
    "EQUALS": "`=`",
    "LSQB": "`[`",
    "COMMA": "`,`",
    "BAR": "`|`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "MINUS": "`-`",
    "$END": "the end",
}


def parse_query(source: Source, sink: Sink, within: Span | None = None) -> Query | None:
    """The tree of a query; None, with the reason in the sink, if the text is not one.

    Args:
        source: The text that holds the query.
        sink: Takes the diagnostics.
        within: The part of the text that is the query; all of it if None. Places in the tree
            are places in the whole text.
    """
    part = within or Span(0, len(source.text))
    if _oversized(source, part, sink):
        return None
    # Spaces in place of what stands before the query keep every position right.
    text = " " * part.start + source.text[part.start : part.end]
    parser = _parser()
    try:
        query: Query = parser.parse(parser.tokens(text))
    except UnexpectedTokenError as error:
        _report(error, text, sink)
        return None
    return query


@cache
def _parser() -> Parser:
    return Parser("query", _Builder())


def _oversized(source: Source, part: Span, sink: Sink) -> bool:
    length = part.end - part.start
    if length > _LONGEST:
        sink.report(QueryTooLong(what=f"{length} characters", limit=_LONGEST))
        return True
    depth = deepest = 0
    for place in re.finditer(r"[\[\]]", source.text[part.start : part.end]):
        depth += 1 if place.group() == "[" else -1
        deepest = max(depth, deepest)
    if deepest > _DEEPEST:
        sink.report(QueryTooLong(what=f"{deepest} nested brackets", limit=_DEEPEST, span=part))
    return deepest > _DEEPEST


def _report(error: UnexpectedTokenError, text: str, sink: Sink) -> None:
    expected = error.expected(_WORDS)
    found, at = str(error.token), error.token.span
    starts = "a query" in expected
    called = text[at.end :].lstrip().startswith("(")
    if starts and called and found.isidentifier() and found not in FUNCTIONS:
        near = _USUAL.get(found.casefold()) or closest(found, FUNCTIONS)
        sink.report(UnknownFunction(name=found, suggestion=near, span=at))
    elif found in RESERVED and "a name" in expected and not called:
        sink.report(ReservedInQuery(word=found, span=at))
    else:
        phrases = ("a query",) if starts else expected
        hint = _hint(found, starts, called)
        sink.report(QuerySyntax(found=found, expected=one_of(phrases), hint=hint, span=at))


def _hint(found: str, starts: bool, called: bool) -> str | None:
    """How the mistake is usually mended."""
    if starts:
        return None if called else _FORMS
    if found == "do" and called:
        return "`do(...)` stands after the bar: `P(A=1 | do(B=1))`"
    if found == "given" and called:
        return "in `P(...)` the evidence stands after the bar: `P(A=1 | B=1)`"
    if found.startswith('"'):
        return 'a quoted name ends with another `"`'
    if not found.isascii():
        return "queries are written with `->`, `|`, `-` and straight quotes"
    return None


class _Builder:
    """Builds the tree of a query: one method for each rule of grammars/query.lark."""

    def start(self, phrase: Phrase) -> Query:
        (query,) = phrase
        return query  # type: ignore[no-any-return]

    def name(self, phrase: Phrase) -> Word:
        text = str(phrase[0])
        return Word(text[1:-1] if text.startswith('"') else text, phrase.span)

    value = name

    def assignment(self, phrase: Phrase) -> Assignment:
        node, _, value = phrase
        return Assignment(node, value, phrase.span)

    def world(self, phrase: Phrase) -> tuple[Assignment, ...]:
        return _only(phrase, Assignment)

    def variable(self, phrase: Phrase) -> Variable:
        node, world = phrase
        return Variable(node, world or (), phrase.span)

    elsewhere = variable

    def event(self, phrase: Phrase) -> Event:
        variable, _, value = phrase
        return Event(variable, value, phrase.span)

    def events(self, phrase: Phrase) -> tuple[Event, ...]:
        return _only(phrase, Event)

    given = events

    def do(self, phrase: Phrase) -> tuple[Assignment, ...]:
        return _only(phrase, Assignment)

    def conditions(self, phrase: Phrase) -> tuple[tuple[Assignment, ...], tuple[Event, ...]]:
        held = (item for part in phrase if isinstance(part, tuple) for item in part)
        return tuple(held), _only(phrase, Event)

    def probability(self, phrase: Phrase) -> Probability:
        _, _, targets, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Probability(targets, do, given, phrase.span)

    def expectation(self, phrase: Phrase) -> Expectation:
        _, _, target, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Expectation(target, do, given, phrase.span)

    def effect(self, phrase: Phrase) -> Effect:
        cause, outcome = _only(phrase, Word)
        return Effect(cause, outcome, phrase.span)

    def local_effect(self, phrase: Phrase) -> LocalEffect:
        """E(Y[X=1] | X[Z=1]=1, X[Z=0]=0) - E(Y[X=0] | X[Z=1]=1, X[Z=0]=0), with its names."""
        instrument, cause, outcome = _only(phrase, Word)
        span = phrase.span

        def held(node: Word, value: str) -> tuple[Assignment, ...]:
            return (Assignment(node, Word(value, node.span), node.span),)

        moved = tuple(
            Event(Variable(cause, held(instrument, v), span), Word(v, cause.span), span)
            for v in ("1", "0")
        )
        one, zero = (
            Expectation(Variable(outcome, held(cause, v), span), (), moved, span)
            for v in ("1", "0")
        )
        return LocalEffect(one, zero, span, instrument, cause, outcome)

    def contrast(self, phrase: Phrase) -> Contrast:
        left, _, right = phrase
        return Contrast(left, right, phrase.span)

    def regime(self, phrase: Phrase) -> Regime:
        items = [item for part in phrase if isinstance(part, tuple) for item in part]
        return Regime(_only(items, Assignment), _only(items, Event), phrase.span)


def _only(phrase: Sequence[Any], kind: type[Any]) -> tuple[Any, ...]:
    return tuple(child for child in phrase if isinstance(child, kind))
