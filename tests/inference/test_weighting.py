"""Weighted draws, against exact answers.

An estimate is further than five standard errors from the truth with probability 6e-7; fewer than
200 are looked at, at fixed seeds, so that a right program fails with probability below 1e-4.
"""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer
from scm_compiler.inference.sampler import Sampler
from scm_compiler.ir import Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Fitted, Tables

SIGMAS = 5.0

QUERIES = [
    "P(Cancer=1)",
    "P(Gene=1 | Cough=1)",
    "P(Gene, Cough | Cancer=1)",
    "P(Cough=1, Gene=0 | do(Smoke=1))",
    "P(Gene=1 | do(Smoke=1), Cough=1)",
    "E(Cough | Smoke=1) - E(Cough | do(Smoke=1))",
    "ATE(Smoke -> Cough)",
    "P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)",
    "P(Cough[Smoke=0]=0 | Smoke=1, Cough=1, Gene=1)",
    "P(Cancer[Smoke=1]=1, Cancer[Smoke=0]=0)",
    "P(Cough[Smoke=1, Cancer=Cancer[Smoke=0]]=1 | Gene=0)",
    "P(Cough[Cancer=0] | Cough=1)",
]


@pytest.mark.statistics
@pytest.mark.parametrize("text", QUERIES)
def test_estimates_are_within_their_errors(smoking, ask, text):
    exact, found = ask(smoking, text), ask(smoking, text, method="weighted", seed=3)
    assert (found.method, found.rung) == ("weighted", exact.rung)
    assert found.effective >= 10_000
    for mine, true in zip(_numbers(found.value), _numbers(exact.value), strict=True):
        assert 0 < mine.std_error < 0.02
        assert mine.value == pytest.approx(true.value, abs=SIGMAS * mine.std_error)
        if found.noise_model:
            assert mine.bounds.low <= true.bounds.low
            assert mine.bounds.high >= true.bounds.high


def _numbers(value):
    return [row.probability for row in value.rows] if hasattr(value, "rows") else [value]


@pytest.mark.statistics
def test_a_regime_is_drawn_once_for_all_labels(smoking, ask):
    text = "do(Smoke=1), given(Cough=1)"
    exact, found = ask(smoking, text), ask(smoking, text, method="weighted")
    for name, table in exact.value.items():
        for value, number in table.items():
            estimate = found.value[name][value]
            assert abs(estimate.value - number.value) <= SIGMAS * estimate.error
            assert (estimate.error == 0) == (name in ("Smoke", "Cough"))


@pytest.mark.statistics
def test_the_stated_error_is_that_of_repetition(smoking, ask):
    for text in ("P(Gene=1 | Cough=1)", "ATE(Smoke -> Cough)"):
        found = [ask(smoking, text, method="weighted", seed=s, samples=400) for s in range(60)]
        spread = np.std([answer.probability for answer in found])
        stated = np.sqrt(np.mean([answer.std_error**2 for answer in found]))
        # A standard deviation of 60 normal numbers errs by a third with probability 4e-4.
        assert 2 / 3 < spread / stated < 3 / 2


def test_paired_draws_make_a_difference_firm(smoking, ask):
    text = "P(Cough=1 | do(Smoke=1)) - P(Cough=1 | do(Smoke=0))"
    both = ask(smoking, text, method="weighted")
    one = ask(smoking, "P(Cough=1, Cancer=1 | do(Smoke=1))", method="weighted")
    assert both.std_error < one.std_error * np.sqrt(2)


def test_what_is_held_is_certain(smoking, ask):
    found = ask(smoking, "P(Smoke=1 | do(Smoke=1))", method="weighted")
    assert (found.probability, found.std_error) == (1.0, None)


def test_a_proportion_of_none_has_an_error(smoking, ask):
    rare = Tables(smoking.graph, {**smoking.probabilities, "Gene": np.array([1 - 1e-9, 1e-9])})
    found = ask(rare, "P(Gene=1, Smoke=1)", method="weighted")
    assert found.probability == 0.0
    assert found.std_error > 1e-6


def test_the_same_seed_gives_the_same_estimate(smoking, ask):
    first, again, other = (
        ask(smoking, "P(Gene=1 | Cough=1)", method="weighted", seed=s).probability
        for s in (1, 1, 2)
    )
    assert first == again != other


def test_draws_that_are_worth_too_little_are_refused(binary, ask):
    names = [f"X{i}" for i in range(12)]
    graph = binary(" ".join([*names, "Y"]), " ".join(f"{name}->Y" for name in names))
    tables = {name: np.array([0.9, 0.1]) for name in names}
    table = np.zeros([2] * 13)
    table[..., 0] = 1.0
    table[(1,) * 12] = [0.0, 1.0]
    model = Tables(graph, {**tables, "Y": table})
    with pytest.raises(ScmError) as refused:
        ask(model, "P(X0=1 | Y=1)", method="weighted")
    assert refused.value.diagnostics[0].code == "E436"
    assert ask(model, "P(X0=1 | Y=1)").probability == pytest.approx(1)


def test_few_wanted_draws_of_rare_evidence_are_no_million_rounds(smoking, ask, monkeypatch):
    rounds, draw = [], Sampler.draw
    monkeypatch.setattr(Sampler, "effective", 0.0)
    monkeypatch.setattr(Sampler, "draw", lambda *given: rounds.append(given[1]) or draw(*given))
    with pytest.raises(ScmError, match="1,000,000 weighted draws"):
        ask(smoking, "P(Gene=1 | Cough=1)", method="weighted", samples=1)
    assert rounds[:4] == [1, 1, 2, 4]
    assert len(rounds) < 250


def test_another_noise_model_is_refused(smoking, ask):
    with pytest.raises(ScmError) as refused:
        ask(smoking, QUERIES[7], method="weighted", noise_model="gumbel-max")
    assert refused.value.diagnostics[0].code == "E439"


class _Majority:
    """A mechanism without a table: one if most parents are, by some margin of chance."""

    def at(self, parents):
        ones = 0.1 + 0.8 * (2 * parents.sum(1) > parents.shape[1])
        return np.stack([1 - ones, ones], 1)


@pytest.fixture
def voters(binary) -> Tables:
    """Thirty causes of one effect, of which a table would have 2^31 numbers."""
    names = [f"X{i:02}" for i in range(30)]
    graph = binary(" ".join([*names, "Y", "Z"]), " ".join([*(f"{n}->Y" for n in names), "Y->Z"]))
    tables = {name: np.array([0.5, 0.5]) for name in names}
    tables["Z"] = np.array([[0.8, 0.2], [0.3, 0.7]])
    return Tables(graph, tables, networks={"Y": _Majority()})


@pytest.mark.statistics
def test_a_mechanism_without_a_table_is_drawn_from(voters, ask):
    found = ask(voters, "P(Y=1 | do(X00=1))")
    assert found.method == "weighted"
    assert [warning.code for warning in found.warnings] == ["W441"]
    # Of 29 fair coins at least 15 are heads, which with the held one are more than half of 30.
    assert found.probability == pytest.approx(0.1 + 0.8 * 0.5, abs=SIGMAS * found.std_error)
    seen = ask(voters, "P(X00=1 | Z=1)")
    ahead = 0.2 + 0.5 * found.probability
    assert seen.probability > 0.5
    assert seen.probability == pytest.approx(ahead / 2 / (0.2 + 0.5 * 0.442), abs=0.05)


def test_it_is_run_exactly_where_enough_is_known(voters, ask):
    known = ", ".join(f"X{i:02}=1" for i in range(20))
    found = ask(voters, f"P(Z=1 | do({known}))")
    assert found.method == "exact"
    assert found.probability == pytest.approx(0.9 * 0.7 + 0.1 * 0.2)
    other = ask(voters, "P(Z=1 | Y=1)")
    assert (other.method, other.probability) == ("exact", pytest.approx(0.7))
    with pytest.raises(ScmError) as refused:
        ask(voters, "P(Y=1)", method="exact")
    assert refused.value.diagnostics[0].code == "E433"


@pytest.mark.statistics
def test_rejection_runs_it_too(voters, ask):
    found = ask(voters, "P(Z=1 | X00=1, X01=1)", method="sample")
    other = ask(voters, "P(Z=1 | X00=1, X01=1)", method="weighted")
    error = np.hypot(found.std_error, other.std_error)
    assert found.probability == pytest.approx(other.probability, abs=SIGMAS * error)


@pytest.mark.statistics
def test_its_counterfactuals_are_drawn(voters, ask):
    found = ask(voters, "P(Y[X00=0]=1 | X00=1, Y=1)")
    assert (found.method, found.noise_model) == ("weighted", "threshold")
    # It changes only where X00 decides, of which the chance given the evidence is known.
    pivotal = _binomial(29, 15) * 0.9 / (0.1 + 0.8 * _above(29, 15))
    lost = pivotal * (0.9 - 0.1) / 0.9
    assert found.probability == pytest.approx(1 - lost, abs=SIGMAS * found.std_error)
    # Of each unit the bounds of Fréchet: both worlds have 0.9, or 0.1, or X00 decides.
    seen = 0.1 + 0.8 * _above(29, 15)
    low = 0.8 * _above(29, 16) / seen
    high = (0.1 + 0.8 * _above(29, 16)) / seen
    assert low - 0.03 < found.bounds.low < low
    assert high < found.bounds.high < high + 0.03


def _binomial(n: int, k: int) -> float:
    from math import comb  # noqa: PLC0415

    return comb(n, k) / 2**n


def _above(n: int, k: int) -> float:
    return sum(_binomial(n, j) for j in range(k, n + 1))


def test_a_table_of_too_many_rows_is_refused():
    nodes = tuple(Node(f"X{i}", "binary", BINARY) for i in range(19))
    model = Tables(Graph("g", nodes, ()), {n.name: np.array([0.5, 0.5]) for n in nodes})
    from scm_compiler.ir import query as ir  # noqa: PLC0415

    query = ir.Probability(tuple(ir.Event(ir.Variable(node.name)) for node in nodes))
    with pytest.raises(ScmError) as refused:
        answer(query, model)
    assert refused.value.diagnostics[0].code == "E438"


def test_an_order_that_would_take_too_long_is_not_run(smoking, ask, monkeypatch):
    monkeypatch.setattr("scm_compiler.inference.shape.MOST_COST", 1.0)
    fresh = Tables(smoking.graph, smoking.probabilities)
    with pytest.raises(ScmError) as refused:
        ask(fresh, "P(Cough=1)", method="exact")
    assert refused.value.diagnostics[0].code == "E437"
    again = Tables(smoking.graph, smoking.probabilities)
    assert ask(again, "P(Cough=1)").method == "weighted"


def test_guesses_are_told_where_their_share_is_not_known(smoking, ask):
    unseen = {"Cancer": np.array([[False, True], [False, False]])}
    model = Tables(smoking.graph, smoking.probabilities, Fitted(unseen))
    found = ask(model, "P(Cough=1 | do(Smoke=1))", method="weighted")
    assert [warning.code for warning in found.warnings] == ["W442"]
    assert not ask(model, "P(Smoke=1)", method="weighted").warnings


def test_guesses_beside_a_mechanism_without_a_table(voters, ask):
    unseen = {"Z": np.array([True, False])}
    model = Tables(voters.graph, voters.probabilities, Fitted(unseen), voters.networks)
    known = ", ".join(f"X{i:02}=1" for i in range(20))
    found = ask(model, f"P(Z=1 | do({known}))")
    assert found.method == "exact"
    assert [warning.code for warning in found.warnings] == ["W440", "W441"]
    assert found.warnings[0].low <= found.probability <= found.warnings[0].high
