"""The page on the experiments of Sachs et al. (2005) is what the benchmark prints."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_page_is_what_the_benchmark_prints(shared_data, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.delitem(sys.modules, "benchmarks", raising=False)
    from benchmarks.sachs import GRAPHS, PAGE, report  # noqa: PLC0415

    data = shared_data / "tabular" / "sachs" / "sachs.interventional.txt"
    page = PAGE.read_text(encoding="utf-8")
    for graph in GRAPHS:
        assert "\n".join(report(graph, data)) in page
        assert graph.read_text(encoding="utf-8") in page
