"""The features of realism."""

import numpy as np
import torch

from scm_compiler.runtime.evaluation.features import (
    FeatureRecipe,
    altered,
    train_features,
    turns,
)
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.evaluation.realism import kid


def test_an_altered_image_is_what_its_classes_say():
    images = torch.randint(0, 256, (400, 3, 8, 8), generator=torch.Generator().manual_seed(0))
    images = images.to(torch.uint8)
    found, classes = altered(images, torch.Generator().manual_seed(1))
    whole = classes[:, 1] == 0
    assert 50 < int(whole.sum()) < 150
    for rank in torch.nonzero(whole)[:, 0]:
        turned = images[rank].rot90(int(classes[rank, 0]), dims=(1, 2))
        assert torch.equal(found[rank], turned)
    for rank in torch.nonzero(classes[:, 1] == 3)[:, 0]:  # two quarters exchanged
        turned = images[rank].rot90(int(classes[rank, 0]), dims=(1, 2))
        assert not torch.equal(found[rank], turned)
        assert torch.equal(found[rank].sort().values.sum(), turned.sort().values.sum())


def test_an_oblong_image_is_not_turned_on_its_side():
    images = torch.zeros(20, 1, 8, 16, dtype=torch.uint8)
    assert turns((1, 8, 16)) == (0, 2)
    assert altered(images, torch.Generator().manual_seed(0))[0].shape == images.shape


def test_the_features_know_the_damage_and_not_the_labels(case):
    features = train_features(case.real, case.effort.features, cache=case.cache)
    images, _ = case.real.held_out(600)
    described = features(images)
    assert described.shape == (600, 128)
    assert np.abs(described.mean(0)).max() < 0.3
    floor = kid(described[:300], described[300:])
    smooth = torch.nn.functional.avg_pool2d(images[300:].float(), 3, 1, 1)
    damaged = kid(described[:300], features(smooth.round().to(torch.uint8)))
    assert abs(floor.value) < 5 * floor.error
    assert damaged.value > 20 * max(floor.value, floor.error)


def test_labels_play_no_part(case, tmp_path):
    table = case.faces(300)
    half = torch.arange(300)
    recipe = FeatureRecipe(width=8, steps=3)
    relabelled = type(table)(
        table.names, table.images, 1 - table.labels, None, "other", table.origin
    )
    found = [
        train_features(RealImages(t, half[:200], half[200:]), recipe, cache=tmp_path)
        for t in (table, relabelled)
    ]
    images, _ = table.rows(half[:20])
    assert np.array_equal(found[0](images), found[1](images))
