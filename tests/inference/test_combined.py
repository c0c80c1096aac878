"""Questions in terms of plain ones: their intervals, errors, bounds, warnings and words."""

import numpy as np
import pytest

from benchmarks.coverage import fitted
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer, plan
from scm_compiler.inference.engines.formula import Formulas
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.semantics.query import read_query

PROGRAM = (
    "Z, X, M, Y : binary\nE3 : categorical(1, 2, 3)\nZ -> X -> M\nZ, X, M, E3 -> Y\nZ -> E3\n"
)
FRONT_DOOR = "S, T, C : binary\nE3 : categorical(1, 2, 3)\nE3 -> S -> T -> C\nS <-> C\n"


def rows_of(seed=0, count=2000):
    random = np.random.default_rng(seed)
    z = random.random(count) < 0.5
    x = random.random(count) < 0.2 + 0.5 * z
    m = random.random(count) < 0.3 + 0.4 * x
    e = random.integers(0, 2, count) + z
    y = random.random(count) < 0.1 + 0.2 * x + 0.2 * m + 0.1 * z + 0.1 * e
    return np.stack([z, x, m, y, e], 1).astype(np.int64)


@pytest.fixture(scope="module")
def model():
    return fitted(causal(parse_text(PROGRAM)), rows_of())


@pytest.fixture(scope="module")
def front_door():
    random = np.random.default_rng(1)
    u, e = random.random(3000) < 0.5, random.integers(0, 3, 3000)
    s = random.random(3000) < 0.2 + 0.3 * u + 0.1 * e
    t = random.random(3000) < 0.1 + 0.7 * s
    c = random.random(3000) < 0.1 + 0.3 * t + 0.4 * u
    rows = np.stack([s, t, c, e], 1).astype(np.int64)
    return fitted(causal(parse_text(FRONT_DOOR)), rows)


def asked(model, text, **options):
    return answer(read_query(text, model.graph), model, text=text, **options)


def ends(model, text):
    interval = asked(model, text).interval
    return interval.low, interval.high


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("P(Y=1 | E3 in (1, 2, 3))", "P(Y=1)"),
        ("P(Y=1 | E3 < 2)", "P(Y=1 | E3=1)"),
        ("P(Y=1 | E3 ~ (0, 0.2, 0))", "P(Y=1 | E3=2)"),
        ("P(Y=1 | do(X ~ 1.0))", "P(Y=1 | do(X=1))"),
        ("P(Y=1 | do(X = 1 if Z=1 else 1))", "P(Y=1 | do(X=1))"),
        ("P(X=1 or Z=1) - P(Z=1)", "P(X=1, Z=0)"),
        ("P(Y=1, X=1) / P(X=1)", "P(Y=1 | X=1)"),
        ("ATE(X -> Y, 1 vs 0)", "E(Y | do(X=1)) - E(Y | do(X=0))"),
        ("ATE(X -> Y | Z=1)", "P(Y=1 | do(X=1), Z=1) - P(Y=1 | do(X=0), Z=1)"),
        ("P(Y=1 | X=yes, Z=False)", "P(Y=1 | X=1, Z=0)"),
    ],
)
def test_what_says_the_same_has_the_same_interval(model, text, same):
    """The parts share the tables that are drawn."""
    assert asked(model, text).probability == pytest.approx(asked(model, same).probability)
    assert ends(model, text) == pytest.approx(ends(model, same), abs=1e-12)


def test_a_ratio_of_a_thing_with_itself_is_certain(model, front_door):
    assert ends(model, "P(Y=1 | do(X=1)) / P(Y=1 | do(X=1))") == (1.0, 1.0)
    assert ends(front_door, "P(C=1 | do(S=1)) / P(C=1 | do(S=1))") == (1.0, 1.0)


def test_the_interval_of_a_ratio_is_a_bootstraps(model):
    rows, random, found = rows_of(), np.random.default_rng(5), []
    for _ in range(500):
        drawn = rows[random.integers(0, len(rows), len(rows))]
        shares = [drawn[drawn[:, 1] == held, 3].mean() for held in (1, 0)]
        found.append(shares[0] / shares[1])
    assert ends(model, "P(Y=1 | X=1) / P(Y=1 | X=0)") == pytest.approx(
        np.quantile(found, [0.025, 0.975]), abs=0.1
    )


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("P(Y=1 | E3 > 1)", "weighted"),
        ("P(Y=1 | E3 > 1)", "sample"),
        ("P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))", "weighted"),
        ("Var(E3 | Y=1)", "weighted"),
        ("P(Y=1 | do(X ~ 0.3), M=1)", "weighted"),
    ],
)
def test_errors_of_what_is_drawn_are_as_large_as_they_are(model, text, method):
    exact = asked(model, text).probability
    found = [asked(model, text, method=method, samples=300, seed=s) for s in range(20)]
    off = np.array([one.probability - exact for one in found])
    error = np.mean([one.std_error for one in found])
    assert np.sqrt(np.mean(off**2)) == pytest.approx(error, rel=0.5)


def test_a_probability_whose_parts_are_drawn_is_none_above_one(model):
    found = [
        asked(model, "P(X=1 or Z >= 0)", method="sample", samples=9, seed=s) for s in range(9)
    ]
    assert max(one.probability for one in found) <= 1.0


def test_bounds_of_a_sum_of_worlds_hold_every_noise_model(model):
    text = "P(Y[X=0]=1 | X=1, E3 > 1, Y=1)"
    found = asked(model, text)
    assert not found.identified
    assert found.bounds.low <= found.probability <= found.bounds.high
    other = asked(model, text, noise_model="gumbel-max").probability
    assert found.bounds.low <= other <= found.bounds.high
    assert found.firm.value.bounds.interval.low <= found.bounds.low


def test_a_counterfactual_by_draws_says_that_one_world_is_drawn(model):
    with pytest.raises(ScmError) as refusal:
        asked(model, "ATT(X -> Y)", method="sample")
    assert [found.code for found in refusal.value.diagnostics] == ["E430"]


def test_guesses_are_told_with_what_they_leave_open_of_the_whole():
    graph = causal(parse_text("X, Z, Y : binary\nX, Z -> Y\n"))
    tables = {
        "X": np.array([0.5, 0.5]),
        "Z": np.array([0.9, 0.1]),
        "Y": np.array([[[0.5, 0.5], [0.2, 0.8]], [[0.4, 0.6], [0.5, 0.5]]]),
    }
    unseen = {"Y": np.array([[False, False], [False, True]])}
    model = Tables(graph, tables, Fitted(unseen))
    (warning,) = asked(model, "P(Y=1 | X >= 1) / P(Y=1 | X=0)").warnings
    least, most = 0.54 / 0.53, 0.64 / 0.53
    assert (warning.low, warning.high) == pytest.approx((least, most))


def test_effects_print_what_they_stand_for(model):
    found = asked(model, "NDE(X -> Y)")
    assert found.text.splitlines()[1] == "which is E(Y[X=1, M=M[X=0]]) - E(Y[X=0])"
    assert found.to_dict()["means"] == "E(Y[X=1, M=M[X=0]]) - E(Y[X=0])"
    shown = str(plan(read_query("ATT(X -> Y)", model.graph), model, text="ATT(X -> Y)"))
    assert "which is E(Y[X=1] | X=1) - E(Y[X=0] | X=1)" in shown
    assert asked(model, "CDE(X -> Y, M=1)").means == "E(Y | do(X=1, M=1)) - E(Y | do(X=0, M=1))"
    assert asked(model, "ATE(X -> Y | E3 > 1)").means == (
        "E(Y[X=1] | E3 > 1) - E(Y[X=0] | E3 > 1)"
    )


def test_direct_and_indirect_effects_are_those_of_the_mediation_formula(model):
    p = model.probabilities  # Y reads Z, X, M, E3
    weight = np.einsum("z,ze->ze", p["Z"], p["E3"])
    means = np.einsum("ze,zxme,wm->xw", weight, p["Y"][..., 1], p["M"])
    assert asked(model, "NDE(X -> Y)").probability == pytest.approx(means[1, 0] - means[0, 0])
    assert asked(model, "NIE(X -> Y)").probability == pytest.approx(means[0, 1] - means[0, 0])
    treated = np.einsum("z,z,ze,zxme,xm->x", p["Z"], p["X"][:, 1], p["E3"], p["Y"][..., 1], p["M"])
    share = (p["Z"] * p["X"][:, 1]).sum()
    att = asked(model, "ATT(X -> Y)").probability
    assert att == pytest.approx((treated[1] - treated[0]) / share)


def test_a_free_condition_makes_a_row_for_each_value(model):
    table = asked(model, "P(Y | do(X), E3)").value
    assert table.variables == ("X", "E3", "Y")
    assert [row.values for row in table.rows][:3] == [
        ("0", "1", "0"),
        ("0", "1", "1"),
        ("0", "2", "0"),
    ]
    one = asked(model, "P(Y=1 | do(X=1), E3=3)").probability
    assert table["1", "3", "1"] == pytest.approx(one)
    assert asked(model, "E(E3 | Y)").to_dict()["answer"]["rows"][0]["expectation"] > 0


def test_the_most_probable_values_and_ties():
    graph = causal(parse_text("A, B : binary\n"))
    model = Tables(graph, {"A": np.array([0.5, 0.5]), "B": np.array([0.3, 0.7])})
    found = asked(model, "argmax(A, B)")
    assert [row.values for row in found.value.rows] == [("0", "1"), ("1", "1")]
    assert "these are equally probable" in found.text
    assert "equally" not in asked(model, "argmax(A | A != 0)").text


def test_each_value_of_a_condition_has_its_own_most_probable_values(model):
    found = asked(model, "argmax(E3 | Z)")
    assert [row.values for row in found.value.rows] == [("0", "2"), ("1", "2")] or not found.tied
    assert [row.values[0] for row in found.value.rows] == ["0", "1"]


def test_a_formula_answers_each_form_where_hidden_causes_are(front_door):
    law = front_door
    held = asked(law, "P(C=1 | do(S))").value
    mixed = 0.7 * held["0"] + 0.3 * held["1"]
    assert asked(law, "P(C=1 | do(S ~ 0.3))").probability == pytest.approx(mixed)
    ruled = asked(law, "P(C=1 | do(S = E3 > 1))").probability
    parts = [("0", "E3=1"), ("1", "E3=2"), ("1", "E3=3")]
    whole = sum(
        asked(law, f"P(C=1 | do(S={value}), {seen})").probability
        * asked(law, f"P({seen})").probability
        for value, seen in parts
    )
    assert ruled == pytest.approx(whole)
    assert asked(law, "NDE(S -> C)").probability == pytest.approx(0.0)
    total = held["1"] - held["0"]
    assert asked(law, "NIE(S -> C)").probability == pytest.approx(total)


def test_a_refusal_names_the_question_as_it_was_put(front_door):
    bow = causal(parse_text("X, Y : binary\nX -> Y\nX <-> Y\n"))
    text = "P(Y > 0 | do(X ~ 0.3))"
    with pytest.raises(ScmError) as refusal:
        plan(read_query(text, bow), bow, method="exact", text=text)
    (found,) = refusal.value.diagnostics
    assert (found.code, found.query) == ("E520", text)


BOW = "X, Y, W : binary\nX -> Y -> W\nX <-> Y\n"


@pytest.fixture(scope="module")
def bow():
    random = np.random.default_rng(3)
    u, x = random.random((2, 900)) < 0.5
    y, w = random.random((2, 900))
    y = y < 0.1 + 0.3 * x + 0.4 * u
    x = x & (u | (random.random(900) < 0.7))
    return fitted(causal(parse_text(BOW)), np.stack([x, y, w < 0.2 + 0.6 * y], 1).astype(np.int64))


def possible(bow, count=21):
    """P(Y=1 | do(X=1)) and P(Y=1 | do(X=0)) of the models that have the observed distribution.

    What those with one X would do with the other is free, for each X by itself.
    """
    seen = {(x, y): asked(bow, f"P(X={x}, Y={y})").probability for x in "01" for y in "01"}
    one, zero = (seen["0", "0"] + seen["0", "1"], seen["1", "0"] + seen["1", "1"])
    free = np.linspace(0, 1, count)
    high, low = np.meshgrid(seen["1", "1"] + one * free, seen["0", "1"] + zero * free)
    return high, low


def spread_of(found):
    return [found.bounds.low, found.bounds.high]


@pytest.mark.parametrize(
    ("text", "number", "sharp"),
    [
        ("ATE(X -> Y)", lambda high, low: high - low, True),
        ("P(Y=1 | do(X=1)) - P(Y=1 | do(X=0))", lambda high, low: high - low, True),
        ("P(Y=1 | do(X=1)) + P(Y=0 | do(X=0))", lambda high, low: high + 1 - low, True),
        ("P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))", lambda high, low: high / low, False),
        ("P(Y=1 | do(X ~ 0.3))", lambda high, low: 0.3 * high + 0.7 * low, True),
    ],
)
def test_what_is_not_identified_is_bounded_as_a_whole(bow, text, number, sharp):
    found, all_ = asked(bow, text), number(*possible(bow))
    assert (found.method, found.identified, found.bounds.sharp) == ("bounds", False, sharp)
    assert spread_of(found) == pytest.approx([all_.min(), all_.max()])
    assert np.isnan(found.value.value)
    firm = found.firm.value.bounds
    assert firm.interval.low <= firm.low <= firm.high <= firm.interval.high


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Var(Y | do(X=1))", lambda high, _: high * (1 - high)),
        (
            "P(Y=1 | do(X=1), W ~ (0.2, 0.8))",
            lambda high, _: (a := high * 0.68) / (a + (1 - high) * 0.32),
        ),
    ],
)
def test_bounds_that_are_perhaps_wide_hold_every_model(bow, text, number):
    share = [asked(bow, f"P(W=1 | Y={y})").probability for y in "01"]
    assert share == pytest.approx([0.2, 0.8], abs=0.05)
    found, all_ = asked(bow, text), number(*possible(bow))
    low, high = spread_of(found)
    assert 0 <= low <= all_.min() + 0.03 <= all_.max() - 0.03 <= high
    assert found.bounds.grounds == "its terms bounded one by one"
    assert found.firm.value.bounds.interval.low >= 0


def test_one_open_part_leaves_bounds_as_sharp_as_its_own(bow):
    found, part = asked(bow, "P(Y=1 | do(X=1)) / P(W=1)"), asked(bow, "P(Y=1 | do(X=1))")
    share = asked(bow, "P(W=1)").probability
    assert spread_of(found) == pytest.approx([end / share for end in spread_of(part)])
    assert found.bounds.sharp


def test_a_ratio_to_what_may_be_zero_has_no_upper_end(bow):
    found = asked(bow, "P(W=1) / P(Y[X=1]=0, Y[X=0]=1)")
    assert (found.bounds.low > 0, found.bounds.high) == (True, np.inf)
    bounds = found.to_dict()["answer"]["bounds"]
    assert (bounds["high"], bounds["interval"]["high"]) == (None, None)
    assert "inf]" in str(found)


def test_the_warning_of_a_table_speaks_of_the_question(bow):
    found = asked(bow, "P(Y=1 | do(X))")
    assert [row.probability.known for row in found.value.rows] == [False, False]
    (warning,) = found.warnings
    assert (warning.code, warning.refused.query) == ("W532", "P(Y=1 | do(X))")
    assert "not identified, sharp bounds" in found.how


def test_a_table_bounds_what_it_has_to(bow):
    found = asked(bow, "do(X ~ 0.3)").value
    assert found["X"]["1"].value == pytest.approx(0.3)
    assert not found["Y"]["1"].known


def test_the_most_probable_of_what_is_not_identified_is_refused(bow):
    text = "argmax(Y | do(X=1))"
    with pytest.raises(ScmError) as refusal:
        plan(read_query(text, bow.graph), bow, text=text)
    (found,) = refusal.value.diagnostics
    assert (found.code, found.query) == ("E520", text)


def test_a_plan_tells_of_all_that_is_bounded(bow):
    made = plan(read_query("P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))", bow.graph), bow)
    assert (made.method, made.identified, made.rung) == ("bounds", False, 2)
    assert [each["types"] for each in made.to_dict()["response_types"]] == [8]
    assert "bounds by linear programming" in str(made)
    assert "not identified: `{X, Y}` and `{Y}` are a hedge for it" in str(made)


SAME = [
    "P(C=1 | do(T=1)) / P(C=1 | do(T=1))",
    "P(T=1 | do(S=1)) / P(T=1 | S=1)",
    "P(S=1 | do(E3=2)) / P(S=1 | E3=2)",
    "P(C=1 | do(E3=2)) / P(C=1 | E3=2)",
]


@pytest.mark.parametrize("text", SAME)
@pytest.mark.parametrize("room", [1e9, 300])
def test_parts_are_asked_of_the_very_same_tables(front_door, text, room, monkeypatch):
    """Whichever engines answer them, and though one takes fewer tables at once."""
    kept = Formulas.room.fget
    monkeypatch.setattr(Formulas, "room", property(lambda self: min(room, kept(self))))
    assert ends(front_door, text) == pytest.approx((1.0, 1.0), abs=1e-12)


def test_bounds_and_what_is_exact_are_asked_of_the_same_tables(bow):
    """Nobody's outcome is known but of those who have the value: so many have it, at least."""
    found = asked(bow, "P(Y=1 | do(X=1)) / P(X=1, Y=1)").firm.value.bounds
    assert (found.low, found.interval.low) == pytest.approx((1.0, 1.0), abs=1e-6)
    assert found.interval.high > found.high
