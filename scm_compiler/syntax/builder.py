"""Builds the tree of a statement: one method for each rule of grammars/scm.lark."""

import re

from scm_compiler.diagnostics import refuse
from scm_compiler.syntax import tree
from scm_compiler.syntax.codes.syntax import BadName, MisplacedStar
from scm_compiler.syntax.lalr import Phrase, Token

_LONGEST_NUMBER = 18
_TIGHT_AFTER, _TIGHT_BEFORE = frozenset("(["), frozenset(")],")

Members = tuple[tree.Member, ...]


class Builder:
    """Rule by rule from tokens to tree.

    Raises:
        ScmError: Where the grammar is obeyed but a name or `*` cannot stand.
    """

    def statement(self, phrase: Phrase) -> tree.Statement:
        """The one statement inside."""
        statement: tree.Statement = phrase[0]
        return statement

    def header(self, phrase: Phrase) -> tree.Header:
        """`graph NAME`."""
        return tree.Header(phrase[1], phrase.span)

    def declaration(self, phrase: Phrase) -> tree.Declaration:
        """`NAMES : KIND`."""
        nodes, _, kind = phrase
        names = _only_names(nodes, "declaration")
        return tree.Declaration(names, kind, names[0].span.cover(kind.span))

    def edges(self, phrase: Phrase) -> tree.Edges:
        """Lists with arrows between them."""
        sides, arrows = phrase[::2], phrase[1::2]
        span = sides[0][0].span.cover(sides[-1][-1].span)
        return tree.Edges(tuple(sides), tuple(arrows), span)

    def independence(self, phrase: Phrase) -> tree.Independent:
        """`assert A _||_ B | C`."""
        keyword, left, _, right, *condition = phrase
        lists = [_only_names(side, "assertion") for side in (left, right, *condition[1:])]
        span = keyword.span.cover(lists[-1][-1].span)
        return tree.Independent(lists[0], lists[1], lists[2] if condition else (), span)

    def identifiability(self, phrase: Phrase) -> tree.Identified:
        """`assert identified QUERY`."""
        tokens = phrase[2]
        query_span = tokens[0].span.cover(tokens[-1].span)
        return tree.Identified(_one_line(tokens), phrase.span, query_span)

    def nodes(self, phrase: Phrase) -> Members:
        """A list of names and stars, without its commas and braces."""
        return tuple(child for child in phrase if not isinstance(child, Token))

    def star(self, phrase: Phrase) -> tree.Star:
        """`*`."""
        return tree.Star(phrase.span)

    def arrow(self, phrase: Phrase) -> str:
        """The arrow as written."""
        return str(phrase[0])

    def name(self, phrase: Phrase) -> tree.Name:
        """A bare or quoted name."""
        token: Token = phrase[0]
        text = token[1:-1] if token.type == "QUOTED" else str(token)
        if not text.strip() or not text.isprintable():
            raise refuse(BadName(text, span=token.span))
        return tree.Name(text, token.span)

    def kind(self, phrase: Phrase) -> tree.Kind:
        """`name` or `name(args)`."""
        word, *rest = phrase
        arguments = tuple(child for child in rest if isinstance(child, tree.Argument))
        return tree.Kind(str(word), arguments, phrase.span)

    def argument(self, phrase: Phrase) -> tree.Argument:
        """`value` or `key=value`."""
        *key, value = phrase
        return tree.Argument(value, str(key[0]) if key else None)

    def value(self, phrase: Phrase) -> tree.Value:
        """A number where the text is one in plain form, else the text itself."""
        token: Token = phrase[0]
        return token[1:-1] if token.type == "QUOTED" else number_or_text(str(token))

    def word(self, phrase: Phrase) -> Token:
        """A bare word, reserved or not."""
        token: Token = phrase[0]
        return token

    def query(self, phrase: Phrase) -> tuple[Token, ...]:
        """The tokens of a query."""
        return tuple(phrase)


def number_or_text(text: str) -> tree.Value:
    """The number that a bare word means, or the word where writing the number would change it.

    >>> [number_or_text(word) for word in ("64", "-1", "0.5", "01", "1e5", "5_o")]
    [64, -1, 0.5, '01', '1e5', '5_o']
    """
    if len(text) <= _LONGEST_NUMBER and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        value: int | float = float(text) if "." in text else int(text)
        if str(value) == text:
            return value
    return text


def _only_names(members: Members, where: str) -> tuple[tree.Name, ...]:
    for member in members:
        if isinstance(member, tree.Star):
            raise refuse(MisplacedStar(where, span=member.span))
    return tuple(member for member in members if isinstance(member, tree.Name))


def _one_line(tokens: tuple[Token, ...]) -> str:
    """The tokens with one space where the author left any, and none inside brackets' edges."""
    text, end = "", tokens[0].start
    for token in tokens:
        tight = text[-1:] in _TIGHT_AFTER or token in _TIGHT_BEFORE
        text += str(token) if token.start == end or tight else f" {token}"
        end = token.start + len(token)
    return text
