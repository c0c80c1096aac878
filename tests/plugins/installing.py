"""Packages of one file that are installed in a folder, as far as their entry points go."""

import shutil
from pathlib import Path

PACKAGES = Path(__file__).parent / "packages"


def install(root, patch, module, group, *points):
    """Install a package: its name, the group and the entry points."""
    site = root / f"site-{module}"
    about = site / f"{module}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Name: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("\n".join([f"[{group}]", *points, ""]))
    shutil.copy(PACKAGES / f"{module}.py", site)
    patch.syspath_prepend(site)
