"""Layers that look at the whole batch, where it is spread over several processes.

Batch norm and the distances within the batch are the only layers of the heads whose result for an
image depends on other images. With the versions here they see the images of all processes, so that
a step is the same as that of one process with the whole batch, up to the order of sums.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from scm_compiler.runtime.heads.networks import MinibatchFeatures
from scm_compiler.runtime.training.team import Team, sum_up


class _Sum(torch.autograd.Function):
    """The sum over all processes; its gradient is the sum of theirs."""

    @staticmethod
    def forward(_context: FunctionCtx, given: Tensor) -> Tensor:
        total = given.clone()
        sum_up(total)
        return total

    @staticmethod
    def backward(_context: FunctionCtx, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        sum_up(total)
        return total


def summed(given: Tensor) -> Tensor:
    """The sum of a tensor over all processes, differentiably."""
    total: Tensor = _Sum.apply(given)  # type: ignore[no-untyped-call]
    return total


class TeamBatchNorm(nn.BatchNorm2d):
    """Batch norm over the images of all processes; its weights bear the same names.

    Args:
        own: The batch norm of one process that it takes the place of.
        team: The processes.
    """

    def __init__(self, own: nn.BatchNorm2d, team: Team) -> None:
        super().__init__(own.num_features, own.eps, own.momentum)
        self.load_state_dict(own.state_dict())
        self.team = team

    def __deepcopy__(self, memo: dict[int, object]) -> "TeamBatchNorm":
        copied = TeamBatchNorm(self, self.team)
        copied.train(self.training)
        memo[id(self)] = copied
        return copied

    def forward(self, features: Tensor) -> Tensor:
        """The normalised features (B, C, H, W); in evaluation mode by the running statistics."""
        if not self.training:
            return super().forward(features)
        wide = features.float()
        count = wide.numel() // wide.shape[1] * self.team.size
        mean = summed(wide.sum((0, 2, 3))) / count
        centred = wide - mean[:, None, None]
        variance = summed(centred.square().sum((0, 2, 3))) / count
        self._remember(mean.detach(), variance.detach() * (count / max(count - 1, 1)))
        scale = self.weight * (variance + self.eps).rsqrt()
        normal = centred * scale[:, None, None] + self.bias[:, None, None]
        return normal.to(features.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        share = 0.1 if self.momentum is None else self.momentum
        for running, now in ((self.running_mean, mean), (self.running_var, variance)):
            if running is not None:
                running.lerp_(now.to(running.dtype), share)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


def join(network: nn.Module, team: Team) -> None:
    """Let the layers of a network see the images of all processes."""
    if team.alone:
        return
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d) and not isinstance(child, TeamBatchNorm):
                setattr(module, name, TeamBatchNorm(child, team))
        if isinstance(module, MinibatchFeatures):
            module.everyone = lambda points: _gathered(points, team)


def _gathered(points: Tensor, team: Team) -> Tensor:
    """The points (K, B, D) of all processes, along the batch."""
    kernels, rows, size = points.shape
    whole = points.new_zeros(kernels, rows * team.size, size)
    whole[:, team.rank * rows : (team.rank + 1) * rows] = points
    return summed(whole)
