"""Rows of labels and real nodes."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.runtime.data import load_table
from scm_compiler.runtime.sampling.mixed import mixed_stream, write_mixed

GRAPH = parse_text("A : binary\nX, Y : real\nA -> X -> Y")


def _linear(name, coefficients):
    inputs = {parent: GRAPH.by_name[parent].domain for parent in GRAPH.parents[name]}
    rows = np.array(coefficients)
    return Linear(GRAPH.by_name[name].domain, inputs, rows, np.ones(len(rows)))


MODEL = {
    "A": Tabular(GRAPH.domain("A"), (), rows=np.array([0.5, 0.5])),
    "X": _linear("X", [[0.0], [2.0]]),
    "Y": _linear("Y", [[0.0, 1.0]]),
}


def drawn(text, rows, seed=0):
    return mixed_stream(text, GRAPH, MODEL, seed).sample(0, rows)


def test_any_part_of_the_sequence_can_be_drawn_by_itself():
    stream = mixed_stream("", GRAPH, MODEL, 3)
    whole, part = stream.sample(0, 3000), stream.sample(1000, 2100)
    assert all((whole[name][1000:2100] == part[name]).all() for name in whole.names)
    assert len(whole) == 3000


def test_the_rows_of_a_regime_have_its_moments():
    held = drawn("do(X=4)", 4000)
    assert (held["X"] == 4).all()
    assert abs(held["Y"].mean() - 4) < 0.1
    seen = drawn("given(Y=4)", 4000)  # X | A, Y=4 is half of A's mean and of 4
    assert (seen["Y"] == 4).all()
    assert abs(seen["X"][seen["A"] == 1].mean() - 3) < 0.1


@pytest.mark.parametrize("form", [".csv", ".parquet"])
def test_what_is_written_is_read_again(form, tmp_path):
    if form == ".parquet":
        pytest.importorskip("pyarrow")
        pytest.importorskip("duckdb")
    sample = drawn("", 200)
    write_mixed(tmp_path / f"s{form}", form, sample)
    table = load_table(tmp_path / f"s{form}", GRAPH)
    order = np.lexsort([sample["Y"], sample["X"], sample["A"]])
    assert all((table.columns[name] == sample[name][order]).all() for name in sample.names)


def test_a_sample_is_a_frame():
    frame = pytest.importorskip("pandas") and drawn("", 20).to_pandas()
    assert list(frame.columns) == ["A", "X", "Y"]
    assert frame["X"].dtype == np.float64


def test_what_is_no_regime():
    with pytest.raises(ScmError, match="E719"):
        drawn("E(X)", 1)
    with pytest.raises(ScmError, match="E574"):
        drawn("given(X > 3, X < 2)", 1)
    with pytest.raises(ScmError, match="E411"):
        drawn("do(X=much)", 1)
