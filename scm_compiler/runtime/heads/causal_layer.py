"""The causal layer of CausalVAE (Yang et al. 2021): exogenous to endogenous concepts, and masks.

There are n concepts of k numbers each. A[j, i] says how much concept j adds to concept i. Only the
entries that are allowed can be other than 0.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import elu

from scm_compiler.runtime.heads.networks import RowLinear

MILD = 32
"""The size of the hidden layer of a g_i."""


class CausalLayer(nn.Module):
    """z = (I − Aᵀ)⁻¹ ε of (1), and z_i = g_i(A_i ∘ z) + ε_i of (2).

    Here g_i(v) is the sum of what the parents add and a small network of v, 0 at first, so that
    the layer starts as the linear model of (1).

    Args:
        size: k.
        allowed: (n, n), whether A[j, i] may be other than 0; no circle.
    """

    allowed: Tensor

    def __init__(self, size: int, allowed: Tensor) -> None:
        super().__init__()
        count = len(allowed)
        self.size = size
        self.register_buffer("allowed", allowed.float())
        self.weight = nn.Parameter(torch.full((count, count), 0.5))
        self.first = nn.ModuleList(RowLinear(count * size, MILD) for _ in range(count))
        self.last = nn.ModuleList(RowLinear(MILD, size) for _ in range(count))
        for weight in self.last.parameters():
            nn.init.zeros_(weight)

    @property
    def adjacency(self) -> Tensor:
        """A (n, n)."""
        return self.weight * self.allowed

    @property
    def mixing(self) -> Tensor:
        """C = (I − Aᵀ)⁻¹ (n, n)."""
        unit = torch.eye(len(self.weight), device=self.weight.device)
        mixing: Tensor = torch.linalg.inv(unit - self.adjacency.T)
        return mixing

    def endogenous(self, exogenous: Tensor) -> Tensor:
        """Z (B, n, k) of ε (B, n, k)."""
        return _mixed(self.mixing, exogenous)

    def exogenous(self, endogenous: Tensor) -> Tensor:
        """ε = (I − Aᵀ) z (B, n, k) of z (B, n, k)."""
        return endogenous - _mixed(self.adjacency.T, endogenous)

    def variances(self, exogenous: Tensor) -> Tensor:
        """The variances of z (B, n, k), of independent ε with these variances."""
        return _mixed(self.mixing.square(), exogenous)

    def caused(self, endogenous: Tensor) -> Tensor:
        """g_i(A_i ∘ z) of each concept: (B, n, k)."""
        adjacency = self.adjacency
        mild = [
            last(elu(first((endogenous * adjacency[:, rank, None]).flatten(1))))
            for rank, (first, last) in enumerate(zip(self.first, self.last, strict=True))
        ]
        having = (self.allowed.sum(0) > 0).float()[:, None]
        return _mixed(adjacency.T, endogenous) + torch.stack(mild, 1) * having

    def forward(self, endogenous: Tensor) -> Tensor:
        """What the masks make of z (B, n, k): g_i(A_i ∘ z) + ε_i, with the ε of (1)."""
        return self.caused(endogenous) + self.exogenous(endogenous)


def acyclicity(adjacency: Tensor) -> Tensor:
    """H(A) = tr((I + A ∘ A / n)ⁿ) − n of (13): 0 exactly where A has no circle.

    >>> acyclicity(torch.tensor([[0.0, 2.0], [0.0, 0.0]])).item()
    0.0
    >>> acyclicity(torch.tensor([[0.0, 1.0], [1.0, 0.0]])).item()
    0.5
    """
    count = len(adjacency)
    unit = torch.eye(count, dtype=adjacency.dtype, device=adjacency.device)
    powers: Tensor = torch.linalg.matrix_power(unit + adjacency.square() / count, count)
    return powers.trace() - count


def _mixed(matrix: Tensor, vectors: Tensor) -> Tensor:
    """M v (B, n, k) of M (n, n) and v (B, n, k); each row by itself, to the bit."""
    return (matrix[None, :, :, None] * vectors[:, None]).sum(2)
