"""Builds the tree while lark parses: one method for each rule of grammars/scm.lark."""

import re
from collections.abc import Sequence
from typing import Any

from lark import Token, Transformer

from scm_compiler.diagnostics import Span, refuse
from scm_compiler.syntax import tree
from scm_compiler.syntax.codes.syntax import BadName, MisplacedStar

_LONGEST_NUMBER = 18
_TIGHT_AFTER, _TIGHT_BEFORE = frozenset("(["), frozenset(")],")

Children = list[Any]
Members = tuple[tree.Member, ...]


class Builder(Transformer[Token, Any]):
    """Rule by rule from tokens to tree.

    Raises:
        ScmError: Where the grammar is obeyed but a name or `*` cannot stand.
    """

    def statement(self, children: Children) -> tree.Statement:
        """The one statement inside."""
        statement: tree.Statement = children[0]
        return statement

    def header(self, children: Children) -> tree.Header:
        """`graph NAME`."""
        keyword, name = children
        return tree.Header(name, span_of(keyword).cover(name.span))

    def declaration(self, children: Children) -> tree.Declaration:
        """`NAMES : KIND`."""
        nodes, _, kind = children
        names = _only_names(nodes, "declaration")
        return tree.Declaration(names, kind, names[0].span.cover(kind.span))

    def edges(self, children: Children) -> tree.Edges:
        """Lists with arrows between them."""
        sides, arrows = children[::2], children[1::2]
        span = sides[0][0].span.cover(sides[-1][-1].span)
        return tree.Edges(tuple(sides), tuple(arrows), span)

    def independence(self, children: Children) -> tree.Independent:
        """`assert A _||_ B | C`."""
        keyword, left, _, right, *condition = children
        lists = [_only_names(side, "assertion") for side in (left, right, *condition[1:])]
        span = span_of(keyword).cover(lists[-1][-1].span)
        return tree.Independent(lists[0], lists[1], lists[2] if condition else (), span)

    def identifiability(self, children: Children) -> tree.Identified:
        """`assert identified QUERY`."""
        keyword, _, tokens = children
        query_span = span_of(tokens[0]).cover(span_of(tokens[-1]))
        span = span_of(keyword).cover(query_span)
        return tree.Identified(_one_line(tokens), span, query_span)

    def nodes(self, children: Children) -> Members:
        """A list of names and stars, without its commas and braces."""
        return tuple(child for child in children if not isinstance(child, Token))

    def star(self, children: Children) -> tree.Star:
        """`*`."""
        return tree.Star(span_of(children[0]))

    def arrow(self, children: Children) -> str:
        """The arrow as written."""
        return str(children[0])

    def name(self, children: Children) -> tree.Name:
        """A bare or quoted name."""
        token: Token = children[0]
        text = token[1:-1] if token.type == "QUOTED" else str(token)
        if not text.strip() or not text.isprintable():
            raise refuse(BadName(text, span=span_of(token)))
        return tree.Name(text, span_of(token))

    def kind(self, children: Children) -> tree.Kind:
        """`name` or `name(args)`."""
        word, *rest = children
        arguments = tuple(child for child in rest if isinstance(child, tree.Argument))
        last = rest[-1] if rest else word
        return tree.Kind(str(word), arguments, span_of(word).cover(span_of(last)))

    def argument(self, children: Children) -> tree.Argument:
        """`value` or `key=value`."""
        *key, value = children
        return tree.Argument(value, str(key[0]) if key else None)

    def value(self, children: Children) -> tree.Value:
        """A number where the text is one in plain form, else the text itself."""
        token: Token = children[0]
        return token[1:-1] if token.type == "QUOTED" else number_or_text(str(token))

    def word(self, children: Children) -> Token:
        """A bare word, reserved or not."""
        token: Token = children[0]
        return token

    def query(self, children: Children) -> Children:
        """The tokens of a query."""
        return children


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


def span_of(token: Token) -> Span:
    """The place of a token."""
    assert token.start_pos is not None
    return Span(token.start_pos, token.start_pos + len(token))


def _only_names(members: Members, where: str) -> tuple[tree.Name, ...]:
    for member in members:
        if isinstance(member, tree.Star):
            raise refuse(MisplacedStar(where, span=member.span))
    return tuple(member for member in members if isinstance(member, tree.Name))


def _one_line(tokens: Sequence[Token]) -> str:
    """The tokens with one space where the author left any, and none inside brackets' edges."""
    text, end = "", span_of(tokens[0]).start
    for token in tokens:
        span = span_of(token)
        tight = text[-1:] in _TIGHT_AFTER or token in _TIGHT_BEFORE
        text += str(token) if span.start == end or tight else f" {token}"
        end = span.end
    return text
