"""Intervals of drawing: closed forms, coverage by adding up binomial probabilities, and answers.

Only the last tests draw, at fixed seeds; how often a right program would fail there is said.
"""

import json
from math import lgamma, log, sqrt

import numpy as np
import pytest

from scm_compiler.inference.drawing import UNIT, Ends, Side, around, from_errors, signed_sum
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Estimated, Tables

Z = 1.959963984540054
GRID = [(p, n) for n in (100, 400, 1000, 10_000) for p in (0.001, 0.003, 0.006, 0.01, 0.1, 0.5)]


def of_hits(hits, draws):
    """The interval of a proportion."""
    share = np.asarray(hits / draws)
    return around(share, share * (1 - share) / draws, np.asarray(draws), UNIT, None)


def binomial(draws, p):
    """P(so many hits), for 0, 1, …"""
    ways = [lgamma(draws + 1) - lgamma(k + 1) - lgamma(draws - k + 1) for k in range(draws + 1)]
    hits = np.arange(draws + 1)
    return np.exp(ways + hits * log(p) + (draws - hits) * log(1 - p))


def test_a_proportion_has_the_interval_of_agresti_and_coull():
    for hits, draws in ((0, 400), (2, 400), (400, 400), (37, 100)):
        total = draws + Z**2
        middle = (hits + Z**2 / 2) / total
        arm = Z * sqrt(middle * (1 - middle) / total)
        ends = of_hits(hits, draws)
        assert ends.low == pytest.approx(max(0.0, middle - arm), abs=1e-12)
        assert ends.high == pytest.approx(min(1.0, middle + arm), abs=1e-12)


@pytest.mark.parametrize(("p", "draws"), GRID)
def test_it_holds_the_truth_in_93_to_98_percent(p, draws):
    """Exactly, over all numbers of hits; of fewer than three to expect, one alone is much."""
    chances, ends = binomial(draws, p), of_hits(np.arange(draws + 1), draws)
    covered = chances[(ends.low <= p) & (p <= ends.high)].sum()
    assert covered >= 0.93
    assert covered <= (0.98 if p * draws >= 3 else 0.999)


@pytest.mark.parametrize(("p", "draws"), GRID)
def test_an_error_stands_for_as_many_draws_as_made_it(p, draws):
    """The distance of Jeffreys' posterior from the share, which `precision.py` measures."""
    hits = round(p * draws)
    a, b = hits + 0.5, draws - hits + 0.5
    mean, square = a / (a + b), a * b / (a + b) ** 2 / (a + b + 1)
    error = sqrt(square + (mean - hits / draws) ** 2)
    found, true = (
        from_errors(np.asarray(hits / draws), np.asarray(error), UNIT),
        of_hits(hits, draws),
    )
    width = true.high - true.low
    assert found.low == pytest.approx(true.low, abs=0.05 * width)
    assert found.high == pytest.approx(true.high, abs=0.05 * width)


def test_what_draws_cannot_change_has_no_width():
    same = np.asarray(0.3)
    ends = around(np.asarray(0.3), np.zeros(()), np.asarray(400), (same, same), None)
    assert (ends.low, ends.high) == (0.3, 0.3)
    exact = from_errors(np.asarray(0.3), np.zeros(()), UNIT)
    assert (exact.low, exact.high) == (0.3, 0.3)


def test_independent_sides_add_in_squares():
    one, other = of_hits(3, 400), of_hits(0, 400)
    sides = [
        Side(
            sign,
            np.asarray(hits / 400),
            np.asarray(hits / 400 * (1 - hits / 400) / 400),
            ends,
            0.0,
        )
        for sign, hits, ends in ((1.0, 3, one), (-1.0, 0, other))
    ]
    found = signed_sum(sides, np.asarray(sides[0].variance + sides[1].variance))
    assert 0.0075 - found.low == pytest.approx(np.hypot(0.0075 - one.low, other.high))
    assert found.high - 0.0075 == pytest.approx(np.hypot(one.high - 0.0075, 0.0))


def test_sides_that_agree_in_every_draw_may_still_differ():
    side = Side(1.0, np.asarray(0.5), np.asarray(0.000625), Ends(0.45, 0.55), np.asarray(0.005))
    other = Side(-1.0, side.value, side.variance, side.ends, side.floor)
    found = signed_sum([side, other], np.zeros(()))
    assert found.low < 0 < found.high


@pytest.fixture(scope="module")
def coins():
    """A copies B, which has the probability given; C is likelier the more so where A is 1."""

    def build(p, draws=None):
        nodes = tuple(Node(name, "binary", BINARY) for name in "BAC")
        graph = Graph("coins", nodes, (Edge("B", "A"), Edge("A", "C")))
        tables = {"B": [1 - p, p], "A": np.eye(2), "C": [[0.7, 0.3], [0.1, 0.9]]}
        rows = {name: np.array(table) for name, table in tables.items()}
        return Tables(graph, rows, Estimated({} if draws is None else {"B": draws}))

    return build


OPTIONS = {
    "weighted": {"method": "weighted", "samples": 400},
    "sample": {"method": "sample", "samples": 400},
    "tables": {},
}


@pytest.mark.parametrize("way", OPTIONS)
@pytest.mark.parametrize("text", ["P(A=1)", "P(A=0)", "P(A)", "E(A)", "P(A, C)"])
def test_no_hits_are_not_certainty(coins, ask, way, text):
    """Of an event that is not drawn and of one that always is: no `± 0`, and no end beyond."""
    p = 0.0 if way == "tables" else 1e-9
    found = ask(coins(p, 400 if way == "tables" else None), text, **OPTIONS[way])
    numbers = (
        [row.probability for row in found.value.rows]
        if text in ("P(A)", "P(A, C)")
        else [found.value]
    )
    for number in numbers:
        drawn = number.drawing_interval
        assert 0.0 <= drawn.low <= number.value <= drawn.high <= 1.0
        assert drawn.high - drawn.low > 3e-6  # rejection draws 131,072 at least
        assert number.to_dict()["drawing_interval"] == {
            "low": drawn.low,
            "high": drawn.high,
            "level": 0.95,
        }
        assert "± 0.0000 " not in f"{number} "


def test_text_json_and_python_say_the_same(coins, ask):
    found = ask(coins(0.006), "P(A=1)", method="weighted", samples=400)
    told = json.loads(json.dumps(found.to_dict()))["answer"]["drawing_interval"]
    drawn = found.drawing_interval
    assert (told["low"], told["high"], told["level"]) == (drawn.low, drawn.high, 0.95)
    hits = round(found.probability * 400)
    assert (drawn.low, drawn.high) == pytest.approx(
        (float(of_hits(hits, 400).low), float(of_hits(hits, 400).high))
    )
    shown = f"{found.probability:.4f}, 95 % [{drawn.low:.4f}, {drawn.high:.4f}] by drawing"
    assert found.text.splitlines()[0] == f"P(A=1) = {shown}"


def test_many_hits_keep_their_standard_error(coins, ask):
    found = ask(coins(0.3), "P(A=1)", method="weighted")
    assert "±" in found.text
    low, high = found.drawing_interval.low, found.drawing_interval.high
    assert (high - low) / 2 == pytest.approx(Z * found.std_error, rel=0.01)
    assert "drawing_interval" not in ask(coins(0.3), "P(A=1)").to_dict()["answer"]


def test_what_all_draws_say_is_not_certain_if_one_could_say_otherwise(coins, ask):
    """C says 0.3 wherever A is 0, as it is in all draws; nothing of that is seen of A=1."""
    found = ask(coins(1e-9), "P(C=1)", method="weighted", samples=400)
    assert found.probability == 0.3
    assert found.std_error > 0
    assert found.drawing_interval.low == pytest.approx(0.3)
    assert found.drawing_interval.high == pytest.approx(0.3 + 0.6 * of_hits(0, 400).high)
    held = ask(coins(1e-9), "P(C=1 | do(A=0))", method="weighted", samples=400)
    assert (held.probability, held.std_error, held.drawing_interval) == (0.3, None, None)


def test_no_hits_may_be_heavy_ones(coins, ask):
    """Each draw with A=1 would have three times the weight, in the answer as in the interval."""
    found = ask(coins(1e-9), "P(A=1 | C=1)", method="weighted", samples=400)
    plain = ask(coins(1e-9), "P(A=1)", method="weighted", samples=400)
    assert found.probability == 0.0
    assert found.drawing_interval.high == pytest.approx(3 * plain.drawing_interval.high, rel=0.02)


@pytest.mark.statistics
@pytest.mark.parametrize("text", ["P(A=1)", "P(A=1 | C=1)", "P(C=1 | do(A=1)) - P(A=1)"])
def test_repeated_answers_hold_the_exact_one(coins, ask, text):
    """At 95 %, fewer than 181 of 200 hold it with probability 0.3 %; each is at fixed seeds."""
    model = coins(0.006)
    truth = ask(model, text).probability
    held = 0
    for seed in range(200):
        found = ask(model, text, method="weighted", samples=400, seed=seed).drawing_interval
        held += found.low <= truth <= found.high
    assert held >= 181
