"""Where a program names its nodes, read off the tokens: in statements with errors too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scm_compiler.diagnostics import Span
from scm_compiler.syntax.grammar import Token
from scm_compiler.syntax.parser import Chunk, statements

_NAMES = {"WORD", "QUOTED"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A node's name at a place.

    Attributes:
        name: Without its quotes.
        span: The name with its quotes.
        declares: Whether it stands before the colon of a declaration.
    """

    name: str
    span: Span
    declares: bool = False


def mentions(text: str) -> Iterator[Mention]:
    """All names of nodes in a program, in its order.

    >>> [m.name for m in mentions('A, "7 up" : binary; assert identified P("7 up"=up | do(A=1))')]
    ['A', '7 up', '7 up', 'A']
    """
    for piece in statements(text):
        if isinstance(piece, Chunk):
            yield from _of_statement(piece.tokens)


def is_query(tokens: Sequence[Token]) -> bool:
    """Whether a statement is `assert identified QUERY`."""
    return [token.type for token in tokens[:2]] == ["ASSERT", "IDENTIFIED"]


def _of_statement(tokens: Sequence[Token]) -> Iterator[Mention]:
    types = [token.type for token in tokens]
    if types[0] == "GRAPH" and types[1:2] != ["COLON"]:
        return
    colon = types.index("COLON") if "COLON" in types else 0
    query = is_query(tokens)
    for rank, token in enumerate(tokens[: colon or None]):
        after = types[rank + 1 : rank + 2]
        value = query and types[rank - 1] == "EQUALS" and after != ["LSQB"]
        called = query and after == ["LPAR"]  # a function without a reserved word of its own
        if token.type in _NAMES and not value and not called:
            yield Mention(token.strip('"'), token.span, declares=bool(colon))
