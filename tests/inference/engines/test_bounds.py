"""What a model says of a query that observation does not determine."""

import json

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.law import law_graph
from scm_compiler.inference import Setting, plan
from scm_compiler.inference.engines import bounds as engine
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.passes import unfold


@pytest.fixture(scope="module")
def bow(binary):
    """X causes Y, and U both; P(X=1) is 0.5."""
    graph, (hidden,) = unfold(binary("X Y", "X->Y X<->Y"), 2)
    tables = {
        hidden: np.array([0.5, 0.5]),
        "X": np.array([[0.9, 0.1], [0.1, 0.9]]),
        "Y": np.array([[[0.8, 0.2], [0.4, 0.6]], [[0.7, 0.3], [0.1, 0.9]]]),
    }
    return Tables(graph, tables)


TREATED = 0.5 * 0.1 * 0.3 + 0.5 * 0.9 * 0.9
"""P(X=1, Y=1)."""


def test_the_answer_is_an_interval_and_says_so(bow, ask):
    found = ask(bow, "P(Y=1 | do(X=1))")
    assert found.how.startswith(
        "rung 2 (intervene), not identified, sharp bounds by linear programming, "
    )
    low, high = TREATED, TREATED + 0.5
    assert (found.bounds.low, found.bounds.high) == pytest.approx((low, high))
    assert found.bounds.sharp
    grounds = "linear programming over 8 response types of X, Y"
    said, _ = found.text.splitlines()
    assert said == f"P(Y=1 | do(X=1)) in [{low:.5f}, {high:.5f}], sharp: {grounds}"
    assert found.text in str(found)
    assert said in found._repr_html_().replace("&#x27;", "'")
    (warning,) = found.warnings
    assert warning.code == "W532"
    assert "are a hedge for it" in warning.message()
    assert "an experiment on `X` would answer it" in warning.help()


def test_there_is_no_number_to_be_read_by_mistake(bow, ask):
    found = ask(bow, "P(Y=1 | do(X=1))")
    with pytest.raises(ValueError, match=r"is not identified: `.bounds` are \[0.42"):
        _ = found.probability
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (said["identified"], said["method"]) == (False, "bounds")
    assert said["answer"]["probability"] is None
    assert said["answer"]["bounds"]["sharp"] is True
    assert said["diagnostics"][0]["code"] == "W532"


def test_a_table_is_bounded_row_by_row(bow, ask):
    table = ask(bow, "P(Y | do(X=1))").value
    zero, one = (row.probability.bounds for row in table.rows)
    assert (zero.low, zero.high) == pytest.approx((1 - one.high, 1 - one.low))
    with pytest.raises(ValueError, match="observation does not determine it"):
        _ = table["1"]
    assert str(table).splitlines()[0].split() == ["Y", "probability"]
    assert str(table).splitlines()[2].split()[1:] == ["[0.42000,", "0.92000]"]


def test_a_regime_has_numbers_where_it_can(bow, ask):
    found = ask(bow, "do(X=1)")
    assert found.value["X"]["1"].value == 1
    assert not found.value["Y"]["1"].known
    assert str(found.value["Y"]["1"]) == "[0.42000, 0.92000]"
    assert "given(X=1)" in found.text


def test_counterfactuals_are_bounded_without_a_noise_model(bow, ask):
    found = ask(bow, "P(Y[X=1]=1, Y[X=0]=0)")
    low, high = found.bounds.low, found.bounds.high
    seen = ask(bow, "P(X=0, Y=0)").probability
    assert (low, high) == pytest.approx((0, TREATED + seen))
    assert found.noise_model is None
    assert found.rung == 3


def test_it_can_be_asked_for_by_name_and_be_left_out(bow, ask):
    assert ask(bow, "ATE(X -> Y)", method="bounds").bounds == ask(bow, "ATE(X -> Y)").bounds
    # What is identified has a number, whoever asks.
    assert ask(bow, "P(X=1 | do(Y=1))", method="bounds").probability == pytest.approx(0.5)
    for method in ("exact", "weighted", "sample"):
        with pytest.raises(ScmError) as caught:
            ask(bow, "ATE(X -> Y)", method=method)
        assert [d.code for d in caught.value.diagnostics] == ["E520"]


def test_evidence_that_never_happens(bow, ask):
    tables = dict(bow.probabilities) | {"X": np.array([[1.0, 0.0], [1.0, 0.0]])}
    with pytest.raises(ScmError) as caught:
        ask(Tables(bow.graph, tables), "P(Y[X=0]=1 | X=1, Y=1)")
    assert caught.value.diagnostics[0].code == "E431"


def test_without_a_solver_the_refusal_says_what_to_install(bow, ask, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(ScmError) as caught:
        ask(Tables(bow.graph, bow.probabilities), "ATE(X -> Y)")
    assert [d.code for d in caught.value.diagnostics] == ["E520", "E533"]
    assert ask(bow, "P(Y=1 | X=1)").identified


def test_what_no_row_shows_bounds_nothing(binary, ask):
    """A row of the law that was guessed leaves its labels open."""
    graph = binary("X Y", "X->Y X<->Y")
    rows = {"X": np.array([0.5, 0.5]), "Y": np.array([[0.7, 0.3], [0.5, 0.5]])}
    seen, guessed = (
        Tables(
            graph,
            rows,
            Fitted(observational=Tables(law_graph(graph), rows, Fitted(unseen))),
        )
        for unseen in ({}, {"Y": np.array([False, True])})
    )
    found = [ask(model, "P(Y=1 | do(X=1))").bounds for model in (seen, guessed)]
    assert [(b.low, b.high) for b in found] == [
        pytest.approx((0.25, 0.75)),
        pytest.approx((0.0, 1.0)),
    ]


def test_a_plan_needs_no_tables(binary, parsed):
    graph = binary("X Y", "X->Y X<->Y")
    planned = plan(parsed("ATE(X -> Y)", graph), Setting.of(graph), method="bounds")
    assert planned.engine == "bounds"
    assert planned.programmes[0].to_dict() == {
        "labels": ["X", "Y"],
        "types": 8,
        "constraints": 4,
    }
