"""The written-out gradient of the critic's loss against automatic differentiation."""

from itertools import pairwise

import pytest
import torch
from torch.nn.functional import leaky_relu

from scm_compiler.runtime.controller.wgan_gp.critic import Critic


def made(hidden, dtype, seed=0):
    random = torch.Generator().manual_seed(seed)
    critic = Critic(9, hidden, generator=random, dtype=dtype)
    for bias in critic.biases:
        bias.copy_(0.3 * torch.randn(bias.shape, generator=random, dtype=dtype))
    real = (torch.rand(32, 9, generator=random) < 0.5).to(dtype)
    fake = torch.rand(32, 9, generator=random, dtype=dtype)
    mix = torch.rand(32, 1, generator=random, dtype=dtype)
    return critic, real, fake, mix


def reference(critic, hidden, real, fake, mix, penalty):
    """The loss's gradient and terms by double backward, from the flat parameters alone."""
    flat = critic.flat.clone().requires_grad_()
    parts = torch.split(flat, [n for i, o in pairwise((9, *hidden, 1)) for n in (i * o, o)])

    def score(x):
        for weight, bias in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            x = leaky_relu(x @ weight.view(x.shape[1], -1) + bias, 0.2)
        return (x @ parts[-2].view(-1, 1) + parts[-1]).squeeze(1)

    between = (real + mix * (fake - real)).requires_grad_()
    (slope,) = torch.autograd.grad(score(between).sum(), between, create_graph=True)
    excess = ((slope.norm(dim=1) - 1) ** 2).mean()
    gap = score(fake).mean() - score(real).mean()
    (gradient,) = torch.autograd.grad(gap + penalty * excess, flat)
    return gradient, torch.stack([gap, excess]).detach()


@pytest.mark.parametrize("hidden", [(15,) * 5, (64,) * 3, (7,)])
@pytest.mark.parametrize("penalty", [0.0, 0.1, 10.0])
def test_gradient_equals_double_backward(hidden, penalty):
    critic, *rows = made(hidden, torch.float64)
    terms = critic.backward(*rows, penalty)
    gradient, expected = reference(critic, hidden, *rows, penalty)
    torch.testing.assert_close(critic.flat.grad, gradient, atol=1e-12, rtol=1e-10)
    torch.testing.assert_close(terms, expected, atol=1e-12, rtol=1e-10)


def test_gradient_in_single_precision():
    critic, *rows = made((15,) * 5, torch.float32)
    critic.backward(*rows, 0.1)
    gradient, _ = reference(critic, (15,) * 5, *rows, 0.1)
    torch.testing.assert_close(critic.flat.grad, gradient, atol=1e-6, rtol=1e-4)


def test_a_second_call_overwrites_the_first():
    critic, *rows = made((15,) * 2, torch.float64)
    critic.backward(*rows, 0.1)
    once = critic.flat.grad.clone()
    critic.backward(*rows, 0.1)
    assert torch.equal(critic.flat.grad, once)


def test_a_flat_critic_has_a_finite_gradient():
    critic, *rows = made((15,) * 2, torch.float64)
    critic.flat.zero_()
    gap, excess = critic.backward(*rows, 0.1)
    assert gap == 0
    assert excess == 1
    assert critic.flat.grad.isfinite().all()


def test_scores_carry_gradients_to_the_rows():
    critic, real, fake, _ = made((15,) * 2, torch.float64)
    fake.requires_grad_()
    critic(fake).sum().backward()
    step = 1e-6 * torch.randn(fake.shape, dtype=torch.float64)
    moved = (critic(fake + step) - critic(fake)).sum()
    torch.testing.assert_close(moved, (fake.grad * step).sum(), rtol=1e-4, atol=1e-12)
    assert critic(real).shape == (32,)
