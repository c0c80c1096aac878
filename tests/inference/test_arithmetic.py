"""Numbers made of others: their values, ends and slopes."""

import numpy as np
import pytest

from scm_compiler.inference.arithmetic import slopes, span, value
from scm_compiler.ir import query as ir

A, B, C = (ir.Probability((ir.Event(ir.Variable(name), 1),)) for name in "ABC")
AT = {A: 0.2, B: 0.5, C: 0.4}
QUANTITY = ir.Sum(((2.0, ir.Ratio(A, B)), (-1.0, ir.Product(B, C)), (3.0, C)))


def at(values):
    return lambda part: np.asarray(values[part])


def test_a_value_is_that_of_its_parts():
    assert value(QUANTITY, at(AT)) == pytest.approx(2 * 0.2 / 0.5 - 0.5 * 0.4 + 3 * 0.4)
    assert value(ir.Sum(()), at(AT)) == 0
    assert np.isnan(value(ir.Ratio(A, B), at({A: 0.0, B: 0.0})))


def test_slopes_are_those_of_small_steps():
    found = slopes(QUANTITY, at(AT))
    for part, number in AT.items():
        moved = AT | {part: number + 1e-6}
        step = (value(QUANTITY, at(moved)) - value(QUANTITY, at(AT))) / 1e-6
        assert found[part] == pytest.approx(step, rel=1e-4)


def test_ends_hold_every_value_of_the_parts():
    random = np.random.default_rng(0)
    ends = {A: (0.1, 0.3), B: (0.4, 0.6), C: (0.2, 0.9)}
    low, high = span(QUANTITY, lambda part: tuple(map(np.asarray, ends[part])))
    for _ in range(200):
        drawn = {part: random.uniform(*pair) for part, pair in ends.items()}
        assert low <= value(QUANTITY, at(drawn)) <= high
    least, most = span(ir.Ratio(A, B), lambda part: (np.array(-0.1), np.array(0.1)))
    assert (least, most) == (-np.inf, np.inf)


def test_sums_are_written_out_and_put_together():
    both = ir.total([(1.0, ir.Sum(((1.0, A), (2.0, B)))), (-1.0, A)])
    assert both == ir.Sum(((0.0, A), (2.0, B)))
    assert [*ir.parts(QUANTITY)] == [A, B, B, C, C]
    assert ir.linear(both)
    assert not ir.linear(QUANTITY)
