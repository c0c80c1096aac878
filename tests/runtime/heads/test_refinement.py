"""Refined noise, against the normal equations of a linear generator."""

import pytest
import torch

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.heads.refinement import refined


class Linear(EncodingGenerator):
    """Pixels that are sums of noise, and of the labels'."""

    def __init__(self, coding, noise="normal"):
        super().__init__(Image(1, 2, 3), coding, 2, noise)
        random = torch.Generator().manual_seed(1)
        self.weight = torch.nn.Parameter(torch.randn(6, 2, generator=random) / 2)
        self.requires_grad_(False).eval()

    def forward(self, labels, noise):
        said = labels.sum(1, keepdim=True)
        return (noise @ self.weight.T + said).view(-1, 1, 2, 3)

    def noise_of(self, images, labels):
        return images.new_zeros(len(images), 2)

    def read(self, images):
        return images.new_zeros(len(images), self.coding.width)


@pytest.fixture
def case(squares):
    random = torch.Generator().manual_seed(2)
    labels = squares.draw_labels(40, random)
    return torch.randn(40, 1, 2, 3, generator=random) / 2, labels


def test_the_likeliest_noise(squares, case):
    images, labels = case
    made, start = Linear(squares.coding), torch.zeros(40, 2)
    found = refined(made, images, labels, start, 400)
    missed = images.flatten(1) - squares.coding.encode(labels).sum(1, keepdim=True)
    weight = made.weight
    for row in range(0, 40, 7):
        variance = missed[row].square().mean()
        normal = weight.T @ weight / variance + torch.eye(2)
        expected = torch.linalg.solve(normal, weight.T @ missed[row] / variance)
        torch.testing.assert_close(found[row], expected, atol=1e-3, rtol=1e-3)
    alone = refined(made, images[9:10], labels[9:10], start[9:10], 400)
    assert torch.equal(alone[0], found[9])


def test_what_is_left_as_it_is(squares, case):
    images, labels = case
    start = torch.ones(40, 2)
    assert refined(Linear(squares.coding), images, labels, start, 0) is start
    bounded = refined(Linear(squares.coding, "uniform"), images * 9, labels, start, 30)
    assert bounded.abs().max() <= 1
