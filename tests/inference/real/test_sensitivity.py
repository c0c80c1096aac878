"""How strong a hidden cause must be beside real nodes: against U itself, and closed forms."""

import json
from math import sqrt

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.sensitivity import omitted_variable

GRAPH = parse_text("Z, W, X, Y : real\nT : binary\nZ, W -> X, T\nZ, W, X, T -> Y\nX <-> Y")
SIZE = 500


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(1)
    z, w = draw.normal(size=(2, SIZE))
    x = z - w + draw.normal(size=SIZE)
    t = (z + draw.normal(size=SIZE) > 0).astype(int)
    y = 2 * x - z + w + 1.5 * t + 2 * draw.normal(size=SIZE)
    return {"Z": z, "W": w, "X": x, "Y": y, "T": t}


def told(text, rows, counts=None, **options):
    counts = np.ones(len(rows["X"])) if counts is None else counts
    return omitted_variable(text, GRAPH, rows, counts, **options)


def regressed(outcome, *columns):
    """Coefficients and residuals, by the normal equations."""
    matrix = np.column_stack([np.ones(len(outcome)), *columns])
    found = np.linalg.solve(matrix.T @ matrix, matrix.T @ outcome)
    return found, outcome - matrix @ found


def hidden(rows, outcome_share, cause_share):
    """A cause U that explains such shares of what is left, and goes against the effect."""
    _, cause = regressed(rows["X"], rows["Z"], rows["W"])
    _, outcome = regressed(rows["Y"], rows["X"], rows["Z"], rows["W"])
    noise = regressed(np.random.default_rng(2).normal(size=SIZE), *rows.values())[1]
    a, b, c = (part / np.linalg.norm(part) for part in (cause, outcome, noise))
    rest = 1 - cause_share
    return (
        sqrt(cause_share) * a
        + sqrt(rest * outcome_share) * b
        + sqrt(rest * (1 - outcome_share)) * c
    )


def test_a_hidden_cause_of_just_that_strength_leaves_nothing(rows):
    found = told("ATE(X -> Y, 1 vs 0)", rows)
    assert found.difference == pytest.approx(
        regressed(rows["Y"], rows["X"], rows["Z"], rows["W"])[0][1]
    )
    at = found.robustness_value
    with_u, _ = regressed(rows["Y"], rows["X"], rows["Z"], rows["W"], hidden(rows, at, at))
    assert abs(with_u[1]) < 1e-9
    half, _ = regressed(rows["Y"], rows["X"], rows["Z"], rows["W"], hidden(rows, 0.3, 0.2))
    assert half[1] == pytest.approx(found.left(0.3, 0.2))
    beyond, _ = regressed(rows["Y"], rows["X"], rows["Z"], rows["W"], hidden(rows, 0.9, 0.9))
    assert beyond[1] == pytest.approx(found.left(0.9, 0.9))
    assert beyond[1] < 0 < half[1]


def test_the_interval_of_an_effect_that_is_left_ends_at_zero(rows):
    found = told("ATE(X -> Y, 1 vs 0)", rows)
    at = found.least_robustness_value
    columns = (rows["X"], rows["Z"], rows["W"], hidden(rows, at, at))
    left, noise = regressed(rows["Y"], *columns)
    matrix = np.column_stack([np.ones(SIZE), *columns])
    error = sqrt(noise @ noise / (SIZE - 5) * np.linalg.inv(matrix.T @ matrix)[1, 1])
    assert left[1] / error == pytest.approx(1.9648, abs=0.001)


def test_the_closed_form_of_a_linear_gaussian_model():
    """Y = 2 X + Z + 3 noise, X = Z + noise: f² = 4 / 9."""
    graph = parse_text("Z, X, Y : real\nZ -> X\nZ, X -> Y")
    draw = np.random.default_rng(0)
    z, of_x, of_y = draw.normal(size=(3, 200_000))
    rows = {"Z": z, "X": z + of_x, "Y": 2 * (z + of_x) + z + 3 * of_y}
    found = omitted_variable("ATE(X -> Y, 3 vs 1)", graph, rows, np.ones(len(z)))
    strength = 4 / 9
    assert found.difference == pytest.approx(4, abs=0.05)
    assert found.partial_r2 == pytest.approx(strength / (1 + strength), abs=0.005)
    exact = (sqrt(strength**2 + 4 * strength) - strength) / 2
    assert found.robustness_value == pytest.approx(exact, abs=0.005)
    assert found.adjusted == ("Z",)


def test_a_benchmark_is_a_cause_like_what_is_measured(rows):
    """The published formulas, from the partial correlations of the normal equations."""
    found = {each.name: each for each in told("ATE(X -> Y, 1 vs 0)", rows).benchmarks}
    assert set(found) == {"Z", "W"}

    def share(of, name, *others):
        own = regressed(rows[name], *others)[1]
        left = regressed(of, *others)[1]
        return (own @ left) ** 2 / (own @ own) / (left @ left)

    cause = share(rows["X"], "Z", rows["W"])
    outcome = share(rows["Y"], "Z", rows["X"], rows["W"])
    tied = cause**2 / (1 - cause) ** 2
    assert found["Z"].cause == pytest.approx(cause / (1 - cause))
    of = (1 + sqrt(tied)) ** 2 / (1 - tied) * outcome / (1 - outcome)
    assert found["Z"].outcome == pytest.approx(min(of, 1))


def test_counted_rows_are_rows(rows):
    counts = np.arange(SIZE) % 3 + 1
    many = {name: np.repeat(column, counts) for name, column in rows.items()}
    one, other = told("ATE(X -> Y, 1 vs 0)", rows, counts), told("ATE(X -> Y, 1 vs 0)", many)
    assert one.robustness_value == pytest.approx(other.robustness_value)
    assert one.error == pytest.approx(other.error)
    assert (one.freedom, one.rows) == (other.freedom, other.rows)


def test_the_same_effect_in_other_words(rows):
    named = told("ATE(X -> Y, 2 vs 0)", rows)
    spelt = told("E(Y | do(X=2)) - E(Y | do(X=0))", rows)
    assert named.difference == spelt.difference
    event = told("P(Y > 1 | do(T=1)) - P(Y > 1 | do(T=0))", rows)
    hit = (rows["Y"] > 1).astype(float)
    assert event.difference == pytest.approx(regressed(hit, rows["T"], rows["Z"], rows["W"])[0][1])


def test_what_is_shown(rows):
    found = told("ATE(X -> Y, 1 vs 0)", rows)
    assert "without `X <-> Y`" in str(found)
    assert "robustness value" in found._repr_html_()
    data = json.loads(json.dumps(found.to_dict()))
    assert data["robustness_value"] == found.robustness_value
    assert data["without_hidden_cause"] is True
    bare = told("ATE(X -> Y, 1 vs 0)", rows, level=None)
    assert (bare.interval, bare.least_robustness_value) == (None, None)
    assert "for the interval" not in str(bare)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E(Y | do(X=1))", "E534"),
        ("ATE(X -> Y, 1 vs 1)", "E534"),
        ("ATE(X -> Y, 1 vs 0 | T=1)", "E534"),
        ("E(Y | do(X=1)) - E(T | do(X=0))", "E534"),
        ("E(Y | do(X=1)) - E(Y | do(T=0))", "E534"),
        ("E(Y | do(X=X+1)) - E(Y | do(X=0))", "E534"),
        ("ATE(Y -> X, 1 vs 0)", "E534"),
        ("ATE(X -> Nobody, 1 vs 0)", "E410"),
        ("ATE(X -> Y)", "E420"),
    ],
)
def test_what_has_none(text, code, rows):
    with pytest.raises(ScmError, match=code):
        told(text, rows)


def test_too_few_rows_leave_no_noise(rows):
    few = {name: column[:4] for name, column in rows.items()}
    with pytest.raises(ScmError, match="4 rows leave no noise"):
        told("ATE(X -> Y, 1 vs 0)", few)


def test_a_cause_of_three_values_is_compared_beside_the_third():
    graph = parse_text("X : categorical(a, b, c)\nY : real\nX -> Y")
    x = np.repeat([0, 1, 2], 50)
    y = np.array([1.0, 5.0, 2.0])[x] + np.random.default_rng(0).normal(size=150)
    found = omitted_variable("ATE(X -> Y, b vs c)", graph, {"X": x, "Y": y}, np.ones(150))
    assert found.difference == pytest.approx(y[x == 1].mean() - y[x == 2].mean())
    assert found.freedom == 147
