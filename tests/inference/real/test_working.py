"""What drawing leaves open of numbers, and of what is made of several."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.inference.real.planning import plan_real
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.linear import Linear

GRAPH = parse_text("X, Y : real\nL : binary\nX -> Y, L")


@pytest.fixture(scope="module")
def mechanisms():
    """Y = 2 X + noise, and L is likelier where X is high."""
    features = Features({"X": Real()}, np.zeros(1), np.ones(1))
    network = Perceptron((np.array([[0.0, 1.0]]),), (np.zeros(2),))
    return {
        "X": Linear(Real(), {}, np.array([[0.0]]), np.array([1.0])),
        "Y": Linear(Real(), {"X": Real()}, np.array([[0.0, 2.0]]), np.array([3.0])),
        "L": Classes(BINARY, ("X",), features=features, network=network),
    }


def ask(text, mechanisms):
    return plan_real(text, GRAPH, mechanisms, method="weighted").run(seed=1).value


@pytest.mark.parametrize(("text", "value"), [("P(X > 50)", 0.0), ("P(X < 50)", 1.0)])
def test_a_chance_that_no_unit_or_all_of_them_met_has_an_error(mechanisms, text, value):
    found = ask(text, mechanisms)
    assert found.value == value
    assert 0 < found.std_error < 1e-3
    interval = found.drawing_interval
    assert interval.low == max(0.0, value - 1.96 * found.std_error) or interval.high == 1.0
    assert 0 <= interval.low < interval.high <= 1


def test_its_error_is_that_of_one_hit_more(mechanisms):
    n = 4 * 2**13
    left = 1 / (n + 2)
    assert ask("P(X > 50)", mechanisms).std_error == pytest.approx((left * (1 - left) / n) ** 0.5)


def test_what_is_held_or_seen_is_certain(mechanisms):
    table = ask("do(L=1)", mechanisms)
    found = {row.values: row.probability for row in table.rows}
    assert found["L", "1"].std_error in (0.0, None)
    assert found["L", "1"].value == 1.0


def test_a_difference_of_the_same_draws_has_the_error_of_the_differences(mechanisms):
    one, zero = (ask(f"E(Y | do(X={x}))", mechanisms) for x in (1, 0))
    both = ask("E(Y | do(X=1)) - E(Y | do(X=0))", mechanisms)
    assert both.value == pytest.approx(2.0)
    assert not both.std_error  # the noise is the same, and cancels
    assert min(one.std_error, zero.std_error) > 0.01


def test_a_difference_of_other_draws_has_the_error_of_both(mechanisms):
    far, near = ask("E(Y | X=1)", mechanisms), ask("Q(Y, 0.5 | do(X=0))", mechanisms)
    both = ask("E(Y | X=1) - Q(Y, 0.5 | do(X=0))", mechanisms)
    assert both.std_error == pytest.approx(np.hypot(far.std_error, near.std_error))


def test_a_number_beyond_what_can_be_squared_is_told(mechanisms):
    steep = Linear(Real(), {"X": Real()}, np.array([[0.0, 1e200]]), np.array([1.0]))
    found = plan_real("E(Y)", GRAPH, {**mechanisms, "Y": steep}, method="weighted").run()
    assert 0 < found.value.std_error < 1e199
    assert str(found.value).count("e+") == 2
