"""Printing Python: calls and tuples over as few lines as fit, literals and comments.

A bracket of the printed text stays on one line if that has at most 88 characters, else each of its
items gets a line and a comma, as `ruff format` would have it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Bracket:
    """`opening item, item, … closing`, such as a call, a list or a tuple."""

    opening: str
    items: tuple["Expression", ...]
    closing: str = ")"


Expression = str | Bracket


def call(function: str, *arguments: Expression) -> Bracket:
    """A call.

    >>> print_expression("x = ", call("f", "a", tuple_of(["1", "2"])), 0)
    ['x = f(a, (1, 2))']
    """
    return Bracket(f"{function}(", arguments)


def tuple_of(items: Sequence[Expression]) -> Expression:
    """A tuple; one item keeps its comma."""
    if len(items) == 1:
        return f"({_flat(items[0])},)"
    return Bracket("(", tuple(items))


def print_expression(
    before: str, expression: Expression, depth: int, after: str = ""
) -> list[str]:
    """The lines of an expression between two texts, indented to a depth."""
    margin = INDENT * depth
    line = f"{margin}{before}{_flat(expression)}{after}"
    if isinstance(expression, str) or len(line) <= WIDTH or not expression.items:
        return [line]
    inner = [
        text for item in expression.items for text in print_expression("", item, depth + 1, ",")
    ]
    opening = f"{margin}{before}{expression.opening}"
    return [opening, *inner, f"{margin}{expression.closing}{after}"]


def literal(text: str) -> str:
    r"""A string literal, in the quotes that ruff would choose; nothing in it can end it.

    >>> print(literal('say "no" \\ maybe\n'))
    'say "no" \\ maybe\n'
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = "".join(_escape(character, quote) for character in text)
    return f"{quote}{body}{quote}"


def comment(text: str, depth: int) -> str:
    """A comment of one line, cut to the width; it holds printable characters alone."""
    line = f"{INDENT * depth}# {printable(text)}"
    return (line if len(line) <= WIDTH else line[: WIDTH - 2] + " …").rstrip()


def printable(text: str) -> str:
    """The text with everything that could end a line or hide replaced by spaces."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def prose(text: str) -> str:
    """The text as it may stand in a docstring: without quotes and backslashes too."""
    return "".join("_" if c in "\"'\\" else c for c in printable(text))


def _escape(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    if character.isprintable():
        return character
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(character)
    form = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return named.get(character, form if code < 0x10000 else f"\\U{code:08x}")


def _flat(expression: Expression) -> str:
    if isinstance(expression, str):
        return expression
    items: Iterator[str] = (_flat(item) for item in expression.items)
    return f"{expression.opening}{', '.join(items)}{expression.closing}"
