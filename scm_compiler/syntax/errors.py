"""What a parser's refusal means in the user's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from scm_compiler.diagnostics import Span

END = "$END"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A place where the text does not fit the grammar.

    Attributes:
        span: What was found there; empty at the end of the text.
        found: The text found; empty at the end.
        expected: What could stand there, as phrases such as "a name" or "`:`".
    """

    span: Span
    found: str
    expected: tuple[str, ...]


def explain_lark_error(
    error: UnexpectedInput, words: Mapping[str, str], text: str, accepts: Iterable[str] = ()
) -> Mismatch:
    """A lark error as a place, what was found and what was expected.

    Args:
        error: As raised by lark.
        words: A phrase for each terminal of the grammar (and `$END`); several terminals may share
            one, and a terminal that is absent is not offered to the user.
        text: The text that was parsed.
        accepts: The terminals that fit, where the caller knows better than the error.
    """
    expected = _phrases(list(accepts) or _accepted(error), words)
    if isinstance(error, UnexpectedToken) and error.token.type != END:
        start = error.token.start_pos or 0
        return Mismatch(Span(start, start + len(error.token)), str(error.token), expected)
    if isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        return Mismatch(Span(start, start + 1), text[start], expected)
    end = len(text.rstrip())
    return Mismatch(Span(end, end), "", expected)


def _accepted(error: UnexpectedInput) -> list[str]:
    match error:
        case UnexpectedToken():
            return sorted(error.accepts or error.expected)
        case UnexpectedCharacters():
            return sorted(error.allowed or ())
        case UnexpectedEOF():
            return sorted(str(name) for name in error.expected)
    return []


def _phrases(terminals: Iterable[str], words: Mapping[str, str]) -> tuple[str, ...]:
    """The phrases in the order of `words`, each once."""
    wanted = set(terminals)
    return tuple(dict.fromkeys(phrase for name, phrase in words.items() if name in wanted))
