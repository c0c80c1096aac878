"""A is learnt from labels whose graph is known."""

import pytest
import torch

from scm_compiler.runtime.heads.graph_learning import learning, learnt_graph

ROWS = 4000


def numbers(random):
    """A, B -> C -> D, each the sum of its causes and noise."""
    first, second = ((2 * torch.rand(ROWS, generator=random) - 1) * 3**0.5 for _ in range(2))
    third = 0.9 * first + 0.6 * second + 0.5 * torch.randn(ROWS, generator=random)
    return first, second, third, 0.8 * third + 0.6 * torch.randn(ROWS, generator=random)


def coins(random):
    """The same edges between labels of two values."""

    def toss(chance):
        return (torch.rand(ROWS, generator=random) < chance).float()

    first, second = (toss(torch.full((ROWS,), 0.5)) for _ in range(2))
    third = toss(0.1 + 0.4 * first + 0.4 * second)
    return first, second, third, toss(0.2 + 0.6 * third)


@pytest.mark.parametrize("draw", [numbers, coins])
def test_causes_that_meet_are_found_and_the_weights_are_slopes(draw):
    random = torch.Generator().manual_seed(5)
    labels = torch.stack(draw(random), 1)
    labels = (labels - labels.mean(0)) / labels.std(0)
    found = learnt_graph(labels, random)
    assert (found != 0).nonzero().tolist() == [[0, 2], [1, 2], [2, 3]]
    slopes = torch.linalg.lstsq(labels[:, :2], labels[:, 2:3]).solution[:, 0]
    torch.testing.assert_close(found[:2, 2], slopes, atol=0.25, rtol=0)


def test_each_step_is_told():
    labels = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    steps = learning(labels, torch.Generator().manual_seed(1))
    first, second = next(steps), next(steps)
    assert 0 < (first - second).abs().max() < 0.1
    last = learnt_graph(labels, torch.Generator().manual_seed(1))
    assert last.shape == first.shape
