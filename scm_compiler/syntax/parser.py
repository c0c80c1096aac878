"""Source text to tree: every statement that can be read, and an error for each that cannot.

The tokens are cut into statements, and each is parsed alone. A newline or `;` ends a statement;
inside brackets, and after a comma or an arrow, a newline goes on. Brackets that are never closed
are found on the way, so that the statements after them are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from scm_compiler.diagnostics import ScmError, Sink, Source, Span, refuse
from scm_compiler.syntax import tree
from scm_compiler.syntax.codes.syntax import (
    BadName,
    MisplacedStar,
    StatementTooLong,
    TooManyErrors,
)
from scm_compiler.syntax.grammar import Parser, Phrase, Token, UnexpectedTokenError
from scm_compiler.syntax.refusals import (
    CLOSING,
    OPENING,
    explain_misfit,
    names_among,
    unclosed_bracket,
)

MOST_ERRORS = 100
MOST_TOKENS = 500_000

_ARROWS = {"RIGHT", "LEFT", "BOTH"}
GOES_ON = {"COMMA"} | _ARROWS
_OPENERS = {"GRAPH", "ASSERT"}
NEVER_IN_BRACKETS = {"COLON", "INDEPENDENT"} | _ARROWS

_TIGHT_AFTER, _TIGHT_BEFORE = frozenset("(["), frozenset(")],")

Members = tuple[tree.Member, ...]


def parse(source: Source, sink: Sink) -> tree.File:
    """Read a program.

    Args:
        source: The text.
        sink: Takes a diagnostic for each statement that cannot be read.

    Returns:
        The tree of all statements that could be read. Words of the others are in `broken`.
    """
    return _Reader(_parser(), source, sink).read(statements(source.text))


def statements(text: str) -> Iterator["Chunk | Remark"]:
    """The statements and comments of a text as tokens, whether or not they can be read."""
    return cut(_parser().tokens(text))


@cache
def _parser() -> Parser:
    return Parser("scm", Builder())


@dataclass(slots=True)
class Chunk:
    """The tokens of one statement.

    Attributes:
        tokens: Without newlines and comments; never empty.
        remarks: The comments between them.
        spaced: Whether an empty line stands above.
        unclosed: The bracket that is never closed, if one is not.
    """

    tokens: list[Token]
    remarks: list[Token]
    spaced: bool
    unclosed: Token | None = None


@dataclass(slots=True)
class Remark:
    """A comment; `trailing` if it stands behind a statement on the same line."""

    token: Token
    spaced: bool
    trailing: bool


@dataclass(slots=True)
class _Open:
    """The statement that is being collected.

    Attributes:
        spaced: Whether an empty line stands above it.
        line: How many of its tokens stand before the present line.
        brackets: Those not yet closed.
        unclosed: One that was given up.
    """

    spaced: bool = False
    tokens: list[Token] = field(default_factory=list)
    remarks: list[Token] = field(default_factory=list)
    line: int = 0
    brackets: list[Token] = field(default_factory=list)
    unclosed: Token | None = None

    @property
    def goes_on(self) -> bool:
        """Whether a newline here does not end the statement."""
        return bool(self.brackets) or (bool(self.tokens) and self.tokens[-1].type in GOES_ON)

    def add(self, token: Token) -> None:
        """Take one token and keep count of the brackets."""
        self.tokens.append(token)
        if token.type in OPENING:
            self.brackets.append(token)
        elif token.type in CLOSING and self.brackets:
            self.brackets.pop()

    def shows_unclosed(self, token: Token) -> bool:
        """Whether the token cannot stand inside the open bracket, whatever comes later."""
        if not self.brackets:
            return False
        if token.type in _OPENERS:
            return 0 < self.line == len(self.tokens)
        if token.type not in NEVER_IN_BRACKETS:
            return False
        is_query = len(self.tokens) > 1 and self.tokens[1].type == "IDENTIFIED"
        return not (is_query and token.type == "RIGHT")

    def opened_earlier(self, bracket: Token) -> bool:
        """Whether the bracket stands on a line before the present one."""
        here = self.tokens[self.line] if self.line < len(self.tokens) else None
        return self.line > 0 and (here is None or bracket.start < here.start)

    def chunk(self) -> Chunk:
        """The finished statement."""
        unclosed = self.unclosed or (self.brackets[-1] if self.brackets else None)
        return Chunk(self.tokens, self.remarks, self.spaced, unclosed)


@dataclass(slots=True)
class _Cutter:
    """Takes one token after another and gives what is finished by each.

    Attributes:
        now: The statement that is open.
        on_line: Whether a statement has ended on the present line.
    """

    now: _Open = field(default_factory=_Open)
    on_line: bool = False

    def take(self, token: Token) -> Iterator[Chunk | Remark]:
        match token.type:
            case "NEWLINE":
                yield from self._newline(token)
            case "SEMICOLON":
                yield from self.end()
            case "COMMENT":
                yield from self._comment(token)
            case _:
                if self.now.shows_unclosed(token):
                    yield from self._give_up_bracket()
                self.now.add(token)

    def end(self) -> Iterator[Chunk]:
        """End the open statement, if there is one."""
        if self.now.tokens:
            yield self.now.chunk()
            self.now, self.on_line = _Open(), True

    def _newline(self, token: Token) -> Iterator[Chunk]:
        if self.now.goes_on:
            self.now.line = len(self.now.tokens)
            return
        yield from self.end()
        self.on_line = False
        self.now.spaced = self.now.spaced or token.count("\n") > 1

    def _comment(self, token: Token) -> Iterator[Chunk | Remark]:
        if self.now.goes_on:
            self.now.remarks.append(token)
            return
        yield from self.end()
        yield Remark(token, self.now.spaced, trailing=self.on_line)
        self.now.spaced = False

    def _give_up_bracket(self) -> Iterator[Chunk]:
        """End the statement before the present line; within one line, only note the bracket."""
        now, bracket = self.now, self.now.brackets[-1]
        if not now.opened_earlier(bracket):
            now.unclosed, now.brackets = now.unclosed or bracket, []
            return
        yield Chunk(now.tokens[: now.line], now.remarks, now.spaced, bracket)
        self.now = _Open()
        for token in now.tokens[now.line :]:
            self.now.add(token)


def cut(tokens: Iterable[Token]) -> Iterator[Chunk | Remark]:
    """The statements and comments of a program, in order.

    Reading stops in a statement of more than `MOST_TOKENS`, so that memory stays bounded.
    """
    cutter = _Cutter()
    for token in tokens:
        yield from cutter.take(token)
        if len(cutter.now.tokens) > MOST_TOKENS:
            break
    yield from cutter.end()


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
            self.broken.append(tree.Broken(frozenset(names_among(chunk.tokens))))
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
            misfit = explain_misfit(error, chunk.tokens, chunk.unclosed, self.source.text)
            raise refuse(misfit) from None
        if chunk.unclosed is not None:  # a query may hold any tokens
            raise refuse(unclosed_bracket(chunk.unclosed))
        return statement


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
        return token[1:-1] if token.type == "QUOTED" else tree.number_or_text(str(token))

    def word(self, phrase: Phrase) -> Token:
        """A bare word, reserved or not."""
        token: Token = phrase[0]
        return token

    def query(self, phrase: Phrase) -> tuple[Token, ...]:
        """The tokens of a query."""
        return tuple(phrase)


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
