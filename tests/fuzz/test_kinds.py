"""A few cases of every kind, as the campaign runs them."""

import pytest

from tests.fuzz.kinds import KINDS
from tests.fuzz.running import run_case

COUNTS = {"programs": 30, "queries": 60, "graph_files": 60, "tables": 60, "images": 6}


@pytest.mark.parametrize("kind", KINDS)
def test_no_case_shows_a_fault(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("SCMC_DEBUG", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))
    for index in range(COUNTS.get(kind, 20)):
        outcome = run_case(KINDS[kind](0, index), tmp_path / f"case{index}")
        assert not outcome.fault, f"python -m tests.fuzz --again {kind} 0 {index}"
