"""Plans of queries on graphs with hidden common causes."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import plan
from scm_compiler.passes import unfold
from scm_compiler.semantics.query import read_query

FRONT_DOOR = "S, T, C : binary\nS -> T -> C\nS <-> C\n"
BOW = "X, Y, Z : binary\nX -> Y -> Z\nX <-> Y\n"


def planned(program, text, method="auto"):
    graph = parse_text(program)
    return plan(read_query(text, graph), unfold(graph, 4)[0], method=method, text=text)


def test_a_formula_and_the_marginals_that_it_asks_for():
    shown = planned(FRONT_DOOR, "P(C=1 | do(S=1))")
    first, second, third, *_ = str(shown).splitlines()
    assert first.startswith("rung 2 (intervene), identified by the front-door formula, exact")
    assert second == "P(C=1 | do(S=1))"
    assert third == "P(C | do(S)) = sum_{T} P(T | S) sum_{S'} P(C | S', T) P(S')"
    assert [part.asks for part in shown.parts] == ["P(T, S)", "P(C, S, T)", "P(S)"]
    (estimand,) = shown.to_dict()["estimands"]
    assert estimand["by"] == "the front-door formula"


def test_what_rests_on_no_hidden_cause_is_planned_as_ever():
    shown = planned(BOW, "P(Z=1 | do(Y=1))")
    assert "identified by rule 2 of do-calculus" in str(shown)
    (part,) = shown.parts
    assert part.rests_on == ("Z",)


def test_observation_rests_on_the_law():
    shown = planned(FRONT_DOOR, "P(C=1 | S=1)")
    assert shown.rung == 1
    assert "estimands" not in shown.to_dict()
    (part,) = shown.parts
    assert "U(S,C)" not in part.rests_on


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P(Y=1 | do(X=1))", "E520"),
        ("do(X=1)", "E520"),
        ("P(Y[X=1]=1 | X=0, Y=0)", "E523"),
        ("P(Y[X=1]=1)", "E520"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(ScmError) as caught:
        planned(BOW, text, "exact")
    assert caught.value.diagnostics[0].code == code
    assert caught.value.diagnostics[0].span is not None


def test_what_is_not_identified_is_bounded():
    shown = planned(BOW, "P(Z=1 | do(X=1))")
    head, grounds, _, types, *_ = str(shown).splitlines()
    assert head.startswith("rung 2 (intervene), not identified, bounds by linear programming")
    assert grounds == "not identified: `{X, Y}` and `{Y}` are a hedge for it"
    assert types == "  bounded by 8 response types of X, Y, 4 constraints"
    said = shown.to_dict()
    assert (said["identified"], said["method"]) == (False, "bounds")
    assert said["response_types"][0] == {"labels": ["X", "Y"], "types": 8, "constraints": 4}
    assert {part["asks"] for part in said["plan"]} == {"P(X)", "P(X, Y)", "P(Y, Z)"}


def test_a_regime_that_holds_every_label_asks_nothing():
    graph = parse_text("A, B : binary\nA -> B\n")
    (part,) = plan(read_query("do(A=1, B=0)", graph), graph).parts
    assert part.asks == "nothing: every label is known | do(A, B)"


def test_a_difference_from_what_is_held_is_planned():
    shown = planned(FRONT_DOOR, "ATE(S -> C) - P(S=1 | do(S=1))")
    assert shown.identified
