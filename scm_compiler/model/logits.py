"""Logits and the probabilities of explicit mechanisms that they stand for, there and back."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from scm_compiler.ir.domain import Exponential
from scm_compiler.model.exponential import likeliest

NEVER = 1000.0
"""The size of a logit whose probability is exactly 0 or 1 in float64, and which is finite."""


def survival(logits: Tensor) -> Tensor:
    """P(x > k) for k = 0 … size - 2, from logits (…, outputs): (…, size - 1).

    >>> survival(torch.tensor([0.0]))
    tensor([0.5000])
    >>> survival(torch.tensor([0.0, 0.0, 0.0, 0.0]))
    tensor([0.7500, 0.5000, 0.2500])
    """
    if logits.shape[-1] == 1:
        return torch.sigmoid(logits)
    tails = torch.softmax(logits, -1).flip(-1).cumsum(-1).flip(-1)
    return tails[..., 1:]


def probabilities(logits: Tensor) -> Tensor:
    """P(x = k) for every value, from logits (…, outputs): (…, size)."""
    if logits.shape[-1] == 1:
        return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], -1)
    return torch.softmax(logits, -1)


def logits_of(family: Exponential, natural: Tensor) -> Tensor:
    """The logits (…, size) of distributions of a family, by their parameters (…, parameters)."""
    return natural.new_tensor(family.base) + natural @ natural.new_tensor(family.statistics)


def weights(family: Exponential | None, probabilities: NDArray[np.float64]) -> Tensor:
    """What a table of a module holds: logits, or the parameters of the nearest distributions."""
    if family is None:
        return logits(probabilities)
    return torch.from_numpy(likeliest(family, probabilities))


def logits(probabilities: NDArray[np.float64]) -> Tensor:
    """The logits (…, outputs) of a table (…, size): one for two values, else one a value.

    A probability of exactly 0 or 1 stays so when the logits are taken back in float64.

    >>> logits(np.array([[0.5, 0.5], [1.0, 0.0]])).flatten().tolist()
    [0.0, -1000.0]
    """
    with np.errstate(divide="ignore"):
        logs = np.log(probabilities)
    values = logs[..., 1:] - logs[..., :1] if probabilities.shape[-1] == 2 else logs
    return torch.from_numpy(np.clip(values, -NEVER, NEVER))


def log_chances(logits: Tensor, values: Tensor) -> Tensor:
    """The log of P(x = value) in nats (B,), from logits (B, outputs) and values (B,)."""
    if logits.shape[1] == 1:
        signs = values.to(logits.dtype) * 2 - 1
        return logsigmoid(logits[:, 0] * signs)
    return torch.log_softmax(logits, 1).gather(1, values.unsqueeze(1)).squeeze(1)


def on_grid(steps: Tensor, dtype: torch.dtype) -> Tensor:
    """Probabilities rounded to the grid of uniform numbers of this type.

    `torch.rand` gives multiples of 2^-24 in float32 and of 2^-53 in float64. On that grid
    `u < step` has exactly the probability `step`; off it, the next larger multiple.

    Args:
        steps: Probabilities in float64.
        dtype: Of the uniform numbers.
    """
    grid = 2.0**53 if dtype == torch.float64 else 2.0**24
    return (steps * grid).round_().div_(grid).to(dtype)


def multilinear(table: Tensor, weights: list[Tensor]) -> Tensor:
    """A table at soft inputs: its multilinear extension.

    Args:
        table: (size of each input…, outputs).
        weights: For each input (B, its size); one-hot rows give the table's own rows.

    Returns:
        (B, outputs), or (1, outputs) of a table without inputs.
    """
    found = table.unsqueeze(0)
    for weight in weights:
        rest = found.shape[2:]
        flat = found.reshape(found.shape[0], weight.shape[1], -1)
        found = torch.matmul(weight.unsqueeze(1), flat).reshape(-1, *rest)
    return found


def soft_states(uniform: Tensor, states: int) -> Tensor:
    """Weights (B, K) over the states of a hidden cause, piecewise linear in its noise (B,).

    In the middle of each state's interval the weight is on that state alone.
    """
    middles = torch.arange(states, dtype=uniform.dtype, device=uniform.device)
    place = (uniform * states - 0.5).clamp(0.0, states - 1.0)
    return (1 - (place.unsqueeze(1) - middles).abs()).clamp_min(0.0)
