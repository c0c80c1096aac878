"""What methods without interventions say of the probabilities that classifiers give.

As in appendix D of the paper, each says `->`, `<-` or nothing of a pair of columns.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.runtime.evaluation.estimate import Array

_LEVEL = 0.05
_ROWS = 300
_LEAST = 0.1  # weight of an edge
"""What the kernels of the additive noise model are computed on."""


def directions(columns: Array) -> Mapping[str, NDArray[np.int64]]:
    """What each method says of every pair: (P, P) with 1 for row -> column, -1, or 0.

    Args:
        columns: (n, P), probabilities.
    """
    logits = np.log(columns.clip(1e-4, 1 - 1e-4) / (1 - columns).clip(1e-4, 1 - 1e-4))
    standard = (logits - logits.mean(0)) / logits.std(0).clip(1e-12)
    pairwise: Mapping[str, Callable[[Array, Array], int]] = {
        "LiNGAM": lingam,
        "ANM": additive_noise,
    }
    found = {name: _each(method, standard) for name, method in pairwise.items()}
    weights = notears(standard)
    return found | {"NOTEARS": np.sign(np.abs(weights) - np.abs(weights.T)).astype(np.int64)}


def _each(method: Callable[[Array, Array], int], columns: Array) -> NDArray[np.int64]:
    count = columns.shape[1]
    found = np.zeros((count, count), dtype=np.int64)
    for i in range(count):
        for j in range(i):
            found[i, j] = method(columns[:, i], columns[:, j])
            found[j, i] = -found[i, j]
    return found


def lingam(x: Array, y: Array) -> int:
    """The sign of the pairwise likelihood ratio (Hyvärinen and Smith 2013), by entropies.

    Args:
        x: (n,), standardised.
        y: (n,), standardised.

    Returns:
        1 for x -> y, -1 for y -> x, 0 where the two are not correlated.
    """
    rho = float((x * y).mean())
    if abs(rho) < 2 / np.sqrt(len(x)) or abs(rho) > 1 - 1e-9:
        return 0
    rest = np.sqrt(1 - rho**2)
    ratio = (
        _entropy(y) + _entropy((x - rho * y) / rest) - _entropy(x) - _entropy((y - rho * x) / rest)
    )
    return int(np.sign(ratio))


def _entropy(u: Array) -> float:
    """Hyvärinen's (1998) approximation of the entropy of a standardised variable."""
    bulk = float(np.log(np.cosh(u)).mean()) - 0.37457
    lean = float((u * np.exp(-(u**2) / 2)).mean())
    return 0.5 * (1 + float(np.log(2 * np.pi))) - 79.047 * bulk**2 - 7.4129 * lean**2


def additive_noise(x: Array, y: Array) -> int:
    """Which direction leaves a residual that is more independent (Hoyer et al. 2008).

    Args:
        x: (n,).
        y: (n,).

    Returns:
        1 for x -> y, -1 for y -> x, 0 where the two are independent already.
    """
    step = max(1, len(x) // _ROWS)
    x, y = x[::step][:_ROWS], y[::step][:_ROWS]
    if independent(x, y, np.random.default_rng(0)):
        return 0
    forward, backward = hsic(x, _residual(x, y)), hsic(y, _residual(y, x))
    return int(np.sign(backward - forward))


def _residual(x: Array, y: Array) -> Array:
    """What kernel ridge regression of y on x leaves, its ridge chosen by leaving one out."""
    kernel = _kernel(x)
    tried = []
    for ridge in (0.01, 0.1, 1.0, 10.0):
        hat = np.linalg.solve(kernel + ridge * np.eye(len(x)), kernel)
        rest = y - hat.T @ y
        tried.append((float(((rest / (1 - np.diag(hat)).clip(1e-6)) ** 2).mean()), rest))
    return min(tried, key=lambda pair: pair[0])[1]


def hsic(x: Array, y: Array) -> float:
    """The Hilbert-Schmidt independence criterion (Gretton et al. 2005) of standardised values."""
    left, right = (_centred(_kernel(v / (v.std() + 1e-12))) for v in (x, y))
    return float((left * right).sum()) / len(x) ** 2


def independent(x: Array, y: Array, dice: np.random.Generator, draws: int = 99) -> bool:
    """Whether HSIC says nothing against independence, beside shuffled values."""
    left, right = (_centred(_kernel(v / (v.std() + 1e-12))) for v in (x, y))
    found = (left * right).sum()
    orders = (dice.permutation(len(x)) for _ in range(draws))
    beyond = sum((left * right[order][:, order]).sum() >= found for order in orders)
    return bool((1 + beyond) / (1 + draws) > _LEVEL)


def notears(columns: Array) -> Array:
    """The weights (P, P), row -> column, of linear NOTEARS (Zheng et al. 2018), no l1 term.

    Args:
        columns: (n, P), standardised.
    """
    data = torch.from_numpy(columns)
    count = data.shape[1]
    square = data.T @ data / len(data)
    off = 1 - torch.eye(count, dtype=data.dtype)
    weights = torch.zeros(count, count, dtype=data.dtype)
    multiplier, penalty, before = 0.0, 1.0, float("inf")
    while penalty < 1e12 and before > 1e-8:
        weights, height = _descended(weights, off, square, multiplier, penalty)
        multiplier += penalty * height
        penalty *= 10 if height > 0.25 * before else 1
        before = height
    kept = torch.where(weights.abs() >= _LEAST, weights, 0)
    found: Array = kept.numpy()
    return found


def _descended(
    weights: Tensor, off: Tensor, square: Tensor, multiplier: float, penalty: float
) -> tuple[Tensor, float]:
    """Weights that bring the augmented Lagrangian down, and how far they are from acyclic."""
    free = weights.clone().requires_grad_()
    optimiser = torch.optim.LBFGS(
        [free], max_iter=100, tolerance_grad=1e-8, line_search_fn="strong_wolfe"
    )
    eye = torch.eye(len(weights), dtype=weights.dtype)

    def height() -> Tensor:
        return torch.trace(torch.linalg.matrix_exp((free * off) ** 2)) - len(weights)

    def closure() -> Tensor:
        optimiser.zero_grad()
        rest = eye - free * off
        h = height()
        loss = torch.trace(rest.T @ square @ rest) / 2 + multiplier * h + penalty / 2 * h**2
        torch.autograd.backward(loss)
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        return (free * off).detach(), float(height())


def _centred(kernel: Array) -> Array:
    found: Array = kernel - kernel.mean(0) - kernel.mean(1)[:, None] + kernel.mean()
    return found


def _kernel(x: Array) -> Array:
    square = (x[:, None] - x[None]) ** 2
    width = np.median(square[square > 0]) if (square > 0).any() else 1.0
    found: Array = np.exp(-square / width)
    return found
