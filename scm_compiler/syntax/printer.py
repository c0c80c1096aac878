"""Tree to canonical text: `scmc fmt`.

One statement a line, in the author's order. Statements of one sort on consecutive lines are a
block: their colons, first arrows and comments stand below each other. At most one empty line is
kept between two lines. A long list goes on, indented, on the next line after a comma or an arrow.
Printing what was printed changes nothing, and the text parses to the tree that was printed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from scm_compiler.syntax import tree
from scm_compiler.syntax.tree import number_or_text

WIDTH = 99
_WIDEST_ALIGNED = 40
_INDENT = "    "
_ARROWS = {"->", "<-", "<->"}

RESERVED = frozenset(("P", "E", "ATE", "do", "given", "graph", "assert", "identified"))


_BARE = re.compile(r"\w+|-inf|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A value that needs no quotes: a word or a number, as the grammar has them."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as words, around the sign that is aligned.

    Attributes:
        head: What stands before the sign; the whole statement if there is none.
        sign: `:` or the first arrow; empty if the statement is not aligned.
        tail: What stands after it.
    """

    head: tuple[str, ...]
    sign: str = ""
    tail: tuple[str, ...] = ()


def print_file(program: tree.File) -> str:
    """The canonical text of a program, ending in one newline; empty for an empty tree.

    Raises:
        ValueError: If a part of the program could not be read; its text is not in the tree.
    """
    if program.broken:
        raise ValueError("a program with syntax errors cannot be printed")
    rows: list[str] = []
    for block in _blocks(program.lines):
        if block[0].spaced and rows:
            rows.append("")
        rows.extend(_printed(block))
    return "".join(f"{row}\n" for row in rows)


def print_name(name: str) -> str:
    """A node's name as it must be written: in quotes if it is reserved or has other signs.

    >>> print_name("5_o_Clock_Shadow"), print_name("P"), print_name("blood pressure")
    ('5_o_Clock_Shadow', '"P"', '"blood pressure"')
    """
    return name if re.fullmatch(r"\w+", name) and name not in RESERVED else f'"{name}"'


def writable(name: str) -> bool:
    """Whether a program can hold a name or a value, in quotes if need be.

    >>> writable("blood pressure"), writable('5" pipe'), writable(" ")
    (True, False, False)
    """
    return bool(name.strip()) and '"' not in name and name.isprintable()


def print_kind(kind: tree.Kind) -> str:
    """A kind as it stands behind the colon of a declaration.

    >>> print_kind(tree.Kind("categorical", (tree.Argument("light brown"), tree.Argument(1))))
    'categorical("light brown", 1)'
    """
    return " ".join(_kind(kind))


def _blocks(lines: Iterable[tree.Line]) -> list[list[tree.Line]]:
    """The lines in runs of one sort of statement with nothing between."""
    blocks: list[list[tree.Line]] = []
    for line in lines:
        before = blocks[-1][-1].statement if blocks else None
        if before is not None and type(before) is type(line.statement) and not line.spaced:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _printed(block: Sequence[tree.Line]) -> Iterator[str]:
    """The rows of a block, its signs and its comments aligned."""
    texts = [None if line.statement is None else _text(line.statement) for line in block]
    column = _column(" ".join(text.head) for text in texts if text and text.sign)
    printed = [_rows(text, column) if text else [""] for text in texts]
    pairs = zip(printed, block, strict=True)
    for commented, group in groupby(pairs, lambda pair: pair[1].comment is not None):
        run = list(group)
        yield from _commented(run) if commented else chain(*(rows for rows, _ in run))


def _commented(run: Sequence[tuple[list[str], tree.Line]]) -> Iterator[str]:
    """Consecutive statements, each with a comment behind it, or one comment alone."""
    column = max(len(rows[-1]) for rows, _ in run)
    for rows, line in run:
        yield from rows[:-1]
        yield f"{rows[-1]:<{column}}  {line.comment}" if line.statement else str(line.comment)


def _column(heads: Iterable[str]) -> int:
    """The column of a block's signs: after the longest head that is not overlong."""
    return max((len(head) for head in heads if len(head) <= _WIDEST_ALIGNED), default=0)


def _rows(text: _Text, column: int) -> list[str]:
    """The rows of one statement, its sign in the given column if its head is not overlong."""
    if not text.sign:
        return _folded(text.head)
    head = " ".join(text.head)
    start = (f"{head:<{column}}",) if len(head) <= _WIDEST_ALIGNED else text.head
    return _folded((*start, text.sign, *text.tail))


def _folded(words: Sequence[str]) -> list[str]:
    """The words on as few rows as fit; a row ends after a comma or an arrow."""
    first, *others = (" ".join(run) for run in _runs(words))
    rows = [first]
    for run in others:
        if len(rows[-1]) + 1 + len(run) <= WIDTH:
            rows[-1] += f" {run}"
        else:
            rows.append(_INDENT + run)
    return rows


def _runs(words: Sequence[str]) -> Iterator[list[str]]:
    """The words in runs that stay on one row."""
    run: list[str] = []
    for word in words:
        run.append(word)
        if word.endswith(",") or word in _ARROWS:
            yield run
            run = []
    if run:
        yield run


def _text(statement: tree.Statement) -> _Text:
    match statement:
        case tree.Header(name):
            return _Text(("graph", print_name(name.text)))
        case tree.Declaration(names, kind):
            return _Text(_list(names), ":", _kind(kind))
        case tree.Edges(sides, arrows):
            rest = [(arrow, *_list(side)) for arrow, side in zip(arrows, sides[1:], strict=True)]
            return _Text(_list(sides[0]), arrows[0], tuple(chain(*rest))[1:])
        case tree.Independent(left, right, given):
            condition = ("|", *_list(given)) if given else ()
            return _Text(("assert", *_list(left), "_||_", *_list(right), *condition))
        case tree.Identified(query):
            return _Text((f"assert identified {query}",))


def _list(members: Sequence[tree.Member]) -> tuple[str, ...]:
    """The names, all but the last with a comma."""
    words = ["*" if isinstance(m, tree.Star) else print_name(m.text) for m in members]
    return (*(f"{word}," for word in words[:-1]), words[-1])


def _kind(kind: tree.Kind) -> tuple[str, ...]:
    if not kind.arguments:
        return (kind.name,)
    words = [_argument(argument) for argument in kind.arguments]
    words[0] = f"{kind.name}({words[0]}"
    return (*(f"{word}," for word in words[:-1]), f"{words[-1]})")


def _argument(argument: tree.Argument) -> str:
    value = _value(argument.value)
    return value if argument.key is None else f"{argument.key}={value}"


def _value(value: tree.Value) -> str:
    """The value as it must be written to be read as the same value."""
    if not isinstance(value, str):
        return str(value)
    return value if _BARE.fullmatch(value) and number_or_text(value) == value else f'"{value}"'
