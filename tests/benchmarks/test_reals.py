"""The problems of real nodes: their truth is the truth, and scmc's part gives units back."""

import numpy as np
import pytest

from benchmarks.reals.__main__ import errors, known, measured
from benchmarks.reals.fitted import Fitted, stratified
from benchmarks.reals.problems import PROBLEMS, TRIANGLE, Answers
from scm_compiler.ir.domain import Finite, Real
from scm_compiler.model.real.linear import Linear

every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)


@every_problem
def test_closed_forms_are_those_of_the_equations(problem):
    _, noise = problem.draw(200_000, np.random.default_rng(0))
    for value in problem.values:
        column = problem.run(noise, {problem.cause: value})[problem.target]
        error = column.std() / np.sqrt(len(column))
        assert column.mean() == pytest.approx(problem.means(value), abs=5 * error)


@every_problem
def test_each_real_node_increases_with_its_noise(problem):
    """So that what a unit would have been is a matter of the distribution and the graph."""
    columns, noise = problem.draw(500, np.random.default_rng(1))
    for name, variable in problem.variables.items():
        if not isinstance(variable.domain, Finite):
            more = variable.equation(columns, noise[name] + 0.1)
            assert (more > columns[name]).all()
            assert set(variable.parents) <= columns.keys()


@every_problem
def test_holding_nothing_gives_the_rows_back(problem):
    columns, noise = problem.draw(100, np.random.default_rng(2))
    again = problem.run(noise, {})
    assert all((again[name] == column).all() for name, column in columns.items())


def test_units_are_imagined_by_their_own_noise():
    fitted = Fitted(
        {
            "X": Linear(Real(), {}, np.array([[1.0]]), np.array([2.0])),
            "Y": Linear(Real(), {"X": Real()}, np.array([[0.5, 3.0]]), np.array([0.1])),
        }
    )
    units = fitted.draw(50, {}, seed=0)
    assert np.allclose(fitted.imagine(units, {})["Y"], units["Y"], rtol=0, atol=1e-12)
    then = fitted.imagine(units, {"X": 7.0})
    assert np.allclose(then["Y"], units["Y"] + 3.0 * (7.0 - units["X"]))
    assert fitted.draw(4, {"X": 7.0}, seed=0)["X"].tolist() == [7.0] * 4


def test_each_part_is_drawn_from_once():
    found = stratified(np.random.default_rng(0), (1000, 2))
    assert (np.sort(np.floor(found * 1000), 0) == np.arange(1000)[:, None]).all()
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.1


def test_who_knows_the_equations_is_off_by_the_rows_alone():
    (found,) = measured(TRIANGLE, {"known": known}, 50_000, 0)
    assert (found[:2] < 0.01).all()
    rows, noise = TRIANGLE.draw(100, np.random.default_rng((7, len("triangle"))))
    means = known(TRIANGLE, rows, {}, 7).means
    root, e = rows["Root"].mean(), 0.6 * noise["Leaf"].mean()
    assert np.allclose(means, [root - 0.4 * m**2 + e for m in TRIANGLE.values])


def test_errors_are_in_deviations():
    right = Answers(np.zeros(3), np.zeros((3, 3)), np.zeros(5))
    found = Answers(np.full(3, 2.0), np.full((3, 3), -4.0), np.full(5, 1.0), 1.5)
    assert errors(found, right, 2.0).tolist() == [1.0, 2.0, 0.5, 1.5]
    assert TRIANGLE.labels == ()
