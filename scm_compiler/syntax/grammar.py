"""The parsers of the grammars: lark reads, and a builder makes the tree of what it reads."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

import lark
from lark.exceptions import UnexpectedToken

from scm_compiler.collector import collector_paused
from scm_compiler.diagnostics import Span
from scm_compiler.syntax.tables import STARTS, lark_of

END = "$END"


class Token(lark.Token):
    """A word of a text, of a terminal of the grammar (`type`)."""

    __slots__ = ()

    @property
    def start(self) -> int:
        """The offset at which it starts."""
        return self.start_pos or 0

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.start, self.start + len(self))


class Phrase(list[Any]):
    """What a rule holds: tokens, what its rules gave, None for what was left out.

    Attributes:
        span: Its place.
    """

    __slots__ = ("span",)
    span: Span


class UnexpectedTokenError(Exception):
    """A token that cannot stand where it does.

    Attributes:
        token: The token; an empty one of the type `END` behind the last.
        accepts: The terminals that could stand there.
    """

    def __init__(self, token: Token, accepts: frozenset[str]) -> None:
        super().__init__(token)
        self.token, self.accepts = token, accepts

    def expected(self, words: Mapping[str, str]) -> tuple[str, ...]:
        """What could stand there, in the order of `words`, each phrase once.

        Args:
            words: A phrase for each terminal; several may share one, and one without a phrase is
                not offered to the user.
        """
        return tuple(dict.fromkeys(words[name] for name in words if name in self.accepts))


class Parser:
    """The parser of a shipped grammar.

    Args:
        name: `scm` or `query`.
        builder: Has a method for each rule, which takes its `Phrase` and gives the rule's value.
        soft: The terminals of words that are names wherever they cannot be themselves.
    """

    @collector_paused()
    def __init__(self, name: str, builder: object, soft: Collection[str] = ()) -> None:
        self._soft = frozenset(soft)
        self._start, self._builder = STARTS[name], builder
        self._lark = lark_of(name)
        # Else `lex` makes a lexer of its own for each text.
        self._lark.lexer = self._lark.parser.lexer

    @property
    def terminals(self) -> set[str]:
        """The names of the grammar's terminals."""
        return {terminal.name for terminal in self._lark.terminals}

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a text, without the space between them."""
        for token in self._lark.lex(text):
            token.__class__ = Token  # a copy of each would take as long as finding it
            yield cast(Token, token)

    def parse(self, tokens: Iterable[Token]) -> Any:  # noqa: ANN401  (as the builder gives it)
        """The value of the start rule.

        Raises:
            UnexpectedTokenError: If the tokens do not obey the grammar.
        """
        state = self._lark.parse_interactive("", start=self._start)
        try:
            end = 0
            for token in tokens:
                soft = token.type in self._soft
                name = soft and token.type not in state.accepts()  # type: ignore[no-untyped-call]
                word = Token.new_borrow_pos("WORD", token.value, token) if name else token
                state.feed_token(word)
                end = token.start + len(token)
            return self._built(state.feed_token(Token(END, "", end)))[0]
        except UnexpectedToken as error:
            accepts = state.accepts()  # type: ignore[no-untyped-call]
            raise UnexpectedTokenError(cast(Token, error.token), frozenset(accepts)) from None

    def _built(self, tree: lark.Tree[Token]) -> tuple[Any, int, int]:
        """What the builder makes of a rule, once its parts are built, and where it stands."""
        phrase, start, end = Phrase(), -1, -1
        for part in tree.children:
            value, first = part, start
            if isinstance(part, lark.Tree):
                value, first, end = self._built(part)
            elif part is not None:
                first, end = part.start, part.end_pos or 0
            start = first if start < 0 else start
            phrase.append(value)
        phrase.span = Span(start, end)
        return getattr(self._builder, tree.data)(phrase), start, end
