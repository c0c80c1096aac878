"""Standard errors of answers from estimated tables."""

import numpy as np
import pytest

from scm_compiler.inference.precision import from_draws
from scm_compiler.model.tables import Estimated, Tables


def estimated(model, draws, random):
    """The model as it would be estimated from that many draws of each row."""
    tables = {
        name: random.multinomial(draws, table) / draws
        for name, table in model.probabilities.items()
    }
    return Tables(model.graph, tables, Estimated(dict.fromkeys(tables, draws)))


@pytest.mark.statistics
@pytest.mark.parametrize(
    "text",
    [
        "P(Cancer=1 | do(Smoke=1))",
        "P(Gene=1 | Cough=1, Smoke=0)",
        "ATE(Smoke -> Cancer)",
        "P(Smoke=1, Cough=1)",
    ],
)
def test_two_errors_hold_the_truth_in_95_of_100_cases(smoking, ask, text):
    """False alarms: below 1e-6, five standard deviations of a binomial of 200 at 0.95."""
    truth = ask(smoking, text).probability
    random = np.random.default_rng(2)
    answers = [ask(estimated(smoking, 500, random), text) for _ in range(200)]
    errors = np.array([found.std_error for found in answers])
    misses = np.array([found.probability for found in answers]) - truth
    inside = (np.abs(misses) <= 1.96 * errors).mean()
    assert inside > 0.95 - 5 * np.sqrt(0.95 * 0.05 / 200)
    # The error is not only large enough: it is the spread that is seen (known to 5 %).
    assert np.sqrt((errors**2).mean()) == pytest.approx(misses.std(), rel=0.25)


def test_more_draws_make_the_error_smaller(smoking, ask):
    random = np.random.default_rng(0)
    few, many = (
        ask(estimated(smoking, draws, random), "P(Cancer=1)").std_error for draws in (100, 10_000)
    )
    assert few / many == pytest.approx(10, rel=0.3)


def test_a_proportion_of_zero_has_an_error(binary, ask):
    graph = binary("A B", "A->B")
    never = np.array([[1.0, 0.0], [0.5, 0.5]])
    draws = {"A": 100, "B": 100}
    model = Tables(graph, {"A": np.array([1.0, 0.0]), "B": never}, Estimated(draws))
    for text in ("P(A=1)", "P(B=1)", "P(A=1, B=1)", "P(B=1 | do(A=0))"):
        found = ask(model, text)
        assert found.probability == 0
        assert 0.0005 < found.std_error < 0.02, text
        assert "= 0.0000, 95 % [0.0000, 0.0" in str(found)
        assert found.method == "estimated"
        assert found.samples == 100


def test_only_the_tables_that_are_used_matter(smoking, ask):
    model = Tables(smoking.graph, smoking.probabilities, Estimated({"Cough": 50}))
    exact = ask(model, "P(Cancer=1 | do(Smoke=1))")
    assert (exact.method, exact.std_error) == ("exact", None)
    assert ask(model, "P(Cough=1 | do(Smoke=1))").method == "estimated"
    assert ask(model, "P(Cough=1 | do(Cough=1))").std_error is None


def test_tables_and_regimes_have_errors(smoking, ask):
    model = estimated(smoking, 1000, np.random.default_rng(3))
    table = ask(model, "P(Cancer, Gene | do(Smoke=1))").value
    assert all(row.probability.std_error > 0 for row in table.rows)
    regime = ask(model, "do(Smoke=1), given(Cough=1)").value
    alone = ask(model, "P(Gene=1 | do(Smoke=1), Cough=1)")
    assert regime["Gene"]["1"].std_error == pytest.approx(alone.std_error, rel=1e-9)
    assert regime["Smoke"]["1"].error == regime["Cough"]["1"].error == 0
    assert regime["Cancer"]["1"].std_error > 0


def test_the_same_seed_gives_the_same_error(smoking, ask):
    model = estimated(smoking, 100, np.random.default_rng(4))
    first, again, other = (
        ask(model, "P(Gene=1 | Cough=1)", seed=seed).std_error for seed in (1, 1, 2)
    )
    assert first == again != other


def test_replicates_are_drawn_from_the_posterior(smoking):
    """Beta(k + 1/2, n - k + 1/2), its mean and variance; false alarms below 1e-5."""
    table = smoking.probabilities["Smoke"]
    model = Tables(smoking.graph, smoking.probabilities, Estimated({"Smoke": 40}))
    drawn = from_draws(model, 20_000, seed=0)["Smoke"]
    a, b = 40 * table + 0.5, 40 * (1 - table) + 0.5
    mean, variance = a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))
    assert np.abs((drawn.mean(0) - mean) / np.sqrt(variance / 20_000)).max() < 5
    assert np.allclose(drawn.var(0), variance, rtol=0.06)
    assert from_draws(model, 5, seed=0)["Gene"] is smoking.probabilities["Gene"]
