"""Packages of npm that tests of the page use, where they are installed.

cd tests/playground && npm install
"""

import os
from pathlib import Path

HERE = Path(__file__).parent


def package(name):
    """The folder of a package: of `NODE_PATH` or beside this file; None if there is none."""
    folders = [*os.environ.get("NODE_PATH", "").split(os.pathsep), HERE / "node_modules"]
    found = (Path(folder) / name for folder in folders if folder)
    return next((folder for folder in found if folder.is_dir()), None)
