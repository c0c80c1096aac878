"""Tensors and facts in one file."""

import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors

TENSORS = {"b": torch.arange(6.0).view(2, 3), "a": torch.tensor(7), "none": torch.zeros(0, 4)}


def test_what_is_written_is_read(tmp_path):
    write_tensors(tmp_path / "t", TENSORS, {"step": 3, "name": "é"})
    stored = read_tensors(tmp_path / "t")
    assert stored.facts == {"step": 3, "name": "é"}
    assert stored.tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert torch.equal(stored.tensors[name], tensor)


def test_the_same_content_gives_the_same_bytes(tmp_path):
    write_tensors(tmp_path / "one", TENSORS, {"x": 1, "y": 2})
    write_tensors(tmp_path / "two", dict(reversed(TENSORS.items())), {"y": 2, "x": 1})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def unusable(path) -> str:
    with pytest.raises(ScmError) as caught:
        read_tensors(path)
    assert caught.value.exit_code == 2
    assert [d.code for d in caught.value.diagnostics] == ["E653"]
    return caught.value.diagnostics[0].message()


def test_every_cut_is_noticed(tmp_path):
    path = tmp_path / "t"
    write_tensors(path, TENSORS, {})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert "not a whole safetensors file" in unusable(path)


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


def test_a_pickle_is_not_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t").write_bytes(pickle.dumps(Bomb()))
    unusable(tmp_path / "t")
    torch.save({"bomb": 1}, tmp_path / "t")
    unusable(tmp_path / "t")
    assert not (tmp_path / "exploded").exists()


def test_a_safetensors_file_of_others_is_refused(tmp_path):
    save_file(TENSORS, tmp_path / "t", {"format": "pt"})
    assert "scmc did not write it" in unusable(tmp_path / "t")


def test_a_missing_file_is_refused(tmp_path):
    unusable(tmp_path / "absent")


def test_a_full_disk_leaves_the_old_file(tmp_path, disk):
    path = tmp_path / "t"
    write_tensors(path, TENSORS, {"step": 1})
    before = path.read_bytes()
    disk.left = 0
    with pytest.raises(ScmError) as caught:
        write_tensors(path, TENSORS, {"step": 2})
    assert caught.value.exit_code == 2
    assert [d.code for d in caught.value.diagnostics] == ["E657"]
    assert "No space left on device" in str(caught.value)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["t"]
