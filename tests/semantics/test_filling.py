"""Evidence filled in, row by row."""

from scm_compiler.diagnostics import Sink, Source
from scm_compiler.semantics.filling import filled, open_names
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query


def parse(text):
    sink = Sink(Source("query", text))
    tree = parse_query(sink.source, sink)
    sink.check()
    return tree


def test_what_has_no_value_takes_one_and_what_is_missing_goes():
    query = parse("P(Y | X, Z=1, W > 0, V[X=0], do(T)) - E(Y | X)")
    assert open_names(query) == ("X",)
    assert print_query(filled(query, {"X": "2"})) == (
        "P(Y | do(T), X=2, Z=1, W > 0, V[X=0]) - E(Y | X=2)"
    )
    assert print_query(filled(query, {})) == "P(Y | do(T), Z=1, W > 0, V[X=0]) - E(Y)"


def test_both_sides_of_a_ratio_are_filled():
    query = parse("ATE(X -> Y | A, B) / P(Y=1 | B)")
    assert open_names(query) == ("A", "B")
    assert print_query(filled(query, {"B": "1"})) == "ATE(X -> Y | B=1) / P(Y=1 | B=1)"
