"""What no engine here answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import prod

from scm_compiler.diagnostics import Diagnostic, Report, ScmError, Source, Span, refuse
from scm_compiler.identify.codes.identification import NotIdentifiable, WorldsDisagree
from scm_compiler.inference.codes.answers import Counterfactual, ImpossibleEvidence
from scm_compiler.inference.codes.weighting import TableTooLong
from scm_compiler.inference.evaluation import condition_of
from scm_compiler.inference.limits import MOST_ROWS
from scm_compiler.inference.route import refuse_unidentified
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes import fold
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import phrase, phrase_events


@contextmanager
def pointing_at(text: str | None, words: str | None = None) -> Iterator[None]:
    """Show the query's text in every refusal that is raised inside.

    Args:
        text: The query as the user wrote it; None to leave the refusals alone.
        words: What a refusal calls the query that speaks of a part of it.
    """
    try:
        yield
    except ScmError as error:
        if text is None:
            raise
        source, span = Source("query", text), Span(0, len(text))
        shown = tuple(replace(_of_whole(one, words), span=span) for one in error.diagnostics)
        raise ScmError(Report(source, shown), exit_code=error.exit_code) from None


def _of_whole(diagnostic: Diagnostic, words: str | None) -> Diagnostic:
    if words is not None and isinstance(diagnostic, NotIdentifiable | WorldsDisagree):
        return replace(diagnostic, query=words)
    return diagnostic


def refuse_long_tables(query: ir.Query, graph: Graph) -> None:
    """Refuse (E438) a table with more rows than anyone reads or memory holds."""
    if isinstance(query, ir.Probability) and len(query.free) > 1:
        sizes = graph.sizes
        rows = prod(sizes[variable.node] for variable in query.free)
        if rows > MOST_ROWS:
            raise refuse(TableTooLong(rows=rows, limit=MOST_ROWS))


def refuse_unanswerable(query: ir.Query, graph: Graph) -> None:
    """Refuse what the tables of a model do not determine; of a regime, the rows of all labels.

    Tables in which hidden causes are labels hold the whole observational distribution, but what
    they say of an intervention depends on how the hidden causes happened to be fitted, unless
    the query is identified.

    Args:
        query: A flattened query.
        graph: The graph of the tables.

    Raises:
        ScmError: E430 for a query of rung 3, E431 for evidence that contradicts itself, E520 for
            a query of rung 2 that is not identified.
    """
    refuse_contradictory(query, graph)
    declared = fold(graph)
    if declared is not graph and rung(query) == 2:
        refuse_unidentified(query, declared)


def refuse_contradictory(query: ir.Query, graph: Graph) -> None:
    """Refuse several worlds at once (E430), and evidence that contradicts itself (E431)."""
    if rung(query) == 3:
        raise refuse(Counterfactual())
    refuse_contradictions(query, graph)


def refuse_contradictions(query: ir.Query, graph: Graph) -> None:
    """Refuse (E431) evidence of two worlds that turn out to be one, where it says two things."""
    for do, given in dict.fromkeys((part.do, part.given) for part in ir.plain(query)):
        known = condition_of(do, given)
        if any(known.fixed[event.variable.node] != event.value for event in given):
            world = phrase(ir.Regime(do), graph) if do else ""
            raise refuse(ImpossibleEvidence(phrase_events(given, graph), world))
