"""Packages that are installed from a temporary folder as far as their entry points go."""

from functools import partial
from pathlib import Path

import pytest

from tests.plugins import installing

GRAPH = """graph tiles

Warm, Bright : binary
Tile : image(3, {side}, {side})

Warm -> Bright
* -> Tile
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package of one file: its name, the group and the entry points."""
    return partial(installing.install, tmp_path, monkeypatch)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of one's own with `tiles.scm`, whose image has 100 pixels a side."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))
    Path("tiles.scm").write_text(GRAPH.format(side=100))
