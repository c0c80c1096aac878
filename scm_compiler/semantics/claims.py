"""`assert identified QUERY`: the query read and resolved, and what is left to decide.

Without hidden common causes every interventional query on labels is identified: the truncated
factorisation answers it (Pearl 2009, Theorem 3.2.5). With them, and of counterfactuals always,
`identify` decides. Claims about images get a note. Real nodes are as any others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scm_compiler.diagnostics import Sink, Source, Span, closest
from scm_compiler.ir import Claim, CounterfactualClaim, Finite, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.semantics.codes.claims import NotDecided
from scm_compiler.semantics.codes.queries import UnknownNode
from scm_compiler.semantics.names import Scope
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax import query_tree, tree
from scm_compiler.syntax.printer import print_name
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
        graph = pointed(Graph("", tuple(scope.nodes.values())), statement.query)
        query = _query(statement, graph.by_name, sink)
        if query is None:
            continue
        if not _shows_no_image(query, statement, scope):
            sink.report(NotDecided(statement.query, span=statement.span))
        elif (resolved := _resolved(query, statement, graph, sink)) is None:
            continue
        elif any(_worlds(query)):
            left.append(CounterfactualClaim(statement.query, statement.span))
        elif hidden:
            left += _claims(resolved, statement, scope)
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
    tree_of_query = parse_query(Source("", _with_values(text, graph.by_name)), sink)
    if tree_of_query is None:
        return None
    return resolve(tree_of_query, graph, sink, open_values=True)


def _claims(query: ir.Query, statement: tree.Identified, scope: Scope) -> Iterator[Claim]:
    """The distributions that a query rests on; one that holds all that it asks is known."""
    if isinstance(query, ir.Contrast):
        for side in (query.left, query.right):
            yield from _claims(side, statement, scope)
        return
    if isinstance(query, ir.Probability) and query.never and _has_values(statement, scope):
        return
    asked, held, seen = _lists(query, scope)
    conditions = tuple(name for name in seen if name not in held)
    outcomes = tuple(name for name in asked if name not in {*held, *conditions})
    if outcomes:
        yield Claim(outcomes, held, conditions, statement.query, statement.span)


def _has_values(statement: tree.Identified, scope: Scope) -> bool:
    """Whether all that it holds is held at a value."""
    return _with_values(statement.query, scope.nodes) == statement.query


def _lists(
    query: ir.Probability | ir.Expectation | ir.Effect | ir.Regime, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names that are asked for, held and seen, each once."""
    if isinstance(query, ir.Effect):
        return (query.outcome,), (query.cause,), ()
    match query:
        case ir.Probability(targets):
            asked = [event.variable.node for event in targets]
        case ir.Expectation(target):
            asked = [target.node]
        case ir.Regime():
            asked = scope.tabular
    held = [setting.node for setting in query.do]
    seen = [event.variable.node for event in query.given]
    first, second, third = (tuple(dict.fromkeys(names)) for names in (asked, held, seen))
    return first, second, third


def _query(
    statement: tree.Identified, nodes: Mapping[str, Node], sink: Sink
) -> query_tree.Query | None:
    """The query's tree; its errors are reported at the query's place in the program."""
    found = Sink()
    query = parse_query(Source("", _with_values(statement.query, nodes)), found)
    _report_at(statement, found, sink)
    return query


def _resolved(
    query: query_tree.Query, statement: tree.Identified, graph: Graph, sink: Sink
) -> ir.Query | None:
    """The query resolved; None, reported, if it has errors: of unknown names the scope tells."""
    if not graph.by_name.keys() >= {word.text for word in _node_names(query)}:
        return None
    found = Sink()
    resolved = resolve(query, graph, found, open_values=True)
    _report_at(statement, found, sink)
    return resolved


def _report_at(statement: tree.Identified, found: Sink, sink: Sink) -> None:
    for diagnostic in found.close().diagnostics:
        sink.report(replace(diagnostic, span=statement.query_span))


def _shows_no_image(query: query_tree.Query, statement: tree.Identified, scope: Scope) -> bool:
    """Whether it is a query on no image; unknown names are noted in the scope."""
    names = [tree.Name(word.text, statement.query_span) for word in _node_names(query)]
    nodes = [scope.find(name) for name in names]
    return all(node is None or not scope.is_image(node.name) for node in nodes)


def _with_values(query: str, nodes: Mapping[str, Node]) -> str:
    """The query with a value for each node that `do(X)` names without one: any value will do."""

    def held(item: str) -> str:
        if "=" in _QUOTED.sub("", item):
            return item
        node = nodes.get(item.strip().strip('"'))
        if node is None or not isinstance(node.domain, Finite):
            return f"{item}=0"
        return f"{item}={print_name(node.domain.values[0])}"

    def completed(call: re.Match[str]) -> str:
        return call[0] if call[1] is None else f"do({','.join(map(held, _ITEM.findall(call[1])))})"

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
