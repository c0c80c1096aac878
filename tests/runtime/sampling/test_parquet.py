"""Parquet files are written a group of rows at a time."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.sampling.parquet import write_groups


def test_each_group_is_a_group_of_the_file(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path, seen = tmp_path / "a.parquet", []

    def groups():
        for part in (["x", "y"], ["y"]):
            seen.append(len(part))
            yield {"A": part, "B": list(range(len(part)))}

    write_groups(path, groups())
    assert parquet.read_table(path).to_pydict() == {"A": ["x", "y", "y"], "B": [0, 1, 0]}
    assert parquet.ParquetFile(path).num_row_groups == 2
    assert seen == [2, 1]


def test_a_group_that_fails_leaves_no_file(tmp_path):
    pytest.importorskip("pyarrow")

    def groups():
        yield {"A": [1]}
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_groups(tmp_path / "a.parquet", groups())
    assert list(tmp_path.iterdir()) == []


def test_without_its_package_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ScmError, match="E717"):
        write_groups(tmp_path / "a.parquet", ())
