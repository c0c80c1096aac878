"""How far doing is from seeing in the space of codes: the paper's check of correlation."""

import torch
from torch import Tensor

MOST = 400
"""Codes on each side."""


def mmd(left: Tensor, right: Tensor) -> float:
    """The unbiased squared maximum mean discrepancy (Gretton et al. 2012) with a Gaussian kernel.

    Its width is the median distance of all rows.

    Args:
        left: (n, D), n > 1.
        right: (m, D), m > 1.
    """
    both = torch.cat([left, right]).double()
    square = torch.cdist(both, both) ** 2
    width = square[square > 0].median() if (square > 0).any() else square.new_ones(())
    kernel = (-square / width).exp()
    n, m = len(left), len(right)
    within = (kernel[:n, :n].sum() - n) / (n * (n - 1)) + (kernel[n:, n:].sum() - m) / (
        m * (m - 1)
    )
    return float(within - 2 * kernel[:n, n:].mean())


def done_against_seen(
    codes: Tensor, has: Tensor, direction: Tensor, alphas: tuple[float, ...]
) -> tuple[float, ...]:
    """MMD between p(z | m = 1) and p(z | do(m = 1)) at each strength.

    Args:
        codes: (n, D) from the prior.
        has: (n,), whether a code has the attribute.
        direction: (D,), of length 1.
        alphas: The strengths.

    Returns:
        One number a strength; NaN where fewer than two codes have the attribute.
    """
    seen = codes[has][:MOST].double()
    if len(seen) < 2:
        return tuple(float("nan") for _ in alphas)
    done = codes[-MOST:].double()
    return tuple(mmd(seen, done + alpha * direction.double()) for alpha in alphas)
