"""What would help: every remedy that is named is one, in numbers."""

import numpy as np
import pytest

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.identify.identification import NotIdentified, identify
from scm_compiler.identify.projection import hide
from scm_compiler.identify.refusal import questions, refusal
from scm_compiler.identify.remedies import remedies
from scm_compiler.identify.separation import separated
from scm_compiler.ir import query as ir
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query


def refused(graph, y, x, z=""):
    found = identify(graph, y, x, z)
    assert isinstance(found, NotIdentified)
    return found


def test_a_bow(build):
    graph = build("X->Y X<->Y")
    ways = remedies(graph, refused(graph, "Y", "X"))
    assert (ways.causes, ways.together, ways.experiments) == ((("X", "Y"),), (), ("X",))


def test_an_experiment_on_another_node(build, model_of):
    """Bareinboim and Pearl 2012, section 1: an experiment on Z in place of one on X."""
    graph = build("Z->X X->Y Z<->X Z<->Y")
    ways = remedies(graph, refused(graph, "Y", "X"))
    assert set(ways.experiments) == {"Z", "X"}
    model = model_of(graph, np.random.default_rng(0))
    for x in (0, 1):
        truth = model.joint({"X": x}).marginal(("Y",))
        for z in (0, 1):  # under do(Z) nothing confounds X and Y
            trial = model.joint({"Z": z}).marginal(("X", "Y"))
            assert trial[x] / trial[x].sum() == pytest.approx(truth)


def test_several_causes_at_once(build):
    graph = build("X->Y X->Z Z->Y X<->Y X<->Z")
    ways = remedies(graph, refused(graph, "Y", "X"))
    assert ways.causes == ()
    assert ways.together == (("X", "Y"), ("X", "Z"))


def test_a_hedge_inside_a_larger_graph_is_small(build):
    graph = build("A->B B->X X->Y Y->C X<->Y A<->C B<->C")
    found = refused(graph, "C", "X")
    assert found.hedge.outer.nodes == ("X", "Y")


def test_the_message(build):
    graph = build("X->Z Z->Y X<->Z X<->Y")
    diagnostic = refusal(graph, refused(graph, "Y", "X"))
    assert diagnostic.message().startswith("`P(Y | do(X))` is not identified: `{X, Z}` and `{Z}`")
    assert "`X <-> Z` measured or ruled out" in diagnostic.help()
    assert "an experiment on `X` would answer it" in diagnostic.help()


PROGRAM = "X, Z, Y : binary\nX -> Z -> Y\nX <-> Y\nassert identified {}\n"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("P(Y | do(X))", []),
        ("P(Y=1 | do(X=1), Z=0)", []),
        ("ATE(X -> Y)", []),
        ("P(Y=1 | do(Z=1)) - P(Y=1 | do(X=0))", []),
        ("E(Y | do(X))", []),
        ("do(X=1)", []),
        ("P(X | do(X))", []),
        ("P(Y | X)", []),
        ("P(Y[X=1]=1 | X=0)", []),
        ("P(Y[X=1]=1, Y[X=0]=0)", ["E523"]),
        ("P(Y[X=1] | X)", []),
        ("P(Y[X=2]=1 | X)", ["E411"]),
        ("P(Q | do(X))", ["E201"]),
    ],
)
def test_assertions_in_the_front_door(query, codes):
    _, report = check(Source("g.scm", PROGRAM.format(query)))
    assert [found.code for found in report.diagnostics] == codes


@pytest.mark.parametrize(
    ("query", "refusals"),
    [
        ("P(Z | do(X))", 1),
        ("ATE(X -> Z)", 1),
        ("P(Y=1 | do(X=1)) - P(Y=1 | do(X=0))", 1),
        ("do(X=1)", 1),
        ("E(Y | do(X), Z)", 0),
        ("P(Y | do(Z))", 0),
    ],
)
def test_assertions_with_a_bow(query, refusals):
    text = PROGRAM.replace("X <-> Y", "X <-> Z").format(query)
    graph, report = check(Source("g.scm", text))
    found = [d for d in report.diagnostics if d.code == "E520"]
    assert len({d.query for d in found}) == len(found) == refusals
    assert (graph is None) is bool(refusals)
    for diagnostic in found:
        assert text[diagnostic.span.start : diagnostic.span.end].startswith("assert identified")


def resolved(text, graph):
    sink = Sink()
    query = resolve(parse_query(Source("query", text), sink), graph, sink)
    sink.check()
    return query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P(Y | do(X=1), Z=0)", ((("Y",), ("X",), ("Z",)),)),
        ("ATE(X -> Y)", ((("Y",), ("X",), ()),)),
        ("P(Y=1 | do(X=1)) - P(Y=1 | do(X=0))", ((("Y",), ("X",), ()),)),
        ("do(X=1), given(Z=0)", ((("Y",), ("X",), ("Z",)),)),
        ("P(X | do(X=1))", ()),
        ("ATE(X -> X)", ()),
        ("E(Y | Z=1)", ((("Y",), (), ("Z",)),)),
    ],
)
def test_questions_of_a_query(build, text, expected):
    graph = build("X->Z Z->Y")
    assert questions(resolved(text, graph), graph) == expected


def test_counterfactuals_are_no_such_question(build):
    graph = build("X->Y")
    with pytest.raises(ValueError, match="counterfactual"):
        questions(resolved("P(Y[X=1]=1 | X=0)", graph), graph)
    nested = (ir.Setting("X", ir.Variable("Y")),)
    with pytest.raises(ValueError, match="counterfactual"):
        questions(ir.Regime(nested), graph)


def test_a_projection_keeps_the_separations(build):
    graph = build("A->B B->C B->D C->E D<->E A<->C")
    hidden = hide(graph, "B")
    assert {(e.source, e.target) for e in hidden.edges} == {("A", "C"), ("A", "D"), ("C", "E")}
    names = list(hidden.by_name)
    for a in names:
        for b in names:
            for known in [[]] + [[n] for n in names]:
                if a != b and not {a, b} & set(known):
                    same = separated(graph, [a], [b], known)
                    assert separated(hidden, [a], [b], known) is same
    with pytest.raises(ValueError, match="not a node"):
        hide(graph, "Q")
