"""The paper's measure of distance, and the exact floors of the report."""

import json

import numpy as np
import pytest

from benchmarks.paper.labels import fit_exactly, renormalised
from benchmarks.paper.published import TABLE_2


def test_the_papers_measure_overlooks_mass_outside_the_data():
    data = np.array([0.5, 0.5])
    inside = np.array([0.4, 0.4])  # and 0.2 on a combination that the data never show
    assert renormalised(inside, data) == 0
    true = (np.abs(inside - data).sum() + 0.2) / 2
    assert true == pytest.approx(0.2)


def test_it_is_the_true_distance_where_nothing_lies_outside():
    data, model = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    assert renormalised(model, data) == pytest.approx(0.3)


def test_the_exact_fits_are_the_floors(task):
    found = fit_exactly(task).facts
    assert found["celeba_cg1"]["tvd"] == pytest.approx(0, abs=1e-12)
    assert found["celeba_rcg1"]["tvd"] == pytest.approx(0, abs=1e-12)
    assert found["celeba_g1"]["tvd"] == pytest.approx(0.1517, abs=5e-5)


def test_the_exact_fit_of_g1_is_that_of_the_reference(task, shared_data):
    found = fit_exactly(task).facts
    exact = json.loads((shared_data / "celeba" / "reference.json").read_text("utf-8"))["G1"]
    assert found["celeba_g1"]["tvd"] == pytest.approx(exact["tvd"], abs=1e-5)
    outside = exact["mass_on_cells_never_seen"]
    assert found["celeba_g1"]["outside"] == pytest.approx(outside, abs=1e-6)
    pair = found["celeba_g1"]["pairs"]["Young,Male"]
    expected = [exact["male_young_joint"][cell] for cell in ("Y0M0", "Y0M1", "Y1M0", "Y1M1")]
    assert pair == pytest.approx(expected, abs=1e-5)


def test_the_papers_column_of_the_data_is_the_data_but_for_eyeglasses(task):
    shares = fit_exactly(task).facts["celeba_g1"]["data"]["marginals"]
    off = {name for name, row in TABLE_2.items() if abs(row[2] - shares[name]) > 1e-4}
    assert off == {"Eyeglasses"}
