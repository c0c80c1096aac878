"""What stands for labels at the networks' inputs: -1 and 1, or the published noisy logits.

In the published CausalGAN a label 0 becomes the logit of 0.3 + s - t and a label 1 that of
0.7 - s + t, where s and t are drawn from exponential distributions cut off at 0.2 and 0.3, once an
image and for all its labels. Here s and t are two more inputs of the image's exogenous noise, so
that the generator stays a function of its labels and its own noise. A number stands for itself, as
it is encoded: from -1 to 1 or so.
"""

import torch
from torch import Tensor

from scm_compiler.runtime.heads.head import NUMBER, LabelCoding

RATES = (5.0, 15.0)
"""The rates of s and t that the reference implementation uses."""
ENDS = (0.2, 0.3)
"""Where their distributions are cut off."""
EPSILON = 1e-6
"""How far a probability stays from 0 and 1 before its logit is taken."""


def beside_numbers(numbers: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """The columns (B, E) of numbers in the first, and those of labels in the second."""
    if not coding.real:
        return labels
    parts = [
        (numbers if block.size == NUMBER else labels)[:, block.columns] for block in coding.blocks
    ]
    return torch.cat(parts, dim=1)


def signed(encoded: Tensor, coding: LabelCoding) -> Tensor:
    """Encoded labels (B, E) as -1 and 1; numbers as they are."""
    return beside_numbers(encoded, encoded * 2 - 1, coding)


def truncated_exponential(uniform: Tensor, rate: float, end: float) -> Tensor:
    """Uniform numbers in [0, 1] as draws from the exponential distribution cut off at `end`.

    >>> truncated_exponential(torch.tensor([0.0, 1.0]), 5.0, 0.2)
    tensor([0.0000, 0.2000])
    """
    mass = -torch.expm1(torch.tensor(-rate * end)).item()
    return -torch.log1p(-uniform * mass) / rate


def label_logits(labels: Tensor, noise: Tensor | None) -> Tensor:
    """The label inputs (B, E) of encoded labels (B, E).

    Args:
        labels: 0 or 1; a value between them (a label sweep) is mapped linearly.
        noise: The two jitter inputs (B, 2), uniform on [-1, 1]; None for no jitter.

    >>> label_logits(torch.tensor([[0.0, 1.0]]), None)
    tensor([[-0.8473,  0.8473]])
    """
    if noise is None:
        jitter = torch.zeros_like(labels[:, :1])
    else:
        first, second = ((noise + 1) / 2).clamp(0, 1).unbind(1)
        inward = truncated_exponential(first, RATES[0], ENDS[0])
        outward = truncated_exponential(second, RATES[1], ENDS[1])
        jitter = (inward - outward)[:, None]
    centre = 0.3 + 0.4 * labels + (1 - 2 * labels) * jitter
    return torch.logit(centre, eps=EPSILON)
