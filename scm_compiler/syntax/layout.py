"""Cuts the tokens of a program into statements and comments.

A newline or `;` ends a statement; inside brackets, and after a comma or an arrow, a newline goes
on. This is to `.scm` what the handling of indentation is to Python: a step between lexer and
parser. It also finds brackets that are never closed, so that the statements after them are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scm_compiler.syntax.lalr import Token

MOST_TOKENS = 500_000

OPENING = {"LPAR", "LBRACE", "LSQB"}
CLOSING = {"RPAR", "RBRACE", "RSQB"}
_ARROWS = {"RIGHT", "LEFT", "BOTH"}
_GOES_ON = {"COMMA"} | _ARROWS
_OPENERS = {"GRAPH", "ASSERT"}
_NEVER_IN_BRACKETS = {"COLON", "INDEPENDENT"} | _ARROWS


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
        return bool(self.brackets) or (bool(self.tokens) and self.tokens[-1].type in _GOES_ON)

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
        if token.type not in _NEVER_IN_BRACKETS:
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
