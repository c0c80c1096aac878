"""The effect matrix and the arrows, from readings made by hand."""

import numpy as np
import pytest
import torch

from scm_compiler.runtime.evaluation.classifier import Reading
from scm_compiler.runtime.evaluation.effects import arrows, effects
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.regimes import Seen, settings, written


def seen(male, mustache, exact):
    """What a judge read: how many of ten look so, by each row."""
    chances = tuple(np.stack([1 - np.array(c), np.array(c)], axis=1) for c in (male, mustache))
    asked = torch.zeros(len(male), 2, dtype=torch.int64)
    tables = {
        name: (Estimate(1 - p), Estimate(p)) for name, p in zip(("M", "B"), exact, strict=True)
    }
    return Seen(asked, Reading(("M", "B"), chances), None, tables)


@pytest.fixture
def graph(make_graph):
    return make_graph("M B", "M>B")


@pytest.fixture
def found():
    """Under do(B=1) one of four looks M, though P(M) = 0.5; of the others two of three show B."""
    done = seen([0.9, 0.2, 0.1, 0.3], [0.8, 0.7, 0.6, 0.1], (0.5, 1.0))
    given = seen([0.9, 0.8, 0.7, 0.1], [0.9, 0.9, 0.9, 0.9], (0.9, 1.0))
    return {("do", "B", 1): done, ("given", "B", 1): given}


def test_an_effect_is_the_share_that_looks_so_less_the_models(graph, found):
    cells = effects({("do", "B", 1): found["do", "B", 1]}, graph)
    assert [(c.regime, c.label, c.value) for c in cells] == [
        ("do(B=1)", "M", "1"),
        ("do(B=1)", "B", "1"),
    ]
    assert cells[0].looks.value == 0.25
    assert cells[0].difference.value == -0.25
    assert cells[0].difference.error == cells[0].looks.error > 0
    assert cells[0].true_looks is None


def test_an_arrow(graph, found):
    observed = seen([0.9, 0.1], [0.1, 0.1], (0.5, 0.2))
    (arrow,) = arrows(found, observed, graph)
    assert (arrow.cause, arrow.effect) == ("M", "B")
    assert arrow.generated.under_do.value == 0.25
    assert arrow.unmoved.value == 0.5
    assert arrow.generated.shown.value == pytest.approx(2 / 3)
    assert arrow.generated.under_given.value == 0.75
    assert arrow.true is None
    assert arrow.expected.value == 0.9


def test_an_arrow_whose_effect_cannot_be_given_is_left_out(graph, found):
    only = {("do", "B", 1): found["do", "B", 1]}
    assert arrows(only, found["do", "B", 1], graph) == ()


def test_regimes_are_written_as_in_a_query(graph):
    keys = settings(graph, "given")
    assert [written(key, graph) for key in keys] == [
        "given(M=0)",
        "given(M=1)",
        "given(B=0)",
        "given(B=1)",
    ]
