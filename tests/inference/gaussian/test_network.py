"""Which of what is held reaches a node."""

import pytest

from scm_compiler.inference.gaussian import Instance
from tests.inference.gaussian.test_question import TRIAL, chain


@pytest.mark.parametrize(
    ("node", "held", "left"),
    [
        ("X0", {"X3": 1.0}, {}),
        ("X3", {"X1": 1.0, "X0": 2.0, "D0": 1}, {"X1": 1.0}),
        ("X3", {"X3": 1.0, "X0": 2.0}, {"X3": 1.0}),
        ("X3", {"D1": 1, "D0": 0}, {"D0": 0, "D1": 1}),
        ("D2", {"D1": 1}, {}),
    ],
)
def test_only_what_reaches_a_node_is_held(node, held, left):
    assert chain(5).felt(Instance.of(node, held)) == Instance.of(node, left)


def test_it_is_written_as_questions_are():
    assert str(Instance.of("Y", {"X": 0.5, "A": 1})) == "Y[A=1, X=0.5]"
    assert str(Instance.of("Y")) == "Y"
    assert TRIAL.felt(Instance.of("B", {"X": 2.0})) == Instance.of("B")
