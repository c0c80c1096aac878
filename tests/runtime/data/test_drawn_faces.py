"""Drawn faces: what a label changes, where, and that nothing else does."""

import csv
import itertools

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from scm_compiler.runtime.data.drawn_faces import (
    LABELS,
    NUISANCE,
    draw,
    draw_from,
    sample_nuisance,
)
from scm_compiler.runtime.data.drawn_faces.shapes import band, cover, stroke

ALL = torch.tensor(list(itertools.product((0, 1), repeat=len(LABELS))))


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def upright(batch: int, seed: int) -> Tensor:
    """Nuisance with every face in the middle, upright, seen from the front, unlit by the side."""
    nuisance = sample_nuisance(batch, rng(seed))
    for name in ("shift_x", "shift_y", "tilt", "yaw", "pitch", "zoom"):
        nuisance[:, NUISANCE.index(name)] = 0.5
    return nuisance


def flip(labels: Tensor, label: str) -> Tensor:
    other = labels.clone()
    other[:, LABELS.index(label)] ^= 1
    return other


def rows(images: Tensor, top: float, bottom: float) -> Tensor:
    size = images.shape[2]
    return images[:, :, round(top * size) : round(bottom * size)]


def test_labels_are_those_of_the_shipped_table(shared_data):
    with (shared_data / "celeba" / "joint9.csv").open() as file:
        assert tuple(next(csv.reader(file))[:-1]) == LABELS


@pytest.mark.parametrize("size", [16, 31, 32, 128])
def test_shape_and_range(size):
    images = draw(ALL[::37], size, rng(0))
    assert images.shape == (len(ALL[::37]), 3, size, size)
    assert images.dtype == torch.float32
    assert not images.requires_grad
    assert images.min() >= -1
    assert images.max() <= 1
    assert images.std() > 0.2


def test_every_combination_is_finite_and_differs_from_every_other():
    nuisance = sample_nuisance(1, rng(1)).expand(512, -1)
    images = draw_from(ALL, nuisance, 32).flatten(1)
    assert images.isfinite().all()
    distance = torch.cdist(images, images) + 1e9 * torch.eye(512)
    assert distance.min() > 0.5


def test_extremes_of_the_nuisance_are_finite():
    ends = torch.randint(0, 2, (512, len(NUISANCE)), generator=rng(2)).float()
    assert draw_from(ALL, ends, 32).isfinite().all()
    assert draw_from(ALL, torch.full_like(ends, 0.5), 17).isfinite().all()


def test_the_same_seed_draws_the_same_bytes_and_another_does_not():
    assert torch.equal(draw(ALL[:64], 32, rng(3)), draw(ALL[:64], 32, rng(3)))
    assert not torch.equal(draw(ALL[:64], 32, rng(3)), draw(ALL[:64], 32, rng(4)))


def test_draw_is_draw_from_of_the_sampled_nuisance():
    nuisance = sample_nuisance(8, rng(5))
    assert nuisance.shape == (8, len(NUISANCE))
    assert torch.equal(draw(ALL[:8], 32, rng(5)), draw_from(ALL[:8], nuisance, 32))


def test_a_face_does_not_depend_on_its_batch():
    nuisance = sample_nuisance(512, rng(6))
    together = draw_from(ALL, nuisance, 32)
    alone = torch.cat([draw_from(ALL[i : i + 1], nuisance[i : i + 1], 32) for i in (0, 70, 511)])
    torch.testing.assert_close(together[[0, 70, 511]], alone, atol=1e-4, rtol=0)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    draw(ALL[:32], 32, rng(7))
    assert torch.equal(before, torch.get_rng_state())


def test_bools_and_integers_are_the_same():
    nuisance = sample_nuisance(512, rng(8))
    assert torch.equal(draw_from(ALL, nuisance, 16), draw_from(ALL.bool(), nuisance, 16))


def test_no_faces_are_no_images():
    assert draw(ALL[:0], 32, rng(0)).shape == (0, 3, 32, 32)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(("size", "pixels", "least"), [(16, 2, 0.09), (32, 4, 0.18)])
def test_every_label_shows_whatever_the_others_are(label, size, pixels, least):
    """In all contexts a few pixels change plainly, of a range of 2."""
    nuisance = sample_nuisance(512, rng(9))
    change = (draw_from(ALL, nuisance, size) - draw_from(flip(ALL, label), nuisance, size)).abs()
    strongest = change.amax(1).flatten(1).topk(pixels).values[:, -1]
    assert strongest.min() > least


def test_the_number_of_threads_is_given_back():
    torch.set_num_threads(2)
    draw(ALL[:4], 16, rng(0))
    assert torch.get_num_threads() == 2


# The rows of an upright image, as shares of its height, that a label may change.
PLACES = {
    "Eyeglasses": (0.34, 0.64),
    "Mustache": (0.58, 0.72),
    "Smiling": (0.52, 0.88),
    "Wearing_Lipstick": (0.60, 0.88),
    "Mouth_Slightly_Open": (0.60, 0.88),
    "Narrow_Eyes": (0.38, 0.58),
    "Bald": (0.0, 1.0),
}


@pytest.mark.parametrize("label", PLACES)
def test_a_label_changes_only_its_place(label):
    nuisance = upright(512, 10)
    images, others = (draw_from(x, nuisance, 64) for x in (ALL, flip(ALL, label)))
    top, bottom = PLACES[label]
    assert torch.equal(rows(images, 0, top), rows(others, 0, top))
    assert torch.equal(rows(images, bottom, 1), rows(others, bottom, 1))


def test_hair_covers_no_feature():
    nuisance = upright(512, 11)
    images, others = (draw_from(x, nuisance, 64) for x in (ALL, flip(ALL, "Bald")))
    mouth = (slice(None), slice(None), slice(40, 48), slice(24, 40))
    torch.testing.assert_close(images[mouth], others[mouth])


def test_a_mustache_is_dark_on_every_skin_and_above_every_mouth():
    nuisance = upright(512, 12)
    labels = ALL.clone()
    labels[:, LABELS.index("Mustache")] = 1
    lip = (slice(None), slice(None), slice(41, 44), slice(27, 37))
    with_it = draw_from(labels, nuisance, 64)[lip].mean((1, 2, 3))
    without = draw_from(flip(labels, "Mustache"), nuisance, 64)[lip].mean((1, 2, 3))
    assert (without - with_it).min() > 0.15


def test_lipstick_is_redder_than_lips():
    nuisance = upright(512, 13)
    labels = ALL.clone()
    labels[:, LABELS.index("Wearing_Lipstick")] = 1
    change = draw_from(labels, nuisance, 64) - draw_from(
        flip(labels, "Wearing_Lipstick"), nuisance, 64
    )
    redness = change[:, 0] - change[:, 1]
    assert redness.amax((1, 2)).min() > 0.3
    assert redness.sum((1, 2)).min() > 0


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_larger_face_made_smaller_is_the_smaller_face(size):
    nuisance = sample_nuisance(512, rng(14))
    small = draw_from(ALL, nuisance, size)
    large = functional.avg_pool2d(draw_from(ALL, nuisance, 2 * size), 2)
    error = (small - large).abs()
    assert error.mean() < 0.02
    assert error.amax((1, 2, 3)).median() < 0.5


@pytest.mark.parametrize("name", NUISANCE)
def test_every_nuisance_varies_the_image_of_some_labels(name):
    column = NUISANCE.index(name)
    low, high = sample_nuisance(512, rng(15)), sample_nuisance(512, rng(15))
    low[:, column], high[:, column] = 0.1, 0.9
    change = (draw_from(ALL, low, 32) - draw_from(ALL, high, 32)).abs().amax((1, 2, 3))
    assert change.max() > 0.05


@pytest.mark.parametrize(
    ("labels", "nuisance", "size", "message"),
    [
        (torch.zeros(2, 8, dtype=torch.long), torch.zeros(2, len(NUISANCE)), 32, "labels must be"),
        (torch.full((2, 9), 2), torch.zeros(2, len(NUISANCE)), 32, "0 or 1"),
        (torch.zeros(2, 9), torch.zeros(2, len(NUISANCE)), 32, "integers or bools"),
        (ALL[:2], torch.zeros(3, len(NUISANCE)), 32, "nuisance must be"),
        (ALL[:2], torch.full((2, len(NUISANCE)), 1.5), 32, r"lie in \[0, 1\]"),
        (ALL[:2], torch.full((2, len(NUISANCE)), torch.nan), 32, r"lie in \[0, 1\]"),
        (ALL[:2], torch.zeros(2, len(NUISANCE)), 15, "size must be"),
        (ALL[:2], torch.zeros(2, len(NUISANCE)), 129, "size must be"),
    ],
)
def test_wrong_arguments_are_refused(labels, nuisance, size, message):
    with pytest.raises(ValueError, match=message):
        draw_from(labels, nuisance, size)


@pytest.mark.parametrize("half", [0.01, 0.2, 1.3])
def test_shapes_cover_their_area(half):
    """Summed over pixels of width 0.5, a straight strip covers its own width."""
    at = torch.arange(-20, 20).float()[:, None] * 0.5 + 0.13
    sharpness = torch.tensor([2.0])
    width = torch.tensor([2 * half])
    torch.testing.assert_close(stroke(at, half, sharpness).sum(0) * 0.5, width)
    edges = torch.tensor(-half), torch.tensor(half)
    torch.testing.assert_close(band(at, *edges, sharpness).sum(0) * 0.5, width)
    torch.testing.assert_close(cover(at.abs() - 3, sharpness).sum(0) * 0.5, torch.tensor([6.0]))


def small_network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 2, 1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, 2, 1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 64, 96),
        nn.ReLU(),
        nn.Linear(96, len(LABELS)),
    )


@pytest.mark.slow
def test_a_small_network_reads_every_label():
    generator = rng(16)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = small_network()
    labels = torch.randint(0, 2, (9000, len(LABELS)), generator=generator)
    images = draw(labels, 32, generator)
    held, truth = images[:1000], labels[:1000].bool()
    steps = 900
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for _ in range(steps):
        pick = torch.randint(1000, 9000, (128,), generator=generator)
        loss = functional.binary_cross_entropy_with_logits(net(images[pick]), labels[pick].float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    net.eval()
    with torch.no_grad():
        right = ((net(held) > 0) == truth).float().mean(0)
    assert right.min() > 0.95, dict(zip(LABELS, right.tolist(), strict=True))
