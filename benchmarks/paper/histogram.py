"""The total variation distance of continuous variables: that of their histograms.

The paper names no estimator for Figure 6; its code compares histograms of 10 x 10 x 10 bins on
[0, 1]^3 of 50,000 samples each, and so does this. Two samples of the truth itself lie a little
apart by that measure: the floor, which is reported beside every curve.
"""

import torch
from torch import Tensor

BINS = 10
SAMPLES = 50_000


def shares(rows: Tensor, bins: int = BINS) -> Tensor:
    """The share of the rows (R, N, D) in [0, 1]^D in each bin: (R, bins^D).

    >>> shares(torch.tensor([[[0.0], [0.05], [1.0]]]), bins=2)
    tensor([[0.6667, 0.3333]])
    """
    replicas, count, axes = rows.shape
    places = (rows * bins).long().clamp_(0, bins - 1)
    index = torch.zeros(replicas, count, dtype=torch.long, device=rows.device)
    for axis in range(axes):
        index = index * bins + places[..., axis]
    found = torch.zeros(replicas, bins**axes, device=rows.device)
    found.scatter_add_(1, index, torch.ones_like(index, dtype=found.dtype))
    return found / count


def total_variation(left: Tensor, right: Tensor) -> Tensor:
    """Half the sum of the absolute differences, over the last axis.

    >>> total_variation(torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.0, 0.5, 0.5]))
    tensor(0.5000)
    """
    return (left - right).abs().sum(-1) / 2


def projected(cells: Tensor, parents: tuple[tuple[int, ...], ...], bins: int = BINS) -> Tensor:
    """What is left of a distribution when a graph's missing edges are believed.

    The product over the nodes of P(node | parents), all of them read off the binned distribution:
    of all binned distributions of the graph, the one of greatest likelihood.

    Args:
        cells: (R, bins^D) shares.
        parents: Of each node its parents' places.
        bins: Of each axis.
    """
    axes = len(parents)
    joint = cells.view(-1, *[bins] * axes)
    found = torch.ones_like(joint)
    for node, causes in enumerate(parents):
        family = _marginal(joint, (*causes, node))
        found = found * family / family.sum(node + 1, keepdim=True).clamp_min(1e-30)
    return found.reshape(len(cells), -1)


def _marginal(joint: Tensor, kept: tuple[int, ...]) -> Tensor:
    others = [axis + 1 for axis in range(joint.ndim - 1) if axis not in kept]
    return joint.sum(others, keepdim=True) if others else joint
