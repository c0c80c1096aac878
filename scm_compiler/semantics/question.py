"""From the text of a question to a resolved query, in one call."""

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query


def read_query(text: str, graph: Graph, name: str = "query") -> ir.Query:
    """The query that a text asks of a graph.

    Args:
        text: Such as `P(Male=1 | do(Mustache=1))`.
        graph: The graph whose names and values it uses.
        name: What messages call the text.

    Raises:
        ScmError: With every error of the text (E40x syntax, E41x names and values).
    """
    source = Source(name, text)
    sink = Sink(source)
    tree = parse_query(source, sink)
    query = resolve(tree, graph, sink) if tree is not None else None
    sink.check()
    if query is None:
        raise ValueError("a query without errors did not resolve")
    return query
