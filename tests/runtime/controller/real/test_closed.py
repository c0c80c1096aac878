"""Tables of quantiles and linear mechanisms against closed forms."""

from statistics import NormalDist

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.runtime.controller.real.closed import fit_linear, fit_quantiles
from scm_compiler.runtime.controller.real.target import Target, rows_of

ROWS = 20_000
NORMAL = NormalDist()


def drawn(seed=0, rows=ROWS):
    random = np.random.default_rng(seed)
    a = random.integers(0, 2, rows)
    r = random.normal(size=rows)
    y = (
        1
        + 2 * a
        + np.where(a == 1, 0.5, -1.5) * r
        + np.where(a == 1, 1.0, 0.2) * random.normal(size=rows)
    )
    return {"A": a, "R": r, "Y": y}


def rows(target, columns, weights=None):
    count = len(columns[target.name])
    return rows_of([target], columns, np.ones(count) if weights is None else weights)


@pytest.mark.statistics
def test_quantiles_are_those_of_the_distribution():
    """Within 5 standard errors of a quantile each, at 22 levels."""
    random = np.random.default_rng(1)
    a = random.integers(0, 2, ROWS)
    columns = {"A": a, "Y": np.where(a == 1, 3.0, 0.0) + (1 + a) * random.normal(size=ROWS)}
    target = Target("Y", Real(), {"A": BINARY})
    mechanism = fit_quantiles(target, rows(target, columns))
    levels = np.linspace(0.01, 0.99, 11)
    for value in (0, 1):
        world = {"A": np.full(11, value)}
        found = mechanism.sample(world, mechanism.noise_of(levels[:, None]))
        true = np.array([3 * value + (1 + value) * NORMAL.inv_cdf(level) for level in levels])
        density = np.array([NORMAL.pdf(NORMAL.inv_cdf(level)) / (1 + value) for level in levels])
        error = np.sqrt(levels * (1 - levels) / (ROWS / 2)) / density
        assert (np.abs(found - true) < 5 * error + 0.01).all()


@pytest.mark.statistics
def test_the_tails_go_on_like_those_of_the_distribution():
    values = np.random.default_rng(2).exponential(size=ROWS)
    target = Target("Y", Real(0.0), {})
    mechanism = fit_quantiles(target, rows(target, {"Y": values}))
    found = mechanism.sample({}, mechanism.noise_of(np.array([[1 - 1e-5], [1 - 1e-6]])))
    assert np.allclose(found, [11.5, 13.8], rtol=0.25)


def test_a_weight_of_two_is_a_row_that_stands_twice():
    columns = drawn(3, 400)
    weights = np.random.default_rng(3).integers(0, 4, 400)
    twice = {name: np.repeat(column, weights) for name, column in columns.items()}
    for fit, inputs in ((fit_quantiles, {"A": BINARY}), (fit_linear, {"A": BINARY, "R": Real()})):
        target = Target("Y", Real(), inputs)
        first = fit(target, rows(target, columns, weights.astype(float)))
        second = fit(target, rows(target, twice))
        values, world = columns["Y"], columns
        assert np.allclose(first.log_prob(values, world), second.log_prob(values, world))


@pytest.mark.statistics
def test_linear_coefficients_are_within_their_standard_errors():
    """Six numbers within 5 standard errors."""
    target = Target("Y", Real(), {"A": BINARY, "R": Real()})
    found = fit_linear(target, rows(target, drawn(4)))
    true = np.array([[1.0, -1.5], [3.0, 0.5]])
    deviations = np.array([0.2, 1.0])
    error = deviations / np.sqrt(ROWS / 2)
    assert (np.abs(found.coefficients - true) < 5 * error[:, None]).all()
    assert (np.abs(found.deviations - deviations) < 5 * error).all()


def test_linear_squares_are_those_of_numpy():
    columns = drawn(5, 300)
    target = Target("Y", Real(), {"R": Real()})
    weights = np.random.default_rng(5).uniform(0.1, 3, 300)
    found = fit_linear(target, rows(target, columns, weights))
    slope, constant = np.polyfit(columns["R"], columns["Y"], 1, w=np.sqrt(weights))
    assert np.allclose(found.coefficients, [[constant, slope]])


def test_a_configuration_without_rows_has_what_all_rows_say():
    columns = drawn(6, 300) | {"A": np.zeros(300, int)}
    for fit, inputs in ((fit_quantiles, {"A": BINARY}), (fit_linear, {"A": BINARY, "R": Real()})):
        target = Target("Y", Real(), inputs)
        found = fit(target, rows(target, columns))
        other = columns | {"A": np.ones(300, int)}
        assert np.allclose(
            found.log_prob(columns["Y"], other), found.log_prob(columns["Y"], columns)
        )


def test_a_linear_mechanism_goes_beyond_any_end():
    target = Target("Y", Real(0.0), {})
    with pytest.raises(ScmError) as caught:
        fit_linear(target, rows(target, {"Y": np.array([1.0, 2.0])}))
    assert caught.value.diagnostics[0].code == "E565"


@pytest.mark.parametrize(
    "values",
    [
        [5.0, 5.0],
        [1.0, 2.0],
        [0.0, 0.0, 0.0, 1e99],
        [-1e99, 1e99, 0.0],
        [1e-300, 2e-300, 3e-300],
        [*np.zeros(30), 1.0, 2.0],
    ],
    ids=str,
)
def test_odd_numbers_have_finite_answers(values):
    target, columns = Target("Y", Real(), {}), {"Y": np.array(values)}
    for fit in (fit_quantiles, fit_linear):
        mechanism = fit(target, rows(target, columns))
        noise = mechanism.abduct(columns["Y"], {}, np.full((len(values), 1), 0.5))
        back = mechanism.sample({}, noise)
        assert np.allclose(back, values, rtol=1e-9, atol=1e-12 * np.abs(values).max())
        assert not np.isnan(mechanism.log_prob(columns["Y"], {})).any()
        assert np.isfinite(
            mechanism.sample({}, mechanism.noise_of(np.array([[1e-9], [0.5]])))
        ).all()


def test_one_value_alone_is_that_value():
    target = Target("Y", Real(), {})
    mechanism = fit_quantiles(target, rows(target, {"Y": np.full(50, 3.0)}))
    uniform = np.random.default_rng(0).random((100, 1))
    assert (mechanism.sample({}, mechanism.noise_of(uniform)) == 3.0).all()
    assert mechanism.log_prob(np.array([3.0]), {}).tolist() == [0.0]
