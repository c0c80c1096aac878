"""Training from Python."""

import pytest

import scm_compiler as scm
from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.runtime.fit import train_images

PROGRAM = "Male : binary\nFace : image(3, 16, 16)\nMale -> Face\n"
TINY = {"width": 4, "batch": 8, "noise_size": 4, "precision": "float32"}


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def graph():
    found, _ = check(Source("g.scm", PROGRAM))
    return found


def test_labels_and_images_in_one_call(graph, tmp_path):
    run = scm.train(
        graph,
        images="drawn-faces:20",
        head="conditional_gan",
        head_options=TINY,
        head_steps=2,
        device="cpu",
        path=tmp_path / "run",
    )
    assert run.images == ("Face",)
    assert run.do(Male=1).sample(4).images.shape == (4, 3, 16, 16)
    assert scm.open_run(run.path).head("Face").config.options["width"] == 4


def test_labels_first_and_images_later(graph, tmp_path):
    run = scm.train(graph, stage="labels", path=tmp_path / "run")
    assert run.sample(4).images is None
    added = {"images": {"Face": "drawn-faces:20"}, "options": TINY, "steps": 2, "device": "cpu"}
    assert train_images(run, **added).sample(4).images.shape == (4, 3, 16, 16)
    with pytest.raises(ScmError) as caught:
        train_images(scm.open_run(run.path), **added)
    assert [found.code for found in caught.value.diagnostics] == ["E711"]
