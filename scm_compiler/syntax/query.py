"""Parse a query: text to tree, with positions."""

import re
from collections.abc import Sequence
from functools import cache
from types import UnionType
from typing import Any

from scm_compiler.diagnostics import Sink, Source, Span, closest, one_of
from scm_compiler.syntax.codes.query_text import (
    QuerySyntax,
    QueryTooLong,
    ReservedInQuery,
    UnknownFunction,
)
from scm_compiler.syntax.grammar import Parser, Phrase, Token, UnexpectedTokenError
from scm_compiler.syntax.query_tree import (
    Action,
    Assignment,
    Best,
    Choice,
    Compared,
    Curve,
    Density,
    Drawn,
    Each,
    Effect,
    Either,
    Event,
    Expectation,
    Formula,
    Likely,
    LocalEffect,
    Probability,
    Product,
    Proposition,
    Quantile,
    Query,
    Ratio,
    Regime,
    Sum,
    Variable,
    Word,
)

RESERVED = ("P", "E", "ATE", "do", "given", "graph", "assert", "identified")

EFFECTS = ("ATE", "ATT", "NDE", "NIE", "CDE")
FUNCTIONS = ("P", "E", *EFFECTS, "LATE", "Var", "Q", "density", "argmax", "do", "given")

_SOFT = (
    *("ATT", "NDE", "NIE", "CDE", "LATE", "VAR", "QUANTILE", "DENSITY", "ARGMAX"),
    *("OR", "AND", "IN", "IF", "ELSE", "VS", "BY"),
)

_LONGEST, _DEEPEST = 20_000, 20

_FORMS = "a query is `P(A=1 | do(B=1))` or another form of `scmc explain E401`"

_USUAL = {"prob": "P", "pr": "P", "probability": "P", "expectation": "E", "mean": "E"}

# What each terminal is called in messages; those that share a phrase are offered once, and what
# can stand almost anywhere (`or`, `<`, `/`) is not offered.
_WORDS = {
    "P": "a query",
    "DO": "`do(...)`",
    "GIVEN": "`given(...)`",
    "WORD": "a name",
    "RIGHT": "`->`",
    "EQUALS": "`=`",
    "LSQB": "`[`",
    "COMMA": "`,`",
    "BAR": "`|`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "ELSE": "`else`",
    "VS": "`vs`",
    "MINUS": "`-`",
    "$END": "the end",
}

_VALUES = {"NUMBER": "a value"}


def parse_query(source: Source, sink: Sink) -> Query | None:
    """The tree of a query; None, with the reason in the sink, if the text is not one.

    Args:
        source: The text that holds the query.
        sink: Takes the diagnostics.
    """
    text = source.text
    if _oversized(text, sink):
        return None
    parser = _parser()
    try:
        query: Query = parser.parse(parser.tokens(text))
    except UnexpectedTokenError as error:
        _report(error, text, sink)
        return None
    return query


@cache
def _parser() -> Parser:
    return Parser("query", _Builder(), _SOFT)


def _oversized(text: str, sink: Sink) -> bool:
    if len(text) > _LONGEST:
        sink.report(QueryTooLong(what=f"{len(text)} characters", limit=_LONGEST))
        return True
    depth = deepest = 0
    for place in re.finditer(r"[\[\]]", text):
        depth += 1 if place.group() == "[" else -1
        deepest = max(depth, deepest)
    if deepest > _DEEPEST:
        whole = Span(0, len(text))
        sink.report(QueryTooLong(what=f"{deepest} nested brackets", limit=_DEEPEST, span=whole))
    return deepest > _DEEPEST


def _report(error: UnexpectedTokenError, text: str, sink: Sink) -> None:
    found, at = str(error.token), error.token.span
    value = "GRAPH" in error.accepts  # there functions are words like others
    starts = "P" in error.accepts and not value
    words = _VALUES if value else _WORDS
    expected = error.expected(words) or ("a comparison",)
    called = text[at.end :].lstrip().startswith("(")
    if starts and called and found.isidentifier() and found not in FUNCTIONS:
        near = _USUAL.get(found.casefold()) or closest(found, FUNCTIONS)
        sink.report(UnknownFunction(name=found, suggestion=near, span=at))
    elif found in RESERVED and "a name" in expected and not called:
        sink.report(ReservedInQuery(word=found, span=at))
    else:
        phrases = ("a query",) if starts else expected
        hint = _hint(found, text[: at.start].rstrip(), starts, called)
        sink.report(QuerySyntax(found=found, expected=one_of(phrases), hint=hint, span=at))


_ASCII = "queries are written with `->`, `|`, `-` and straight quotes"

_WORLD = "a world is written in square brackets: `Y[X=1]`"

_FOREIGN = {
    "==": "values are written with one `=`: `Y=1`",
    ":": "values are written with `=`: `X=1`",
    "||": "one bar stands before what is done and seen: `P(Y=1 | do(X=1))`",
    "{": _WORLD,
    "^": _WORLD,
    "&": "events are joined with a comma: `P(A=1, B=1)`",
    ";": "events are joined with a comma: `P(A=1, B=1)`",
    "/": "a ratio has two parts; of three, two stand in brackets",
    "%": "one of several values is `A in (a, b)`",
    "!": "what is not so is written with its value: `A=0`, or `A != 1`",
    "¬": "what is not so is written with its value: `A=0`, or `A != 1`",
    "≠": "comparisons are `!=`, `<=` and `>=`",
    "≤": "comparisons are `!=`, `<=` and `>=`",
    "≥": "comparisons are `!=`, `<=` and `>=`",
}
"""How other languages and libraries write it, and how it is written here."""

_AFTER_BAR = {
    "do": "`do(...)` stands after the bar: `P(A=1 | do(B=1))`",
    "given": "in `P(...)` the evidence stands after the bar: `P(A=1 | B=1)`",
}

_BEFORE = (
    (r"(^|\W)[PE]$", "[", "the brackets of `P(...)` and `E(...)` are round"),
    (r"(^|\W)in$", "[{", "one of several values is `A in (a, b)`"),
    (r"(^|\W)(?i:do)$", "(", "letter case counts: `do(X=1)`"),
    (r"[(,|]\s*\w+$", "(", _WORLD),
    (r"(^|\W)\w{3}\(\s*\w+$", ",", "an effect is written with an arrow: `ATE(X -> Y)`"),
    (r"<$", ">", "comparisons are `!=`, `<=` and `>=`"),
    (r"=$", "<>", "comparisons are `!=`, `<=` and `>=`"),
    (r"(^|\W)not$", "", "what is not so is written with its value: `A=0`, or `A != 1`"),
)
"""What stands before, what was found, and what is meant."""


def _hint(found: str, before: str, starts: bool, called: bool) -> str | None:
    """How the mistake is usually mended."""
    if starts:
        return None if called else _FORMS
    for left, signs, meant in _BEFORE:
        if re.search(left, before) and (found in signs if signs and found else not signs):
            return meant
    if called and found in _AFTER_BAR:
        return _AFTER_BAR[found]
    if found.startswith('"'):
        return 'a quoted name ends with another `"`'
    return _FOREIGN.get(found, None if found.isascii() else _ASCII)


class _Builder:
    """Builds the tree of a query: one method for each rule of grammars/query.lark."""

    def start(self, phrase: Phrase) -> Query:
        (query,) = (part for part in phrase if not isinstance(part, Token))
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

    def compared(self, phrase: Phrase) -> Compared:
        variable, relation, *values = phrase
        return Compared(variable, str(relation), _only(values, Word), phrase.span)

    def bound(self, phrase: Phrase) -> Variable:
        return Variable(self.name(phrase), (), phrase.span)

    def between(self, phrase: Phrase) -> Either:
        low, first, variable, second, high = phrase
        above = Compared(variable, str(first).translate(_TURNED), (low.node,), phrase.span)
        below = Compared(variable, str(second), (high,), phrase.span)
        return Either(((above, below),), phrase.span)

    def both(self, phrase: Phrase) -> tuple[Event | Compared, ...]:
        parts = (_whole(part) for part in _only(phrase, Event | Compared | Either))
        return tuple(event for part in parts for event in part.cases[0])

    def either(self, phrase: Phrase) -> Either:
        parts = _only(phrase, Event | Compared | Either | tuple)
        cases = (part if isinstance(part, tuple) else _whole(part).cases[0] for part in parts)
        return Either(tuple(cases), phrase.span)

    def weights(self, phrase: Phrase) -> tuple[Word, ...]:
        return _only(phrase, Word)

    def likely(self, phrase: Phrase) -> Likely:
        variable, _, weights = phrase
        return Likely(variable, weights, phrase.span)

    def random(self, phrase: Phrase) -> Likely:
        node, _, weights = phrase
        return Likely(Variable(node, (), node.span), weights, phrase.span)

    def curve(self, phrase: Phrase) -> Curve:
        node, low, high, *step = _only(phrase, Word)
        return Curve(node, low, high, step[0] if step else None, phrase.span)

    def drawn(self, phrase: Phrase) -> Drawn:
        node, _, law, *_ = phrase
        _, *numbers = _only(phrase, Word)
        return Drawn(node, Word(str(law), law.span), tuple(numbers), phrase.span)

    def product(self, phrase: Phrase) -> Product:
        words = [Word(str(part).strip('"'), part.span) for part in phrase[::2]]
        times = [True, *(sign.type == "STAR" for sign in phrase[1::2])]
        return Product(tuple(zip(times, words, strict=True)), phrase.span)

    scaled = product

    def formula(self, phrase: Phrase) -> Formula:
        node, _, *parts = phrase
        signs = [True, *(sign.type == "PLUS" for sign in parts[1::2])]
        return Formula(node, tuple(zip(signs, parts[::2], strict=True)), phrase.span)

    def events(self, phrase: Phrase) -> tuple[Proposition, ...]:
        return _only(phrase, Proposition)

    given = events

    def each(self, phrase: Phrase) -> Each:
        return Each(phrase[0], phrase.span)

    def plain(self, phrase: Phrase) -> Variable:
        return Variable(phrase[0], (), phrase.span)

    def test(self, phrase: Phrase) -> Choice:
        node, _, variable, relation, value = phrase
        holds = Compared(
            variable, str(relation), (value,), Span(variable.span.start, value.span.end)
        )
        yes, no = (Word(text, value.span) for text in ("1", "0"))
        return Choice(node, ((yes, Either(((holds,),), holds.span)),), no, phrase.span)

    def choice(self, phrase: Phrase) -> Choice:
        node, *rest = _only(phrase, Word | Event | Compared | Either)
        *cases, otherwise = rest
        pairs = zip(cases[::2], map(_whole, cases[1::2]), strict=True)
        return Choice(node, tuple(pairs), otherwise, phrase.span)

    def do(self, phrase: Phrase) -> "_Do":
        return _Do(_only(phrase, Action))

    def conditions(self, phrase: Phrase) -> tuple[tuple[Action, ...], tuple[Proposition, ...]]:
        held = (item for part in phrase if isinstance(part, _Do) for item in part)
        return tuple(held), _only(phrase, Proposition)

    def probability(self, phrase: Phrase) -> Probability:
        _, _, targets, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Probability(targets, do, given, phrase.span)

    def best(self, phrase: Phrase) -> Best:
        _, _, targets, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Best(targets, do, given, phrase.span)

    def expectation(self, phrase: Phrase) -> Expectation:
        function, _, target, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Expectation(target, do, given, function.type == "VAR", phrase.span)

    variance = expectation

    def quantile(self, phrase: Phrase) -> Quantile:
        _, _, target, _, level, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Quantile(target, level, do, given, phrase.span)

    def density(self, phrase: Phrase) -> Density:
        _, _, target, _, value, _, conditions, _ = phrase
        do, given = conditions or ((), ())
        return Density(target, value, do, given, phrase.span)

    def versus(self, phrase: Phrase) -> tuple[Word, Word]:
        first, _, second = phrase
        return first, second

    def effect(self, phrase: Phrase) -> Effect:
        name, _, cause, _, outcome, *rest, conditions, _ = phrase
        (values,) = _only(rest, tuple) or (None,)
        held, (do, given) = _only(rest, Assignment), conditions or ((), ())
        return Effect(cause, outcome, str(name), values, held, do, given, phrase.span)

    def local_effect(self, phrase: Phrase) -> LocalEffect:
        instrument, cause, outcome = _only(phrase, Word)
        return LocalEffect(instrument, cause, outcome, phrase.span)

    def sum(self, phrase: Phrase) -> Sum:
        terms = [part for part in phrase if not isinstance(part, Token) or part.type in _SIGNS]
        signs = [True, *(part.type == "PLUS" for part in terms[1::2])]
        return Sum(tuple(zip(signs, terms[::2], strict=True)), phrase.span)

    def ratio(self, phrase: Phrase) -> Ratio:
        above, below = (part for part in phrase if not isinstance(part, Token))
        return Ratio(above, below, phrase.span)

    def regime(self, phrase: Phrase) -> Regime:
        seen = [part for part in phrase if isinstance(part, tuple) and not isinstance(part, _Do)]
        held = [item for part in phrase if isinstance(part, _Do) for item in part]
        given = [item for part in seen for item in part]
        return Regime(tuple(held), tuple(given), phrase.span)


class _Do(tuple[Action, ...]):
    """What one `do(...)` holds."""

    __slots__ = ()


_SIGNS = ("PLUS", "MINUS")

_TURNED = str.maketrans("<>", "><")


def _whole(condition: Event | Compared | Either) -> Either:
    """A condition of any form as cases."""
    if isinstance(condition, Either):
        return condition
    return Either(((condition,),), condition.span)


def _only(phrase: Sequence[Any], kind: type[Any] | UnionType) -> tuple[Any, ...]:
    return tuple(child for child in phrase if isinstance(child, kind))
