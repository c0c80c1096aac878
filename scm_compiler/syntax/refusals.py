"""Why a statement cannot be read, in the user's words."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from scm_compiler.diagnostics import Diagnostic, Span
from scm_compiler.syntax.codes.syntax import (
    ReservedName,
    StrayCharacter,
    UnclosedBracket,
    UnclosedQuote,
    UnexpectedText,
)
from scm_compiler.syntax.grammar import END, Token, UnexpectedTokenError

OPENING = {"LPAR", "LBRACE", "LSQB"}
CLOSING = {"RPAR", "RBRACE", "RSQB"}

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


def explain_misfit(
    error: UnexpectedTokenError, tokens: Sequence[Token], unclosed: Token | None, text: str
) -> Diagnostic:
    """What to tell about the first token of a statement that does not fit.

    Args:
        error: The parser's.
        tokens: Those of the statement.
        unclosed: The bracket of it that is never closed, if one is not.
        text: The whole program.
    """
    token, accepts = error.token, error.accepts
    reserved = _reserved_name(token, accepts, tokens)
    if reserved is not None:
        return ReservedName(str(reserved), span=reserved.span)
    if token.type in {"STRAY", "SIGN"}:
        comment = text.startswith(_COMMENTS, token.start)
        return StrayCharacter(token[0], comment, span=Span(token.start, token.start + 1))
    if token.type == "UNCLOSED":
        return UnclosedQuote(span=Span(token.start, token.start + 1))
    if unclosed is not None and not _closes(unclosed, token, tokens):
        return unclosed_bracket(unclosed)
    expected = error.expected(WORDS)
    return UnexpectedText(str(token), expected, _advice(token, accepts, tokens), span=token.span)


def _reserved_name(
    token: Token, accepts: Collection[str], before: Sequence[Token]
) -> Token | None:
    """The reserved word that was meant as a name, if that is what is wrong."""
    if token.type in RESERVED and "WORD" in accepts:
        return token
    opener = before[0]
    is_list = token.type in {"COLON", "COMMA", "RIGHT", "LEFT", "BOTH"}
    if is_list and opener.type in {"GRAPH", "ASSERT"} and before[1:2] == [token]:
        return opener
    return None


def unclosed_bracket(bracket: Token) -> UnclosedBracket:
    """What to tell about a bracket that is never closed."""
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


def _advice(token: Token, accepts: Collection[str], tokens: Sequence[Token]) -> str | None:
    """The likely mend, by the token that does not fit and what would."""
    opener, advice = tokens[0], None
    if opener.type == "ASSERT":
        return "write `assert A, B _||_ C | D, E` or `assert identified P(Y | do(X))`"
    match token.type:
        case "RIGHT" | "LEFT" | "BOTH" if "RBRACE" in accepts:
            advice = "an arrow cannot stand inside braces; they hold a list: `{A, B} -> C`"
        case "LBRACE" if "COLON" in accepts or opener.type == "GRAPH":
            advice = "an edge is a statement of its own, without braces around it: `A -> B`"
        case "EQUALS" | "MINUS":
            advice = "an edge is written `A -> B`, a declaration `A : binary`"
        case "WORD" | "QUOTED" if opener == "binary" and _is_list(tokens[1:]):
            advice = f"write `{', '.join(tokens[1::2])} : binary`"
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


def names_among(tokens: Iterable[Token]) -> Iterator[str]:
    """The names among the tokens, without quotes."""
    for token in tokens:
        if token.type in {"WORD", "QUOTED"}:
            yield token.strip('"')
        elif token.type == "UNCLOSED":
            yield token[1:].partition(":")[0].strip()
            yield from re.findall(r"\w+", token)
