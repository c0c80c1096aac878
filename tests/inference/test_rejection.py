"""Rejection sampling agrees with the exact engine, and never gives less than was asked."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.model.tables import Estimated, Tables


@pytest.mark.statistics
@pytest.mark.parametrize(
    "text",
    [
        "P(Cancer=1 | do(Smoke=1))",
        "P(Gene=1 | Cancer=1)",
        "P(Gene=1, Cough=0 | do(Smoke=1), Cancer=1)",
        "ATE(Smoke -> Cancer)",
        "E(Cough | Smoke=1)",
        "P(Cancer=1 | Smoke=1) - P(Cancer=1 | do(Smoke=1))",
    ],
)
def test_sampling_is_near_the_exact_answer(smoking, ask, text):
    """Five standard errors: false alarms below 1e-6."""
    exact = ask(smoking, text).probability
    found = ask(smoking, text, method="sample", seed=3)
    assert found.method == "sample"
    assert found.samples >= 10_000
    assert 0 < found.std_error < 0.02
    assert abs(found.probability - exact) < 5 * found.std_error


@pytest.mark.statistics
def test_tables_and_regimes_are_near_too(smoking, ask):
    exact = ask(smoking, "P(Cough, Gene | do(Smoke=1))").value
    found = ask(smoking, "P(Cough, Gene | do(Smoke=1))", method="sample").value
    for left, right in zip(exact.rows, found.rows, strict=True):
        miss = abs(left.probability.value - right.probability.value)
        assert miss < 5 * right.probability.std_error
    regime = ask(smoking, "do(Smoke=1), given(Cancer=1)", method="sample").value
    whole = ask(smoking, "do(Smoke=1), given(Cancer=1)").value
    assert regime["Smoke"]["1"].value == regime["Cancer"]["1"].value == 1
    assert regime["Smoke"]["1"].std_error is None
    for name in ("Gene", "Cough"):
        miss = abs(regime[name]["1"].value - whole[name]["1"].value)
        assert miss < 5 * regime[name]["1"].std_error


def test_a_seed_gives_its_answer_again(smoking, ask):
    first, again, other = (
        ask(smoking, "P(Cancer=1)", method="sample", seed=seed).probability for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_count_of_zero_has_an_error(binary, ask):
    graph = binary("A", "")
    model = Tables(graph, {"A": np.array([1.0, 0.0])})
    found = ask(model, "P(A=1)", method="sample")
    assert found.probability == 0
    assert found.std_error > 0


def test_too_few_accepted_is_refused_with_the_counts(binary, ask):
    graph = binary("A B", "A->B")
    rare = np.array([[1 - 1e-6, 1e-6], [1 - 2e-6, 2e-6]])
    model = Tables(graph, {"A": np.array([0.5, 0.5]), "B": rare})
    with pytest.raises(ScmError) as refusal:
        ask(model, "P(A=1 | B=1)", method="sample", samples=1000)
    (diagnostic,) = refusal.value.diagnostics
    assert diagnostic.code == "E434"
    assert diagnostic.draws == 10_000_000
    assert diagnostic.accepted < 1000
    assert diagnostic.probability == pytest.approx(1.5e-6)
    assert "1.5e-06" in str(refusal.value)
    assert ask(model, "P(A=1 | B=1)").probability == pytest.approx(2 / 3)


def test_estimated_tables_add_their_own_error(smoking, ask):
    model = Tables(smoking.graph, smoking.probabilities, Estimated(dict.fromkeys(["Smoke"], 20)))
    sampled = ask(model, "P(Smoke=1)", method="sample")
    assert sampled.std_error > ask(model, "P(Smoke=1)").std_error > 0.04
