"""What installed packages register."""

import pytest

from scm_compiler import plugins
from tests.plugins.installing import install


@pytest.fixture
def installed(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "counting", "scmc.kinds", "count = counting:COUNT")
    points = ("number = counting:count", "count = counting:COUNT")
    (tmp_path / "other").mkdir()
    install(tmp_path / "other", monkeypatch, "counting", "scmc.numbers", *points)


def test_they_are_listed_by_name(installed):
    assert plugins.names("scmc.numbers") == ("count", "number")
    assert plugins.names("scmc.nothing") == ()


def test_one_is_loaded_by_its_name(installed):
    kind = plugins.one("scmc.numbers", "count", "number")
    assert kind.name == "count"
    assert plugins.every("scmc.numbers")[0] is kind
    assert plugins.one("scmc.numbers", "other", "number") is None


def test_a_name_belongs_to_one_package(installed, tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "tiles", "scmc.numbers", "count = tiles:TILES")
    with pytest.raises(ValueError, match=r"the number `count`: counting:COUNT and tiles:TILES"):
        plugins.one("scmc.numbers", "count", "number")
