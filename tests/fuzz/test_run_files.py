"""A few cases of the fuzzer of run files, and that it tells of what is wrong."""

import json
import random
import struct

import pytest

from tests.fuzz import run_files, run_scenes


def test_no_edit_of_a_run_leads_to_more_than_a_refusal(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCMC_CACHE", "")
    run_scenes.make(tmp_path, only=("mle", "mle_hidden", "build_hidden"))
    assert run_files.watch(tmp_path, 7, range(30)) == []
    assert "30 cases of seed 7" in capsys.readouterr().out


@pytest.mark.slow
def test_no_edit_of_any_scene_leads_to_more_than_a_refusal():
    assert run_files.main(["--cases", "140", "--seed", "7"]) == []


def test_an_edit_changes_one_place():
    document = json.dumps({"a": 1, "b": [True, {"c": "x"}]})
    dice = random.Random(0)
    texts = {run_files.mutated(json.loads(document), dice)[0] for _ in range(200)}
    assert len(texts) > 50
    assert any(text.count('"a"') == 2 for text in texts)
    assert any('"a"' not in text for text in texts)


def test_a_file_of_tensors_is_packed_as_it_was():
    content = struct.pack("<Q", 2) + b"{}" + b"body"
    assert run_files.pack(*run_files.unpack(content)) == content


def test_a_bug_of_ours_is_told_of(tmp_path, monkeypatch):
    run = tmp_path / run_scenes.SCENES[0].name / "run"
    run.mkdir(parents=True)
    (run / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCMC_CACHE", "")
    found = run_files.one_case(lambda words: 70, tmp_path, 0, 0)
    assert found["wrong"][0][1:] == ["exit 70", ""]
