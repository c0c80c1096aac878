"""Packages that are installed from a temporary folder as far as their entry points go."""

import shutil
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent / "packages"
GRAPH = """graph tiles

Warm, Bright : binary
Tile : image(3, {side}, {side})

Warm -> Bright
* -> Tile
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package of one file: its name, the group and the entry points."""

    def install_one(module, group, *points):
        site = tmp_path / f"site-{module}"
        about = site / f"{module}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Name: {module}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text("\n".join([f"[{group}]", *points, ""]))
        shutil.copy(PACKAGES / f"{module}.py", site)
        monkeypatch.syspath_prepend(site)

    return install_one


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of one's own with `tiles.scm`, whose image has 100 pixels a side."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))
    Path("tiles.scm").write_text(GRAPH.format(side=100))
