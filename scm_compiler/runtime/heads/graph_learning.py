"""Learning the causal layer's A from labels: (11) and (13), by an augmented Lagrangian.

As the paper pre-trains it (appendix C.3), after Yu et al. 2019.
"""

from collections import deque
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from scm_compiler.runtime.heads.causal_layer import acyclicity

ROUNDS, STEPS = 8, 60
"""The rounds of multiplier and penalty, and the steps of Adam in each."""

RATE, SPARSITY = 2e-2, 0.05
GROWTH, PROGRESS = 10.0, 0.25
"""The penalty grows so much where a round does not bring H down to this share."""

STEEP = 4.0
"""The inverse of σ's slope at 0: with it an entry is a slope, whatever the scale is."""

TINY = 1e-4
"""The least mean square that still counts: a label may follow from the others exactly."""

CIRCLE, FAINT = 1e-8, 0.05
"""An A with less H has no circle; an entry that is smaller is none."""


class _Given(nn.Module):
    """What (11) makes of labels."""

    def __init__(self, adjacency: Tensor) -> None:
        super().__init__()
        count = len(adjacency)
        self.weight = nn.Parameter(adjacency)
        self.offset, self.scale, self.shift = (
            nn.Parameter(torch.full((count,), start)) for start in (0.0, STEEP, -STEEP / 2)
        )

    def missed(self, labels: Tensor, allowed: Tensor) -> Tensor:
        """The logarithm of each label's mean square (n,)."""
        read = labels @ (self.weight * allowed) * STEEP / self.scale + self.offset
        given = self.scale * torch.sigmoid(read) + self.shift
        return (labels - given).square().mean(0).clamp(min=TINY).log()


def learnt_graph(labels: Tensor, random: torch.Generator) -> Tensor:
    """A (n, n) without circles that gives each label of the others as well as it can.

    Made small is how far u is from s σ(4 Aᵀ u / s + b) + t: (11), with a scale s and an offset t
    for labels that need not be binary. Summed up is the logarithm of each label's mean square and
    not the square itself, or the labels' scales would decide which causes which (Ng et al. 2020).

    Args:
        labels: Numbers u (N, n), each of mean 0 and variance 1.
        random: Of the first A.
    """
    return without_circles(deque(learning(labels, random), 1).pop())


def learning(labels: Tensor, random: torch.Generator) -> Iterator[Tensor]:
    """A (n, n) before the first step and after each; see `learnt_graph`."""
    count = labels.shape[1]
    allowed = 1 - torch.eye(count)
    place = torch.randperm(count, generator=random)
    after = (place[:, None] < place).float()
    model = _Given(torch.rand(count, count, generator=random) * after)
    multiplier, penalty, before = 0.0, 1.0, float("inf")
    for _ in range(ROUNDS):
        adam = torch.optim.Adam(model.parameters(), lr=RATE)
        for _ in range(STEPS):
            adjacency = model.weight * allowed
            circle = acyclicity(adjacency)
            loss = model.missed(labels, allowed).mean() / 2 + SPARSITY * adjacency.abs().sum()
            yield adjacency.detach()
            adam.zero_grad()
            (loss + multiplier * circle + penalty / 2 * circle**2).backward()  # type: ignore[no-untyped-call]
            adam.step()
        circled = float(acyclicity((model.weight * allowed).detach()))
        if circled < CIRCLE:
            break
        multiplier += penalty * circled
        penalty *= GROWTH if circled > PROGRESS * before else 1.0
        before = circled
    yield (model.weight * allowed).detach()


def without_circles(adjacency: Tensor) -> Tensor:
    """The matrix without its faint entries, and without the faintest that close a circle.

    >>> without_circles(torch.tensor([[0.0, 2.0], [1.0, 0.0]]))
    tensor([[0., 2.],
            [0., 0.]])
    """
    found = torch.where(adjacency.abs() >= FAINT, adjacency, 0)
    for place in found.abs().flatten().argsort().tolist():
        if float(acyclicity(found.sign().abs())) == 0:
            break
        found.view(-1)[place] = 0
    return found
