"""The judge."""

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.evaluation import classifier
from scm_compiler.runtime.evaluation.classifier import (
    JudgeRecipe,
    label_loss,
    train_judge,
    uniform_labels,
)
from scm_compiler.runtime.evaluation.real import LEAST, real_images
from scm_compiler.runtime.heads.head import LabelCoding

TWO = LabelCoding(("Hue", "Bright"), (3, 2), (0, 1))


def coloured(count, seed=0, split=None):
    """Images of one of three hues, bright or dark, with some noise."""
    random = np.random.default_rng(seed)
    labels = np.stack([random.integers(3, size=count), random.integers(2, size=count)], axis=1)
    level = np.where(labels[:, 1] == 1, 200, 60)[:, None, None]
    images = random.integers(0, 40, (count, 3, 16, 16))
    images[np.arange(count), labels[:, 0]] += level
    print_of = f"coloured {count} {seed}"
    return ImageTable(TWO.names, images.astype(np.uint8), labels, split, print_of, "folder:x")


@pytest.fixture
def recipe():
    return JudgeRecipe(width=8, steps=60)


def test_labels_of_two_and_of_more_values_are_read(recipe, tmp_path):
    judge = train_judge(real_images(coloured(600)), TWO, recipe, cache=tmp_path)
    fresh = coloured(200, seed=9)
    images, labels = fresh.rows(range(200))
    found = judge.read(images)
    assert [part.shape[1] for part in found.chances] == [3, 2]
    assert all(np.allclose(part.sum(1), 1) for part in found.chances)
    assert found.scores(labels)["Hue"].accuracy.value > 0.95
    assert judge.own["Bright"].auc.value > 0.95
    assert np.array_equal(found.looks("Hue"), found.of("Hue").argmax(1))


def test_the_same_seed_gives_the_same_judge(recipe, tmp_path):
    real = real_images(coloured(400))
    images, _ = real.held_out()
    found = [
        train_judge(real, TWO, recipe, cache=tmp_path / name).read(images).chances
        for name in ("one", "two")
    ]
    assert all(np.array_equal(*pair) for pair in zip(*found, strict=True))


def test_a_judge_is_trained_once_for_its_data_and_recipe(recipe, tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(classifier, "_learn", lambda *_: trained.append(1))
    real, other = real_images(coloured(400)), real_images(coloured(400, seed=1))
    for _ in range(2):
        train_judge(real, TWO, recipe, cache=tmp_path)
    assert len(trained) == 1
    train_judge(other, TWO, recipe, cache=tmp_path)
    train_judge(real, TWO, JudgeRecipe(width=8, steps=61), cache=tmp_path)
    assert len(trained) == 3
    assert len(list((tmp_path / "evaluation").glob("judge-*.safetensors"))) == 3


def test_a_damaged_cache_is_trained_anew(recipe, tmp_path):
    real = real_images(coloured(400))
    images, _ = real.held_out()
    first = train_judge(real, TWO, recipe, cache=tmp_path).read(images)
    (kept,) = (tmp_path / "evaluation").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    again = train_judge(real, TWO, recipe, cache=tmp_path).read(images)
    assert np.array_equal(first.of("Hue"), again.of("Hue"))
    assert kept.stat().st_size > 100


def test_the_loss_is_the_mean_cross_entropy():
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0]])
    found = label_loss(logits, torch.tensor([[2, 1]]), TWO)
    assert float(found) == pytest.approx((np.log(3) + np.log(2)) / 2)


def test_the_official_splits_are_kept():
    split = np.zeros(400, np.int8)
    split[:150], split[150:200] = 2, 1
    real = real_images(coloured(400, split=split))
    assert sorted(real.held.tolist()) == list(range(200))
    assert sorted(real.train.tolist()) == list(range(200, 400))


def test_too_few_images_are_refused():
    with pytest.raises(ScmError) as caught:
        real_images(coloured(LEAST * 2))
    assert [d.code for d in caught.value.diagnostics] == ["E690"]
    assert caught.value.exit_code == 2


def test_a_judge_of_other_labels_is_refused(recipe):
    with pytest.raises(ValueError, match="a judge of"):
        train_judge(real_images(coloured(400)), LabelCoding(("Hue",), (3,), (0,)), recipe)


def test_rare_combinations_are_read_as_well(case):
    """A judge that learnt from the data's law alone takes a mustache for a man."""
    judge = train_judge(case.real, case.coding, case.effort.judge, cache=case.cache)
    generator = torch.Generator().manual_seed(3)
    labels = uniform_labels(case.coding, 1000, generator)
    found = judge.read(case.real.renderer(labels, generator)).scores(labels)
    assert found["Male"].balanced.value > 0.9
    assert found["Mustache"].balanced.value > 0.9


def test_a_cache_that_cannot_be_written_loses_nothing(recipe, tmp_path):
    place = tmp_path / "no folder"
    place.write_text("")
    judge = train_judge(real_images(coloured(600)), TWO, recipe, cache=place)
    assert set(judge.own) == set(TWO.names)
