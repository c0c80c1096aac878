"""`scmc demo`: again in the same folder, also where it was killed."""

import itertools
import os
import signal
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from scm_compiler.cli.demo import FACES, PICTURE, offer
from scm_compiler.cli.main import main
from tests.cli.ordinary import ended


def whole(folder):
    """Whether both pictures can be read to the end."""
    with Image.open(folder / FACES) as faces:
        faces.load()
    return ElementTree.parse(folder / PICTURE).getroot().tag.endswith("svg")


def kill_at(write):
    """End this process when so many files are written, the last one not yet in its place."""
    writes, real = itertools.count(1), os.fsync

    def fsync(handle):
        if next(writes) == write:
            os.kill(os.getpid(), signal.SIGKILL)
        real(handle)

    os.fsync = fsync


def test_it_runs_again_where_it_ran(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for run in ("celeba_g1-1", "celeba_g1-2"):
        assert main(["demo", "-q"]) == 0
        assert f"run      {Path('runs', run)}" in capsys.readouterr().out
        assert whole(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX processes")
def test_it_runs_to_the_end_where_it_was_killed(tmp_path):
    """Killed in its first write, then in its second, and so on, always in the same folder."""
    for write in range(1, 100):
        found = ended(["demo", "-q"], tmp_path, before=partial(kill_at, write), root=True)
        if found.code != -signal.SIGKILL:
            break
    assert (found.code, found.err) == (0, "")
    assert write > 15
    assert whole(tmp_path)


@pytest.mark.parametrize(("said", "opened"), [("y", 1), ("yes", 1), ("", 0), ("n", 0), (None, 0)])
def test_the_demo_opens_what_it_drew_only_if_asked(said, opened, monkeypatch, tmp_path):
    def answer(question):
        assert question.startswith("open ")
        if said is None:
            raise EOFError
        return said

    shown = []
    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("webbrowser.open", shown.append)
    offer(tmp_path / "faces.png")
    assert shown == [(tmp_path / "faces.png").as_uri()] * opened
