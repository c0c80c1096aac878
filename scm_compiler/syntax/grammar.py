"""Loading of the grammar files, shared by programs and queries."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from lark import Lark, Token, Transformer
from lark.lark import PostLex

from scm_compiler.shipped import shipped


class _Kept(PostLex):
    """Keeps terminals in the lexer that no rule mentions, such as comments."""

    def __init__(self, terminals: tuple[str, ...]) -> None:
        self.always_accept = terminals

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def load_parser(
    name: str,
    start: str = "start",
    *,
    transformer: Transformer[Token, Any] | None = None,
    keep: tuple[str, ...] = (),
    lexer: Literal["contextual", "basic"] = "contextual",
) -> Lark:
    """An LALR parser for a shipped grammar, built once a process.

    The tables are not stored on disk: lark's cache is a pickle, and loading never executes code.

    Args:
        name: The grammar's file name, such as `scm.lark`.
        start: The start rule.
        transformer: Builds the tree while parsing.
        keep: Terminals that the lexer knows although no rule uses them.
        lexer: `basic` where the text is cut into tokens before it is parsed (`Lark.lex`).
    """
    return Lark(
        shipped("grammars", name).read_text(encoding="utf-8"),
        start=start,
        parser="lalr",
        lexer=lexer,
        propagate_positions=transformer is None,
        transformer=transformer,
        postlex=_Kept(keep) if keep else None,
    )
