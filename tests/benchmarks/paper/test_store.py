"""Results are written whole or not at all, and belong to what was asked for."""

import pytest

from benchmarks.paper import store as module
from benchmarks.paper.store import Findings, Store

ASKED = {"scale": "quick", "seed": 0, "seeds": (0, 1)}


def test_what_was_written_is_read_back(tmp_path):
    store = Store(tmp_path)
    store.write("labels/mle", ASKED, Findings({"tvd": 0.15}, {"grid": b"png"}), 3.5)
    found = store.read("labels/mle", ASKED)
    assert found.facts == {"tvd": 0.15}
    assert found.seconds == 3.5
    assert found.picture("grid") == b"png"


def test_a_result_of_other_settings_is_none(tmp_path):
    store = Store(tmp_path)
    store.write("labels/mle", ASKED, Findings({}), 1)
    assert store.read("labels/mle", {**ASKED, "seed": 1}) is None
    assert store.read("labels/other", ASKED) is None


def test_a_later_result_takes_the_place_of_an_earlier_one(tmp_path):
    store = Store(tmp_path)
    store.write("a/b", ASKED, Findings({"n": 1}, {"old": b"1"}), 1)
    store.write("a/b", {**ASKED, "seed": 2}, Findings({"n": 2}), 1)
    found = store.read("a/b", {**ASKED, "seed": 2})
    assert found.facts == {"n": 2}
    assert [path.name for path in (tmp_path / "pieces" / "a").iterdir()] == ["b"]
    assert not (found.folder / "old.png").exists()


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.write("a/b", ASKED, Findings({"n": 1}), 1)
    whole = module.write_whole

    def full(path, content):
        if path.suffix == ".png":
            raise OSError("no space left")
        whole(path, content)

    monkeypatch.setattr(module, "write_whole", full)
    with pytest.raises(OSError, match="no space"):
        store.write("a/b", ASKED, Findings({"n": 2}, {"grid": b"png"}), 1)
    assert store.read("a/b", ASKED).facts == {"n": 1}
    assert [path.name for path in (tmp_path / "pieces" / "a").iterdir()] == ["b"]


def test_a_damaged_result_is_none(tmp_path):
    store = Store(tmp_path)
    store.write("a/b", ASKED, Findings({}), 1)
    (tmp_path / "pieces/a/b/result.json").write_text("{", encoding="utf-8")
    assert store.read("a/b", ASKED) is None


def test_the_work_of_other_settings_is_thrown_away(tmp_path):
    store = Store(tmp_path)
    (store.work("a/b", ASKED) / "checkpoint").write_text("1", encoding="utf-8")
    assert (store.work("a/b", ASKED) / "checkpoint").exists()
    assert not (store.work("a/b", {**ASKED, "seed": 3}) / "checkpoint").exists()
