"""What there is to say of a place: a node, a word of the language, a finding."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scm_compiler.diagnostics import Span
from scm_compiler.diagnostics.pages import pages
from scm_compiler.editor.document import Document
from scm_compiler.editor.language import KINDS, WORDS, coded
from scm_compiler.ir import Finite, Node
from scm_compiler.syntax import tree

_MOST_NAMES = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hover:
    """What is said, in Markdown, and of which piece of the text."""

    markdown: str
    span: Span


def hover(document: Document, offset: int) -> Hover | None:
    """What to say of a place; None where there is nothing to say."""
    parts = [part for part in (_subject(document, offset), *_findings(document, offset)) if part]
    if not parts:
        return None
    return Hover("\n\n---\n\n".join(part.markdown for part in parts), parts[0].span)


def _subject(document: Document, offset: int) -> Hover | None:
    mention = document.mention(offset)
    if mention is not None:
        node = document.scope.nodes.get(mention.name)
        said = _of_node(document, node) if node else ()
        return Hover("\n\n".join(said), mention.span) if node else None
    return _of_kind(document, offset) or _of_word(document.text, offset)


def _of_node(document: Document, node: Node) -> Iterator[str]:
    """Its kind and values, causes, effects and hidden common causes."""
    wiring, name = document.wiring, node.name
    values = node.domain.values if isinstance(node.domain, Finite) else ()
    yield f"**{coded(name)}** : {coded(node.kind)}" + (f", {_list(values)}" if values else "")
    facts = {
        "causes": [source for source, target in wiring.edges if target == name],
        "effects": [target for source, target in wiring.edges if source == name],
        "hidden common causes with": [
            right if left == name else left
            for left, right in wiring.confounders
            if name in (left, right)
        ],
    }
    for said, names in facts.items():
        if names:
            yield f"{said} {_list(names)}"


def _list(names: Iterable[str]) -> str:
    found = [coded(name) for name in names]
    more = len(found) - _MOST_NAMES
    return ", ".join(found[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _of_kind(document: Document, offset: int) -> Hover | None:
    statement = document.statement(Span(offset, offset))
    if not isinstance(statement, tree.Declaration):
        return None
    written = statement.kind
    span = Span(written.span.start, written.span.start + len(written.name))
    known = document.kinds.get(written.name)
    if known is None or not span.start <= offset <= span.end:
        return None
    said = KINDS.get(known.name, f"of {known.origin}")
    return Hover(f"{coded(known.usage)}: {said}", span)


def _of_word(text: str, offset: int) -> Hover | None:
    for found in _WORD.finditer(text, text.rfind("\n", 0, offset) + 1):
        if found.end() >= offset:
            said = WORDS.get(found[0]) if found.start() <= offset else None
            inside = "#" in text[text.rfind("\n", 0, offset) + 1 : found.start()]
            return Hover(said, Span(*found.span())) if said and not inside else None
    return None


def _findings(document: Document, offset: int) -> Iterator[Hover]:
    """The pages of what is reported of a place, without their examples."""
    for finding in document.report.diagnostics:
        span = finding.span
        if span is not None and span.start <= offset <= span.end:
            page = pages()[finding.code]
            text = re.sub(r"## Example\n.*?(?=^## |\Z)", "", page.body, flags=re.M | re.S)
            text = re.sub(r"^## (.+)$", r"**\1**", text, flags=re.M)
            yield Hover(f"**{page.code}**: {page.title}\n\n{text}", span)
