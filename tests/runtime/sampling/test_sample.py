"""Samples: parts of one sequence, exact in their labels, images by row."""

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.run import open_run, run_of
from scm_compiler.runtime.sampling.sample import BLOCK
from scm_compiler.runtime.stages.sequence import train_stages


@pytest.fixture(scope="module")
def done(trained):
    return open_run(trained)


def test_labels_and_images(done):
    sample = done.do(Mustache=1).sample(5, seed=2)
    assert len(sample) == 5
    assert (sample["Mustache"] == 1).all()
    assert sample.images.shape == (5, 3, 16, 16)
    assert sample.images.abs().max() <= 1
    head = done.head("Face")
    noise = done.do(Mustache=1).stream(seed=2).noise("Face", 0, 5)
    assert torch.equal(head.render(torch.from_numpy(sample.rows), noise), sample.images)


def test_without_a_head_there_are_no_images(small, tmp_path):
    run = run_of(train_stages(small.start(tmp_path / "run"), images=False).run)
    assert run.sample(3).images is None
    assert run.sample(3).pictures == {}
    with pytest.raises(ScmError) as caught:
        run.head()
    assert [found.code for found in caught.value.diagnostics] == ["E710"]
    assert f"scmc train --run {run.path} --stage images" in str(caught.value)


def test_a_longer_sample_begins_with_the_shorter(done):
    short, long = done.sample(20, seed=1), done.sample(70, seed=1)
    assert np.array_equal(short.rows, long.rows[:20])
    assert torch.equal(short.images, long.images[:20])
    assert not np.array_equal(done.sample(70, seed=3).rows, long.rows)


def test_any_part_can_be_drawn_by_itself(done):
    stream = done.given(Mustache=0).stream(seed=5)
    start, stop = BLOCK - 7, BLOCK + 9
    part = stream.sample(start, stop)
    assert np.array_equal(stream.labels(0, stop)[start:], part.rows)
    rows = [stream.sample(row, row + 1) for row in range(start, stop)]
    assert torch.equal(torch.cat([row.images for row in rows]), part.images)
    assert len(stream.sample(3, 3)) == 0
    blocks = stream.labels(0, 2 * BLOCK)
    assert not np.array_equal(blocks[:BLOCK], blocks[BLOCK:])


def test_regimes_share_the_noise_of_the_image(done):
    seen, held = done.given(Mustache=1).stream(), done.do(Mustache=1).stream()
    assert torch.equal(seen.noise("Face", 0, 10), held.noise("Face", 0, 10))


def test_impossible_evidence_is_refused(done):
    with pytest.raises(ScmError) as caught:
        done.do(Mustache=1).given(Mustache=0).sample(1)
    assert caught.value.diagnostics[0].code.startswith("E4")


def test_the_labels_follow_the_regime(done):
    drawn = done.given(Mustache=1).stream(images=()).labels(0, 20_000)
    exact = done.query("P(Male=1 | Mustache=1)").probability
    # Five standard errors, at a fixed seed.
    error = 5 * (exact * (1 - exact) / 20_000) ** 0.5
    assert drawn[:, 0].mean() == pytest.approx(exact, abs=error)
