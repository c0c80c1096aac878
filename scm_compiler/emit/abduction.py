"""Abduction: the exogenous noise of units whose labels are known, node by node.

Without hidden common causes the noise of a label says nothing of any other label once the label
and its parents are known. So P(noise | labels) is a product of small posteriors, one a label
(Pearl 2009, section 7.1.3): a draw from each gives the noise of a unit that has just these labels,
and running the module on it under `do` gives that same unit in another world.

An explicit label's number is uniform on the interval that its thresholds leave. A network's noise
has no closed form: it is drawn until the network gives the value, at a cost of
1 / P(value | parents) for that label alone, however rare the labels are together.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from scm_compiler.emit.explicit import ExplicitModule
from scm_compiler.emit.mechanism import encode
from scm_compiler.emit.module import CausalModule

MOST_PASSES = 20_000
"""So often is a network's noise drawn anew before its value counts as out of reach."""


@torch.no_grad()
def abduct(
    module: CausalModule,
    values: Tensor,
    *,
    do: Mapping[str, int] | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw noise from P(noise | labels).

    Args:
        module: Without hidden common causes. In float32 a probability below 2^-24 has no noise;
            `module.double()` reaches 2^-53.
        values: (B, V) value indices, in the order of declaration.
        do: The labels that were held in the units' world; their noise is free.
        generator: Where the noise comes from; the global generator if None.

    Returns:
        (B, N) with `module(noise, do) == values`.

    Raises:
        ValueError: If the graph has hidden common causes, or no noise gives some label's value.

    Example:
        >>> from scm_compiler.ir import Graph, Node
        >>> from scm_compiler.ir.domain import BINARY
        >>> module = ExplicitModule(Graph("one", (Node("A", "binary", BINARY),)))
        >>> noise = abduct(module, torch.tensor([[0], [1]]))
        >>> module(noise).tolist(), (noise < 0.5).tolist()
        ([[0], [1]], [[False], [True]])
    """
    if module.graph.confounders:
        raise ValueError("noise that labels share (`<->`) is not that of one label")
    labels = module.layout.labels
    if not labels:
        return module.draw_noise(len(values), generator=generator)
    held = [labels.index(name) for name in do or {}]
    noise = _draw(module, values, held, generator)
    for _ in range(MOST_PASSES):
        wrong = _values(module, values, noise) != values
        wrong[:, held] = False
        if not wrong.any():
            return noise
        rows = wrong.any(1).nonzero().squeeze(1)
        fresh = _draw(module, values[rows], held, generator)
        for column, reads in enumerate(module.reads()):
            again = rows[wrong[rows, column]].unsqueeze(1)
            noise[again, list(reads.noise)] = fresh[wrong[rows, column]][:, list(reads.noise)]
    names = ", ".join(labels[column] for column in wrong.any(0).nonzero().flatten().tolist())
    raise ValueError(f"no noise gives some values of {names}")


def _draw(
    module: CausalModule, values: Tensor, held: list[int], generator: torch.Generator | None
) -> Tensor:
    """Noise (B, N): of explicit labels from the posterior, of networks from the prior."""
    noise = module.draw_noise(len(values), generator=generator)
    if not isinstance(module, ExplicitModule):
        return noise
    scores = _scores(module, values, torch.full_like(noise, 0.5))
    for column, (reads, score) in enumerate(zip(module.reads(), scores, strict=True)):
        if column not in held:
            (place,) = reads.noise
            noise[:, place] = _inside(score, values[:, column], noise[:, place])
    return noise


def _inside(score: Tensor, values: Tensor, uniform: Tensor) -> Tensor:
    """Numbers of [0, 1) moved into the intervals P(x > v) <= u < P(x >= v).

    Args:
        score: The logits of P(x > k), (B, size - 1).
        values: (B,).
        uniform: (B,).
    """
    ones = uniform.new_ones(len(uniform), 1)
    above = torch.sigmoid(score).expand(len(uniform), -1)
    ends = torch.cat([ones, above, torch.zeros_like(ones)], 1)
    high, low = (ends.gather(1, values.unsqueeze(1) + k).squeeze(1) for k in (0, 1))
    return low + (high - low) * uniform


def _values(module: CausalModule, values: Tensor, noise: Tensor) -> Tensor:
    """What each label becomes (B, V) if its parents have these values, all labels at once."""
    columns = []
    for score, size in zip(_scores(module, values, noise), module.layout.sizes, strict=True):
        if isinstance(module, ExplicitModule):
            columns.append((score > 0).sum(1))
        else:
            columns.append((score[:, 0] > 0).long() if size == 2 else score.argmax(1))
    return torch.stack(columns, 1)


def _scores(module: CausalModule, values: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
    """Each label's scores where its parents have these values.

    For an explicit label they are logit P(x > k) - logit u, of which the second is zero at one
    half.
    """
    sizes = module.layout.sizes
    columns = [encode(values[:, rank], size, noise.dtype) for rank, size in enumerate(sizes)]
    found = module.scores(torch.cat(columns, 1), noise)
    return tuple(score.expand(len(noise), -1) for score in found)
