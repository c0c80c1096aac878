"""The running average of a network's weights."""

from copy import deepcopy
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def copied(network: Network) -> Network:
    """A copy of the network that takes no gradients, in evaluation mode."""
    return deepcopy(network).requires_grad_(False).eval()


@torch.no_grad()
def average_into(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move an average towards a network: a <- d a + (1 - d) w.

    The decay grows from 2/11 to `decay` over the first steps, so that the first weights are soon
    forgotten. Running statistics of batch norm are averaged too, counters copied.

    Args:
        average: What is moved.
        network: Where to.
        decay: The final decay; 0 copies.
        step: The number of steps taken, from 1.
    """
    share = 1 - min(decay, (1 + step) / (10 + step))
    pairs = list(zip(_tensors(average), _tensors(network), strict=True))
    means = [mean for mean, _ in pairs if mean.is_floating_point()]
    torch._foreach_lerp_(means, [last for _, last in pairs if last.is_floating_point()], share)
    for mean, last in pairs:
        if not mean.is_floating_point():
            mean.copy_(last)


def _tensors(network: nn.Module) -> list[Tensor]:
    return [*network.parameters(), *network.buffers()]
