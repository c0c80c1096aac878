"""Questions in another form that means the same."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.inference.real.asking import Reader
from scm_compiler.inference.real.rewriting import differences, in_one_world, renamed, seen_as_held
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query

GRAPH = parse_text("W, X, Y, V : real\nW -> X -> Y -> V")


def read(text):
    sink = Sink(Source("query", text))
    written = parse_query(Source("query", text), sink)
    sink.check()
    return written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("E(Y[X=1])", "E(Y | do(X=1))"),
        ("E(Y[X=1] | W=2)", "E(Y | do(X=1), W=2)"),
        ("E(W[X=1] | Y=2)", "E(W | Y=2)"),
        ("E(Y[X=1] | X=2)", "E(Y[X=1] | X=2)"),
        ("P(Y[X=1] > 0, V > 1)", "P(Y[X=1] > 0, V > 1)"),
        ("E(Y[X=1] | do(W=0))", "E(Y | do(W=0, X=1))"),
    ],
)
def test_a_world_of_its_own_is_one_that_do_makes(written, meant):
    assert print_query(in_one_world(Reader(GRAPH), read(written))) == print_query(read(meant))


@pytest.mark.parametrize(
    ("effect", "meant"),
    [
        ("ATE(X -> Y, 2 vs 0)", "E(Y | do(X=2)) - E(Y | do(X=0))"),
        ("ATE(X -> Y, 2 vs 0 | W > 1)", "E(Y | do(X=2), W > 1) - E(Y | do(X=0), W > 1)"),
        ("ATE(X -> Y, 2 vs 0 | V=1)", "E(Y[X=2] | V=1) - E(Y[X=0] | V=1)"),
        ("ATT(X -> Y, 2 vs 0)", "E(Y[X=2] | X=2) - E(Y[X=0] | X=2)"),
        ("CDE(X -> V, 2 vs 0, Y=1)", "E(V | do(X=2, Y=1)) - E(V | do(X=0, Y=1))"),
    ],
)
def test_an_effect_is_a_difference_of_means(effect, meant):
    assert print_query(differences(Reader(GRAPH), read(effect))) == print_query(read(meant))


def test_effects_along_paths_are_none():
    assert differences(Reader(GRAPH), read("NDE(X -> V, 2 vs 0)")) is None


def test_names_of_the_units_own_world():
    found = renamed(read("E(Y[X=1] | X=2, do(W=0))"), {"X": "Z", "Y": "Q"})
    assert print_query(found) == print_query(read("E(Y[X=1] | Z=2, do(W=0))"))


def test_what_has_one_value_may_be_held():
    found = seen_as_held(read("E(Y | do(X=1), W=2, V=3)"), ["W"])
    assert print_query(found) == print_query(read("E(Y | do(X=1, W=2), V=3)"))
    assert seen_as_held(read("E(Y | W > 2)"), ["W"]) is None
