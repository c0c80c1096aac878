"""What is painted on photographs."""

import torch

from scm_compiler.runtime.evaluation.painting import PAINTERS, mustached, painted_batch

GREY = torch.full((40, 3, 64, 64), 200, dtype=torch.uint8)


def rows_of(changed):
    """The mean row of what changed, of each image."""
    weight = changed.float().sum((1, 3))
    return (weight * torch.arange(64)).sum(1) / weight.sum(1)


def test_a_mustache_is_a_dark_stroke_on_the_lip_and_a_decoy_lies_above_the_eyes():
    shown = torch.arange(40) < 20
    painted = mustached(GREY, shown, torch.Generator().manual_seed(0))
    changed = (painted.int() - GREY.int()).abs() > 20
    assert (painted[changed] < GREY[changed]).float().mean() > 0.99
    place = rows_of(changed)
    assert ((place[:20] > 0.68 * 64) & (place[:20] < 0.86 * 64)).all()
    assert place[20:].mean() < 0.45 * 64
    assert 0.005 < changed.float().mean() < 0.06
    edges = torch.cat([changed[..., :10], changed[..., -10:]], dim=3)
    assert not edges.any()


def test_the_same_seed_paints_the_same():
    shown = torch.ones(40, dtype=torch.bool)
    one, same = (mustached(GREY, shown, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(one, same)
    assert not torch.equal(one[0], one[1])


def test_a_quarter_of_a_batch_shows_the_label_and_an_eighth_something_else():
    labels = torch.zeros(40, 2, dtype=torch.int64)
    images, said = painted_batch(GREY, labels, 1, "Mustache", torch.Generator().manual_seed(2))
    touched = (images != GREY).flatten(1).any(1)
    assert said[:, 1].sum() == 10
    assert touched.sum() == 15
    assert touched[said[:, 1] == 1].all()
    assert not said[:, 0].any()
    assert not labels.any()
    assert set(PAINTERS) == {"Mustache"}
