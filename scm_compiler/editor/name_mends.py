"""Mends of names, declarations, kinds and assertions."""

import re
from collections.abc import Iterable, Iterator

from scm_compiler.diagnostics import Diagnostic, Span, closest
from scm_compiler.editor.arrows import deleted
from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import Edit, Mend
from scm_compiler.semantics.codes.claims import NotImplied, OverlappingSets
from scm_compiler.semantics.codes.edges import StarOfNothing
from scm_compiler.semantics.codes.graph import EmptyGraph
from scm_compiler.semantics.codes.kinds import UnknownKind, WrongKindArguments
from scm_compiler.semantics.codes.names import (
    BadGraphName,
    DeclaredTwice,
    NamedTwice,
    NamesDifferInCase,
    UndeclaredNode,
)
from scm_compiler.syntax import tree
from scm_compiler.syntax.printer import print_file, print_kind, print_name

_LIKELY_SIZE = (3, 64, 64)


def proposed(document: Document, finding: Diagnostic) -> Iterator[Mend]:
    """What may mend a finding about names or what they are declared as."""
    match finding:
        case UndeclaredNode():
            yield from _of_unknown(document, finding)
        case DeclaredTwice() | NamedTwice():
            yield from _of_second(document, finding)
        case NamesDifferInCase(name=name, other=other, span=Span() as span):
            alike = tuple(
                Edit(at, print_name(other)) for at in document.places(name, declared=False)
            )
            edit = _undeclared(document, span)
            if edit is not None:
                yield Mend(f"write `{other}` everywhere", (edit, *alike))
        case EmptyGraph() | StarOfNothing():
            names = [name for name in ("A", "B", "C", "D") if name not in document.scope.places]
            line = f"{', '.join(names[:2])} : binary"
            yield Mend(f"declare `{line}`", (document.declared(line),))
        case BadGraphName(name=name, span=Span() as span):
            plain = re.sub(r"[^\w .-]", "_", name).lstrip(" .") or "graph"
            yield Mend(f"call it `{plain}`", (Edit(span, print_name(plain)),))
        case UnknownKind() | WrongKindArguments():
            yield from _of_kind(document, finding)
        case OverlappingSets():
            yield from _of_overlap(document, finding)
        case NotImplied(span=Span() as span):
            yield Mend("delete the assertion", (deleted(document, span),))


def _of_unknown(document: Document, finding: UndeclaredNode) -> Iterator[Mend]:
    """Mend the spelling, or declare the node."""
    near = closest(finding.name, document.scope.places)
    places = document.places(finding.name, declared=False)
    if near is not None and places:
        edits = tuple(Edit(span, print_name(near)) for span in places)
        yield Mend(f"write `{near}`", edits)
    line = f"{print_name(finding.name)} : binary"
    yield Mend(f"declare `{line}`", (document.declared(line),))


def _of_second(document: Document, finding: DeclaredTwice | NamedTwice) -> Iterator[Mend]:
    """Delete one of two declarations, or of two names of the graph."""
    assert finding.span is not None
    for span, which in ((finding.span, "this"), (finding.first, "the first")):
        edit = _undeclared(document, span)
        if edit is not None:
            noun = "declaration" if isinstance(finding, DeclaredTwice) else "name"
            yield Mend(f"delete {which} {noun}", (edit,))


def _undeclared(document: Document, span: Span) -> Edit | None:
    """Take one name out of its declaration, or a declaration of one name out of the program."""
    statement = document.statement(span)
    if isinstance(statement, tree.Declaration) and len(statement.names) > 1:
        names = tuple(name for name in statement.names if name.span != span)
        return _rewritten(document, statement, tree.Declaration(names, statement.kind))
    return None if statement is None else deleted(document, statement.span)


def _rewritten(document: Document, old: tree.Statement, new: tree.Statement) -> Edit:
    rows = print_file(tree.File((tree.Line(new),))).splitlines()
    return Edit(old.span, document.newline.join(rows))


def _of_kind(document: Document, finding: UnknownKind | WrongKindArguments) -> Iterator[Mend]:
    statement = finding.span and document.statement(finding.span)
    if not isinstance(statement, tree.Declaration):
        return
    written = statement.kind
    for kind in _likely_kinds(written, finding):
        text = print_kind(kind)
        yield Mend(f"write `{text}`", (Edit(written.span, text),))


def _likely_kinds(
    written: tree.Kind, finding: UnknownKind | WrongKindArguments
) -> Iterator[tree.Kind]:
    """What may have been meant, with the arguments that were given where they fit."""
    name = finding.near if isinstance(finding, UnknownKind) else finding.kind
    if name is None or name == "binary":
        yield tree.Kind("binary")
        return
    distinct = tuple(dict.fromkeys(a.value for a in written.arguments if a.key is None))
    if name == "image":
        yield tree.Kind(name, _arguments(_LIKELY_SIZE))
    elif len(distinct) > 1:
        yield tree.Kind(name, _arguments(distinct))
    if isinstance(finding, UnknownKind):
        yield tree.Kind(name, written.arguments)


def _arguments(values: Iterable[tree.Value]) -> tuple[tree.Argument, ...]:
    return tuple(map(tree.Argument, values))


def _of_overlap(document: Document, finding: OverlappingSets) -> Iterator[Mend]:
    """Take a name out of one of the lists of an assertion."""
    assert finding.span is not None
    statement = document.statement(finding.span)
    if not isinstance(statement, tree.Independent):
        return
    for span, which in ((finding.span, "here"), (finding.first, "where it stands first")):
        left, right, given = (
            tuple(name for name in names if name.span != span)
            for names in (statement.left, statement.right, statement.given)
        )
        if left and right:
            edit = _rewritten(document, statement, tree.Independent(left, right, given))
            yield Mend(f"take `{finding.name}` out {which}", (edit,))
