"""Mends of edges: turn one, or take it out of its statement."""

from collections.abc import Iterator

from scm_compiler.diagnostics import Diagnostic, Span
from scm_compiler.editor.arrows import Choice, Pair, without
from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import Mend
from scm_compiler.semantics.codes.edges import (
    ConfoundedWithItself,
    Cycle,
    DuplicateConfounder,
    DuplicateEdge,
    SelfLoop,
)
from scm_compiler.semantics.codes.graph import ConfoundedImage, ImageNotSink, ImageWithoutParents
from scm_compiler.syntax.printer import print_name

_MOST_TURNED = 6


def proposed(document: Document, finding: Diagnostic) -> Iterator[Mend]:
    """What may mend a finding about edges."""
    match finding:
        case SelfLoop() | ConfoundedWithItself():
            title = "delete the edge of a node to itself"
            yield from _dropped(document, finding, title, lambda pair: pair.source == pair.target)
        case Cycle():
            yield from _of_cycle(document, finding)
        case ImageNotSink(image=image):
            yield from _of_image(document, finding, image)
        case ConfoundedImage(image=image):
            title = f"delete the hidden cause of `{image}`"
            yield from _dropped(document, finding, title, lambda pair: image in _ends(pair))
        case DuplicateEdge(source=source, target=target, first=first):
            yield from _twice(document, finding, (source, target), first)
        case DuplicateConfounder(left=left, right=right, first=first):
            yield from _twice(document, finding, (left, right), first)
        case ImageWithoutParents(name=name):
            edit = document.appended(f"* -> {print_name(name)}")
            yield Mend(f"make every label a cause of `{name}`", (edit,))


def _ends(pair: Pair) -> set[str]:
    return {pair.source, pair.target}


def _dropped(
    document: Document, finding: Diagnostic, title: str, drop: Choice, at: Span | None = None
) -> Iterator[Mend]:
    """Take out the pairs of a place that are chosen."""
    place = at or finding.span
    assert place is not None
    edit = without(document, place, lambda pair: pair.span == place and drop(pair))
    if edit is not None:
        yield Mend(title, (edit,))


def _of_cycle(document: Document, finding: Cycle) -> Iterator[Mend]:
    names = finding.names
    for rank, span in enumerate(finding.edges[:_MOST_TURNED]):
        ends = names[rank], names[(rank + 1) % len(names)]
        source, target = map(print_name, ends)
        for title, added in (("turn", [f"{target} -> {source}"]), ("delete", [])):
            edit = without(document, span, _is(ends, span), added)
            if edit is not None:
                yield Mend(f"{title} the edge `{source} -> {target}`", (edit,))


def _is(ends: tuple[str, str], span: Span) -> Choice:
    return lambda pair: (
        pair.arrow != "<->"
        and (pair.source, pair.target, pair.span)
        == (
            *ends,
            span,
        )
    )


def _of_image(document: Document, finding: ImageNotSink, image: str) -> Iterator[Mend]:
    """Turn the edges out of an image, or delete them."""
    span = finding.span
    assert span is not None
    turned: dict[str, str] = {}

    def out_of_image(pair: Pair) -> bool:
        out = pair.span == span and pair.source == image and pair.arrow != "<->"
        if out and not document.scope.is_image(pair.target):
            turned[pair.target] = f"{print_name(pair.target)} -> {print_name(image)}"
        return out

    delete = without(document, span, out_of_image)
    new = [row for name, row in turned.items() if (name, image) not in document.wiring.edges]
    if new:
        edit = without(document, span, out_of_image, new)
        if edit is not None:
            yield Mend("turn the edge" if len(new) == 1 else "turn the edges", (edit,))
    if delete is not None:
        yield Mend("delete the edge", (delete,))


def _twice(
    document: Document, finding: Diagnostic, ends: tuple[str, str], first: Span
) -> Iterator[Mend]:
    """Delete the second statement of a pair, or the first."""

    def same(pair: Pair) -> bool:
        hidden = pair.arrow == "<->" and isinstance(finding, DuplicateConfounder)
        return _ends(pair) == set(ends) if hidden else (pair.source, pair.target) == ends

    yield from _dropped(document, finding, "delete it here", same)
    yield from _dropped(document, finding, "delete it where it is first stated", same, at=first)
