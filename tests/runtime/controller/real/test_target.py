"""What is fitted: heaps, rounded values, numbers that are of no use."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.domain import BINARY, Image, Real
from scm_compiler.runtime.controller.real.target import Target, heaps_of, resolution, rows_of

RANDOM = np.random.default_rng(0)
NORMAL = RANDOM.normal(size=2000)
X = Target("X", Real(), {"A": BINARY})


@pytest.mark.parametrize(
    ("values", "heaps"),
    [
        (NORMAL, []),
        (np.where(RANDOM.random(2000) < 0.3, 0.0, NORMAL), [0.0]),
        (np.maximum(NORMAL, -1), [-1.0]),
        (RANDOM.integers(0, 3, 2000) * 1.5, [0.0, 1.5, 3.0]),
        (np.full(6, 7.0), [7.0]),
        (np.round(40 + 12 * NORMAL), []),
        (np.array([1.0, 2.0]), []),
    ],
    ids=["continuous", "zeros", "cut off", "three values", "all equal", "rounded", "two rows"],
)
def test_heaps_are_values_that_many_rows_have(values, heaps):
    assert heaps_of(values, np.ones(len(values))).tolist() == heaps


def test_a_heap_is_one_by_weight():
    values = np.append(NORMAL[:500], 3.25)
    weights = np.append(np.ones(500), 100.0)
    assert heaps_of(values, weights).tolist() == [3.25]
    repeated = np.append(NORMAL[:500], np.full(100, 3.25))
    assert heaps_of(repeated, np.ones(600)).tolist() == [3.25]


def test_rounded_values_have_a_resolution():
    assert resolution(np.round(10 * NORMAL) / 2, np.ones(2000)) == 0.5
    assert resolution(NORMAL, np.ones(2000)) == 0
    assert resolution(np.ones(9), np.ones(9)) == 0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, -2e100])
def test_a_number_that_cannot_be_worked_with(wrong):
    columns = {"X": np.array([1.0, wrong, wrong]), "A": np.zeros(3, int)}
    with pytest.raises(ScmError) as caught:
        rows_of([X], columns, np.ones(3))
    (found,) = caught.value.diagnostics
    assert (found.code, found.row, found.count, caught.value.exit_code) == ("E563", 2, 2, 2)
    kept = rows_of(
        [X], {"X": np.array([1.0, wrong, 2.0]), "A": np.zeros(3, int)}, np.array([1, 0, 2])
    )
    assert kept.columns["X"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("weights", "said"),
    [([0, 0], "no rows do"), ([1, 0], "one row does"), ([5, 0], "5 equal rows")],
)
def test_one_row_is_too_few(weights, said):
    columns = {"X": np.zeros(2), "A": np.zeros(2, int)}
    with pytest.raises(ScmError) as caught:
        rows_of([X], columns, np.array(weights, float), "csv:few.csv")
    (found,) = caught.value.diagnostics
    assert found.code == "E564"
    assert str(caught.value).splitlines()[1] == " --> csv:few.csv"
    assert said in found.message()


@pytest.mark.parametrize(
    ("target", "columns", "weights"),
    [
        (X, {"X": np.zeros(2), "A": np.array([0, 2])}, [1, 1]),
        (X, {"X": np.zeros(3), "A": np.array([0, 1])}, [1, 1]),
        (X, {"X": np.zeros(2), "A": np.array([0, 1])}, [1, -1]),
        (X, {"X": np.zeros(2), "A": np.array([0, 1])}, [1, np.nan]),
        (Target("X", Real(0.0, 1.0), {}), {"X": np.array([0.5, 2.0])}, [1, 1]),
        (Target("X", Real(), {"I": Image(1, 2, 2)}), {"X": np.zeros(2), "I": np.zeros(2)}, [1, 1]),
    ],
)
def test_what_a_caller_gets_wrong(target, columns, weights):
    with pytest.raises(ValueError, match=r"\w"):
        rows_of([target], columns, np.array(weights, float))
