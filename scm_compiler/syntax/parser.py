"""Source text to tree: every statement that can be read, and an error for each that cannot."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from scm_compiler.diagnostics import Diagnostic, ScmError, Sink, Source, Span, refuse
from scm_compiler.syntax import tree
from scm_compiler.syntax.builder import Builder
from scm_compiler.syntax.codes.syntax import (
    ReservedName,
    StatementTooLong,
    StrayCharacter,
    TooManyErrors,
    UnclosedBracket,
    UnclosedQuote,
    UnexpectedText,
)
from scm_compiler.syntax.lalr import END, Parser, Token, UnexpectedTokenError
from scm_compiler.syntax.layout import CLOSING, MOST_TOKENS, OPENING, Chunk, Remark, cut

MOST_ERRORS = 100

RESERVED = frozenset({"GRAPH", "ASSERT", "IDENTIFIED", "DO", "GIVEN", "P", "E", "ATE"})

# What the user calls each terminal, in the order in which they are offered.
WORDS = {
    "WORD": "a name",
    "QUOTED": "a name",
    "NUMBER": "a number",
    "STAR": "`*`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "RIGHT": "an arrow",
    "LEFT": "an arrow",
    "BOTH": "an arrow",
    "INDEPENDENT": "`_||_`",
    "BAR": "`|`",
    "EQUALS": "`=`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "RBRACE": "`}`",
    END: "the end of the statement",
}

_COMMENTS = ("//", "/*")  # of other languages
_LONGEST_LIST = 8


def parse(source: Source, sink: Sink) -> tree.File:
    """Read a program.

    Args:
        source: The text.
        sink: Takes a diagnostic for each statement that cannot be read.

    Returns:
        The tree of all statements that could be read. Words of the others are in `broken`.
    """
    parser = _parser()
    return _Reader(parser, source, sink).read(cut(parser.tokens(source.text)))


@cache
def _parser() -> Parser:
    return Parser("scm", Builder())


@dataclass(slots=True)
class _Reader:
    """Collects the lines of one file."""

    parser: Parser
    source: Source
    sink: Sink
    lines: list[tree.Line] = field(default_factory=list)
    broken: list[tree.Broken] = field(default_factory=list)

    def read(self, pieces: Iterable[Chunk | Remark]) -> tree.File:
        for piece in pieces:
            if isinstance(piece, Remark):
                self._remark(piece)
            else:
                self._chunk(piece)
            if len(self.broken) == MOST_ERRORS:
                end = len(self.source.text)
                self.sink.report(TooManyErrors(MOST_ERRORS, span=Span(end, end)))
                break
        return tree.File(tuple(self.lines), tuple(self.broken))

    def _remark(self, remark: Remark) -> None:
        text = remark.token.rstrip()
        last = self.lines[-1] if self.lines else None
        if remark.trailing and last and last.statement and last.comment is None:
            self.lines[-1] = tree.Line(last.statement, text, last.spaced)
        else:
            self._add(tree.Line(None, text, remark.spaced))

    def _chunk(self, chunk: Chunk) -> None:
        try:
            statement = self._statement(chunk)
        except ScmError as refusal:
            self.sink.extend(refusal.diagnostics)
            self.broken.append(tree.Broken(frozenset(_words(chunk.tokens))))
            return
        spaced = chunk.spaced
        for remark in chunk.remarks:
            self._add(tree.Line(None, remark.rstrip(), spaced))
            spaced = False
        self._add(tree.Line(statement, None, spaced))

    def _add(self, line: tree.Line) -> None:
        if not self.lines:
            line = tree.Line(line.statement, line.comment)
        self.lines.append(line)

    def _statement(self, chunk: Chunk) -> tree.Statement:
        if len(chunk.tokens) > MOST_TOKENS:
            raise refuse(StatementTooLong(MOST_TOKENS, span=chunk.tokens[0].span))
        try:
            statement: tree.Statement = self.parser.parse(chunk.tokens)
        except UnexpectedTokenError as error:
            raise refuse(self._refusal(error, chunk)) from None
        if chunk.unclosed is not None:  # a query may hold any tokens
            raise refuse(_unclosed(chunk.unclosed))
        return statement

    def _refusal(self, error: UnexpectedTokenError, chunk: Chunk) -> Diagnostic:
        """What to tell about the first token of a statement that does not fit."""
        token, accepts = error.token, error.accepts
        reserved = _reserved_name(token, accepts, chunk.tokens)
        if reserved is not None:
            return ReservedName(str(reserved), span=reserved.span)
        if token.type == "STRAY":
            comment = self.source.text.startswith(_COMMENTS, token.start)
            return StrayCharacter(str(token), comment, span=token.span)
        if token.type == "UNCLOSED":
            return UnclosedQuote(span=Span(token.start, token.start + 1))
        if chunk.unclosed is not None and not _closes(chunk.unclosed, token, chunk.tokens):
            return _unclosed(chunk.unclosed)
        expected = error.expected(WORDS)
        return UnexpectedText(
            str(token), expected, _advice(token, accepts, chunk), span=token.span
        )


def _reserved_name(token: Token, accepts: Collection[str], before: list[Token]) -> Token | None:
    """The reserved word that was meant as a name, if that is what is wrong."""
    if token.type in RESERVED and "WORD" in accepts:
        return token
    opener = before[0]
    is_list = token.type in {"COLON", "COMMA", "RIGHT", "LEFT", "BOTH"}
    if is_list and opener.type in {"GRAPH", "ASSERT"} and before[1:2] == [token]:
        return opener
    return None


def _unclosed(bracket: Token) -> UnclosedBracket:
    return UnclosedBracket(str(bracket), span=bracket.span)


def _closes(bracket: Token, misfit: Token, tokens: Sequence[Token]) -> bool:
    """Whether a bracket is not what is wrong: it cannot stand there at all, or has a partner."""
    place = next(rank for rank, token in enumerate(tokens) if token is bracket)
    if bracket is misfit:
        return True
    depth = 0
    for token in tokens[place:]:
        depth += (token.type in OPENING) - (token.type in CLOSING)
        if not depth:
            return True
    return False


def _advice(token: Token, accepts: Collection[str], chunk: Chunk) -> str | None:
    """The likely mend, by the token that does not fit and what would."""
    opener, advice = chunk.tokens[0], None
    if opener.type == "ASSERT":
        return "write `assert A, B _||_ C | D, E` or `assert identified P(Y | do(X))`"
    match token.type:
        case "RIGHT" | "LEFT" | "BOTH" if "RBRACE" in accepts:
            advice = "an arrow cannot stand inside braces; they hold a list: `{A, B} -> C`"
        case "LBRACE" if "COLON" in accepts or opener.type == "GRAPH":
            advice = "an edge is a statement of its own, without braces around it: `A -> B`"
        case "EQUALS" | "MINUS":
            advice = "an edge is written `A -> B`, a declaration `A : binary`"
        case "WORD" | "QUOTED" if opener == "binary" and _is_list(chunk.tokens[1:]):
            advice = f"write `{', '.join(chunk.tokens[1::2])} : binary`"
        case "WORD" | "QUOTED" | "NUMBER" if "COMMA" in accepts:
            advice = "put `,` between names; a name with spaces or signs needs double quotes"
        case "$END" if "COLON" in accepts:
            advice = "declare nodes with `A, B : binary`, draw edges with `A -> B`"
        case "COLON":
            advice = "a list goes on over the end of a line that ends in `,` or an arrow"
    return advice


def _is_list(tokens: Sequence[Token]) -> bool:
    """Whether the tokens are a few names with commas between them."""
    kinds = [token.type for token in tokens]
    names, commas = kinds[::2], kinds[1::2]
    return (
        len(names) == len(commas) + 1
        and len(names) <= _LONGEST_LIST
        and set(names) <= {"WORD", "QUOTED"}
        and set(commas) <= {"COMMA"}
    )


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    """The names among the tokens, without quotes."""
    for token in tokens:
        if token.type in {"WORD", "QUOTED"}:
            yield token.strip('"')
        elif token.type == "UNCLOSED":
            yield token[1:].partition(":")[0].strip()
            yield from re.findall(r"\w+", token)
