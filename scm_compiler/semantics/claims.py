"""`assert identified QUERY`: the query read and resolved, and what is left to decide.

Without hidden common causes every interventional query on labels is identified: the truncated
factorisation answers it (Pearl 2009, Theorem 3.2.5). With them, and of counterfactuals always,
`identify` decides. Claims about images get a note. Real nodes are as any others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scm_compiler.diagnostics import Sink, Source, Span, closest
from scm_compiler.ir import Claim, CounterfactualClaim, Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.codes.claims import NotDecided
from scm_compiler.semantics.codes.queries import UnknownNode
from scm_compiler.semantics.names import Scope
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax import query_tree, tree
from scm_compiler.syntax.query import parse_query


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
        query = _query(statement, sink)
        if query is None:
            continue
        if not _shows_no_image(query, statement, scope):
            sink.report(NotDecided(statement.query, span=statement.span))
        elif (resolved := _resolved(query, statement, graph, sink)) is None:
            continue
        elif any(map(_has_worlds, ir.plain(resolved))):
            left.append(CounterfactualClaim(statement.query, statement.span))
        elif hidden:
            valued = not any(isinstance(part, query_tree.Each) for part in _parts(query))
            left += dict.fromkeys(_claims(resolved, statement, scope, valued=valued))
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
    tree_of_query = parse_query(Source("", text), sink)
    if tree_of_query is None:
        return None
    return resolve(tree_of_query, graph, sink, open_values=True)


def _claims(
    query: ir.Query, statement: tree.Identified, scope: Scope, *, valued: bool
) -> Iterator[Claim]:
    """The distributions that a query rests on; one that holds all that it asks is known.

    Args:
        query: Resolved.
        statement: The claim.
        scope: The declared nodes.
        valued: Whether all that it holds is held at a value.
    """
    for part in ir.plain(query):
        if isinstance(part, ir.Probability) and part.never and valued:
            continue
        asked, held, seen = _lists(part, scope)
        conditions = tuple(name for name in seen if name not in held)
        outcomes = tuple(name for name in asked if name not in {*held, *conditions})
        if outcomes:
            yield Claim(outcomes, held, conditions, statement.query, statement.span)


def _lists(
    query: ir.Probability | ir.Expectation | ir.Regime, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names that are asked for, held and seen, each once."""
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


def _query(statement: tree.Identified, sink: Sink) -> query_tree.Query | None:
    """The query's tree; its errors are reported at the query's place in the program."""
    found = Sink()
    query = parse_query(Source("", statement.query), found)
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
            case (
                query_tree.Variable(node)
                | query_tree.Assignment(node)
                | query_tree.Choice(node)
                | query_tree.Each(node)
            ):
                yield node
            case query_tree.Effect(cause, outcome):
                yield from (cause, outcome)
            case query_tree.LocalEffect(instrument, cause, outcome):
                yield from (instrument, cause, outcome)


def _has_worlds(query: ir.Probability | ir.Expectation | ir.Regime) -> bool:
    """Whether a variable has a world of its own."""
    seen = [event.variable for event in query.given]
    match query:
        case ir.Probability(targets):
            seen += [event.variable for event in targets]
        case ir.Expectation(target):
            seen.append(target)
    return any(variable.world for variable in seen)
