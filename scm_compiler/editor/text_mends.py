"""Mends of statements that cannot be read."""

import re
from collections.abc import Iterator, Sequence

from scm_compiler.diagnostics import Diagnostic, Span
from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import Edit, Mend
from scm_compiler.syntax.codes.files import EmptyFile
from scm_compiler.syntax.codes.query_text import ReservedInQuery, UnknownFunction
from scm_compiler.syntax.codes.syntax import (
    BadName,
    ReservedName,
    StrayCharacter,
    UnclosedBracket,
    UnclosedQuote,
    UnexpectedText,
)
from scm_compiler.syntax.grammar import Token
from scm_compiler.syntax.parser import NEVER_IN_BRACKETS
from scm_compiler.syntax.refusals import CLOSING, OPENING

_PARTNER = {"(": ")", "{": "}", "[": "]"}
_SIGNS = re.compile(r"[-=~<>]*[-=~>][-=~<>]*")
_WORD = re.compile(r"[^\s,:;|(){}\[\]\"#]+")


def proposed(document: Document, finding: Diagnostic) -> Iterator[Mend]:
    """What may mend a finding about the text itself."""
    span = finding.span
    match finding:
        case EmptyFile():
            program = "A, B : binary\nA -> B\n".replace("\n", document.newline)
            yield Mend("begin with two labels", (Edit(Span(0, len(document.text)), program),))
        case _ if span is None:
            return
        case ReservedName(word=word):
            yield Mend(f'write `"{word}"`', (Edit(span, f'"{word}"'),))
        case BadName(name=name):
            shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())
            yield Mend(f'write `"{shown}"`', (Edit(span, f'"{shown}"'),))
        case StrayCharacter():
            yield from _of_stray(document, finding, span)
        case UnclosedBracket(bracket=bracket):
            yield from _closed(document, span, _PARTNER[bracket])
        case UnclosedQuote():
            yield from _unquoted(document, span)
        case UnexpectedText():
            yield from _of_misfit(document, finding, span)
        case UnknownFunction() | ReservedInQuery():
            yield from _of_word_in_query(document, finding, span)


def _of_stray(document: Document, finding: StrayCharacter, span: Span) -> Iterator[Mend]:
    plain = finding.plain
    if finding.comment:
        yield Mend("make it a comment with `#`", (Edit(Span(span.start, span.end + 1), "#"),))
    elif plain is not None:
        yield Mend(f"write `{plain}`", (Edit(span, plain),))
    elif finding.character.isspace():
        yield Mend("type a plain space", (Edit(span, " "),))
    elif not finding.character.isprintable():
        yield Mend("delete it", (Edit(span, ""),))
    else:
        words = _WORD.finditer(document.text)
        word = next((found for found in words if found.end() > span.start), None)
        if word is not None and word.start() <= span.start:
            edit = Edit(Span(*word.span()), f'"{word[0]}"')
            yield Mend(f'write `"{word[0]}"`', (edit,))


def _closed(document: Document, bracket: Span, partner: str) -> Iterator[Mend]:
    """Close a bracket where the statement ends, or before what cannot stand inside."""
    chunk = document.chunk(bracket.start)
    inside = [token for token in chunk.tokens if token.start > bracket.start] if chunk else []
    stop = next((n for n, t in enumerate(inside) if t.type in NEVER_IN_BRACKETS), len(inside))
    last = inside[stop - 1].span if stop else bracket
    yield Mend(f"add `{partner}`", (Edit(Span(last.end, last.end), partner),))


def _unquoted(document: Document, quote: Span) -> Iterator[Mend]:
    """End a name before the next sign, or with its line."""
    rest = document.text[quote.end :]
    found = re.match(r"[^\n:,;|#\r<]*?(?=\s*([\n:,;|#\r<]|->|$))", rest)
    if found is not None:
        at = quote.end + found.end()
        yield Mend(f'end the name: `"{found[0]}"`', (Edit(Span(at, at), '"'),))


def _of_misfit(document: Document, finding: UnexpectedText, span: Span) -> Iterator[Mend]:
    """By what stands there, and what could."""
    chunk = document.chunk(span.start)
    tokens = chunk.tokens if chunk else []
    rank = next((n for n, token in enumerate(tokens) if token.span == span), 0)
    if rank and finding.found in set(")}]"):
        yield Mend(f"delete `{finding.found}`", (Edit(span, ""),))
    elif rank and "an arrow" in finding.expected and _SIGNS.match(finding.found):
        signs = _SIGNS.match(document.text, span.start)
        assert signs is not None
        yield Mend("write `->`", (Edit(Span(*signs.span()), "->"),))
    elif tokens and tokens[0] == "binary" and rank == 1:
        names = document.text[span.start : tokens[-1].span.end]
        whole = Span(tokens[0].start, tokens[-1].span.end)
        yield Mend(f"write `{names} : binary`", (Edit(whole, f"{names} : binary"),))
    elif tokens and tokens[0].type == "ASSERT":
        return
    elif rank and "`,`" in finding.expected and tokens[rank].type in {"WORD", "QUOTED", "NUMBER"}:
        yield from _two_names(tokens[rank - 1], tokens[rank])
    elif not finding.found and "`:`" in finding.expected and not _open(tokens):
        yield Mend("declare as `binary`", (Edit(Span(span.start, span.start), " : binary"),))
    elif rank and tokens[rank - 1].type == "COMMA":
        yield Mend("delete `,`", (Edit(tokens[rank - 1].span, ""),))


def _two_names(first: Token, second: Token) -> Iterator[Mend]:
    """A comma between two names, or one name of both."""
    end = first.span.end
    yield Mend("put `,` between the names", (Edit(Span(end, end), ","),))
    if first.type == second.type == "WORD":
        name = f'"{first} {second}"'
        yield Mend(f"write `{name}`", (Edit(first.span.cover(second.span), name),))


def _open(tokens: Sequence[Token]) -> bool:
    depth = sum((t.type in OPENING) - (t.type in CLOSING) for t in tokens)
    return depth > 0


def _of_word_in_query(
    document: Document, finding: UnknownFunction | ReservedInQuery, query: Span
) -> Iterator[Mend]:
    """A word of an asserted query, which the finding points at as a whole."""
    if isinstance(finding, UnknownFunction):
        word, likely = finding.name, finding.suggestion
    else:
        word, likely = finding.word, f'"{finding.word}"'
    text = document.text[query.start : query.end]
    found = re.search(rf'(?<!["\w]){re.escape(word)}(?!["\w])', text)
    if likely is not None and found is not None:
        place = Span(query.start + found.start(), query.start + found.end())
        yield Mend(f"write `{likely}`", (Edit(place, likely),))
