"""Questions to models with real nodes, beside closed forms."""

from dataclasses import replace
from math import erf, exp, pi, sqrt

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.planning import plan_real, rests_on_reals
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear

GRAPH = parse_text(
    "Z, T, L, A, B : binary\nX, Y : real\nZ -> T\nZ -> X\nT, X -> Y\nA -> B\nX -> L"
)
STEEP = 1.5


def linear(name, coefficients, deviations):
    inputs = {parent: GRAPH.by_name[parent].domain for parent in GRAPH.parents[name]}
    return Linear(GRAPH.by_name[name].domain, inputs, np.array(coefficients), np.array(deviations))


def table(name, rows):
    return Tabular(GRAPH.domain(name), GRAPH.parents[name], rows=np.array(rows))


class Steps(Tabular):
    """L is 1 where X is above 1."""

    def chances(self, world):
        high = (np.atleast_1d(world["X"]) > 1).astype(float) * 0.8 + 0.1
        return np.stack([1 - high, high], -1)


class Opaque:
    """A mechanism that no one knows to be linear."""

    def __init__(self, own):
        self._own = own

    def __getattr__(self, name):
        return getattr(self._own, name)


MODEL = {
    "Z": table("Z", [0.4, 0.6]),
    "T": table("T", [[0.7, 0.3], [0.2, 0.8]]),
    "X": linear("X", [[0.0], [1.0]], [1.0, 0.5]),
    "Y": linear("Y", [[1.0, 2.0], [3.0, STEEP]], [1.0, 1.0]),
    "L": Steps(GRAPH.domain("L"), ("X",), rows=np.ones((1, 2))),
    "A": table("A", [0.5, 0.5]),
    "B": table("B", [[0.5, 0.5], [0.5, 0.5]]),
}


def normal(x, mean=0.0, deviation=1.0):
    return exp(-(((x - mean) / deviation) ** 2) / 2) / deviation / sqrt(2 * pi)


def below(x, mean=0.0, deviation=1.0):
    return (1 + erf((x - mean) / deviation / sqrt(2))) / 2


def ask(text, method="auto", **options):
    return plan_real(text, GRAPH, MODEL, method).run(**options)


def near(text, truth):
    for method in ("auto", "weighted"):
        found = ask(text, method)
        error = max(found.std_error or 0.0, 1e-9)
        assert abs(found.probability - truth) < 4 * error, (text, found.probability, truth, error)
        assert error < 0.05
        assert found.method == "weighted" or found.samples is None


Z1_AT_2 = 0.6 * normal(2, 1, 0.5) / (0.6 * normal(2, 1, 0.5) + 0.4 * normal(2))


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("E(X)", 0.6),
        ("Var(X)", 0.6 * 0.25 + 0.4 + 0.24),
        ("P(X > 1)", 0.6 * 0.5 + 0.4 * (1 - below(1))),
        ("P(0 < X <= 1 | Z=0)", below(1) - 0.5),
        ("P(X in (1, 2))", 0.0),
        ("P(Z=1 | X=2)", Z1_AT_2),
        ("P(Z=1 | X > 1)", 0.3 / (0.3 + 0.4 * (1 - below(1)))),
        ("density(X=2)", 0.6 * normal(2, 1, 0.5) + 0.4 * normal(2)),
        ("density(X=2 | Z=1)", normal(2, 1, 0.5)),
        ("Q(X, 0.5 | Z=1)", 1.0),
        ("E(Y | do(T=1, X=2))", 6.0),
        ("E(Y | do(T=1), Z=1)", 3.0 + STEEP),
        ("ATE(T -> Y)", 2.0 - (2 - STEEP) * 0.6),
        ("ATE(X -> Y, 4 vs 0 | T=1)", 4 * STEEP),
        ("ATT(T -> Y)", 2.0 - (2 - STEEP) * 0.48 / 0.6),
        ("E(Y | do(X=1)) - E(Y | do(X=0))", 2 * 0.4 + STEEP * 0.6),
        ("E(Y | do(T = X > 1), Z=1)", 2 + 0.5 * (-2 * 0.0) + 2 * 0.5 + 0.0),
        ("P(L=1 | X=2)", 0.9),
        ("E(X | do(X=2))", 2.0),
        ("E(Y | do(X = X + 1))", 3.16 + 1.7),
        ("E(Y | do(X = 2 * X - 1), Z=1, T=1)", 3.0 + STEEP),
        ("E(X | do(X = Z))", 0.6),
        ("E(X | do(X = Z * 1e-1))", 0.06),
        ("Var(X | do(X = X * 2 / 4))", (0.6 * 0.25 + 0.4 + 0.24) / 4),
        ("E(Y | do(X ~ normal(1, 2)), Z=1)", 0.2 * 3 + 0.8 * (3 + STEEP)),
        ("Var(X | do(X ~ normal(1, 2)))", 4.0),
        ("P(X > 1 | do(X ~ uniform(0, 4)))", 0.75),
        ("P(L=1 | do(X = X + 1))", 0.1 + 0.8 * (0.6 * below(2) + 0.4 * 0.5)),
        ("P(T=1 | do(T = 0 if T=1 else 1))", 0.4),
        ("E(Y[T=1] | do(X = X + 1), T=0)", 3 + STEEP * 1.3),
        ("NDE(T -> Y)", 2.0 - (2 - STEEP) * 0.6),
        ("NIE(T -> Y)", 0.0),
        ("NDE(X -> Y, 4 vs 0)", 4 * (2 * 0.4 + STEEP * 0.6)),
        ("CDE(T -> Y, X=1)", 2.0 - (2 - STEEP)),
        ("CDE(Z -> Y, X=1)", 0.5 * (2 - (2 - STEEP))),
        ("NDE(Z -> Y)", 0.0),
        ("NIE(Z -> Y)", 2.6),
        ("P(T=1 | do(Z ~ 0.5))", 0.55),
    ],
)
def test_a_number_is_that_of_the_closed_form(text, truth):
    if "T = X > 1" in text:  # (1 + 2x) below 1, (3 + 1.5x) above, of a normal number around 1
        half = 0.5 * sqrt(2 / pi)
        truth = 0.5 * (1 + 2 * (1 - half)) + 0.5 * (3 + STEEP * (1 + half))
    near(text, truth)


def test_a_density_beside_what_it_causes_is_a_ratio():
    exact = ask("density(X=1 | Y > 2, T=0, Z=0)")
    found = ask("density(X=1 | Y > 2, T=0, Z=0)", "weighted")
    numerator = normal(1) * (1 - below(2, 3, 1))
    truth = numerator / (1 - below(2, 1, sqrt(5)))
    assert abs(found.probability - truth) < 4 * found.std_error
    assert (abs(exact.probability - truth) < 1e-10, exact.method) == (True, "exact")


def test_a_unit_that_is_wholly_seen_is_inverted_exactly():
    seen = "Z=1, T=0, X=0.75, Y=3.5"
    same = ask(f"E(Y[T=0] | {seen})")
    assert abs(same.probability - 3.5) < 1e-10
    assert (same.std_error or 0.0) < 1e-10
    other = ask(f"E(Y[T=1, X=2] | {seen})")
    assert abs(other.probability - (3 + 2 * STEEP + (3.5 - 2.5))) < 1e-10
    assert (other.rung, other.identified, other.noise_model) == (3, False, "threshold")


def test_to_hold_a_node_at_what_it_would_be_changes_nothing():
    composed = ask("E(Y[X=X[Z=1], Z=1]) - E(Y[Z=1])", "weighted", seed=3)
    assert abs(composed.probability) < 1e-10
    assert abs(ask("E(X[X=2])").probability - 2) < 1e-12


@pytest.mark.parametrize(
    "text",
    [
        "E(Y[T=1] | Y > 2, T=0)",
        "P(Y[T=1] > 4 | X=1, T=0)",
        "Q(Y[X=2], 0.8 | Z=1)",
        "ATT(T -> Y)",
        "P(T[Z=1]=1 | T=0, X=1)",
        "Var(Y[T=1] | X > 1)",
    ],
)
def test_worlds_are_exact_where_all_is_gaussian(text):
    exact, drawn = ask(text), ask(text, "weighted")
    assert exact.method == "exact"
    assert abs(exact.probability - drawn.probability) < 4 * drawn.std_error + 1e-9


def test_what_is_discrete_and_apart_does_not_rest_on_real_nodes():
    assert not rests_on_reals("P(T=1 | Z=1)", GRAPH)
    assert not rests_on_reals("P(B | do(A=1))", GRAPH)
    assert not rests_on_reals("P(T | Z)", GRAPH)
    assert not rests_on_reals("P(B=1 | do(A))", GRAPH)
    assert not rests_on_reals("LATE(A -> B -> A)", GRAPH)
    assert rests_on_reals("P(Z=1 | X)", GRAPH)
    assert rests_on_reals("P(L=1)", GRAPH)
    assert rests_on_reals("P(Z[Y=1]=1 | Z=1)", GRAPH)
    assert rests_on_reals("E(X)", GRAPH)


def test_the_same_seed_draws_the_same():
    assert ask("P(L=1)", seed=5).probability == ask("P(L=1)", seed=5).probability


def test_a_regime_tells_of_every_node():
    answer = ask("do(X=1, T=0)")
    values = {row.values: row.probability.value for row in answer.value.rows}
    assert values["X", "mean"] == 1
    assert values["X", "deviation"] == 0
    assert abs(values["Y", "mean"] - 3) < 0.05
    assert abs(values["Y", "upper quartile"] - 3.6745) < 0.1
    assert abs(values["Z", "1"] - 0.6) < 0.03
    assert "not known" in answer.text


@pytest.mark.parametrize("regime", ["do(X=1, T=0)", "do(L=1)"])
def test_what_is_discrete_and_apart_is_exact_in_a_regime_that_is_drawn(regime):
    """Of L, whose mechanism has no closed form, only what it is held at is exact."""
    rows = {row.values: row.probability for row in ask(regime).value.rows}
    for name in ("Z", "A", "B", "X", "Y", "T"):
        assert all(not number.std_error for values, number in rows.items() if values[0] == name)
    assert rows["Z", "1"].value == pytest.approx(0.6, abs=1e-12)
    assert bool(rows["L", "1"].std_error) == ("X=1" in regime)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("E(W | do(W=4))", 4),
        ("Var(W | do(W=4))", 0),
        ("Q(W, 0.3 | do(W=4))", 4),
        ("P(W > 3 | do(W=4))", 1),
        ("P(L=1, W > 3 | do(L=1, W=4))", 1),
        ("Var(W[W=3] | V=1)", 0),
    ],
)
def test_what_is_held_is_known_whatever_its_mechanism(text, truth):
    graph = parse_text("X, W, V : real\nL : binary\nX -> W -> V\nX -> L")
    kinds = {name: graph.by_name[name].domain for name in graph.order}
    own = Linear(kinds["W"], {"X": kinds["X"]}, np.array([[0.0, 1.0]]), np.ones(1))
    model = {
        "X": Linear(kinds["X"], {}, np.array([[0.0]]), np.ones(1)),
        "W": Opaque(own),
        "V": Linear(kinds["V"], {"W": kinds["W"]}, np.array([[0.0, 1.0]]), np.ones(1)),
        "L": MODEL["L"],
    }
    found = plan_real(text, graph, model).run()
    assert found.probability == truth
    assert not found.std_error


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("text", "method", "code"),
    [
        ("E(X | Y=1e9)", "weighted", "E574"),
        ("E(X | Y=1e300)", "weighted", "E574"),
        ("E(X | Y=1e300)", "auto", "E431"),
        ("P(L=1 | Y=1e99)", "auto", "E574"),
        ("E(Y | X=9, Y > 55)", "weighted", "E574"),
        ("P(L=1 | Y=34)", "auto", "E436"),
    ],
)
def test_evidence_whose_density_is_zero_or_that_few_draws_meet_is_refused(text, method, code):
    with pytest.raises(ScmError) as caught:
        ask(text, method)
    assert caught.value.diagnostics[0].code == code


def test_a_table_of_labels():
    answer = ask("P(Z, T | X=2)", "weighted")
    assert abs(answer.value["1", "1"] - Z1_AT_2 * 0.8) < 0.02
    assert answer.effective is not None
    exact = ask("P(Z, T | X=2)")
    assert (exact.method, exact.value["1", "1"]) == ("exact", pytest.approx(Z1_AT_2 * 0.8))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P(X, Z)", "E573"),
        ("P(X) - P(Z=1)", "E573"),
        ("P(Z=1) / P(X > 1e9)", "E467"),
        ("P(Z) - P(T=1)", "E419"),
        ("P(Z=1 | X) - P(Z=1)", "E416"),
        ("E(Y | do(T)) - E(Y)", "E466"),
        ("do(X)", "E466"),
        ("given(X)", "E416"),
        ("E(Y | do(X=0..1, T))", "E583"),
        ("LATE(X -> T -> Y)", "E420"),
        ("LATE(T -> X -> Y)", "E535"),
        ("density(Y[T=1]=2 | L=1)", "E575"),
        ("E(Y | X > 3, X < 2)", "E574"),
        ("CDE(T -> Y)", "E463"),
        ("CDE(T -> Y, Y=1)", "E463"),
        ("NIE(T -> Y, X=1)", "E463"),
        ("argmax(Z=1 | X=1)", "E465"),
        ("argmax(X)", "E573"),
        ("LATE(Z -> T -> Y)", "E535"),
        ("E(Y | do(X = Y + 1))", "E462"),
        ("E(Y | do(T = T + 1))", "E581"),
        ("E(Y | do(T ~ normal(0, 1)))", "E581"),
        ("E(Y | do(T=0..1))", "E581"),
        ("E(Y | do(X = X + W))", "E410"),
        ("E(Y | do(X = X / 0))", "E580"),
        ("E(Y | do(X ~ 0.5))", "E582"),
        ("E(Y | do(X ~ normal(0, 0)))", "E582"),
        ("E(Y | do(X ~ uniform(1)))", "E582"),
        ("E(Y | do(X ~ gamma(1, 2)))", "E582"),
        ("E(Y | do(X=1..0))", "E583"),
        ("E(Y | do(X=0..1 by 0))", "E583"),
        ("E(Y | do(X=0..1 by 0.0001))", "E583"),
        ("E(Y | do(X=0..much))", "E583"),
        ("P(Z | do(X=0..1))", "E583"),
        ("E(Y | do(X=0..1)) - E(Y | do(X=0..2))", "E583"),
        ("Q(Z, 0.5)", "E576"),
        ("Q(X, 2)", "E576"),
        ("density(T=1)", "E576"),
        ("E(Y | do(X=much))", "E411"),
        ("E(Y | do(X=inf))", "E411"),
        ("E(W)", "E410"),
        ("ATE(X -> Y)", "E420"),
    ],
)
def test_what_is_no_question(text, code):
    with pytest.raises(ScmError) as caught:
        ask(text)
    assert code in {found.code for found in caught.value.diagnostics}


def test_a_curve_is_its_points():
    text = "P(Y > 2 | do(X={})) - P(Y > 2 | do(T=1))"
    curve = ask(text.format("-1..1 by 0.5"))
    assert curve.value.variables == ("X",)
    places = [row.values for row in curve.value.rows]
    assert places == [("-1",), ("-0.5",), ("0",), ("0.5",), ("1",)]
    for row in curve.value.rows:
        assert row.probability.value == ask(text.format(f'"{row.values[0]}"')).probability
    assert len(ask("E(Y | do(X=0..1))").value.rows) == 21
    assert [*map(str, plan_real("E(Y | do(X=0..1))", GRAPH, MODEL).nodes)] == ["Z", "T", "Y"]


def test_a_refusal_shows_the_question():
    for text in ("E(Y | X > 3, X < 2)", "E(Y | do(X = X / 0))", "P(Z=1) / P(X > 1e9)"):
        with pytest.raises(ScmError) as caught:
            ask(text)
        assert f"1 | {text}" in str(caught.value)


def test_the_most_probable_values():
    best = ask("argmax(Z, T | X=2)")
    (row,) = best.value.rows
    assert row.values == ("1", "1")
    assert abs(row.probability.value - Z1_AT_2 * 0.8) < 0.02


def test_a_natural_value_is_the_same_in_every_world():
    shifted = ask("E(Y[T=1] | do(X = X + 1)) - E(Y[T=1] | do(X = 1 + X))", "weighted")
    assert abs(shifted.probability) < 1e-10
    assert ask("E(X | do(X = X + 1)) - E(X)", "weighted").probability == pytest.approx(1, abs=1e-9)


def test_a_plan_says_how():
    plan = plan_real("E(Y | do(X=1), L=1)", GRAPH, MODEL)
    assert "likelihood weighting" in str(plan)
    assert plan.nodes == ("Z", "T", "L", "Y")
    assert plan.to_dict()["method"] == "weighted"
    assert plan_real("E(Y | do(X=1))", GRAPH, MODEL).to_dict()["method"] == "exact"
    limits = plan.to_dict()["draws"]
    freely = plan_real("E(Y)", GRAPH, MODEL, "weighted")
    assert freely.run(samples=10).samples == limits["fewest"] == 32_768
    assert (limits["most"], limits["seconds"], limits["replicates"]) == (2_097_152, 20, 0)
    assert "32,768 to 2,097,152 units" in str(plan)
    assert "after 20 seconds no more are drawn" in str(plan)
    assert "replicates" not in str(plan)
    assert "again on each of 2 replicates" in str(replace(plan, others=(MODEL, MODEL)))
    exact = plan_real("E(Y)", GRAPH, MODEL, "exact")
    assert "seconds" not in str(exact)
    assert "draws" not in exact.to_dict()
    with pytest.raises(ScmError, match="E575"):
        plan_real("E(Y)", GRAPH, MODEL, "sample")
    assert plan_real("E(Y)", GRAPH, MODEL, "exact").run().method == "exact"
    with pytest.raises(ScmError, match="closed form"):
        plan_real("E(Y | L=1)", GRAPH, MODEL, "exact").run()


@pytest.mark.parametrize(
    ("text", "rung", "identified"),
    [
        ("ATE(T -> Y | Z=1)", 2, True),
        ("ATT(T -> Y)", 3, True),
        ("ATE(T -> Y | Y > 2)", 3, False),
        ("E(Y[T=1] | Y > 2)", 3, False),
        ("E(Y | do(T=1), X > 0)", 2, True),
    ],
)
def test_what_rests_on_the_noise_model(text, rung, identified):
    answer = ask(text)
    found = (answer.rung, answer.identified, answer.noise_model)
    assert found == (rung, identified, None if identified else "threshold")


def test_a_label_without_a_value_has_a_row_for_each():
    done = ask("E(Y | do(T), Z=1)").value
    assert done.variables == ("T",)
    assert (done["0"], done["1"]) == pytest.approx((3.0, 3.0 + STEEP))
    seen = ask("P(X > 1 | Z)").value
    assert (seen["0"], seen["1"]) == pytest.approx((1 - below(1), 0.5))
    both = ask("P(T | Z, X=0)").value
    assert both.variables == ("Z", "T")
    assert both["1", "1"] == pytest.approx(0.8)
    best = ask("argmax(T | Z, X=0)").value
    assert [row.values for row in best.rows] == [("0", "0"), ("1", "1")]
    drawn = ask("E(Y | do(T), Z=1)", "weighted").value
    assert drawn["1"] == pytest.approx(3.0 + STEEP, abs=0.1)


def test_a_real_node_without_a_value_has_its_deciles():
    table = ask("E(Y | do(X))").value
    assert (table.variables, len(table.rows)) == (("X",), 9)
    for row in table.rows:
        at = float(row.values[0])
        assert row.probability.value == pytest.approx((1 + 2 * at) * 0.4 + (3 + STEEP * at) * 0.6)
    for rank, row in enumerate(table.rows, 1):
        share = 0.6 * below(float(row.values[0]), 1, 0.5) + 0.4 * below(float(row.values[0]))
        assert share == pytest.approx(rank / 10, abs=0.005)
    seen = ask("P(Z=1 | X)").value
    assert [row.values for row in seen.rows] == [row.values for row in table.rows]
    for row in seen.rows:
        at = float(row.values[0])
        one, zero = 0.6 * normal(at, 1, 0.5), 0.4 * normal(at)
        assert row.probability.value == pytest.approx(one / (one + zero))


def test_what_is_a_curve():
    def curved(text):
        return plan_real(text, GRAPH, MODEL).is_curve

    assert curved("E(Y | do(X))")
    assert curved("P(T=1 | X)")
    assert curved("E(Y | do(X=0..1))")
    assert not any(map(curved, ("E(Y | do(T))", "P(T | X)", "E(Y | do(X), Z)", "argmax(T | X)")))


@pytest.mark.parametrize("method", ["auto", "weighted"])
def test_a_real_target_alone_is_summed_up(method):
    table = ask("P(X | Z=1)", method).value
    close = 1e-9 if method == "auto" else 0.03
    quarter = 0.5 * 0.6744897501960817
    expected = (1, 0.5, 1 - quarter, 1, 1 + quarter)
    assert [row.probability.value for row in table.rows] == pytest.approx(expected, abs=close)
    assert table["median"] == pytest.approx(1, abs=close)


def test_a_regime_of_linear_nodes_is_exact():
    graph = parse_text("Z : binary\nX : real\nZ -> X")
    model = {name: MODEL[name] for name in ("Z", "X")}
    found = plan_real("do(Z=1)", graph, model).run()
    rows = {row.values: row.probability.value for row in found.value.rows}
    assert found.method == "exact"
    assert (rows["Z", "1"], rows["X", "mean"], rows["X", "deviation"]) == (1.0, 1.0, 0.5)
    drawn = plan_real("do(Z=1)", graph, model, "weighted").run().value
    for row in drawn.rows:
        assert row.probability.value == pytest.approx(rows[row.values], abs=0.03)


def test_what_is_held_needs_no_mechanism():
    """That of L has no closed form, and nothing rests on it where L is held."""
    rows = ask("P(L | do(L=1))", "exact").value.rows
    assert [row.probability.value for row in rows] == [0.0, 1.0]
    assert ask("E(X | do(L=1), L=1)", "exact").probability == pytest.approx(0.6)
    with pytest.raises(ScmError, match="E431"):
        ask("E(X | do(L=1), L=0)")
    found = {row.values: row.probability.value for row in ask("do(L=1)").value.rows}
    assert found["X", "mean"] == pytest.approx(0.6)
    assert found["L", "1"] == 1.0


def test_a_plan_that_has_to_be_exact_draws_nothing():
    assert "weighting" not in str(plan_real("E(X | L=1)", GRAPH, MODEL, "exact"))
    assert "weighting" in str(plan_real("E(X | L=1)", GRAPH, MODEL))


def test_an_interval_reaches_as_far_as_its_kind_of_number():
    """That of a mean may pass 0 and 1, though no replicate does."""
    others = [{**MODEL, "Z": table("Z", [1 - one, one])} for one in (0.001, 0.05, 0.9)]
    mean, chance = (
        replace(plan_real(text, GRAPH, MODEL), others=others, rows=10).run().interval
        for text in ("E(X)", "P(Z=1, X > -9)")
    )
    assert mean.low < 0
    assert mean.high > 1
    assert (chance.low, chance.high) == (0, 1)


@pytest.mark.parametrize("method", ["auto", "weighted"])
def test_a_local_effect_is_the_ratio_of_two_differences(method):
    graph = parse_text("Z : binary\nX, Y : real\nZ -> X -> Y")
    kinds = {name: graph.by_name[name].domain for name in graph.order}
    model = {
        "Z": Tabular(graph.domain("Z"), (), rows=np.array([0.5, 0.5])),
        "X": Linear(kinds["X"], {"Z": kinds["Z"]}, np.array([[0.0], [2.0]]), np.ones(2)),
        "Y": Linear(kinds["Y"], {"X": kinds["X"]}, np.array([[1.0, 3.0]]), np.ones(1)),
    }
    found = plan_real("LATE(Z -> X -> Y)", graph, model, method).run()
    assert found.probability == pytest.approx(3.0, abs=0.01 if found.std_error is None else 0.1)
    assert (found.rung, found.identified, found.noise_model) == (3, False, "monotone")
    assert [warning.code for warning in found.warnings] == ["W534"]
    model["X"] = Linear(kinds["X"], {"Z": kinds["Z"]}, np.array([[1.0], [1.0]]), np.ones(2))
    with pytest.raises(ScmError, match="E536"):
        plan_real("LATE(Z -> X -> Y)", graph, model, method).run()


def test_a_density_in_another_world_has_a_closed_form_of_linear_nodes():
    found = ask("density(Y[X=2]=7 | T=1, X=0, Z=0)")
    assert found.probability == pytest.approx(normal(7, 3 + 2 * STEEP))
    assert found.rung == 3
