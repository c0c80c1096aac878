"""Parse a query: text to tree, with positions."""

import re
from collections.abc import Sequence
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput
from lark.tree import Meta

from scm_compiler.diagnostics import Sink, Source, Span, closest, one_of
from scm_compiler.syntax.codes.query_text import (
    QuerySyntax,
    QueryTooLong,
    ReservedInQuery,
    UnknownFunction,
)
from scm_compiler.syntax.errors import explain_lark_error
from scm_compiler.syntax.grammar import load_parser
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
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        _report(error, text, sink)
        return None
    query: Query = _Builder().transform(tree)
    return query


def _parser() -> Lark:
    # The lexer knows what no query can hold, so that it is the parser that stops there and says
    # what could stand in its place.
    return load_parser("query.lark", lexer="basic", keep=("UNCLOSED", "STRAY"))


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


def _report(error: UnexpectedInput, text: str, sink: Sink) -> None:
    mismatch = explain_lark_error(error, _WORDS, text)
    found, at = mismatch.found, mismatch.span
    starts = "a query" in mismatch.expected
    called = text[at.end :].lstrip().startswith("(")
    if starts and called and found.isidentifier() and found not in FUNCTIONS:
        near = _USUAL.get(found.casefold()) or closest(found, FUNCTIONS)
        sink.report(UnknownFunction(name=found, suggestion=near, span=at))
    elif found in RESERVED and "a name" in mismatch.expected and not called:
        sink.report(ReservedInQuery(word=found, span=at))
    else:
        phrases = ("a query",) if starts else mismatch.expected
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


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Turns lark's tree into ours, from the leaves up."""

    def start(self, meta: Meta, children: list[Any]) -> Query:
        (query,) = children
        return query  # type: ignore[no-any-return]

    def name(self, meta: Meta, children: list[Token]) -> Word:
        text = str(children[0])
        return Word(text[1:-1] if text.startswith('"') else text, _span(meta))

    value = name

    def assignment(self, meta: Meta, children: list[Any]) -> Assignment:
        node, _, value = children
        return Assignment(node, value, _span(meta))

    def world(self, meta: Meta, children: list[Any]) -> tuple[Assignment, ...]:
        return _only(children, Assignment)

    def variable(self, meta: Meta, children: list[Any]) -> Variable:
        node, world = children
        return Variable(node, world or (), _span(meta))

    elsewhere = variable

    def event(self, meta: Meta, children: list[Any]) -> Event:
        variable, _, value = children
        return Event(variable, value, _span(meta))

    def events(self, meta: Meta, children: list[Any]) -> tuple[Event, ...]:
        return _only(children, Event)

    given = events

    def do(self, meta: Meta, children: list[Any]) -> tuple[Assignment, ...]:
        return _only(children, Assignment)

    def conditions(
        self, meta: Meta, children: list[Any]
    ) -> tuple[tuple[Assignment, ...], tuple[Event, ...]]:
        held = (item for part in children if isinstance(part, tuple) for item in part)
        return tuple(held), _only(children, Event)

    def probability(self, meta: Meta, children: list[Any]) -> Probability:
        _, _, targets, _, conditions, _ = children
        do, given = conditions or ((), ())
        return Probability(targets, do, given, _span(meta))

    def expectation(self, meta: Meta, children: list[Any]) -> Expectation:
        _, _, target, _, conditions, _ = children
        do, given = conditions or ((), ())
        return Expectation(target, do, given, _span(meta))

    def effect(self, meta: Meta, children: list[Any]) -> Effect:
        cause, outcome = _only(children, Word)
        return Effect(cause, outcome, _span(meta))

    def local_effect(self, meta: Meta, children: list[Any]) -> LocalEffect:
        """E(Y[X=1] | X[Z=1]=1, X[Z=0]=0) - E(Y[X=0] | X[Z=1]=1, X[Z=0]=0), with its names."""
        instrument, cause, outcome = _only(children, Word)
        span = _span(meta)

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

    def contrast(self, meta: Meta, children: list[Any]) -> Contrast:
        left, _, right = children
        return Contrast(left, right, _span(meta))

    def regime(self, meta: Meta, children: list[Any]) -> Regime:
        items = [item for part in children if isinstance(part, tuple) for item in part]
        return Regime(_only(items, Assignment), _only(items, Event), _span(meta))


def _only(children: Sequence[Any], kind: type[Any]) -> tuple[Any, ...]:
    return tuple(child for child in children if isinstance(child, kind))


def _span(meta: Meta) -> Span:
    return Span(meta.start_pos, meta.end_pos)
