"""What is told of answers beyond the data, and of single numbers."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.inference.real.codes.cautions import told_once
from scm_compiler.inference.real.planning import plan_real
from scm_compiler.ir import Real
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles
from scm_compiler.model.real.scale import Scale

GRAPH = parse_text(
    "Smokes : binary\nAge, Cost, Pay : real\nSmokes -> Age\nSmokes, Age -> Cost\nSmokes -> Pay"
)
RANGES = {"Age": (6.0, 92.0), "Cost": (-10.0, 500.0), "Pay": (0.0, 900.0)}


def linear(name, coefficients, deviations):
    inputs = {parent: GRAPH.by_name[parent].domain for parent in GRAPH.parents[name]}
    return Linear(GRAPH.by_name[name].domain, inputs, np.array(coefficients), np.array(deviations))


HEAPED = Quantiles(
    Real(),
    {"Smokes": GRAPH.domain("Smokes")},
    Scale(Real()),
    np.array([0.0]),
    scores=np.array([[-1.0, 1.0]] * 2),
    places=np.array([[1.0, 2.0]] * 2),
    slopes=np.ones((2, 2)),
    chances=np.array([[0.4, 0.6], [0.1, 0.9]]),
)
MODEL = {
    "Smokes": Tabular(GRAPH.domain("Smokes"), (), rows=np.array([0.5, 0.5])),
    "Age": linear("Age", [[50.0], [50.0]], [15.0, 15.0]),
    "Cost": linear("Cost", [[10.0, 2.0], [20.0, 3.0]], [30.0, 30.0]),
    "Pay": HEAPED,
}


def plan(text, graph=GRAPH, method="auto"):
    return replace(plan_real(text, graph, MODEL, method), ranges=RANGES)


def told(text, code, **options):
    return [w.message() for w in plan(text, **options).run().warnings if w.code == code]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("E(Cost | do(Age=200))", "held at 200"),
        ("E(Cost | do(Age=5.9)) - E(Cost | do(Age=93))", "held at 5.9 and at 93"),
        ("ATE(Age -> Cost, 100 vs 50)", "held at 100"),
        ("E(Cost[Age=110] | Smokes=1, Age=30, Cost=200)", "held at 110"),
        ("E(Cost | do(Age=0..100 by 20))", "held at 0 and at 100"),
        ("E(Cost | do(Age=0..5 by 9))", "held at 0"),
        ("E(Cost | Age=200)", "seen at 200"),
        ("E(Cost | Age > 92)", "seen above 92"),
        ("E(Cost | Age <= 3)", "seen below 3"),
        ("P(Smokes=1 | 95 < Age <= 99)", "seen above 95"),
        ("do(Age=200)", "held at 200"),
    ],
)
def test_numbers_beyond_the_data_are_told(text, how):
    assert told(text, "W588") == [f"`Age` is {how}; the data have it from 6 to 92"]


@pytest.mark.parametrize(
    "text",
    [
        "E(Cost | do(Age=92))",
        "E(Cost | Age=6)",
        "E(Cost | Age > 91)",
        "E(Cost | 5 < Age <= 99)",
        "P(Cost > 9000)",
        "E(Cost | do(Age=10..90 by 20))",
        "E(Cost | do(Age))",
        "E(Pay | do(Age=200))",  # which Age does not change
        "E(Cost | do(Age = Age + 1))",
        "E(Cost | do(Age ~ uniform(10, 90)))",
    ],
)
def test_what_the_data_hold_is_not(text):
    assert told(text, "W588") == []


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (
            "E(Cost | do(Age = Age + 30))",
            1 - NormalDist(80, 15).cdf(92) + NormalDist(80, 15).cdf(6),
        ),
        ("E(Cost | do(Age ~ uniform(80, 104)))", 0.5),
        ("E(Cost | do(Age = 200 if Smokes=1 else 50))", 0.5),
    ],
)
def test_rules_are_told_by_the_share_of_units(text, share):
    (found,) = told(text, "W588")
    percent = float(found.partition("data in ")[2].partition(" %")[0])
    assert percent == pytest.approx(100 * share, abs=2)


def test_hidden_causes_change_nothing_of_it():
    graph = parse_text(
        "Smokes : binary\nAge, Cost, Pay : real\nSmokes -> Age\nSmokes, Age -> Cost\n"
        "Smokes -> Pay\nAge <-> Pay"
    )
    text = "E(Cost | do(Age=200))"
    assert told(text, "W588", graph=graph) == told(text, "W588") != []


def test_it_is_in_the_json():
    found = plan("E(Cost | do(Age=200))").run().to_dict()
    assert [each["code"] for each in found["diagnostics"]] == ["W588"]


@pytest.mark.parametrize("method", ["auto", "weighted"])
@pytest.mark.parametrize(
    ("text", "density", "near"),
    [
        (
            "P(Cost=300 | Smokes=1)",
            "density(Cost=300 | Smokes=1)",
            "P(299 < Cost <= 301 | Smokes=1)",
        ),
        ("P(Cost=300, Smokes)", "density(Cost=300)", "P(299 < Cost <= 301)"),
        ("P(Pay=1.5)", "density(Pay=1.5)", "P(1.49 < Pay <= 1.51)"),
    ],
)
def test_a_single_number_has_no_probability(text, density, near, method):
    asked = replace(plan(text, method=method), others=(MODEL, MODEL))
    found = asked.run()
    (warning,) = found.warnings
    assert (warning.code, warning.help()) == ("W589", f"ask for `{density}` or `{near}`")
    assert "95 %" not in found.text
    assert "not known" not in found.text
    for each in (density, near):
        assert plan(each).run().probability > 0


@pytest.mark.parametrize(
    "text",
    [
        "P(Pay=0)",  # where a heap is
        "P(Pay=0 | Smokes=1)",
        "P(Cost > 300)",
        "P(Age=30 | do(Age=30))",
        "P(Age=30 | Age=30)",
        "P(Cost=300) + P(Smokes=1)",
    ],
)
def test_what_has_a_probability_stays_as_it_is(text):
    assert told(text, "W589") == []
    assert plan(text).run().probability > 0


def test_several_numbers_are_told_each():
    assert len(told("P(Cost in (1, 2))", "W589")) == 2


def test_many_questions_are_told_of_together():
    ages = [*range(95, 105), 95]
    every = [w for age in ages for w in plan(f"E(Cost | Age={age})").run().warnings]
    (found,) = told_once(every)
    assert found.message() == (
        "`Age` is seen at 95, at 96, at 97 and 7 more; the data have it from 6 to 92"
    )
    (other,) = plan("P(Cost=3)").run().warnings
    assert told_once([other, *every, other]) == (other, found)
