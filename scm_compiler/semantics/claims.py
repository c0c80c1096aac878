"""`assert identified QUERY`: the query read, its names checked, and what is left to decide.

Without hidden common causes every interventional query on labels is identified: the truncated
factorisation answers it (Pearl 2009, Theorem 3.2.5). With them, and of counterfactuals always,
`identify` decides. Claims about images get a note.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scm_compiler.diagnostics import Sink, Source, Span, closest
from scm_compiler.diagnostics.codes.claims import NotDecided
from scm_compiler.diagnostics.codes.queries import UnknownNode
from scm_compiler.ir import Claim, CounterfactualClaim, Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.names import Scope
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax import query_tree, tree
from scm_compiler.syntax.query import parse_query

# A quoted name may hold brackets, commas and `=`; one that is no part of a `do` is passed over.
_DO = re.compile(r'"[^"]*"|\bdo\s*\(((?:"[^"]*"|[^"()])*)\)')
_QUOTED = re.compile(r'"[^"]*"')
_ITEM = re.compile(r'(?:"[^"]*"|[^",])+')


def read_claims(
    written: Iterable[tree.Identified], scope: Scope, hidden: bool, sink: Sink
) -> tuple[Claim | CounterfactualClaim, ...]:
    """Check each claim; a note says which cannot be decided.

    Args:
        written: The claims.
        scope: The declared nodes.
        hidden: Whether the graph has hidden common causes.
        sink: Takes the diagnostics.

    Returns:
        The claims that are to be decided: of interventions only with hidden common causes.
    """
    left: list[Claim | CounterfactualClaim] = []
    for statement in written:
        query = _query(statement, sink)
        if query is None:
            continue
        if not _is_of_labels(query, statement, scope):
            sink.report(NotDecided(statement.query, span=statement.span))
        elif any(_worlds(query)):
            left.append(CounterfactualClaim(statement.query, statement.span))
        elif hidden:
            left += _claims(query, statement, scope)
    return tuple(left)


def read_question(text: str, graph: Graph, sink: Sink) -> tuple[Claim | CounterfactualClaim, ...]:
    """The distributions that a query rests on, where its values do not matter; or itself.

    Args:
        text: A query; values may be left out, as in `P(Y | do(X), Z)`.
        graph: What its names are looked up in.
        sink: Takes the diagnostics: errors, and a note about a query that is not decided.
    """
    place = Span(0, len(text))
    scope = Scope(nodes=dict(graph.by_name))
    found = read_claims([tree.Identified(text, place, place)], scope, hidden=True, sink=sink)
    for name in scope.unknown:
        near = closest(name, graph.by_name)
        sink.report(UnknownNode(name=name, suggestion=near, span=place))
    return found


def read_counterfactual(text: str, graph: Graph, sink: Sink) -> ir.Query | None:
    """The query that a counterfactual claim is about; None, reported, if it has errors.

    Args:
        text: As written; what it sees, and what `do` holds, may be without a value.
        graph: What its names and values are looked up in.
        sink: Takes the diagnostics.
    """
    tree_of_query = parse_query(Source("", _with_values(text)), sink)
    if tree_of_query is None:
        return None
    return resolve(tree_of_query, graph, sink, open_evidence=True)


def _claims(query: query_tree.Query, statement: tree.Identified, scope: Scope) -> Iterator[Claim]:
    """The distributions that a query rests on; one that holds all that it asks is known."""
    if isinstance(query, query_tree.Contrast):
        for side in (query.left, query.right):
            yield from _claims(side, statement, scope)
        return
    asked, held, seen = _lists(query, scope)
    conditions = tuple(name for name in seen if name not in held)
    outcomes = tuple(name for name in asked if name not in {*held, *conditions})
    if outcomes and scope.nodes.keys() >= {*outcomes, *held, *conditions}:
        yield Claim(outcomes, held, conditions, statement.query, statement.span)


def _lists(
    query: query_tree.Term | query_tree.Regime, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names that are asked for, held and seen, each once."""
    if isinstance(query, query_tree.Effect):
        return (query.outcome.text,), (query.cause.text,), ()
    match query:
        case query_tree.Probability(targets):
            asked = [event.variable.node.text for event in targets]
        case query_tree.Expectation(target):
            asked = [target.node.text]
        case query_tree.Regime():
            asked = scope.labels
    held = [setting.node.text for setting in query.do]
    seen = [event.variable.node.text for event in query.given]
    first, second, third = (tuple(dict.fromkeys(names)) for names in (asked, held, seen))
    return first, second, third


def _query(statement: tree.Identified, sink: Sink) -> query_tree.Query | None:
    """The query's tree; its errors are reported at the query's place in the program."""
    found = Sink()
    query = parse_query(Source("", _with_values(statement.query)), found)
    for diagnostic in found.close().diagnostics:
        sink.report(replace(diagnostic, span=statement.query_span))
    return query


def _is_of_labels(query: query_tree.Query, statement: tree.Identified, scope: Scope) -> bool:
    """Whether it is a query on labels; unknown names are noted in the scope."""
    names = [tree.Name(word.text, statement.query_span) for word in _node_names(query)]
    nodes = [scope.find(name) for name in names]
    return all(node is None or not scope.is_image(node.name) for node in nodes)


def _with_values(query: str) -> str:
    """The query with a value for each node that `do(X)` names without one: any value will do."""

    def completed(call: re.Match[str]) -> str:
        if call[1] is None:
            return call[0]
        items = _ITEM.findall(call[1])
        return f"do({','.join(i if '=' in _QUOTED.sub('', i) else f'{i}=0' for i in items)})"

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
