"""The rules of the verdicts, on both sides of each."""

import pytest

from benchmarks.paper.verdicts import (
    RULES,
    Verdict,
    captured,
    falls,
    lower_is_better,
    nearer_to_exact,
    ordered,
    read_off,
)
from scm_compiler.runtime.evaluation.estimate import NOTHING, Estimate


@pytest.mark.parametrize(
    ("ours", "word"),
    [
        (Estimate(0.135), "agrees"),
        (Estimate(0.149), "agrees"),
        (Estimate(0.12), "better"),
        (Estimate(0.16), "worse"),
        (Estimate(0.16, 0.01), "agrees"),
        (NOTHING, "cannot be compared"),
    ],
)
def test_distances(ours, word):
    assert lower_is_better(ours, 0.14).word == word


@pytest.mark.parametrize(
    ("ours", "word"),
    [
        (Estimate(0.39), "agrees"),  # 0.01 from the paper's, though nearer to the exact one
        (Estimate(0.41), "better"),
        (Estimate(0.43), "better"),
        (Estimate(0.34), "worse"),
        (Estimate(0.50), "worse"),
        (Estimate(0.50, 0.06), "agrees"),
        (NOTHING, "cannot be compared"),
    ],
)
def test_probabilities(ours, word):
    assert nearer_to_exact(ours, 0.385, 0.417).word == word


@pytest.mark.parametrize(
    ("ours", "judge", "word"),
    [
        (Estimate(0.46), None, "agrees"),
        (Estimate(0.48), None, "disagrees"),
        (Estimate(0.48, 0.02), None, "agrees"),
        (Estimate(0.52), Estimate(0.49), "agrees"),  # as the true images are read
        (Estimate(0.60), Estimate(0.49), "disagrees"),
        (Estimate(0.42), Estimate(0.60), "cannot be compared"),
        (NOTHING, None, "cannot be compared"),
    ],
)
def test_readings(ours, judge, word):
    assert read_off(ours, 0.417, judge).word == word


@pytest.mark.parametrize(
    ("difference", "word"),
    [
        (Estimate(-0.1, 0.04), "agrees"),
        (Estimate(0.1, 0.04), "disagrees"),
        (Estimate(-0.1, 0.06), "cannot be compared"),
        (Estimate(0.0, 0.0), "cannot be compared"),
        (Estimate(-0.1, float("nan")), "cannot be compared"),
    ],
)
def test_claims(difference, word):
    assert ordered(difference).word == word


@pytest.mark.parametrize(
    ("curve", "word"),
    [
        ([9, 8, 7, 6, 5, 4, 3, 2], "agrees"),
        ([9, 8, 6, 7, 5, 4, 2, 3], "agrees"),  # by quarters
        ([9, 8, 7, 6, 5, 4, 6, 5], "disagrees"),
        ([9, 8, 7], "cannot be compared"),
    ],
)
def test_curves(curve, word):
    assert falls(curve).word == word


def test_sweeps():
    assert captured([0.1, 0.3, 0.9], expected=True).word == "agrees"
    assert captured([0.1, 0.3, 0.9], expected=False).word == "better"
    assert captured([0.1, 0.3, 0.4], expected=True).word == "worse"
    assert captured([0.1, 0.3, 0.4], expected=False).word == "agrees"


def test_whatever_is_no_agreement_says_why():
    verdicts = [
        lower_is_better(NOTHING, 0.1),
        read_off(Estimate(0.4), 0.4, Estimate(0.9)),
        ordered(Estimate(1.0, 0.1)),
        falls([1, 2, 3, 4]),
        captured([0, 0], expected=True),
    ]
    assert all(verdict.reason for verdict in verdicts)
    assert str(Verdict("worse", "it is")) == "worse because it is"


def test_the_rules_are_printed_with_their_numbers():
    assert len(RULES) == 6
    assert "0.01" in RULES[0]
    assert "0.05" in RULES[2]
