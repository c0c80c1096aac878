"""Asserted independences: their names and form. Whether they hold is decided by `identify`."""

from collections.abc import Iterable

from scm_compiler.diagnostics import Sink, Span
from scm_compiler.ir import Independence
from scm_compiler.semantics.codes.claims import OverlappingSets
from scm_compiler.semantics.names import Scope
from scm_compiler.syntax import tree


def independences(program: tree.File, scope: Scope, sink: Sink) -> tuple[Independence, ...]:
    """The independences that a program asserts; faulty ones are reported and left out."""
    claims = (
        _independence(statement, scope, sink)
        for statement in program.statements
        if isinstance(statement, tree.Independent)
    )
    return tuple(claim for claim in claims if claim is not None)


def _independence(statement: tree.Independent, scope: Scope, sink: Sink) -> Independence | None:
    sets = [_known(names, scope) for names in (statement.left, statement.right, statement.given)]
    overlap = _overlap(sets)
    if overlap is not None:
        sink.report(overlap)
        return None
    if not (sets[0] and sets[1]):
        return None
    left, right, given = (tuple(names) for names in sets)
    return Independence(left, right, given, statement.span)


def _known(names: Iterable[tree.Name], scope: Scope) -> dict[str, Span]:
    """The declared names of a list, each once, with their places."""
    found: dict[str, Span] = {}
    for name in names:
        if scope.find(name) is not None:
            found.setdefault(name.text, name.span)
    return found


def _overlap(sets: list[dict[str, Span]]) -> OverlappingSets | None:
    """The first name that stands in two of the lists."""
    seen: dict[str, Span] = {}
    for names in sets:
        for name, span in names.items():
            if name in seen:
                return OverlappingSets(name, first=seen[name], span=span)
        seen |= names
    return None
