from math import exp

import pytest
import torch

from scm_compiler.runtime.heads.head import NUMBER, LabelCoding
from scm_compiler.runtime.heads.jitter import (
    ENDS,
    RATES,
    label_logits,
    signed,
    truncated_exponential,
)


@pytest.mark.parametrize(("rate", "end"), list(zip(RATES, ENDS, strict=True)))
def test_the_truncated_exponential_has_its_distribution_and_mean(rate, end):
    uniform = (torch.arange(200_000) + 0.5) / 200_000
    drawn = truncated_exponential(uniform, rate, end)
    assert drawn.min() >= 0
    assert drawn.max() <= end + 1e-6
    for x in (0.02, 0.1, 0.15):
        share = (1 - exp(-rate * x)) / (1 - exp(-rate * end))
        assert (drawn < x).double().mean().item() == pytest.approx(share, abs=1e-4)


def test_the_published_means():
    uniform = (torch.arange(100_000) + 0.5) / 100_000
    means = [
        truncated_exponential(uniform, *pair).mean().item()
        for pair in zip(RATES, ENDS, strict=True)
    ]
    assert means == pytest.approx([0.084, 0.063], abs=1e-3)


def test_jitter_keeps_labels_on_their_side_and_shares_one_draw():
    noise = torch.rand(5000, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    labels = torch.tensor([[0.0, 1.0, 0.0]]).expand(5000, 3)
    probability = label_logits(labels, noise).sigmoid()
    assert probability[:, 0].min() >= 0
    assert probability[:, 0].max() <= 0.5 + 1e-6
    torch.testing.assert_close(probability[:, 1], 1 - probability[:, 0], atol=1e-5, rtol=0)
    assert torch.equal(probability[:, 0], probability[:, 2])


def test_without_jitter():
    probability = label_logits(torch.tensor([[0.0, 0.5, 1.0]]), None).sigmoid()
    torch.testing.assert_close(probability, torch.tensor([[0.3, 0.5, 0.7]]))


def test_a_number_stands_for_itself():
    coding = LabelCoding(("A", "Light", "B"), (2, NUMBER, 2), (0, 1, 2), scales={"Light": (1, 2)})
    encoded = coding.encode(torch.tensor([[1.0, 2.0, 0.0]]))
    assert signed(encoded, coding).tolist() == [[1.0, 0.5, -1.0]]
