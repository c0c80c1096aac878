"""A small graph with an image, and a run of it that takes a second to train."""

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.stages.plan import HeadRequest, plan_heads
from scm_compiler.runtime.stages.sequence import create, train_stages

PROGRAM = """graph small
Male, Mustache, Young : binary
Face : image(3, 16, 16)
Male -> Mustache
Male, Mustache -> Face
"""
TINY = {"width": 4, "batch": 8, "noise_size": 4}


def graph(text: str = PROGRAM):
    found, report = check(Source("small.scm", text))
    assert found is not None, report
    return found


def plan(of=None, *, source="drawn-faces:64", head="causal_gan", steps=12, **changes):
    options = {**TINY, **changes}
    request = HeadRequest({"": source}, {"": head}, "default", options, "float32", steps)
    return plan_heads(of or graph(), request, seed=0)


def start(path: Path, planned=None, of=None):
    """A run with nothing trained yet."""
    made = of or graph()
    table = load_labels("celeba-labels", made)
    return create(made, table, configure(), (planned or plan(made)).configs, path=path)


@pytest.fixture
def disk(monkeypatch):
    """A disk that takes so many files more (`left`) until it is full."""
    found, real = SimpleNamespace(left=10_000), os.fsync

    def fsync(handle):
        found.left -= 1
        if found.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCMC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def trained(_cache, tmp_path_factory) -> Path:
    """A finished run; not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "small"
    planned = plan()
    train_stages(start(path, planned), tables=planned.tables)
    return path


@pytest.fixture
def run(trained, tmp_path):
    """A finished run of the test's own."""
    return open_run(shutil.copytree(trained, tmp_path / "small"))


@pytest.fixture
def trained_copy(trained, tmp_path):
    """Another finished run of the test's own."""
    return open_run(shutil.copytree(trained, tmp_path / "other"))


@pytest.fixture
def small() -> SimpleNamespace:
    """The makers of graphs, plans and runs."""
    return SimpleNamespace(graph=graph, plan=plan, start=start, program=PROGRAM, tiny=TINY)
