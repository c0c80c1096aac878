"""Folders that are made once and copied to each example that starts from them."""

import shutil
from functools import wraps

from tests.in_process import execute


class Made:
    """The folders of this session.

    >>> made(celeba, folder)  # puts into `folder` what `celeba(folder)` makes  # doctest: +SKIP
    """

    def __init__(self, root):
        self.root = root
        self.patch = None  # of the test that runs: what a setup changes of the surroundings
        self.after = None  # of the test that runs: takes what is to be done at its end

    def __call__(self, make, folder):
        kept = self.root / f"{make.__module__.rpartition('.')[2]}.{make.__name__}"
        if not kept.exists():
            kept.mkdir()
            make(kept)
        shutil.copytree(kept, folder, dirs_exist_ok=True)

    @staticmethod
    def nothing(folder, made):
        """An empty folder."""


def once(make):
    """A setup of a function that fills a folder: it is called once, and its folder copied."""

    @wraps(make)
    def setup(folder, made):
        made(make, folder)

    return setup


def scmc(folder, *words):
    """Run commands that are to succeed."""
    for line in words:
        said, status = execute(f"scmc {line}", folder)
        assert status == 0, said


def shipped(folder, name, options=""):
    """Train a shipped example on the rows that are shipped with it."""
    rows = f"csv:{name}/data.csv?count=count"
    scmc(folder, f"init {name}", f"train -q {name} --data {rows} {options}")
    shutil.rmtree(folder / name)
