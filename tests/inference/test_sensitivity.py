"""How strong a hidden common cause must be to overturn an effect."""

import json
from math import inf, sqrt

import numpy as np
import pytest

from benchmarks.coverage import fitted
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import Sensitivity, answer, sensitivity
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold, unfold


@pytest.fixture(scope="module")
def smoking(binary):
    """Age causes both; without hidden causes."""
    tables = {
        "A": np.array([0.6, 0.4]),
        "S": np.array([[0.8, 0.2], [0.5, 0.5]]),
        "C": np.array([[[0.95, 0.05], [0.8, 0.2]], [[0.8, 0.2], [0.6, 0.4]]]),
    }
    return Tables(binary("A S C", "A->S A->C S->C"), tables)


def told(model, parsed, text):
    return sensitivity(parsed(text, fold(model.graph)), model, text=text)


@pytest.mark.parametrize(
    ("ratio", "published"),
    [(3.9, 7.26), (0.80, 1.81), (10.73, 20.95), (1.0, 1.0)],
)
def test_published_e_values(ratio, published):
    """VanderWeele and Ding 2017: breast feeding, lung cancer, and others."""
    sides = (("one", 0.05 * ratio), ("other", 0.05))
    found = Sensitivity("q", "X", "Y", sides, (), dropped=False)
    assert found.e_value == pytest.approx(published, abs=0.01)


def test_a_cause_as_strong_as_the_e_value_does_explain_it_away(smoking, parsed):
    """A confounder with risk ratios R and R moves a ratio by up to R * R / (2 R - 1)."""
    found = told(smoking, parsed, "ATE(S -> C)")
    one, zero = 0.6 * 0.2 + 0.4 * 0.4, 0.6 * 0.05 + 0.4 * 0.2
    assert found.difference == pytest.approx(one - zero)
    assert found.risk_ratio == pytest.approx(one / zero)
    strength = found.e_value
    assert strength**2 / (2 * strength - 1) == pytest.approx(found.risk_ratio)
    assert found.tipping_point == pytest.approx(one - zero)
    assert (found.adjusted, found.dropped) == (("A",), False)
    assert "adjusted for A" in str(found)
    assert found._repr_html_().startswith("<pre>ATE(S -&gt; C)")


def test_a_model_with_such_a_cause_has_no_effect():
    """U is all that matters: P(Y | X) is then apart by the E-value's bound, and by no more."""
    ratio = 4.0
    bound = ratio**2 / (2 * ratio - 1)
    # U=1 is four times as frequent with X=1, and has Y=1 four times as often.
    with_, without = 1.0, 1 / ratio
    risks = [0.1 * (share * ratio + 1 - share) for share in (without, with_)]
    assert risks[1] / risks[0] == pytest.approx(ratio / (without * ratio + 1 - without))
    assert risks[1] / risks[0] == pytest.approx(bound)
    assert bound + sqrt(bound * (bound - 1)) == pytest.approx(ratio)


def test_a_difference_at_other_values_with_evidence(smoking, parsed):
    text = "P(C=0 | do(S=0), A=1) - P(C=0 | do(S=1), A=1)"
    found = told(smoking, parsed, text)
    assert found.difference == pytest.approx(0.2)
    assert found.risk_ratio == pytest.approx(0.8 / 0.6)
    assert found.adjusted == ("A",)
    assert dict(found.sides).keys() == {"P(C=0 | do(S=0), A=1)", "P(C=0 | do(S=1), A=1)"}
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert said["e_value"] == pytest.approx(found.e_value)


def test_a_hidden_cause_of_the_pair_is_set_aside(binary, parsed):
    graph, (hidden,) = unfold(binary("S C", "S->C S<->C"), 2)
    tables = {
        hidden: np.array([0.5, 0.5]),
        "S": np.array([[0.9, 0.1], [0.1, 0.9]]),
        "C": np.array([[[0.8, 0.2], [0.4, 0.6]], [[0.7, 0.3], [0.1, 0.9]]]),
    }
    found = told(Tables(graph, tables), parsed, "ATE(S -> C)")
    seen = [0.9 * 0.2 + 0.1 * 0.6, 0.1 * 0.3 + 0.9 * 0.9]
    assert found.difference == pytest.approx(seen[1] - seen[0])
    assert found.dropped
    assert "without `S <-> C`" in str(found)


def test_an_outcome_that_never_occurs_on_one_side(binary, parsed):
    tables = {"S": np.array([0.5, 0.5]), "C": np.array([[1.0, 0.0], [0.5, 0.5]])}
    found = told(Tables(binary("S C", "S->C"), tables), parsed, "ATE(S -> C)")
    assert (found.risk_ratio, found.e_value) == (inf, inf)
    assert found.to_dict()["e_value"] is None
    assert "by an infinite risk ratio" in str(found)
    none = {"S": np.array([0.5, 0.5]), "C": np.array([[0.5, 0.5], [0.5, 0.5]])}
    found = told(Tables(binary("S C", "S->C"), none), parsed, "ATE(S -> C)")
    assert found.e_value == 1
    assert "there is no effect to overturn" in str(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("P(C=1 | do(S=1))", "it is no effect of one label on one value of another"),
        ("P(C=1 | do(S=1)) - P(C=0 | do(S=0))", "it is no effect"),
        ("P(C=1 | do(S=1)) - P(C=1 | do(S=0), A=1)", "it is no effect"),
        ("P(C=1 | do(S=1)) - P(C=1 | do(A=0))", "it is no effect"),
        ("ATE(C -> S)", "it is the same whatever hidden causes C and S have"),
    ],
)
def test_what_it_does_not_apply_to(smoking, parsed, text, why):
    with pytest.raises(ScmError) as caught:
        told(smoking, parsed, text)
    (found,) = caught.value.diagnostics
    assert found.code == "E534"
    assert why in found.message()


def test_other_hidden_causes_are_in_the_way(binary, parsed):
    graph, hidden = unfold(binary("M S C", "S->M M->C S->C S<->M M<->C"), 2)
    random = np.random.default_rng(0)
    tables = {name: np.array([0.5, 0.5]) for name in hidden}
    for name in "MSC":
        shape = [2] * (len(graph.parents[name]) + 1)
        tables[name] = random.dirichlet(np.ones(2), int(np.prod(shape[:-1]))).reshape(shape)
    with pytest.raises(ScmError) as caught:
        told(Tables(graph, tables), parsed, "ATE(S -> C)")
    assert "adjusting for what is measured" in caught.value.diagnostics[0].message()


@pytest.mark.parametrize("tie", ["", " S<->C"])
def test_the_rows_of_data_leave_it_open(binary, parsed, tie):
    """As far as they leave open the effect without a hidden cause, which a query asks for."""
    graph, plain = binary("A S C", f"A->S A->C S->C{tie}"), binary("A S C", "A->S A->C S->C")
    random = np.random.default_rng(2)
    a = random.integers(0, 2, 800)
    s = random.random(800) < 0.3 + 0.3 * a
    c = random.random(800) < 0.2 + 0.2 * a + 0.3 * s
    rows = np.stack([a, s, c], 1).astype(np.int64)
    found, text = told(fitted(graph, rows), parsed, "ATE(S -> C)"), "ATE(S -> C)"
    asked = answer(parsed(text, plain), fitted(plain, rows)).interval
    span = found.intervals["difference"]
    # The ends are quantiles of 400 and of 1,000 draws: off by about a tenth of the width.
    assert (span.low, span.high) == pytest.approx((asked.low, asked.high), abs=0.035)
    ratio = found.intervals["risk_ratio"]
    assert 1 < ratio.low < found.risk_ratio < ratio.high
    assert found.least_e_value == pytest.approx(ratio.low + sqrt(ratio.low * (ratio.low - 1)))
    assert f"{found.least_e_value:.5g} for the interval" in str(found)
    assert found.to_dict()["intervals"]["difference"]["rows"] == 800


def test_given_tables_have_no_interval(smoking, parsed):
    found = told(smoking, parsed, "ATE(S -> C)")
    assert (found.intervals, found.least_e_value) == ({}, None)
    assert found.to_dict()["interval_note"] in str(found)
    assert "the tables were given" in found.note
