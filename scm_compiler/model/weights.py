"""The weights of an explicit mechanism that has given tables."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.ir.domain import Exponential
from scm_compiler.model.exponential import likeliest

NEVER = 1000.0
"""The size of a logit whose probability is exactly 0 or 1 in float64, and which is finite."""


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
