"""What a reader walks through grows no longer."""

import pytest

from benchmarks.walks import MOST, by_file, walks


@pytest.mark.slow
def test_no_walk_is_longer_than_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, codes in walks():
        files, functions = MOST[name]
        assert len(by_file(codes)) <= files, name
        assert len(codes) <= functions, name
