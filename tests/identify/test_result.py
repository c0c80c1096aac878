"""`graph.identify`: the formulas or the hedge, as an object."""

from html import unescape

import pytest

from scm_compiler.compiler import check, load, parse_text
from scm_compiler.diagnostics import ScmError, Source

BOW = parse_text("X, Y : binary\nX -> Y\nX <-> Y\n")


def test_a_formula():
    found = load("front_door").identify("P(Cancer | do(Smoking))")
    assert found
    assert found.by == ("the front-door formula",)
    assert repr(found).splitlines() == [
        "P(Cancer | do(Smoking)) = sum_{Tar} P(Tar | Smoking) "
        "sum_{Smoking'} P(Cancer | Smoking', Tar) P(Smoking')",
        "  by the front-door formula",
    ]
    (estimand,) = found.to_dict()["estimands"]
    assert estimand["outcomes"] == ["Cancer"]
    assert estimand["latex"] in unescape(found._repr_html_())
    assert r"P(\mathit{Cancer} \mid \mathrm{do}(\mathit{Smoking})) = " in found._repr_html_()


def test_a_hedge():
    found = BOW.identify("ATE(X -> Y)")
    assert not found
    assert found.refusal.outer == ("X", "Y")
    assert found.refusal.experiments == ("X",)
    document = found.to_dict()
    assert document["identified"] is False
    assert document["diagnostics"][0]["code"] == "E520"
    assert repr(found).startswith("error[E520]: `ATE(X -> Y)` is not identified")
    assert found._repr_html_().startswith("<pre>error[E520]")


def test_a_contrast_rests_on_each_of_its_sides():
    found = BOW.identify("P(Y=1 | X=1) - P(X=1)")
    assert [str(part) for part in found.found] == ["P(Y | X) = P(Y | X)", "P(X) = P(X)"]
    assert not BOW.identify("P(Y=1 | X=1) - P(Y=1 | do(X=1))")


def test_any_value_and_what_is_held():
    napkin = parse_text("W, Z, X, Y : binary\nW -> Z -> X -> Y\nW <-> X\nW <-> Y\n")
    assert "any value of Z gives the same" in repr(napkin.identify("P(Y | do(X))"))
    assert repr(BOW.identify("P(X | do(X))")).startswith("P(X | do(X)) asks for what it holds or")


def test_a_counterfactual():
    found = load("front_door").identify("P(Cancer[Smoking=0]=1 | Smoking=1)")
    assert found
    (formula,) = found.to_dict()["counterfactuals"]
    assert formula.startswith("P(Cancer[Smoking=0]=1 | Smoking=1) = [sum_{Tar} ")
    assert repr(found).splitlines()[0] == formula
    assert "P(Tar | do(Smoking)) = P(Tar | Smoking)" in repr(found)
    assert "<code>P(Cancer[Smoking=0]=1" in found._repr_html_()


def test_a_counterfactual_that_no_experiment_shows():
    found = BOW.identify("P(Y[X=0]=0 | X=1, Y=1)")
    assert not found
    assert found.refusal.code == "E523"
    assert found.to_dict()["diagnostics"][0]["code"] == "E523"
    assert "disagree on `X`" in repr(found)


def test_a_counterfactual_of_one_world_is_a_question_about_do():
    found = load("front_door").identify("P(Cancer[Smoking=0]=1)")
    assert found.by == ("the front-door formula",)
    assert not found.formulas


@pytest.mark.parametrize(
    ("text", "code"), [("P(Q)", "E410"), ("P(Y", "E401"), ("P(Y[X=2]=1 | X=0)", "E411")]
)
def test_refusals(text, code):
    with pytest.raises(ScmError) as caught:
        BOW.identify(text)
    assert caught.value.diagnostics[0].code == code


OF_THREE = """
A, B : binary
H : categorical(a, b, c)
K : categorical(x, y)
A -> B -> K
A -> H -> B
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P(B[A=K[A=1]]=1)", "E451"),
        ("P(H[H=B[A=0]]=c)", "E451"),
        ("P(B=0 | B[A=H[A=1]]=1)", "E451"),
        ("P(B | do(A=K[A=1]))", "E451"),
        ("P(B=1 | A=0, A=1)", "E414"),
        ("P(B=7 | do(A))", "E411"),
        ("ATE(H -> B)", "E420"),
        ("E(H | do(A))", "E417"),
    ],
)
def test_what_is_no_question_is_not_identified_either(text, code):
    """Each of these is refused by `scmc query` alike, before any method is looked at."""
    with pytest.raises(ScmError) as caught:
        parse_text(OF_THREE).identify(text)
    assert {found.code for found in caught.value.diagnostics} == {code}


def test_values_may_be_left_out():
    graph = parse_text(OF_THREE)
    assert graph.identify("P(B | do(A, H)) - P(B)")
    assert graph.identify("P(B[A=1] | do(H))").by == ("rule 2 of do-calculus",)


def test_a_question_is_echoed_on_one_line():
    said = repr(BOW.identify("P(X |\r\n do(X))\u2028"))
    assert said.startswith("P(X | do(X)) asks for what it holds or sees")


FORMS = (
    "P(C > 0 | do(S))",
    "P(0 < H <= 2 or C=1 | do(S))",
    "ATT(S -> C)",
    "NDE(S -> C)",
    "CDE(S -> C, T=1)",
    "ATE(H -> S, 3 vs 1)",
    "Var(C | do(S ~ 0.3))",
    "P(C=1 | do(S = 1 if H > 1 else 0))",
    "P(C=1 | do(S=1)) / P(C=1 | do(S=0))",
    "argmax(C | do(S), H)",
    "P(C=1 | H ~ (0.2, 0.3, 0.5), do(S))",
)


@pytest.mark.parametrize("form", FORMS)
def test_asserts_hold_every_form_of_question(form):
    nodes = "S, T, C : binary\nH : categorical(1, 2, 3)\n"
    front_door = f"{nodes}H -> S -> T -> C\nS <-> C\nassert identified {form}\n"
    assert check(Source("g.scm", front_door))[1].ok
    bow = f"{nodes}H -> S -> C\nS <-> C\nT -> C\nassert identified {form}\n"
    codes = [found.code for found in check(Source("g.scm", bow))[1].diagnostics]
    assert codes in (["E520"], ["E523"]) or form.startswith("ATE(H")
