"""`assert identified QUERY`: the query read, its names checked, and what can be decided decided.

Without hidden common causes every interventional query on labels is identified: the truncated
factorisation answers it (Pearl 2009, Theorem 3.2.5). Other claims get a note.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.diagnostics.codes.claims import NotDecided
from scm_compiler.semantics.names import Scope
from scm_compiler.syntax import query_tree, tree
from scm_compiler.syntax.query import parse_query

_DO = re.compile(r"\bdo\(([^()]*)\)")
_ITEM = re.compile(r'(?:"[^"]*"|[^",])+')


def read_claims(
    written: Iterable[tree.Identified], scope: Scope, hidden: bool, sink: Sink
) -> None:
    """Check each claim and decide it; a note says which were not decided.

    Args:
        written: The claims.
        scope: The declared nodes.
        hidden: Whether the graph has hidden common causes.
        sink: Takes the diagnostics.
    """
    for statement in written:
        query = _query(statement, sink)
        if query is not None:
            interventional = _is_interventional(query, statement, scope)
            if hidden or not interventional:
                sink.report(NotDecided(statement.query, span=statement.span))


def _query(statement: tree.Identified, sink: Sink) -> query_tree.Query | None:
    """The query's tree; its errors are reported at the query's place in the program."""
    found = Sink()
    query = parse_query(Source("", _with_values(statement.query)), found)
    for diagnostic in found.close().diagnostics:
        sink.report(replace(diagnostic, span=statement.query_span))
    return query


def _is_interventional(query: query_tree.Query, statement: tree.Identified, scope: Scope) -> bool:
    """Whether it is a query of rung 1 or 2 on labels; unknown names are noted in the scope."""
    names = [tree.Name(word.text, statement.query_span) for word in _node_names(query)]
    nodes = [scope.find(name) for name in names]
    labels = all(node is None or not scope.is_image(node.name) for node in nodes)
    return labels and not any(_worlds(query))


def _with_values(query: str) -> str:
    """The query with a value for each node that `do(X)` names without one: any value will do."""

    def completed(call: re.Match[str]) -> str:
        items = _ITEM.findall(call[1])
        return f"do({','.join(item if '=' in item else f'{item}=0' for item in items)})"

    return _DO.sub(completed, query)


def _parts(part: object) -> Iterator[object]:
    """A part of a query's tree and all parts inside it."""
    yield part
    if isinstance(part, tuple):
        inside = list(part)
    else:
        inside = [getattr(part, name) for name in getattr(part, "__match_args__", ())]
    for child in inside:
        yield from _parts(child)


def _node_names(query: query_tree.Query) -> Iterator[query_tree.Word]:
    """The words that name nodes."""
    for part in _parts(query):
        match part:
            case query_tree.Variable(node) | query_tree.Assignment(node):
                yield node
            case query_tree.Effect(cause, outcome):
                yield from (cause, outcome)


def _worlds(query: query_tree.Query) -> Iterator[query_tree.Assignment]:
    """The worlds of its variables; none where no variable is counterfactual."""
    for part in _parts(query):
        if isinstance(part, query_tree.Variable):
            yield from part.world
