"""Means over labels, errors over seeds."""

from math import isnan

import pytest

from benchmarks.table1.published import TABLE_1
from benchmarks.table1.scenes import SETS
from benchmarks.table1.tables import MEASURES, by_label, over_seeds, table


def cell(*values):
    """A cell whose labels have these values of everything."""
    return {"labels": {f"L{at}": dict.fromkeys(MEASURES, it) for at, it in enumerate(values)}}


CELLS = {
    ("Flow", "CausalVAE", 0): cell(0.5, 0.7),
    ("Flow", "CausalVAE", 1): cell(0.7, 0.9),
    ("Flow", "β-VAE", 0): {"labels": {"L0": {"mic": 0.25}}},
}


PRINTED = ("72.1 ± 1.3", "70.0 ± 10.0", "56.4 ± 1.6", "70.0 ± 10.0")


def test_ours():
    mean, error = over_seeds(CELLS, "Flow", "CausalVAE", "mic")
    assert (mean, error) == (pytest.approx(70), pytest.approx(10))
    assert all(map(isnan, over_seeds(CELLS, "Flow", "β-VAE", "read")))


def test_the_printed_numbers_stand_beside_ours():
    rows = table(CELLS).splitlines()
    assert rows[1].split() == ["Flow", "CausalVAE", *" ".join(PRINTED).split(), *["70.0"] * 5]
    assert rows[2].split()[2:6] == ["23.6", "±", "3.2", "25.0"]
    assert by_label(CELLS, "CausalVAE").splitlines()[1].split()[:3] == ["Flow", "L0", "60.0"]


def test_each_set_is_printed():
    assert set(TABLE_1) == set(SETS)
