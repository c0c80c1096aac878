"""The data of the examples: what their pages say of them is so."""

import csv
import gzip
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def made(name):
    """The script that made an example's data, as a module."""
    spec = spec_from_file_location(f"make_{name}", EXAMPLES / name / "make.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def columns(path):
    """A table of numbers as columns."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("name", ["dose", "triangle"])
def test_the_script_makes_the_data(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    made(name).main(2000)
    assert capsys.readouterr().out == "wrote data.csv: 2,000 rows\n"
    assert (tmp_path / "data.csv").read_bytes() == (EXAMPLES / name / "data.csv").read_bytes()


def test_the_experiment_found_1794_dollars():
    table = columns(EXAMPLES / "nsw/experiment.csv")
    treated, control = (table["Re78"][table["Treat"] == k] for k in (1, 0))
    assert (len(treated), len(control)) == (185, 260)
    gain = treated.mean() - control.mean()
    error = np.sqrt(treated.var(ddof=1) / 185 + control.var(ddof=1) / 260)
    assert [round(x) for x in (gain, gain - 1.96 * error, gain + 1.96 * error)] == [
        1794,
        479,
        3109,
    ]


def test_the_observational_table_has_the_men_of_the_survey():
    experiment = columns(EXAMPLES / "nsw/experiment.csv")
    table = columns(EXAMPLES / "nsw/observational.csv.gz")
    treated = table["Treat"] == 1
    assert (treated.sum(), (~treated).sum()) == (185, 15_992)
    for name, column in table.items():
        assert (column[treated] == experiment[name][experiment["Treat"] == 1]).all()
    assert round(table["Re78"][treated].mean() - table["Re78"][~treated].mean()) == -8498
    causes = [name for name in table if name not in ("Treat", "Re78")]
    wide = np.column_stack([np.ones(len(treated)), treated, *(table[name] for name in causes)])
    assert round(np.linalg.lstsq(wide, table["Re78"], rcond=None)[0][1]) == 699


def test_the_curve_is_the_stated_one():
    severity, dose, pain = made("dose").drawn(400_000).T
    for given, do, seen in ((0.5, 5.0, 2.955), (2, 3.5, 3.5), (4, 2.667, 3.689), (8, 2.0, 4.045)):
        near = np.abs(np.log(dose / given)) < 0.05
        assert pain[near].mean() == pytest.approx(seen, abs=0.06)
        assert (pain - 1.5 * severity)[near].mean() == pytest.approx(do, abs=0.06)
