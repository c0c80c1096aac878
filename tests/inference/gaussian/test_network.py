"""Which of what is held reaches a node."""

from dataclasses import replace

import pytest

from scm_compiler.inference.gaussian import Instance, prepare
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


def test_what_is_neither_a_table_nor_linear_is_named():
    net = chain(4)
    others = {name: own for name, own in net.mechanisms.items() if name != "X1"}
    tables = {name: own for name, own in net.tables.items() if name != "D3"}
    part = replace(net, tables=tables, mechanisms=others)
    assert net.lacks([Instance.of("X3")]) == ()
    assert part.lacks([Instance.of("X0"), Instance.of("D2")]) == ()
    assert set(part.lacks([Instance.of("X3")])) == {"D3", "X1"}
    assert part.lacks([Instance.of("X3", {"X1": 0.0, "D3": 1})]) == ()
    assert part.lacks([Instance.of("X1", {"X1": 0.0})]) == ()
    apart = Instance.of("X3", {"X1": 0.5, "D3": 1})
    means = [prepare(each, [apart]).mixture().mean().tolist() for each in (net, part)]
    assert means[0] == means[1] == [2.0]
