import pytest
import torch
from torch import nn

from scm_compiler.runtime.heads.networks import (
    LabelledNorm,
    LabelProjection,
    MinibatchFeatures,
    RowLinear,
    bounded,
    normalised,
    seeded,
    start_dcgan,
)


def test_an_outline_is_given_no_weights(monkeypatch):
    """Torch would load its compiler for them, which takes longer than drawing an image."""
    monkeypatch.setattr(nn.init, "normal_", lambda *_, **__: pytest.fail("weights were drawn"))
    with torch.device("meta"):
        assert nn.Conv2d(3, 4, 3).apply(start_dcgan).weight.shape == (4, 3, 3, 3)


def test_seeded_depends_on_its_generator_alone():
    def weights(seed: int) -> torch.Tensor:
        with seeded(torch.Generator().manual_seed(seed)):
            return nn.Linear(3, 3).weight

    one, same, other = weights(1), weights(1), weights(2)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_minibatch_features_against_a_double_loop():
    torch.manual_seed(0)
    layer = MinibatchFeatures(4, (8, 8), width=4, kernels=5, dimension=3, side=4)
    features = torch.randn(6, 4, 8, 8)
    found = layer(features)
    assert found.shape == (6, 9, 8, 8)
    assert torch.equal(found[:, :4], features)
    hidden = layer.second(nn.functional.leaky_relu(layer.first(features), 0.2)).flatten(1)
    points = layer.project(hidden).view(6, 5, 3)
    for image in range(6):
        others = [other for other in range(6) if other != image]
        distances = torch.stack([(points[image] - points[o]).abs().sum(1) for o in others])
        expected = torch.exp(-distances).mean(0)
        torch.testing.assert_close(found[image, 4:, 3, 5], expected, atol=1e-5, rtol=1e-4)


def test_spectral_norm_bounds_the_largest_singular_value():
    layer = bounded(nn.Linear(20, 30), "spectral")
    with torch.no_grad():
        layer.parametrizations.weight.original.mul_(50)
        for _ in range(50):
            layer(torch.zeros(1, 20))
    assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("norm", ["batch", "group", "none"])
def test_labels_scale_and_shift(norm):
    torch.manual_seed(0)
    layer = LabelledNorm(12, 2, norm)
    features, labels = torch.randn(4, 12, 5, 5), torch.tensor([[1.0, -1.0]] * 4)
    plain = layer(features, labels)
    torch.testing.assert_close(plain, layer.norm(features))
    with torch.no_grad():
        layer.modulation.weight[:, 0] = 0.5
    torch.testing.assert_close(layer(features, labels), plain * 1.5 + 0.5)


def test_group_norm_is_of_one_image():
    torch.manual_seed(0)
    layer = normalised(12, "group")
    images = torch.randn(3, 12, 4, 4)
    torch.testing.assert_close(layer(images)[1:2], layer(images[1:2]))


def test_projection_is_an_inner_product():
    torch.manual_seed(0)
    layer = LabelProjection(3, 5, "none")
    labels, features = torch.randn(2, 3), torch.randn(2, 5)
    expected = torch.einsum("bf,fe,be->b", features, layer.embedding.weight, labels)
    torch.testing.assert_close(layer(features, labels), expected)


@pytest.mark.parametrize("outputs", [1, 8, 24, 100])
def test_a_row_has_the_same_bits_wherever_it_stands(outputs):
    random = torch.Generator().manual_seed(0)
    layer = RowLinear(9, outputs).eval()
    rows = torch.randn(32, 9, generator=random)
    with torch.no_grad():
        whole = layer(rows)
        assert torch.equal(layer(rows.flip(0)).flip(0), whole)
        assert all(
            torch.equal(layer(rows[[row]].expand(32, -1))[0], whole[row]) for row in range(32)
        )
        torch.testing.assert_close(whole, layer.train()(rows))
