"""Statements of edges, rewritten without some of their pairs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scm_compiler.diagnostics import Span
from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import Edit
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import Remark, statements
from scm_compiler.syntax.printer import print_file


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair that an arrow of a statement joins.

    Attributes:
        source: The cause, or the left end of `<->`.
        target: The effect, or the right end.
        arrow: As written.
        span: What a finding about the pair points at.
    """

    source: str
    target: str
    arrow: tree.Arrow
    span: Span


Choice = Callable[[Pair], bool]
Side = tuple[tree.Member, ...]


def without(document: Document, at: Span, drop: Choice, add: Iterable[str] = ()) -> Edit | None:
    """The edit that takes pairs out of the statement that holds a place.

    Args:
        document: The program.
        at: The place.
        drop: Which pairs to take out.
        add: Statements to put behind it.
    """
    statement = document.statement(at)
    if not isinstance(statement, tree.Edges):
        return None
    kept = [tree.Line(edges) for edges in _kept(statement, document.scope.tabular, drop)]
    rows = [*print_file(tree.File(tuple(kept))).splitlines(), *add]
    if not rows:
        return deleted(document, statement.span)
    inside = document.text[statement.span.start : statement.span.end]
    remarks = [remark.rstrip() for remark in _remarks(inside)]
    return Edit(statement.span, document.newline.join([*remarks, *rows]))


def _remarks(text: str) -> Iterator[str]:
    """The comments in a statement."""
    for piece in statements(text):
        yield from [piece.token] if isinstance(piece, Remark) else piece.remarks


def deleted(document: Document, span: Span) -> Edit:
    """The edit that deletes a statement, and its line if nothing else is on it."""
    text, start, end = document.text, span.start, span.end
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    before, after = text[line:start].strip(), text[end:stop].strip()
    if not before and after in {"", ";"}:
        return Edit(Span(line, stop), "")
    if after.startswith(";"):
        end = text.index(";", end) + 1
        end += len(text[end:stop]) - len(text[end:stop].lstrip(" \t"))
    return Edit(Span(start, end), "")


def _members(side: Side, labels: Sequence[str]) -> Iterator[tuple[str, Span]]:
    for member in side:
        if isinstance(member, tree.Name):
            yield member.text, member.span
        else:
            yield from ((name, member.span) for name in labels)


def _kept(statement: tree.Edges, labels: Sequence[str], drop: Choice) -> Iterator[tree.Edges]:
    """What is left of a statement: its untouched links in their chain, the others written out."""
    links = zip(statement.arrows, pairwise(statement.sides), strict=True)
    chain: tree.Edges | None = None
    for arrow, (left, right) in links:
        rest = _rest(arrow, left, right, labels, drop)
        if rest is not None:
            if chain is not None:
                yield chain
            yield from rest
            chain = None
        elif chain is None:
            chain = tree.Edges((left, right), (arrow,))
        else:
            chain = replace(chain, sides=(*chain.sides, right), arrows=(*chain.arrows, arrow))
    if chain is not None:
        yield chain


def _rest(
    arrow: tree.Arrow, left: Side, right: Side, labels: Sequence[str], drop: Choice
) -> list[tree.Edges] | None:
    """What is left of one link; None where nothing is taken out."""
    whole, lefts_of = True, dict[str, tuple[str, ...]]()
    for b, b_span in _members(right, labels):
        lefts = []
        for a, a_span in _members(left, labels):
            source, target = (b, a) if arrow == "<-" else (a, b)
            dropped = drop(Pair(source, target, arrow, a_span.cover(b_span)))
            whole = whole and not dropped
            lefts += [] if dropped else [a]
        if lefts:
            lefts_of[b] = tuple(lefts)
    if whole:
        return None
    rights_of: dict[tuple[str, ...], list[str]] = {}
    for b, some in lefts_of.items():
        rights_of.setdefault(some, []).append(b)
    return [tree.Edges((_names(a), _names(b)), (arrow,)) for a, b in rights_of.items()]


def _names(names: Iterable[str]) -> tuple[tree.Name, ...]:
    return tuple(map(tree.Name, names))
