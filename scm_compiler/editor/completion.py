"""What may be typed at a place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from scm_compiler.diagnostics import Span
from scm_compiler.editor.document import Document
from scm_compiler.editor.language import KINDS, WORDS
from scm_compiler.editor.mentions import is_query
from scm_compiler.ir import Finite
from scm_compiler.syntax import tree
from scm_compiler.syntax.grammar import Token
from scm_compiler.syntax.parser import GOES_ON, Chunk, Remark, statements
from scm_compiler.syntax.printer import print_name
from scm_compiler.syntax.refusals import CLOSING, OPENING

Sort = Literal["keyword", "kind", "node", "value", "question"]

_USUAL = {
    "image": "image(3, 64, 64)",
    "categorical": "categorical(low, high)",
    "ordinal": "ordinal(low, mid, high)",
    "binned": "binned(30, 60)",
    "real": "real",
}
_MOST_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be typed.

    Attributes:
        text: As it stands in the program.
        sort: What it is.
        detail: A line about it, in Markdown.
        span: What has been typed of it.
    """

    text: str
    sort: Sort
    detail: str
    span: Span


def complete(document: Document, offset: int) -> tuple[Suggestion, ...]:
    """What may stand at a place; none in a comment."""
    text = document.text[:offset]
    pieces = list(statements(text))
    last = pieces[-1] if pieces else None
    if _in_comment(last, offset):
        return ()
    tokens = list(last.tokens) if isinstance(last, Chunk) and not _ended(last, text) else []
    typed = _typed(tokens, text)
    if tokens and tokens[-1].span.end > typed.start:
        del tokens[-1]
    found = [Suggestion(*choice, typed) for choice in _choices(document, tokens)]
    begun = text[typed.start :].strip('"').casefold()
    return tuple(one for one in found if one.text.strip('"').casefold().startswith(begun))


Choice = tuple[str, Sort, str]


def _in_comment(last: Chunk | Remark | None, offset: int) -> bool:
    remarks = [last.token] if isinstance(last, Remark) else last.remarks if last else []
    return any(token.span.end == offset for token in remarks)


def _ended(chunk: Chunk, text: str) -> bool:
    """Whether a statement is over, so that the place begins the next one."""
    last = chunk.tokens[-1]
    rest = text[last.span.end :]
    open_bracket = sum((t.type in OPENING) - (t.type in CLOSING) for t in chunk.tokens) > 0
    return ";" in rest or ("\n" in rest and last.type not in GOES_ON and not open_bracket)


def _typed(tokens: Sequence[Token], text: str) -> Span:
    """The beginning of a name or word before the place."""
    if tokens and tokens[-1].type == "UNCLOSED":
        return Span(tokens[-1].start, len(text))
    word = re.search(r"\w*\Z", text)
    assert word is not None
    return Span(word.start(), len(text))


def _choices(document: Document, tokens: Sequence[Token]) -> Iterator[Choice]:
    """What may follow the tokens of a statement."""
    types = [token.type for token in tokens]
    if "COLON" in types:
        if types[-1] == "COLON":
            yield from _kinds(document)
    elif is_query(tokens):
        yield from _in_query(document, tokens[2:])
    elif types[:1] == ["GRAPH"]:
        return
    else:
        if not types and not any(isinstance(s, tree.Header) for s in document.program.statements):
            yield "graph ", "keyword", WORDS["graph"]
        if not types:
            yield "assert ", "keyword", WORDS["assert"]
        if types == ["ASSERT"]:
            yield "identified ", "keyword", WORDS["identified"]
        taken = {token.strip('"') for token in tokens}
        yield from _names(document, taken)
        if {"RIGHT", "LEFT", "BOTH"} & set(types):
            yield "*", "node", "every label"


def _kinds(document: Document) -> Iterator[Choice]:
    for name, kind in document.kinds.items():
        yield _USUAL.get(name, kind.usage), "kind", KINDS.get(name, f"of {kind.origin}")


def _names(document: Document, taken: set[str]) -> Iterator[Choice]:
    for name, node in list(document.scope.nodes.items())[:_MOST_NAMES]:
        if name not in taken:
            yield print_name(name), "node", node.kind


def _in_query(document: Document, tokens: Sequence[Token]) -> Iterator[Choice]:
    if not tokens:
        yield from questions([node.name for node in document.scope.nodes.values()])
    elif tokens[-1].type == "EQUALS":
        yield from _values(document, tokens)
    else:
        held = tokens[-1].type in {"BAR", "COMMA"}
        if held:
            yield "do(", "keyword", WORDS["do"]
        yield from _names(document, set())


def questions(names: Sequence[str]) -> Iterator[Choice]:
    """A question of each form, about the first nodes and the last."""
    if len(names) < 2:
        return
    for cause, effect in dict.fromkeys([(names[0], names[-1]), *list(pairwise(names))[:3]]):
        x, y = print_name(cause), print_name(effect)
        yield f"P({y} | do({x}))", "question", f"what {x} does to {y}"
        yield f"ATE({x} -> {y})", "question", WORDS["ATE"]


def _values(document: Document, tokens: Sequence[Token]) -> Iterator[Choice]:
    name = tokens[-2].strip('"') if len(tokens) > 1 else ""
    node = document.scope.nodes.get(name)
    if node is not None and isinstance(node.domain, Finite):
        for value in node.domain.values:
            yield print_name(value), "value", f"of {print_name(name)}"
