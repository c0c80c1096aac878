"""The faces that scmc draws."""

import numpy as np
import pytest
import torch

from scm_compiler.ir import Image
from scm_compiler.runtime.data.drawn_faces import LABELS, draw_from, sample_nuisance
from scm_compiler.runtime.data.images.drawn import COUNT, list_drawn
from scm_compiler.runtime.data.images.image_spec import ImageSpec

SIZE = Image(3, 16, 16)


@pytest.fixture
def nine(faces):
    return faces(" ".join(LABELS), SIZE)


def test_the_images_show_their_labels(load, nine):
    table = load("drawn-faces:40", nine)
    generator = torch.Generator().manual_seed(0)
    torch.rand(40, generator=generator, dtype=torch.float64)  # the labels
    drawn = draw_from(torch.from_numpy(table.labels), sample_nuisance(40, generator), 16)
    difference = table.images / 127.5 - 1 - drawn.numpy()
    assert np.abs(difference).max() <= 1 / 255 + 1e-6


def test_the_labels_follow_celeba(nine):
    labels = list_drawn("100000", ImageSpec.of(nine, "Face")).labels
    shares = dict(zip(LABELS, labels.mean(axis=0), strict=True))
    # The marginals of the 202,599 images; six standard errors of 100,000 draws.
    for name, share in {"Male": 0.41675, "Mustache": 0.04154, "Young": 0.77362}.items():
        assert shares[name] == pytest.approx(share, abs=6 * (share * (1 - share) / 1e5) ** 0.5)
    column = LABELS.index
    women = labels[labels[:, column("Male")] == 0]
    assert women[:, column("Mustache")].mean() < 1e-3  # 3 of 118,165 in CelebA


def test_some_of_the_nine_in_another_order(load, faces, nine):
    few = load("drawn-faces:30", faces("Smiling Male", SIZE))
    everything = load("drawn-faces:30", nine)
    columns = [LABELS.index("Smiling"), LABELS.index("Male")]
    assert few.labels.tolist() == everything.labels[:, columns].tolist()
    assert (few.images == everything.images).all()


def test_a_seed_gives_the_same_faces(load, nine, faces):
    first, other = load("drawn-faces:10", nine), load("drawn-faces:10?seed=1", nine)
    assert first.fingerprint == load("drawn-faces:10", nine).fingerprint
    assert first.fingerprint != other.fingerprint
    assert len(load("drawn-faces:10", nine, limit=4)) == 4
    large = load("drawn-faces:10", faces(" ".join(LABELS), Image(3, 32, 32)))
    assert large.labels.tolist() == first.labels.tolist()
    halved = large.images.reshape(10, 3, 16, 2, 16, 2).mean(axis=(3, 5))
    assert np.abs(halved - first.images).mean() < 5  # the same faces


def test_the_default_number(nine):
    assert len(list_drawn("", ImageSpec.of(nine, "Face")).pictures) == COUNT


def test_what_cannot_be_drawn(refusal, faces):
    found = refusal("drawn-faces", faces("Male Mustach Hat", SIZE))
    assert "`drawn-faces` cannot draw `Face`: it does not show the label `Mustach`" in found
    assert "did you mean `Mustache`?" in found
    assert "label `Hat`" in found
    assert "is not binary" in refusal("drawn-faces", faces("Male:no|yes", SIZE))
    for shape in (Image(1, 16, 16), Image(3, 16, 32), Image(3, 8, 8), Image(3, 256, 256)):
        assert "error[E676]" in refusal("drawn-faces", faces("Male", shape))


@pytest.mark.parametrize("place", ["x", "0", "-3", "99999999", "5?seed=", "1000001"])
def test_a_number_that_is_none(refusal, nine, place):
    assert "error[E670]" in refusal(f"drawn-faces:{place}", nine)


def test_the_truth_of_a_face(load, nine):
    table = load("drawn-faces:20", nine)
    rows = np.arange(20)
    assert (table.truth.redrawn(rows, table.labels) == table.images).all()
    turned = table.labels.copy()
    turned[:, LABELS.index("Eyeglasses")] ^= 1
    again = table.truth.redrawn(rows, turned)
    assert (again != table.images).any(axis=(1, 2, 3)).all()
    assert table.truth.imagined(rows, {"Male": 1}) is None
