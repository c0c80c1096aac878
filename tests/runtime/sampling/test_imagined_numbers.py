"""Units with numbers in two worlds: the same noise, worked out by hand."""

import csv
import io

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.runtime.sampling.imagined_numbers import imagine_numbers
from scm_compiler.runtime.sampling.mixed import mixed_stream

GRAPH = parse_text("T : binary\nX, Y : real\nX -> Y\nT -> Y")
MODEL = {
    "T": Tabular(BINARY, (), rows=np.array([0.5, 0.5])),
    "X": Linear(Real(), {}, np.array([[1.0]]), np.array([2.0])),
    "Y": Linear(
        Real(),
        {"X": Real(), "T": BINARY},
        np.array([[0.0, 2.0], [5.0, 3.0]]),
        np.array([1.0, 4.0]),
    ),
}
ROWS = 1500


def imagined(do, **options):
    return imagine_numbers(GRAPH, MODEL, do, ROWS, **options)


@pytest.mark.parametrize("units", ["", "given(T=1)", "do(X=3), given(Y > 4)"])
def test_the_units_are_the_rows_of_that_sample(units):
    found = imagined("do(T=0)", units=units, seed=5)
    drawn = mixed_stream(units, GRAPH, MODEL, 5).sample(0, ROWS)
    for name in GRAPH.order:
        assert found.factual[name].tolist() == drawn[name].tolist()


def test_the_noise_of_a_unit_stays():
    found = imagined("do(T=1, X=2)", units="given(T=0)")
    was, had = found.factual, found.counterfactual
    noise = (was["Y"] - 2 * was["X"]) / 1.0
    assert np.allclose(had["Y"], 5 + 3 * 2 + 4 * noise)
    assert set(had["X"]) == {2.0}
    assert found.changed == {"T": ROWS, "X": ROWS, "Y": ROWS}


def test_what_is_no_effect_stays():
    found = imagined("do(Y = Y + 1)")
    assert np.allclose(found.counterfactual["Y"], found.factual["Y"] + 1)
    assert found.changed["X"] == found.changed["T"] == 0


def test_two_lines_a_unit():
    head, *lines = imagined("do(T=1)").lines("had do(T=1)")
    assert head == ["unit", "world", "T", "X", "Y"]
    assert [line[:2] for line in lines[:3]] == [
        [0, "as drawn"],
        [0, "had do(T=1)"],
        [1, "as drawn"],
    ]
    text = io.StringIO()
    csv.writer(text).writerows([head, *lines])
    assert len(text.getvalue().splitlines()) == 1 + 2 * ROWS


@pytest.mark.parametrize(
    ("do", "units", "code"),
    [
        ("E(Y)", "", "E719"),
        ("do(T=1), given(X=1)", "", "E575"),
        ("do(T=2)", "", "E411"),
        ("do(T=1)", "given(X > 3, X < 2)", "E574"),
        ("do(T=1)", "E(Y)", "E719"),
    ],
)
def test_what_is_refused(do, units, code):
    with pytest.raises(ScmError, match=code):
        imagined(do, units=units)


@pytest.mark.parametrize("hidden", ["A <-> X", "A -> B\nA <-> B"])
def test_hidden_causes_are_refused(hidden):
    graph = parse_text(f"A, B : binary\nX : real\nA -> X\n{hidden}")
    with pytest.raises(ScmError, match="E575"):
        imagine_numbers(graph, {}, "do(A=1)", 3)
